import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openArbiter } from '../../src/arbiter/open.ts';
import type { Arbiter } from '../../src/core/ports.ts';
import type { ArbiterSettings } from '../../src/core/settings.ts';
import { EtcdModel } from '../fakes/etcd-model.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { hasTool, runTool } from '../lab/host-tool.ts';
import { settingsFor } from './stage.ts';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-arbiter-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const opened = (settings: ArbiterSettings): Promise<Arbiter> =>
  openArbiter(settings, { cluster: 'prod', node: 'n1', clock: new ManualClock() });

const refused: readonly {
  name: string;
  kind: 'etcd' | 'consul';
  field: 'credentialFile' | 'caFile' | 'certFile' | 'keyFile';
  text?: string;
  mode?: number;
  code: string;
  message: RegExp;
}[] = [
  {
    name: 'is not there',
    kind: 'etcd',
    field: 'credentialFile',
    code: 'CONFIG_UNREADABLE',
    message: /ENOENT/,
  },
  {
    name: 'may be read by others',
    kind: 'etcd',
    field: 'credentialFile',
    text: 'a:b',
    mode: 0o640,
    code: 'IDENTITY_UNSAFE',
    message: /mode 0640/,
  },
  {
    name: 'has no colon',
    kind: 'etcd',
    field: 'credentialFile',
    text: 'hush',
    code: 'CONFIG_INVALID',
    message: /USER:PASSWORD/,
  },
  {
    name: 'has no user',
    kind: 'etcd',
    field: 'credentialFile',
    text: ':hush',
    code: 'CONFIG_INVALID',
    message: /USER:PASSWORD/,
  },
  {
    name: 'has two lines',
    kind: 'etcd',
    field: 'credentialFile',
    text: 'a:hush\nb',
    code: 'CONFIG_INVALID',
    message: /USER:PASSWORD/,
  },
  {
    name: 'is too long',
    kind: 'consul',
    field: 'credentialFile',
    text: 'x'.repeat(256 * 1024 + 1),
    code: 'CONFIG_UNREADABLE',
    message: /too long/,
  },
  {
    name: 'is empty',
    kind: 'consul',
    field: 'credentialFile',
    text: '\n',
    code: 'CONFIG_INVALID',
    message: /a token/,
  },
  {
    name: 'has a blank',
    kind: 'consul',
    field: 'credentialFile',
    text: 'hush hush',
    code: 'CONFIG_INVALID',
    message: /a token/,
  },
  {
    name: 'is no certificate',
    kind: 'etcd',
    field: 'caFile',
    text: 'hush',
    code: 'CONFIG_INVALID',
    message: /holds no certificate/,
  },
  {
    name: 'is no certificate of ours',
    kind: 'consul',
    field: 'certFile',
    text: 'hush',
    code: 'CONFIG_INVALID',
    message: /go together/,
  },
  {
    name: 'is no key',
    kind: 'consul',
    field: 'keyFile',
    text: 'hush',
    code: 'CONFIG_INVALID',
    message: /go together/,
  },
  {
    name: 'is a key that others may read',
    kind: 'etcd',
    field: 'keyFile',
    text: 'hush',
    mode: 0o644,
    code: 'IDENTITY_UNSAFE',
    message: /chmod|mode 0644/,
  },
];
for (const { name, kind, field, text, mode = 0o600, code, message } of refused) {
  test(`arbiter files, ${kind}: a ${field} that ${name} is refused, and not shown`, async (t) => {
    const path = join(folderFor(t), 'file');
    if (text !== undefined) {
      writeFileSync(path, text);
      chmodSync(path, mode);
    }
    const error: Error = await opened(settingsFor(kind, ['https://127.0.0.1:1'], { [field]: path })).then(
      () => assert.fail('it was accepted'),
      (thrown: Error) => thrown,
    );
    assert.equal((error as Error & { code?: string }).code, code);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /hush/);
  });
}

test('arbiter files: a folder is no file', async (t) => {
  const path = join(folderFor(t), 'folder');
  mkdirSync(path);
  await assert.rejects(opened(settingsFor('consul', ['http://127.0.0.1:1'], { credentialFile: path })), {
    code: 'CONFIG_UNREADABLE',
  });
});

/** An authority and what it has signed for 127.0.0.1. */
function makeCertificates(folder: string): { ca: string; cert: string; key: string } {
  const at = (name: string): string => join(folder, name);
  const request = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  runTool('openssl', [
    ...request,
    '-x509',
    '-days',
    '2',
    '-subj',
    '/CN=authority',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca'),
  ]);
  runTool('openssl', [...request, '-subj', '/CN=n1', '-keyout', at('key'), '-out', at('csr')]);
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1\n');
  const sign = ['x509', '-req', '-in', at('csr'), '-CA', at('ca'), '-CAkey', at('ca.key'), '-CAcreateserial'];
  runTool('openssl', [...sign, '-days', '2', '-extfile', at('names'), '-out', at('cert')]);
  chmodSync(at('key'), 0o600);
  return { ca: at('ca'), cert: at('cert'), key: at('key') };
}

test('arbiter over TLS: both sides show a certificate of the authority, or nothing is agreed on', async (t) => {
  if (!hasTool('openssl')) {
    if (process.env['CI'] === 'true') throw new Error('may not be skipped in CI: needs openssl');
    return t.skip('needs openssl, which is not installed');
  }
  const { ca, cert, key } = makeCertificates(folderFor(t));
  const pem = (path: string): string => readFileSync(path, 'utf8');
  const model = new EtcdModel(new ManualClock());
  const tls = { ca: pem(ca), cert: pem(cert), key: pem(key), requestCert: true, rejectUnauthorized: true };
  const server = createServer(tls, (request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const asked = { method: 'POST', path: request.url ?? '', query: new URLSearchParams(), headers: {} };
      const { status, body } = model.answer({ ...asked, body: JSON.parse(text) as unknown });
      response.writeHead(status).end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kindWith = async (more: Partial<ArbiterSettings>): Promise<string> => {
    const arbiter = await opened(settingsFor('etcd', [url], more));
    return (await arbiter.take('web')).kind;
  };
  assert.equal(await kindWith({ certFile: cert, keyFile: key }), 'unknown'); // of an authority that we do not know
  assert.equal(await kindWith({ caFile: ca }), 'unknown'); // not knowing us
  assert.equal(model.valueOf('sealbeat/prod/web'), undefined);
  assert.equal(await kindWith({ caFile: ca, certFile: cert, keyFile: key }), 'mine');
});
