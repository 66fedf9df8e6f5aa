import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  controlRequest,
  fetchEvents,
  fetchExplanation,
  fetchStatus,
  followEvents,
  sendOrder,
} from '../../src/control/client.ts';
import type { StreamEnd } from '../../src/control/messages.ts';
import { startControlServer } from '../../src/control/server.ts';
import { makeDirectory } from '../../src/control/socket-path.ts';
import { MAX_STREAMS, MAX_UNREAD_BYTES } from '../../src/control/streams.ts';
import { explain } from '../../src/core/group/explain.ts';
import type { EventRecord } from '../../src/core/report.ts';
import { active, peer, view, word } from '../core/group/around.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { eventRecord, fakePort, type FakePort } from '../fakes/control-port.ts';
import { groupNamed, node } from '../fakes/status-report.ts';

function socketPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sealbeat-control-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'control.sock');
}

async function served(t: TestContext): Promise<{
  path: string;
  port: FakePort;
  log: ReturnType<typeof collectedLog>;
  close: () => Promise<void>;
}> {
  const path = socketPath(t);
  const port = fakePort();
  const log = collectedLog();
  const server = await startControlServer({ path, group: '' }, { port, log, requestTimeoutMs: 500 });
  t.after(() => server.close());
  return { path, port, log, close: () => server.close() };
}

interface Raw {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

function raw(path: string, method: string, target: string, body = ''): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath: path, method, path: target, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      answer.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** Everything that a socket says until it is closed. */
async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined); // being cut off is what some of these clients are here for
  if (!socket.closed) await once(socket, 'close');
  return text;
}

/** Waits, turn by turn, until the condition holds; fails after 5 s. */
async function until(what: string, condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 5_000;
  while (!condition()) {
    assert.ok(performance.now() < deadlineMs, `never happened: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('control: status is the report, as JSON, with version and pid in headers', async (t) => {
  const { path, port } = await served(t);
  const { status, headers, text } = await raw(path, 'GET', '/v1/status');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['sealbeat-control-version'], '1');
  assert.equal(headers['sealbeat-pid'], String(process.pid));
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(port.report)));
  assert.deepEqual(await fetchStatus(path), JSON.parse(text));
});

test('control: a group is explained as it is, and one that is not there is no group', async (t) => {
  const { path, port } = await served(t);
  port.explained = {
    ...explain(active(), view([peer(1, word())])),
    ...{ at: '2026-03-01T12:00:00.250Z', node: node('lb2'), group: groupNamed('web'), timeoutMs: 3_000 },
  };
  assert.deepEqual(
    JSON.parse(JSON.stringify(port.explained)),
    JSON.parse(JSON.stringify(await fetchExplanation(path, 'web'))),
  );
  await assert.rejects(fetchExplanation(path, 'mail'), {
    code: 'USAGE',
    message: 'there is no group "mail"',
    hint: 'the groups are: web',
  });
});

test('control: / lists the routes, HEAD has no body', async (t) => {
  const { path } = await served(t);
  assert.match((await raw(path, 'GET', '/')).text, /GET {2}\/v1\/status/);
  const head = await raw(path, 'HEAD', '/');
  assert.deepEqual([head.status, head.text], [200, '']);
});

test('control: events after a number', async (t) => {
  const { path, port } = await served(t);
  for (const number of [1, 2, 3]) port.happen(eventRecord(number));
  assert.deepEqual(
    (await fetchEvents(path)).map(({ number }) => number),
    [1, 2, 3],
  );
  assert.deepEqual(
    (await fetchEvents(path, 2)).map(({ number }) => number),
    [3],
  );
});

test('control: orders reach the daemon and its answer comes back', async (t) => {
  const { path, port } = await served(t);
  port.answer = () => Promise.resolve({ ok: true, text: 'web is at lb2 now', facts: { gapMs: 3 } });
  const done = await sendOrder(path, '/v1/groups/web/switchover', { to: 'lb2' });
  assert.deepEqual(done, { text: 'web is at lb2 now', facts: { gapMs: 3 } });
  await sendOrder(path, '/v1/freeze');
  await sendOrder(path, '/v1/reload');
  assert.deepEqual(port.commands, [
    { kind: 'switchover', group: 'web', to: 'lb2' },
    { kind: 'freeze', group: '' },
    { kind: 'reload' },
  ]);
});

test('control: a refusal is 409 and reaches the client with code and hint', async (t) => {
  const { path, port } = await served(t);
  port.answer = () =>
    Promise.resolve({ ok: false, code: 'REFUSED', message: 'web is frozen', hint: 'thaw it' });
  assert.equal((await raw(path, 'POST', '/v1/groups/web/failback')).status, 409);
  await assert.rejects(sendOrder(path, '/v1/groups/web/failback'), {
    name: 'OperatorError',
    code: 'REFUSED',
    message: 'web is frozen',
    hint: 'thaw it',
  });
});

test('control: an unknown group is 404, names the groups, and the daemon is not asked', async (t) => {
  const { path, port } = await served(t);
  const { status, text } = await raw(path, 'POST', '/v1/groups/mail/drain');
  assert.equal(status, 404);
  assert.match(text, /the groups are: web/);
  assert.deepEqual(port.commands, []);
});

const refused: readonly { name: string; method: string; target: string; body?: string; status: number }[] = [
  { name: 'a method that does not fit', method: 'DELETE', target: '/v1/status', status: 405 },
  { name: 'a path that is nowhere', method: 'GET', target: '/v1/statuses', status: 404 },
  { name: 'a body that is no JSON', method: 'POST', target: '/v1/reload', body: '{', status: 400 },
  {
    name: 'a body with a stranger in it',
    method: 'POST',
    target: '/v1/reload',
    body: '{"a":1}',
    status: 400,
  },
  {
    name: 'a body of 64 KiB and a byte',
    method: 'POST',
    target: '/v1/reload',
    body: ' '.repeat(65_537),
    status: 413,
  },
];
for (const { name, method, target, body, status } of refused) {
  test(`control: refuses ${name} with a JSON error`, async (t) => {
    const { path, port } = await served(t);
    const answer = await raw(path, method, target, body);
    assert.equal(answer.status, status);
    assert.deepEqual(Object.keys(JSON.parse(answer.text) as object), ['code', 'message', 'hint']);
    assert.deepEqual(port.commands, []);
  });
}

test('control: a body of 64 KiB is read', async (t) => {
  const { path, port } = await served(t);
  assert.equal((await raw(path, 'POST', '/v1/reload', ' '.repeat(65_536))).status, 200);
  assert.equal(port.commands.length, 1);
});

test('control: a daemon that throws answers 500, says so in its log, and goes on', async (t) => {
  const { path, port, log } = await served(t);
  port.answer = () => Promise.reject(new Error('broken inside'));
  assert.equal((await raw(path, 'POST', '/v1/reload')).status, 500);
  assert.equal(log.lines.filter(({ level }) => level === 'error').length, 1);
  assert.equal((await raw(path, 'GET', '/v1/status')).status, 200);
});

test('control: bytes that are no HTTP get an answer and hurt nobody', async (t) => {
  const { path } = await served(t);
  for (const garbage of [
    '\x00\x01\x02\r\n\r\n',
    'GET\r\n\r\n',
    `GET / HTTP/1.1\r\nX: ${'y'.repeat(9_000)}\r\n\r\n`,
  ]) {
    const socket = connect(path);
    socket.write(garbage);
    assert.match(await heard(socket), /^HTTP\/1\.1 400 /);
  }
  assert.equal((await raw(path, 'GET', '/v1/status')).status, 200);
});

test('control: a client that says nothing is sent away', { timeout: 20_000 }, async (t) => {
  const { path } = await served(t);
  const socket = connect(path);
  assert.match(await heard(socket), /^HTTP\/1\.1 408 [^]*not complete within 0\.5 s/);
});

test(
  'control: an order whose body never comes is sent away and not carried out',
  { timeout: 20_000 },
  async (t) => {
    const { path, port } = await served(t);
    const socket = connect(path);
    socket.write('POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    await heard(socket);
    assert.deepEqual(port.commands, []);
  },
);

test('control: a crowd beyond the limit is turned away, then there is room again', async (t) => {
  const { path } = await served(t);
  const crowd = Array.from({ length: 40 }, () => connect(path));
  const gone = crowd.map((socket) => heard(socket));
  let turnedAway = 0;
  for (const one of gone) void one.then(() => (turnedAway += 1));
  await until('eight turned away', () => turnedAway === 8);
  for (const socket of crowd) socket.destroy();
  await Promise.all(gone);
  assert.equal((await raw(path, 'GET', '/v1/status')).status, 200);
});

test('control: followers get the kept events, then the new ones, and a last word', async (t) => {
  const { path, port, close } = await served(t);
  for (const number of [1, 2]) port.happen(eventRecord(number));
  const following = followEvents(path, { after: 1, signal: new AbortController().signal });
  const first = await following.next();
  assert.equal((first.value as EventRecord).number, 2);
  port.happen(eventRecord(3, { cause: 'zwei Zeilen\nin einer' }));
  assert.deepEqual((await following.next()).value, eventRecord(3, { cause: 'zwei Zeilen\nin einer' }));
  const last = following.next();
  await close();
  const ended = await last;
  assert.equal(ended.done, true);
  assert.equal((ended.value as StreamEnd).end, 'shutdown');
  assert.equal(port.listeners.size, 0);
  assert.equal(existsSync(path), false);
});

test('control: a follower that leaves is forgotten', async (t) => {
  const { path, port } = await served(t);
  const leaving = new AbortController();
  port.happen(eventRecord(1));
  const following = followEvents(path, { signal: leaving.signal });
  await following.next();
  assert.equal(port.listeners.size, 1);
  leaving.abort();
  assert.deepEqual(await following.next(), { done: true, value: undefined });
  await until('listener removed', () => port.listeners.size === 0);
});

test('control: the seventeenth follower is refused, the others stay', async (t) => {
  const { path, port } = await served(t);
  port.happen(eventRecord(1));
  const leaving = new AbortController();
  t.after(() => leaving.abort());
  for (let count = 1; count <= MAX_STREAMS; count += 1) {
    await followEvents(path, { signal: leaving.signal }).next();
  }
  await assert.rejects(followEvents(path, { signal: leaving.signal }).next(), {
    code: 'REFUSED',
    message: '16 clients follow already',
  });
  assert.equal(port.listeners.size, MAX_STREAMS);
});

test('control: a follower that does not read is dropped with a last line; memory stays bounded', async (t) => {
  const { path, port } = await served(t);
  const socket = connect(path);
  socket.pause();
  socket.write('GET /v1/events?follow=1 HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('it follows', () => port.listeners.size === 1);
  const cause = 'x'.repeat(10_000);
  let told = 0;
  while (port.listeners.size === 1) {
    told += 1;
    assert.ok(told * cause.length < 4 * MAX_UNREAD_BYTES, 'still fed');
    port.happen(eventRecord(told, { cause }));
  }
  assert.ok(told * cause.length > MAX_UNREAD_BYTES / 2);
  socket.resume();
  assert.match(await heard(socket), /\{"end":"slow-reader",[^\n]*\}\n(\r\n0\r\n\r\n)?$/);
  assert.equal((await raw(path, 'GET', '/v1/status')).status, 200);
});

test('control: closing does not wait for a client that stays', async (t) => {
  const { path, port, close } = await served(t);
  const stopped = connect(path);
  stopped.pause();
  stopped.on('error', () => undefined);
  stopped.write('GET /v1/events?follow=1 HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('it follows', () => port.listeners.size === 1);
  for (let number = 1; number <= 60; number += 1)
    port.happen(eventRecord(number, { cause: 'x'.repeat(10_000) }));
  assert.equal(port.listeners.size, 1, 'not dropped yet, but with more to read than a socket holds');
  await close();
  stopped.destroy();
});

test('control: the socket is 0660 in a directory of 0750 that was made for it', async (t) => {
  const above = socketPath(t);
  const path = join(`${above}.d`, 'control.sock');
  const server = await startControlServer(
    { path, group: String(process.getgid?.() ?? 0) },
    { port: fakePort(), log: collectedLog() },
  );
  t.after(() => server.close());
  assert.equal(statSync(path).mode & 0o777, 0o660);
  assert.equal(statSync(`${above}.d`).mode & 0o777, 0o750);
});

/** A group that this user may give files to, and that new files have not: any for root, one of its own otherwise. */
const otherGroup = (): number | undefined =>
  process.geteuid?.() === 0 ? 54_321 : process.getgroups?.().find((gid) => gid !== process.getegid?.());

for (const [whose, isOurs] of [
  ['our own, from an earlier run', true],
  ["somebody else's", false],
] as const) {
  test(`control: the group and a directory that is there already and is ${whose}`, (t) => {
    const gid = otherGroup();
    if (gid === undefined) {
      assert.notEqual(process.env['CI'], 'true', 'CI has to run this with a second group');
      return t.skip('this user is in one group only');
    }
    const directory = join(socketPath(t), '..');
    chmodSync(directory, 0o700);
    const { gid: before } = statSync(directory);
    const warnings: string[] = [];
    makeDirectory(directory, gid, { isOurs, warn: (text) => void warnings.push(text) });
    const { mode, gid: now } = statSync(directory);
    assert.deepEqual([mode & 0o777, now], isOurs ? [0o750, gid] : [0o700, before]);
    assert.deepEqual(
      warnings,
      isOurs
        ? []
        : [`${directory} keeps the control group out: chgrp ${gid} ${directory} && chmod g+x ${directory}`],
    );
  });
}

test('control: a directory that lets the group in is no warning, and without a group none is touched', (t) => {
  const directory = join(socketPath(t), '..');
  const warn = (text: string): void => assert.fail(text);
  chmodSync(directory, 0o711);
  makeDirectory(directory, 54_321, { isOurs: false, warn });
  chmodSync(directory, 0o710);
  makeDirectory(directory, statSync(directory).gid, { isOurs: false, warn });
  chmodSync(directory, 0o700);
  makeDirectory(directory, undefined, { isOurs: true, warn });
  assert.equal(statSync(directory).mode & 0o777, 0o700);
});

test('control: a live daemon keeps its socket; the second is told its pid', async (t) => {
  const { path } = await served(t);
  await assert.rejects(startControlServer({ path, group: '' }, { port: fakePort(), log: collectedLog() }), {
    code: 'PORT_TAKEN',
    message: `a sealbeat daemon (pid ${process.pid}) already answers on ${path}`,
  });
  assert.equal((await raw(path, 'GET', '/v1/status')).status, 200);
});

test(
  'control: a program that listens there without a word is left alone too',
  { timeout: 20_000 },
  async (t) => {
    const path = socketPath(t);
    const mute = createServer(() => undefined).listen(path);
    await once(mute, 'listening');
    t.after(() => mute.close());
    await assert.rejects(startControlServer({ path, group: '' }, { port: fakePort(), log: collectedLog() }), {
      code: 'PORT_TAKEN',
      message: `another program already answers on ${path}`,
    });
    assert.ok(existsSync(path));
  },
);

/** A socket file that nobody listens on, as a killed daemon leaves it. */
async function deadSocket(path: string): Promise<void> {
  const listen = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.stdout.write('up'))`;
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(statSync(path).isSocket());
}

test('control: the socket of a dead daemon is replaced', async (t) => {
  const path = socketPath(t);
  await deadSocket(path);
  await assert.rejects(fetchStatus(path), {
    code: 'CONTROL_UNREACHABLE',
    message: `nobody listens on ${path} any more: the daemon that made it has died`,
  });
  const server = await startControlServer({ path, group: '' }, { port: fakePort(), log: collectedLog() });
  t.after(() => server.close());
  assert.equal((await raw(path, 'GET', '/v1/status')).status, 200);
});

test('control: a file that is no socket is left alone', async (t) => {
  const path = socketPath(t);
  writeFileSync(path, 'precious');
  await assert.rejects(startControlServer({ path, group: '' }, { port: fakePort(), log: collectedLog() }), {
    code: 'USAGE',
    message: `${path} exists and is not a socket`,
  });
  assert.equal(statSync(path).size, 8);
});

test('control: a daemon that goes does not take the socket of its successor with it', async (t) => {
  const { path, close } = await served(t);
  rmSync(path);
  const successor = await startControlServer({ path, group: '' }, { port: fakePort(), log: collectedLog() });
  t.after(() => successor.close());
  await close();
  assert.equal((await raw(path, 'GET', '/v1/status')).status, 200);
});

test('control: a path that does not fit into a socket address is refused by name', async (t) => {
  const path = `${socketPath(t)}${'x'.repeat(100)}`;
  await assert.rejects(startControlServer({ path, group: '' }, { port: fakePort(), log: collectedLog() }), {
    code: 'USAGE',
    message: /longer than 103 bytes/,
  });
});

test('control: a group that does not exist is refused before anything is made', async (t) => {
  const path = socketPath(t);
  await assert.rejects(
    startControlServer({ path, group: 'no-such-group' }, { port: fakePort(), log: collectedLog() }),
    { code: 'USAGE', message: 'there is no group "no-such-group" in /etc/group' },
  );
  assert.equal(existsSync(path), false);
});

test('control client: without a socket it asks whether the daemon runs', async (t) => {
  const path = socketPath(t);
  await assert.rejects(fetchStatus(path), {
    code: 'CONTROL_UNREACHABLE',
    message: `there is no control socket at ${path}`,
    hint: /is the daemon running\? Start it with: sealbeat run/,
  });
});

test('control client: a file in place of the socket is called what it is', async (t) => {
  const path = socketPath(t);
  writeFileSync(path, '');
  await assert.rejects(fetchStatus(path), { code: 'CONTROL_UNREACHABLE' });
});

test('control client: who may not use the socket is told who may', async (t) => {
  if (process.getuid?.() === 0) return void (await deniedAsNobody(t));
  const { path } = await served(t);
  chmodSync(path, 0);
  await assert.rejects(fetchStatus(path), {
    code: 'CONTROL_UNREACHABLE',
    message: `not allowed to use ${path}`,
  });
});

/** Root may use every socket, so a child asks as somebody else. */
async function deniedAsNobody(t: TestContext): Promise<void> {
  const { path } = await served(t);
  chmodSync(join(path, '..'), 0o755);
  const script = `import(${JSON.stringify(new URL('../../src/control/client.ts', import.meta.url).href)})
    .then((client) => client.fetchStatus(${JSON.stringify(path)}))
    .catch((error) => console.log(error.code + '|' + error.message + '|' + error.hint))`;
  const child = spawn(process.execPath, ['-e', script], {
    uid: 65_534,
    gid: 65_534,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  await once(child, 'close');
  assert.equal(
    said.trim(),
    `CONTROL_UNREACHABLE|not allowed to use ${path}|it is open to root; try with sudo`,
  );
}

test('control client: an answer that is not ours is refused', async (t) => {
  const path = socketPath(t);
  const other = createServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'));
  }).listen(path);
  await once(other, 'listening');
  t.after(() => other.close());
  await assert.rejects(controlRequest(path, 'GET', '/v1/status'), {
    code: 'CONTROL_UNREACHABLE',
    message: `what answers on ${path} does not speak as sealbeat does`,
  });
});

test('control client: a daemon that hangs up without a word is reported', async (t) => {
  const path = socketPath(t);
  const other = createServer((socket) => socket.destroy()).listen(path);
  await once(other, 'listening');
  t.after(() => other.close());
  await assert.rejects(fetchStatus(path), {
    code: 'CONTROL_UNREACHABLE',
    message: /hung up without an answer/,
  });
});
