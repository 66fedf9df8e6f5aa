import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PathSettings } from '../../src/core/settings.ts';
import { bindingsFor, familiesOf } from '../../src/net/bindings.ts';
import { newNames, type Lookup } from '../../src/net/names.ts';
import { openUdp, type UdpLink, type UdpOptions } from '../../src/net/udp.ts';
import { systemClock } from '../../src/system/clock.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { hasTool } from '../lab/host-tool.ts';
import { until } from '../lab/wait.ts';
import { freePort } from './free-port.ts';

const PATIENCE_MS = 10_000;

const pathTo = (host: string, port: number): PathSettings => ({
  transport: 'udp',
  host,
  port,
  url: `udp://${host.includes(':') ? `[${host}]` : host}:${port}`,
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

/** Skips aloud where this host has no IPv6 on loopback, and fails in CI, which has. */
function needsIpv6(t: TestContext): boolean {
  if (hasIpv6) return true;
  if (process.env['CI'] === 'true') throw new Error('this host has no IPv6 on loopback, and CI must have it');
  t.skip('this host has no IPv6 on loopback');
  return false;
}

async function opened(
  t: TestContext,
  own: readonly PathSettings[],
  { lookup, ...options }: Partial<UdpOptions> & { lookup?: Lookup } = {},
): Promise<{ link: UdpLink; frames: string[]; troubles: string[]; log: ReturnType<typeof collectedLog> }> {
  const frames: string[] = [];
  const troubles: string[] = [];
  const log = collectedLog();
  const names = newNames({ clock: systemClock, log, families: familiesOf(own), lookup });
  t.after(() => names.close());
  const link = await openUdp({
    own,
    clock: systemClock,
    log,
    names,
    onFrame: (frame) => void frames.push(Buffer.from(frame).toString()),
    onTrouble: (to, code) => void troubles.push(`${to.url} ${code}`),
    ...options,
  });
  t.after(() => link.close());
  return { link, frames, troubles, log };
}

const frame = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Sends until it has arrived: a datagram may be lost even here. */
async function delivered(
  from: UdpLink,
  to: PathSettings,
  text: string,
  frames: readonly string[],
): Promise<void> {
  await until(`"${text}" to arrive`, PATIENCE_MS, () => {
    from.send(to, frame(text));
    return frames.includes(text);
  });
}

function bound(t: TestContext, address: string, port = 0): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => resolve(socket));
    t.after(() => {
      try {
        socket.close();
      } catch {
        // the test has closed it
      }
    });
  });
}

const rows: readonly (readonly [what: string, own: readonly PathSettings[], bindings: readonly string[]])[] =
  [
    ['an address: all interfaces', [pathTo('10.0.0.1', 7112)], ['0.0.0.0 7112']],
    ['an IPv6 address: all interfaces', [pathTo('fd00::1', 7112)], [':: 7112']],
    ['loopback: that address alone', [pathTo('127.0.0.5', 7112)], ['127.0.0.5 7112']],
    ['IPv6 loopback: that address alone', [pathTo('::1', 7112)], ['::1 7112']],
    [
      'two addresses, one port: one socket',
      [pathTo('10.0.0.1', 7112), pathTo('10.1.0.1', 7112)],
      ['0.0.0.0 7112'],
    ],
    [
      'two ports: two sockets',
      [pathTo('10.0.0.1', 7112), pathTo('10.1.0.1', 7113)],
      ['0.0.0.0 7112', '0.0.0.0 7113'],
    ],
    [
      'both families: one of each',
      [pathTo('10.0.0.1', 7112), pathTo('fd00::1', 7112)],
      ['0.0.0.0 7112', ':: 7112'],
    ],
    [
      'loopback beside an address of the same port: all interfaces cover it',
      [pathTo('127.0.0.1', 7112), pathTo('10.0.0.1', 7112)],
      ['0.0.0.0 7112'],
    ],
    [
      'loopback beside an address of another port or family: both',
      [pathTo('127.0.0.1', 7112), pathTo('10.0.0.1', 7113), pathTo('fd00::1', 7112)],
      ['127.0.0.1 7112', '0.0.0.0 7113', ':: 7112'],
    ],
    [
      'a name: both families, IPv6 where there is one',
      [pathTo('lb1.test', 7112)],
      ['0.0.0.0 7112', ':: 7112 optional'],
    ],
    [
      'a name beside an IPv6 address: that one is no longer optional',
      [pathTo('lb1.test', 7112), pathTo('fd00::1', 7112)],
      ['0.0.0.0 7112', ':: 7112'],
    ],
  ];
for (const [what, own, bindings] of rows) {
  test(`udp: what is listened on for ${what}`, () => {
    assert.deepEqual(
      bindingsFor(own).map(({ host, port, optional }) => `${host} ${port}${optional ? ' optional' : ''}`),
      bindings,
    );
  });
}

test('udp: frames go both ways on loopback, and are counted', async (t) => {
  const [one, other] = [pathTo('127.0.0.1', await freePort()), pathTo('127.0.0.1', await freePort())];
  const a = await opened(t, [one]);
  const b = await opened(t, [other]);
  await delivered(a.link, other, 'there', b.frames);
  await delivered(b.link, one, 'and back', a.frames);
  assert.ok(b.link.received() >= 1);
  assert.equal(b.link.received(), b.frames.length);
});

test('udp: a node answers from the port that it listens on, which firewalls count on', async (t) => {
  const own = pathTo('127.0.0.1', await freePort());
  const { link } = await opened(t, [own]);
  const peer = await bound(t, '127.0.0.1');
  const port = new Promise<number>((resolve) => peer.once('message', (_, from) => resolve(from.port)));
  link.send(pathTo('127.0.0.1', peer.address().port), frame('x'));
  assert.equal(await port, own.port);
});

test('udp: IPv6', async (t) => {
  if (!needsIpv6(t)) return;
  const [one, other] = [pathTo('::1', await freePort('::1')), pathTo('::1', await freePort('::1'))];
  const a = await opened(t, [one]);
  const b = await opened(t, [other]);
  await delivered(a.link, other, 'there', b.frames);
  await delivered(b.link, one, 'and back', a.frames);
});

test('udp: IPv4 and IPv6 share a port number', async (t) => {
  if (!needsIpv6(t)) return;
  const port = await freePort('::');
  const a = await opened(t, [pathTo('192.0.2.1', port), pathTo('2001:db8::1', port)]);
  const sender = await opened(t, [pathTo('127.0.0.1', await freePort())]);
  await delivered(sender.link, pathTo('127.0.0.1', port), 'over 4', a.frames);
  await delivered(sender.link, pathTo('::1', port), 'over 6', a.frames);
});

test('udp: all interfaces are listened on for an address that the host does not have yet', async (t) => {
  const port = await freePort();
  const a = await opened(t, [pathTo('192.0.2.77', port)]);
  const sender = await opened(t, [pathTo('127.0.0.1', await freePort())]);
  await delivered(sender.link, pathTo('127.0.0.1', port), 'it listens', a.frames);
  assert.deepEqual(a.log.lines, []);
});

for (const address of ['127.0.0.1', '192.0.2.1']) {
  test(`udp: a port that is taken is refused with how to see by whom (${address})`, async (t) => {
    const taken = await bound(t, '127.0.0.1');
    const { port } = taken.address();
    await assert.rejects(opened(t, [pathTo(address, port)]), {
      name: 'OperatorError',
      code: 'PORT_TAKEN',
      message: `UDP port ${port} on ${address === '127.0.0.1' ? address : '0.0.0.0'} is in use by another program`,
      hint: `see which with "ss -lunp sport = :${port}"; is sealbeat running already?`,
    });
  });
}

test('udp: a start that fails at the second port leaves the first one free', async (t) => {
  const taken = await bound(t, '127.0.0.1');
  const first = await freePort();
  await assert.rejects(opened(t, [pathTo('127.0.0.1', first), pathTo('127.0.0.1', taken.address().port)]), {
    code: 'PORT_TAKEN',
  });
  await bound(t, '127.0.0.1', first);
});

/** What a script of test/fixtures prints as JSON when it runs in a network namespace of its own; undefined when skipped. */
function inNamespace(t: TestContext, script: string): unknown {
  const path = fileURLToPath(new URL(`../fixtures/${script}`, import.meta.url));
  const problem =
    process.getuid?.() !== 0
      ? 'network namespaces need root'
      : hasTool('ip') && hasTool('unshare')
        ? ''
        : 'no ip or unshare';
  if (problem !== '' && process.env['CI'] === 'true')
    throw new Error(`this test may not be skipped in CI: ${problem}`);
  if (problem !== '') return void t.skip(problem);
  return JSON.parse(
    execFileSync('unshare', ['--net', process.execPath, path], { encoding: 'utf8', timeout: 30_000 }),
  );
}

test('udp: a loopback address that does not exist yet is said, tried again every second, and used when it comes', (t) => {
  if (!needsIpv6(t)) return;
  const seen = inNamespace(t, 'udp-late-address.ts');
  if (seen === undefined) return;
  assert.deepEqual(seen, {
    said: {
      level: 'warn',
      fields: { address: '::1', port: 7112, code: 'EADDRNOTAVAIL' },
      text: 'udp: cannot listen yet; trying again',
    },
    tried: true,
    frame: 'hello',
  });
});

test('udp: a port below 1024 says what it needs', (t) => {
  const seen = inNamespace(t, 'udp-low-port.ts');
  if (seen === undefined) return;
  assert.deepEqual(seen, {
    code: 'PORT_TAKEN',
    message: 'cannot listen on UDP port 712 on 127.0.0.1: not permitted',
    hint: 'ports below 1024 need root or CAP_NET_BIND_SERVICE',
  });
});

test('udp: close frees the port at once, takes nothing more in, and may be repeated', async (t) => {
  const port = await freePort();
  const { link, frames } = await opened(t, [pathTo('127.0.0.1', port)]);
  link.close();
  link.close();
  link.send(pathTo('127.0.0.1', port), frame('after the end'));
  await bound(t, '127.0.0.1', port);
  assert.deepEqual(frames, []);
});

test('udp: a send that the system refuses is reported with its code, each time, and to the path it was for', async (t) => {
  const { link, troubles } = await opened(t, [pathTo('127.0.0.1', await freePort())]);
  const broadcast = pathTo('255.255.255.255', 9); // EACCES without SO_BROADCAST, for root as well
  link.send(broadcast, frame('x'));
  await until('the trouble', PATIENCE_MS, () => troubles.length === 1);
  assert.match(troubles[0]!, /^udp:\/\/255\.255\.255\.255:9 (EACCES|ENETUNREACH|EPERM)$/);
  link.send(broadcast, frame('x'));
  await until('the trouble again', PATIENCE_MS, () => troubles.length === 2);
});

test('udp: a frame that is too large for a datagram is trouble, not a fault', async (t) => {
  const own = pathTo('127.0.0.1', await freePort());
  const { link, troubles } = await opened(t, [own]);
  link.send(own, new Uint8Array(70_000));
  await until('the trouble', PATIENCE_MS, () => troubles.length === 1);
  assert.equal(troubles[0], `${own.url} EMSGSIZE`);
});

test('udp: a peer that does not listen is no trouble of ours', async (t) => {
  const { link, frames, troubles } = await opened(t, [pathTo('127.0.0.1', await freePort())]);
  const other = await opened(t, [pathTo('127.0.0.1', await freePort())]);
  const nobody = pathTo('127.0.0.1', await freePort());
  for (let count = 0; count < 10; count += 1) link.send(nobody, frame('x'));
  const own = pathTo('127.0.0.1', await freePort());
  const third = await opened(t, [own]);
  await delivered(link, own, 'still sends', third.frames);
  assert.deepEqual(troubles, []);
  assert.deepEqual([...frames, ...other.frames], []);
});

/** A resolver that answers when it is told to. */
function fakeResolver() {
  const asked: string[] = [];
  const waiting: ((error: NodeJS.ErrnoException | null, addresses: readonly string[]) => void)[] = [];
  const lookup: Lookup = (host, done) => {
    asked.push(host);
    waiting.push((error, addresses) =>
      done(
        error,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    );
  };
  return {
    asked,
    lookup,
    answer: (...addresses: string[]) => waiting.shift()!(null, addresses),
    fail: (code: string) => waiting.shift()!(Object.assign(new Error(code), { code }), []),
  };
}

function names(families: readonly (4 | 6)[] = [4]) {
  const clock = new ManualClock();
  const log = collectedLog();
  const resolver = fakeResolver();
  return {
    clock,
    log,
    ...resolver,
    names: newNames({ clock, log, families: new Set(families), lookup: resolver.lookup }),
  };
}

test('names: an address needs no resolver', () => {
  const { names: known, asked } = names();
  assert.deepEqual(known.addressOf('10.0.0.1'), { address: '10.0.0.1', family: 4 });
  assert.deepEqual(known.addressOf('fd00::1'), { address: 'fd00::1', family: 6 });
  assert.deepEqual(asked, []);
});

test('names: a name is asked for once, and has an address from then on', () => {
  const { names: known, asked, answer } = names();
  assert.equal(known.addressOf('lb2.test'), undefined);
  assert.equal(known.addressOf('lb2.test'), undefined);
  assert.deepEqual(asked, ['lb2.test']);
  answer('10.0.0.2');
  assert.deepEqual(known.addressOf('lb2.test'), { address: '10.0.0.2', family: 4 });
});

test('names: asked again every 30 s; a move is said, and an answer that fails keeps the last address', () => {
  const { names: known, clock, log, asked, answer, fail } = names();
  known.addressOf('lb2.test');
  answer('10.0.0.2');
  clock.goOn(29_999);
  assert.equal(asked.length, 1);
  clock.goOn(1);
  assert.equal(asked.length, 2);
  answer('10.0.0.9');
  assert.equal(known.addressOf('lb2.test')?.address, '10.0.0.9');
  assert.deepEqual(
    log.lines.map(({ level, text }) => [level, text]),
    [['info', 'names: a peer has another address now']],
  );
  clock.goOn(30_000);
  fail('EAI_AGAIN');
  assert.equal(known.addressOf('lb2.test')?.address, '10.0.0.9');
});

test('names: one without an address is said and asked for again after 2 s', () => {
  const { names: known, clock, log, asked, answer, fail } = names();
  known.addressOf('lb2.test');
  fail('ENOTFOUND');
  assert.deepEqual(log.lines, [
    {
      level: 'warn',
      fields: { host: 'lb2.test', code: 'ENOTFOUND' },
      text: 'names: the name of a peer cannot be resolved now; trying again',
    },
  ]);
  clock.goOn(2_000);
  assert.equal(asked.length, 2);
  answer();
  assert.equal(log.lines.length, 2, 'an answer without addresses is none');
  clock.goOn(2_000);
  answer('10.0.0.2');
  assert.equal(known.addressOf('lb2.test')?.address, '10.0.0.2');
});

test('names: of several addresses, one of a family that we listen on', () => {
  const four = names([4]);
  four.names.addressOf('lb2.test');
  four.answer('fd00::2', '10.0.0.2');
  assert.equal(four.names.addressOf('lb2.test')?.address, '10.0.0.2');
  const six = names([6]);
  six.names.addressOf('lb2.test');
  six.answer('10.0.0.2', 'fd00::2');
  assert.deepEqual(six.names.addressOf('lb2.test'), { address: 'fd00::2', family: 6 });
  const other = names([6]);
  other.names.addressOf('lb2.test');
  other.answer('10.0.0.2');
  assert.equal(other.names.addressOf('lb2.test')?.address, '10.0.0.2', 'better than none');
});

test('names: a resolver that hangs is asked for two names at a time', () => {
  const { names: known, asked, answer } = names();
  for (const host of ['a', 'b', 'c', 'd']) known.addressOf(host);
  assert.deepEqual(asked, ['a', 'b']);
  answer('10.0.0.1');
  assert.deepEqual(asked, ['a', 'b', 'c']);
});

test('names: one that nobody uses any more is forgotten', () => {
  const { names: known, clock, asked, answer } = names();
  known.addressOf('lb2.test');
  answer('10.0.0.2');
  for (let count = 0; count < 3; count += 1) {
    clock.goOn(30_000);
    if (asked.length > count + 1) answer('10.0.0.2');
  }
  assert.equal(clock.waiting, 0);
  const before = asked.length;
  clock.goOn(600_000);
  assert.equal(asked.length, before);
  assert.equal(known.addressOf('lb2.test'), undefined);
  assert.equal(asked.length, before + 1, 'and asked for anew when it is used again');
});

test('names: after close nothing is asked, and a late answer starts nothing', () => {
  const { names: known, clock, asked, answer } = names();
  known.addressOf('a');
  known.addressOf('b');
  known.addressOf('c');
  known.close();
  answer('10.0.0.1');
  clock.goOn(60_000);
  assert.deepEqual(asked, ['a', 'b']);
  assert.equal(clock.waiting, 0);
});

test('udp: frames to a name go out once it has an address, and none before is kept', async (t) => {
  const resolver = fakeResolver();
  const { port } = pathTo('127.0.0.1', await freePort());
  const receiver = await opened(t, [pathTo('127.0.0.1', port)]);
  const { link } = await opened(t, [pathTo('127.0.0.1', await freePort())], { lookup: resolver.lookup });
  link.send(pathTo('lb2.test', port), frame('too early'));
  assert.deepEqual(resolver.asked, ['lb2.test']);
  resolver.answer('127.0.0.1');
  await delivered(link, pathTo('lb2.test', port), 'in time', receiver.frames);
  assert.ok(!receiver.frames.includes('too early'));
});

test("udp: the system's resolver is asked where no other is given", async (t) => {
  const { port } = pathTo('127.0.0.1', await freePort());
  const receiver = await opened(t, [pathTo('127.0.0.1', port)]);
  const { link } = await opened(t, [pathTo('127.0.0.1', await freePort())]);
  await delivered(link, pathTo('localhost', port), 'by name', receiver.frames);
});
