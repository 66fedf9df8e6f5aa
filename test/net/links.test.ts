// Goal: one door for datagrams and connections. Frames go over the way they are meant for, answers where the question came from.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { PathSettings } from '../../src/core/settings.ts';
import { openLinks, type Links } from '../../src/net/links.ts';
import { systemClock } from '../../src/system/clock.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { seededRandom } from '../fakes/seeded-random.ts';
import { until } from '../lab/wait.ts';
import { freePort } from './free-port.ts';
import { call, frame, PATIENCE_MS, peer, tcpPath, textOf, TIMING } from './tcp-ends.ts';

const eventually = (what: string, condition: () => boolean): Promise<void> =>
  until(what, PATIENCE_MS, condition);

const udpPath = (port: number): PathSettings => ({
  transport: 'udp',
  host: '127.0.0.1',
  port,
  url: `udp://127.0.0.1:${port}`,
});

interface End {
  readonly links: Links;
  readonly frames: string[];
  readonly readies: string[];
  readonly counts: string[];
  /** Addresses that the kernel is to look for anew. */
  readonly refreshed: string[];
}

/** A node whose peer is always number 1; it answers what begins with "ask", as over way 0. */
async function opened(t: TestContext, own: readonly PathSettings[]): Promise<End> {
  const [frames, readies, counts, refreshed]: [string[], string[], string[], string[]] = [[], [], [], []];
  const links = await openLinks({
    ...{ own, clock: systemClock, random: seededRandom('links'), log: collectedLog() },
    neighbours: { refresh: (address) => void refreshed.push(address) },
    count: (what) => void counts.push(what),
    onFrame(bytes, over) {
      const text = textOf(bytes);
      frames.push(`${text}${over === undefined ? '' : ' (connection)'}`);
      if (text.startsWith('ask')) links.answer(1, 0, frame(`answer to ${text}`));
      if (text.startsWith('accept')) over?.belongsTo(1, 0);
    },
    onReady: (_, path, ready) => void readies.push(`${path} ${ready ? 'ready' : 'gone'}`),
    onTrouble: () => undefined,
  });
  t.after(() => links.close());
  return { links, frames, readies, counts, refreshed };
}

test('links: each way carries what is meant for it', async (t) => {
  const [one, two] = [await freePort(), await freePort()];
  const a = await opened(t, [udpPath(one), tcpPath(one)]);
  const b = await opened(t, [udpPath(two), tcpPath(two)]);
  a.links.setPeers([peer(1, udpPath(two), tcpPath(two))], TIMING);
  b.links.setPeers([peer(1, udpPath(one), tcpPath(one))], TIMING);
  await eventually(
    'both to have dialled',
    () => a.readies.includes('1 ready') && b.readies.includes('1 ready'),
  );
  a.links.send(1, 1, frame('accept over the way that a dials'));
  b.links.send(1, 1, frame('accept over the way that b dials'));
  await eventually('both to be bound', () => a.readies.includes('2 ready') && b.readies.includes('2 ready'));
  for (const way of [0, 1, 2]) a.links.send(1, way, frame(`way ${way}`));
  await eventually('three frames', () => b.frames.length === 4);
  assert.deepEqual(b.frames.slice(1).toSorted(), ['way 0', 'way 1 (connection)', 'way 2 (connection)']);
  assert.equal(b.links.received(), 4);
});

test('links: a peer that is heard again is looked for anew at each of its addresses', async (t) => {
  const port = await freePort();
  const a = await opened(t, [udpPath(port)]);
  a.links.setPeers(
    [peer(1, udpPath(await freePort())), peer(2, udpPath(await freePort()), tcpPath(port))],
    TIMING,
  );
  a.links.refresh(2);
  assert.deepEqual(a.refreshed, ['127.0.0.1', '127.0.0.1']);
});

test('links: an answer goes back over the connection on which the question came, bound or not', async (t) => {
  const port = await freePort();
  const a = await opened(t, [tcpPath(port)]);
  const nobody = udpPath(await freePort());
  a.links.setPeers([peer(1, nobody)], TIMING);
  const [bound, stranger] = [call(t, port), call(t, port)];
  bound.say('accept');
  await eventually('it to be bound', () => a.readies.includes('1 ready'));
  stranger.say('ask');
  await eventually('the answer', () => stranger.heard.length === 1);
  assert.deepEqual([bound.heard, stranger.heard], [[], ['answer to ask']]);
});

test('links: the answer to a datagram goes over the way', async (t) => {
  const [one, two] = [await freePort(), await freePort()];
  const a = await opened(t, [udpPath(one)]);
  const b = await opened(t, [udpPath(two)]);
  a.links.setPeers([peer(1, udpPath(two))], TIMING);
  b.links.setPeers([peer(1, udpPath(one))], TIMING);
  await eventually('an answer', () => {
    a.links.send(1, 0, frame('ask'));
    return a.frames.includes('answer to ask');
  });
});

test('links: what no way carries is counted, and nobody throws', async (t) => {
  const a = await opened(t, []);
  a.links.setPeers([peer(1, tcpPath(await freePort()))], TIMING);
  a.links.send(1, 0, frame('not connected'));
  a.links.send(1, 7, frame('no such way'));
  a.links.send(9, 0, frame('no such peer'));
  a.links.redial(1, 0);
  a.links.redial(9, 9);
  assert.deepEqual(a.counts, ['frames skipped', 'frames skipped', 'frames skipped']);
});

test('links: a start that fails at the TCP port leaves the UDP port free', async (t) => {
  const [taken, port] = [await freePort(), await freePort()];
  await opened(t, [tcpPath(taken)]);
  await assert.rejects(opened(t, [udpPath(port), tcpPath(taken)]), { code: 'PORT_TAKEN' });
  await opened(t, [udpPath(port)]);
});
