// Real connections on loopback. Goal: frames go both ways on each, whoever dialled; what goes is made again.
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { Lookup } from '../../src/net/names.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { until } from '../lab/wait.ts';
import { freePort } from './free-port.ts';
import {
  call,
  type Caller,
  frame,
  openEnd,
  PATIENCE_MS,
  peer,
  tcpPath,
  textOf,
  TIMING,
  type End,
} from './tcp-ends.ts';

const eventually = (what: string, condition: () => boolean): Promise<void> =>
  until(what, PATIENCE_MS, condition);

/** Node 2 listens, node 1 only dials. */
async function pair(t: TestContext): Promise<{ one: End; two: End; port: number }> {
  const port = await freePort();
  const two = await openEnd(t, [tcpPath(port)]);
  two.link.setPeers([peer(1)], TIMING);
  const one = await openEnd(t, []);
  one.link.setPeers([peer(2, tcpPath(port))], TIMING);
  await eventually('a connection', () => one.readies.length === 1);
  return { one, two, port };
}

test('tcp: a way is ready for who dials when connected, for who listens when a frame was accepted', async (t) => {
  const { one, two } = await pair(t);
  assert.deepEqual(one.readies, ['2/0 ready']);
  assert.deepEqual(two.readies, []);
  assert.equal(two.link.waysOf(1)[0]!.send(frame('too early')), false);
  assert.equal(one.link.waysOf(2)[0]!.send(frame('from 1 over 0')), true);
  await eventually('it to be bound', () => two.readies.length === 1);
  assert.deepEqual(two.readies, ['1/0 ready']);
  assert.equal(two.link.waysOf(1)[0]!.send(frame('from 2 over 0')), true);
  await eventually('a frame back', () => one.frames.length === 1);
  assert.deepEqual([one.frames, two.frames], [['from 2 over 0'], ['from 1 over 0']]);
  assert.deepEqual([one.link.received(), two.link.received()], [1, 1]);
});

test('tcp: nobody is dialled before the peers are told', async (t) => {
  const port = await freePort();
  const two = await openEnd(t, [tcpPath(port)]);
  two.link.setPeers([peer(1)], TIMING);
  const one = await openEnd(t, []);
  assert.deepEqual(one.link.waysOf(2), []);
});

test('tcp: a connection that a peer resets is trouble at both ways, and dialled again', async (t) => {
  const port = await freePort();
  const two = await openEnd(t, [tcpPath(port)]);
  two.link.setPeers([peer(1)], TIMING);
  const caller = call(t, port);
  caller.say('from 1 over 0');
  await eventually('it to be bound', () => two.readies.length === 1);
  caller.socket.resetAndDestroy();
  await eventually('the loss', () => two.readies.length === 2);
  assert.deepEqual(two.readies, ['1/0 ready', '1/0 gone']);
  assert.deepEqual(two.troubles, ['1 ECONNRESET']);
});

test('tcp: a connection that ends is dialled again', async (t) => {
  const { one, two, port } = await pair(t);
  two.link.close();
  await eventually('the loss', () => one.readies.includes('2/0 gone'));
  assert.match(one.troubles[0]!, /^2 (ended|ECONNRESET)$/);
  const again = await openEnd(t, [tcpPath(port)]);
  again.link.setPeers([peer(1)], TIMING);
  await eventually('another connection', () => one.readies.length === 3);
});

test('tcp: redial ends what there is on either side, tells nobody, and makes another', async (t) => {
  const { one, two } = await pair(t);
  one.link.waysOf(2)[0]!.send(frame('from 1 over 0'));
  await eventually('it to be bound', () => two.readies.length === 1);
  one.link.waysOf(2)[0]!.redial();
  assert.equal(one.link.waysOf(2)[0]!.ready, false);
  await eventually('another connection', () => one.readies.length === 2);
  assert.deepEqual([one.readies, one.troubles], [['2/0 ready', '2/0 ready'], []]);
  one.link.waysOf(2)[0]!.send(frame('from 1 over 0'));
  await eventually('it to be bound again', () => two.readies.length >= 3);
  two.link.waysOf(1)[0]!.redial();
  assert.equal(two.link.waysOf(1)[0]!.ready, false);
  await eventually('a third connection', () => one.readies.length === 4);
});

/** For what must not happen: a connection on loopback is there within a few turns of the loop. */
async function aFewTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Takes connections and ends them at once; the test sees when. */
async function turningAway(t: TestContext): Promise<{ port: number; taken: Socket[] }> {
  const taken: Socket[] = [];
  const server = createServer((socket) => {
    taken.push(socket);
    socket.on('error', () => undefined);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { port: (server.address() as { port: number }).port, taken };
}

for (const [intervalMs, pauseMs] of [
  [50, 100],
  [250, 250],
] as const) {
  test(`tcp: at an interval of ${intervalMs} ms a failed connection is dialled again after ${pauseMs} ms`, async (t) => {
    const clock = new ManualClock();
    const { port, taken } = await turningAway(t);
    const one = await openEnd(t, [], { clock });
    one.link.setPeers([peer(2, tcpPath(port))], { intervalMs, timeoutMs: 60_000 });
    for (let count = 1; count <= 3; count += 1) {
      await eventually('a connection, ended', () => one.readies.length === 2 * count);
      clock.goOn(pauseMs - 1);
      await aFewTurns();
      assert.equal(taken.length, count);
      clock.goOn(1);
    }
    assert.deepEqual(one.troubles.length, 1, 'and all that is told once in a timeout');
  });
}

test('tcp: a peer whose port is closed is trouble once per timeout', async (t) => {
  const clock = new ManualClock();
  const one = await openEnd(t, [], { clock });
  one.link.setPeers([peer(2, tcpPath(await freePort()))], TIMING);
  await eventually('the refusal', () => one.troubles.length === 1);
  assert.deepEqual(one.troubles, ['2 ECONNREFUSED']);
  for (let count = 0; count < 9; count += 1) {
    clock.goOn(100);
    // The next attempt's deadline has been replaced by the pause before the one after it.
    await eventually('a refusal', () => clock.waiting === 1);
  }
  assert.equal(one.troubles.length, 1);
  await until('the next one', PATIENCE_MS, () => {
    clock.goOn(100);
    return one.troubles.length === 2;
  });
  assert.deepEqual(one.readies, []);
});

test('tcp: a name is dialled once it has an address', async (t) => {
  const clock = new ManualClock();
  const port = await freePort();
  const two = await openEnd(t, [tcpPath(port)]);
  two.link.setPeers([peer(1)], TIMING);
  let answer: Parameters<Lookup>[1] | undefined;
  const one = await openEnd(t, [], { clock, lookup: (_, done) => void (answer = done) });
  one.link.setPeers([peer(2, tcpPath(port, 'lb2.test'))], TIMING);
  clock.goOn(100);
  answer!(null, [{ address: '127.0.0.1', family: 4 }]);
  clock.goOn(100);
  await eventually('a connection', () => one.readies.length === 1);
});

test("tcp: a path by name is listened on in both families and dialled as the system's resolver says", async (t) => {
  const port = await freePort();
  const two = await openEnd(t, [tcpPath(port, 'lb2.test')]);
  two.link.setPeers([peer(1)], TIMING);
  const one = await openEnd(t, []);
  one.link.setPeers([peer(2, tcpPath(port, 'localhost'))], TIMING);
  await eventually('a connection', () => one.readies.length === 1);
});

test('tcp: frames to a peer that never reads are skipped, not kept', async (t) => {
  const port = await freePort();
  const two = await openEnd(t, [tcpPath(port)]);
  two.link.setPeers([peer(1)], TIMING);
  const caller = call(t, port);
  caller.socket.pause();
  caller.say('from 1 over 0');
  await eventually('it to be bound', () => two.readies.length === 1);
  const [way] = two.link.waysOf(1);
  let sent = 0;
  const large = new Uint8Array(1_204);
  while (sent < 100_000 && way!.send(large)) sent += 1;
  assert.ok(sent < 100_000, 'the kernel takes only so much');
  assert.equal(way!.send(large), false);
  assert.equal(way!.ready, true, 'whether it is stuck is for the machine to say');
});

test('tcp: of five connections of a peer the one that is idle for the longest goes', async (t) => {
  const clock = new ManualClock();
  const port = await freePort();
  const two = await openEnd(t, [tcpPath(port)], { clock });
  two.link.setPeers([peer(1), peer(3)], TIMING);
  const callers: Caller[] = [];
  for (let count = 1; count <= 4; count += 1) {
    callers.push(call(t, port));
    callers.at(-1)!.say('from 1 over 0');
    await eventually('it to be bound', () => two.frames.length === count);
    clock.goOn(10);
  }
  callers[0]!.say('from 1 over 0');
  await eventually('the first to speak again', () => two.frames.length === 5);
  clock.goOn(10);
  const other = call(t, port);
  other.say('from 3 over 0');
  await eventually('that of another peer', () => two.readies.includes('3/0 ready'));
  assert.ok(
    callers.every(({ isGone }) => !isGone),
    'which counts for itself',
  );
  callers.push(call(t, port));
  callers.at(-1)!.say('from 1 over 0');
  await eventually('one to go', () => callers[1]!.isGone);
  assert.deepEqual(
    callers.map(({ isGone }) => isGone),
    [false, true, false, false, false],
  );
  two.link.waysOf(1)[0]!.send(frame('to all of them'));
  const left = callers.filter(({ isGone }) => !isGone);
  await eventually('a frame on each', () => left.every(({ heard }) => heard.includes('to all of them')));
});

test('tcp: a connection belongs to the way that its frame names, or else to one of the port where it came', async (t) => {
  const [first, second] = [tcpPath(await freePort()), tcpPath(await freePort())];
  const two = await openEnd(t, [first, second]);
  two.link.setPeers([peer(1, { ...first, transport: 'udp' })], TIMING);
  for (const [port, named, way] of [
    [first.port, 1, '1/1 ready'],
    [second.port, 2, '1/2 ready'],
  ] as const) {
    call(t, port).say(`from 1 over ${named}`);
    await eventually('it to be bound', () => two.readies.includes(way));
  }
  two.link.setPeers([peer(1)], TIMING);
  two.readies.length = 0;
  call(t, second.port).say('from 1 over 0');
  await eventually('it to be heard', () => two.frames.length === 3);
  const sizes = two.link.waysOf(1).map((way) => (way?.kind === 'tcp-in' ? way.connections.size : 0));
  assert.deepEqual(sizes, [1, 2]);
});

test('tcp: a frame that is none ends the connection of a peer, too', async (t) => {
  const { one, two } = await pair(t);
  one.link.waysOf(2)[0]!.send(frame('from 1 over 0'));
  await eventually('it to be bound', () => two.readies.length === 1);
  one.link.waysOf(2)[0]!.send(frame('garbage'));
  await eventually('the end', () => one.readies.includes('2/0 gone'));
  assert.deepEqual(two.readies, ['1/0 ready', '1/0 gone']);
  assert.equal(two.counts.get('connections closed: box'), 1);
});

test('tcp: a reload keeps the connections to the same paths and of the same peers, and tells what is ready', async (t) => {
  const { one, two, port } = await pair(t);
  one.link.waysOf(2)[0]!.send(frame('from 1 over 0'));
  await eventually('it to be bound', () => two.readies.length === 1);
  one.link.setPeers(
    [{ ...peer(3, { ...tcpPath(9), transport: 'udp' }, tcpPath(port)), name: peer(2).name }],
    TIMING,
  );
  assert.deepEqual(one.readies, ['2/0 ready', '3/1 ready'], 'under its new number and place');
  two.link.setPeers([peer(1)], TIMING);
  assert.deepEqual(two.readies, ['1/0 ready', '1/0 ready']);
  one.link.waysOf(3)[1]!.send(frame('from 1 over 0, still'));
  await eventually('a frame', () => two.frames.length === 2);
  two.link.setPeers([], TIMING);
  await eventually('the end', () => one.readies.includes('3/1 gone'));
  assert.deepEqual(two.link.waysOf(1), []);
});

test('tcp: a port that is taken is refused with how to see by whom', async (t) => {
  const port = await freePort();
  await openEnd(t, [tcpPath(port)]);
  await assert.rejects(openEnd(t, [tcpPath(port)]), {
    name: 'OperatorError',
    code: 'PORT_TAKEN',
    message: `TCP port ${port} on 127.0.0.1 is in use by another program`,
    hint: `see which with "ss -ltnp sport = :${port}"; is sealbeat running already?`,
  });
});

test('tcp: close ends every connection, frees the port, and leaves nothing waiting', async (t) => {
  const clock = new ManualClock();
  const port = await freePort();
  const two = await openEnd(t, [tcpPath(port)], { clock });
  const nobody = tcpPath(await freePort());
  two.link.setPeers([peer(1, nobody)], TIMING);
  const [bound, stranger] = [call(t, port), call(t, port)];
  bound.say('from 1 over 1');
  stranger.say('hello');
  await eventually('both to be there', () => two.readies.length === 1 && stranger.heard.length === 1);
  assert.equal(textOf(frame(stranger.heard[0]!)), 'answer to hello');
  two.link.close();
  two.link.close();
  await eventually('both to be gone', () => bound.isGone && stranger.isGone);
  assert.equal(clock.waiting, 0);
  const again = await openEnd(t, [tcpPath(port)]);
  assert.deepEqual(again.log.lines, []);
  assert.deepEqual(two.readies, ['1/1 ready'], 'and tells nobody');
});
