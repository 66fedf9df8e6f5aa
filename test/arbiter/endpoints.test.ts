import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import type { AddressInfo } from 'node:net';
import { HttpModel } from '../fakes/http-model.ts';
import { until } from '../lab/wait.ts';
import { KEY, PRODUCTS, TIMEOUT_MS, stage } from './stage.ts';

const MINE = { kind: 'mine' };

/** A URL at which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function saying(t: TestContext, status: number): Promise<HttpModel> {
  const model = await HttpModel.start(() => ({ status, body: 'away' }));
  t.after(() => model.close());
  return model;
}

for (const kind of ['etcd', 'consul'] as const) {
  test(`endpoints, ${kind}: a dead one is passed over, and not asked again while another answers`, async (t) => {
    const { http, open } = await stage(t, kind);
    const sick = await saying(t, 503);
    const n1 = await open('n1', { endpoints: [await deadUrl(), sick.url, http.url] });
    assert.deepEqual(await n1.take('web'), MINE);
    assert.deepEqual(await n1.take('web'), MINE);
    assert.equal(sick.asked.length, 1);
  });

  test(`endpoints, ${kind}: a silent one may use up its share of the time only`, async (t) => {
    const { http, clock, open } = await stage(t, kind);
    const silent = createServer().listen(0, '127.0.0.1');
    const sockets = new Set<{ destroy(): void }>();
    silent.on('connection', (socket) => sockets.add(socket));
    await once(silent, 'listening');
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const n1 = await open('n1', { endpoints: [url, http.url] });
    const asked = n1.take('web');
    await until('a connection', 5_000, () => sockets.size === 1);
    clock.goOn(TIMEOUT_MS / 2 - 1);
    assert.equal(http.asked.length, 0);
    clock.goOn(1);
    assert.deepEqual(await asked, MINE);
  });

  test(`endpoints, ${kind}: one that did it and then failed does no harm`, async (t) => {
    const { http, model, open } = await stage(t, kind);
    const n1 = await open('n1', { endpoints: [http.url, http.url] });
    const { begin, keep, lock } = PRODUCTS[kind];
    for (const path of [begin, lock, keep, lock]) {
      http.trouble(path, { when: 'after', answer: { status: 504, body: 'timed out' } });
      assert.deepEqual(await n1.take('web'), MINE);
    }
    assert.equal(model.endOf(KEY), 10_000);
  });

  test(`endpoints, ${kind}: when all fail, what each did is reported, or the 5xx of one`, async (t) => {
    const { open } = await stage(t, kind);
    const [dead, sick] = [await deadUrl(), await saying(t, 503)];
    const alone = await open('n1', { endpoints: [dead, dead] });
    const refused = `${new URL(dead).host}: refused`;
    assert.deepEqual(await alone.take('web'), { kind: 'unknown', text: `${refused}; ${refused}` });
    const both = await open('n1', { endpoints: [sick.url, dead] });
    const product = kind === 'etcd' ? 'etcd' : 'Consul';
    assert.deepEqual(await both.take('web'), { kind: 'unknown', text: `${product} answers 503 away` });
  });
}
