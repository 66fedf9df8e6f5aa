// Goal: whoever connects without being a peer costs little, stays for two seconds at most, and is in nobody's way.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { framed } from '../../src/net/tcp-frames.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { until } from '../lab/wait.ts';
import { freePort } from './free-port.ts';
import {
  call,
  frame,
  openEnd,
  PATIENCE_MS,
  peer,
  tcpPath,
  TIMING,
  type Caller,
  type End,
} from './tcp-ends.ts';

interface Scene {
  readonly end: End;
  readonly clock: ManualClock;
  readonly port: number;
  call(address?: string): Caller;
}

const eventually = (what: string, condition: () => boolean): Promise<void> =>
  until(what, PATIENCE_MS, condition);

async function listening(t: TestContext): Promise<Scene> {
  const clock = new ManualClock();
  const port = await freePort();
  const end = await openEnd(t, [tcpPath(port)], { clock });
  end.link.setPeers([peer(1)], TIMING);
  return { end, clock, port, call: (address) => call(t, port, address) };
}

/** Each is given its two seconds by a timer of its own. */
const admitted = (scene: Scene, count: number): Promise<void> =>
  eventually(`${count} strangers`, () => scene.clock.waiting === count);

test('tcp strangers: one that says nothing is closed after 2 s', async (t) => {
  const scene = await listening(t);
  const stranger = scene.call();
  await admitted(scene, 1);
  scene.clock.goOn(1_999);
  assert.equal(scene.end.counts.size, 0);
  scene.clock.goOn(1);
  assert.equal(scene.end.counts.get('connections closed: unproven'), 1);
  await eventually('the end', () => stranger.isGone);
});

test('tcp strangers: one that says a byte a second is closed after 2 s', async (t) => {
  const scene = await listening(t);
  const stranger = scene.call();
  await admitted(scene, 1);
  const bytes = framed(frame('from 1 over 0'));
  for (const at of [0, 1]) {
    stranger.socket.write(bytes.subarray(at, at + 1));
    scene.clock.goOn(1_000);
  }
  await eventually('the end', () => stranger.isGone);
  assert.deepEqual(scene.end.frames, []);
});

test('tcp strangers: one that keeps saying hello is closed after 2 s', async (t) => {
  const scene = await listening(t);
  const stranger = scene.call();
  for (let count = 1; count <= 3; count += 1) {
    stranger.say(`hello ${count}`);
    await eventually('an answer', () => stranger.heard.length === count);
  }
  assert.deepEqual(scene.end.readies, [], 'a hello binds nothing');
  scene.clock.goOn(2_000);
  await eventually('the end', () => stranger.isGone);
});

for (const length of [0, 179, 181, 1_205, 65_535]) {
  test(`tcp strangers: a length of ${length} is the end`, async (t) => {
    const scene = await listening(t);
    const stranger = scene.call();
    stranger.socket.write(Buffer.of(length >> 8, length & 255));
    await eventually('the end', () => stranger.isGone);
    assert.equal(scene.end.counts.get('connections closed: length'), 1);
    assert.deepEqual([scene.end.frames, scene.clock.waiting], [[], 0]);
  });
}

test('tcp strangers: of a flood of garbage one frame is looked at', async (t) => {
  const scene = await listening(t);
  const stranger = scene.call();
  stranger.say(...Array.from({ length: 10_000 }, () => 'garbage'));
  await eventually('the end', () => stranger.isGone);
  assert.deepEqual(scene.end.frames, ['garbage']);
});

test('tcp strangers: recorded frames bind nothing and are taken slowly, however fast they come', async (t) => {
  const scene = await listening(t);
  const stranger = scene.call();
  stranger.say(...Array.from({ length: 10_000 }, (_, count) => `replay ${count}`));
  await eventually('the first frames', () => scene.end.frames.length === 5);
  for (let count = 6; count <= 10; count += 1) {
    scene.clock.goOn(4);
    assert.equal(scene.end.frames.length, count - 1);
    scene.clock.goOn(1);
    await eventually('one more', () => scene.end.frames.length === count);
  }
  assert.deepEqual(scene.end.readies, []);
  scene.clock.goOn(2_000);
  await eventually('the end', () => stranger.isGone);
  assert.ok(scene.end.frames.length < 500, `${scene.end.frames.length} of 10,000 were looked at`);
});

test('tcp strangers: one that never reads is closed after 2 s all the same', async (t) => {
  const scene = await listening(t);
  const stranger = scene.call();
  stranger.socket.pause();
  stranger.say('hello', 'hello again');
  await eventually('its hellos', () => scene.end.frames.length === 2);
  scene.clock.goOn(2_000);
  assert.equal(scene.end.counts.get('connections closed: unproven'), 1);
  assert.equal(scene.clock.waiting, 0);
});

test('tcp strangers: one that proves itself stays, and frees its place', async (t) => {
  const scene = await listening(t);
  const known = scene.call();
  known.say('hello', 'from 1 over 0');
  await eventually('it to be bound', () => scene.end.readies.length === 1);
  assert.equal(scene.clock.waiting, 0);
  scene.clock.goOn(10_000);
  const more = Array.from({ length: 4 }, () => scene.call());
  await admitted(scene, 4);
  assert.ok(!known.isGone);
  assert.ok(more.every(({ isGone }) => !isGone));
});

test('tcp strangers: a fifth of one address is refused while the others are young, then takes the place of one', async (t) => {
  const scene = await listening(t);
  const four = Array.from({ length: 4 }, () => scene.call());
  await admitted(scene, 4);
  scene.clock.goOn(100);
  const refused = scene.call();
  await eventually('a refusal', () => refused.isGone);
  assert.equal(scene.end.counts.get('connections refused'), 1);
  scene.clock.goOn(1);
  const fifth = scene.call();
  await eventually('one to go', () => scene.end.counts.get('connections closed: too many') === 1);
  await eventually('its end', () => four.filter(({ isGone }) => isGone).length === 1);
  assert.equal(fifth.isGone, false);
  const elsewhere = scene.call('127.0.0.2');
  await admitted(scene, 5);
  assert.equal(elsewhere.isGone, false, 'another address has places of its own');
});

test('tcp strangers: a thousand connections leave sixteen, and a peer gets through', async (t) => {
  const scene = await listening(t);
  const crowd: Caller[] = [];
  for (let host = 1; host <= 250; host += 1)
    for (let count = 0; count < 4; count += 1) crowd.push(scene.call(`127.0.1.${host}`));
  const there = (): number => crowd.filter(({ isGone }) => !isGone).length;
  await eventually('all but sixteen to go', () => there() === 16);
  assert.equal(scene.clock.waiting, 16);
  assert.equal(scene.end.counts.get('connections refused'), 984);
  scene.clock.goOn(101);
  const known = scene.call();
  known.say('hello', 'from 1 over 0');
  await eventually('it to be bound', () => scene.end.readies.includes('1/0 ready'));
  assert.equal(scene.end.counts.get('connections closed: too many'), 1);
  scene.clock.goOn(2_000);
  await eventually('the crowd to go', () => there() === 0);
  assert.ok(!known.isGone);
});

test('tcp strangers: those that reset before anybody looks leave nothing behind', async (t) => {
  const scene = await listening(t);
  for (let count = 0; count < 50; count += 1) {
    const stranger = scene.call();
    stranger.socket.once('connect', () => stranger.socket.resetAndDestroy());
  }
  const known = scene.call('127.0.0.9');
  known.say('from 1 over 0');
  await eventually('a peer', () => scene.end.readies.length === 1);
  await eventually('nobody else', () => scene.clock.waiting === 0);
  assert.deepEqual(scene.end.troubles, []);
});
