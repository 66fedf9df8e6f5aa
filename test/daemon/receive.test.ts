import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openFrame } from '../../src/wire/frame.ts';
import { makeKeyring } from '../../src/wire/keyring.ts';
import { sealFor } from '../../src/daemon/transmit.ts';
import type { Over } from '../../src/net/tcp-connection.ts';
import { identities } from '../config/example-file.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { seededRandom } from '../fakes/seeded-random.ts';
import { acquaint, benchOf, named, settingsWith, type Bench } from './two-nodes.ts';

const settings = settingsWith();

function pair(): { lb1: Bench; lb2: Bench; clock: ManualClock } {
  const clock = new ManualClock();
  return { lb1: benchOf(settings, 'lb1', clock), lb2: benchOf(settings, 'lb2', clock), clock };
}

/** Frames of lb1 that lb2 has not received yet. */
function fresh(lb1: Bench, clock: ManualClock): Uint8Array {
  lb1.sent.length = 0;
  clock.goOn(300);
  const frame = lb1.sent.at(-1);
  assert.ok(frame);
  return frame;
}

const counted = (bench: Bench, name: string): number => bench.counters.all()[name] ?? 0;

test('receive: two nodes that exchange frames become alive to each other, and every frame is counted', () => {
  const { lb1, lb2, clock } = pair();
  acquaint(lb1, lb2, clock);
  for (const bench of [lb1, lb2]) {
    assert.equal(bench.node.links[0]!.alive, true);
    const { 'frames received': received, 'frames accepted': accepted } = bench.counters.all();
    assert.ok(received! > 0);
    assert.ok(accepted! > 0 && accepted! <= received!);
    assert.ok(counted(bench, 'signatures checked') >= accepted!);
  }
});

test('receive: a frame that comes twice is counted as a replay, with the peer and in all', () => {
  const { lb1, lb2, clock } = pair();
  acquaint(lb1, lb2, clock);
  const frame = fresh(lb1, clock);
  lb2.receive(frame);
  const before = counted(lb2, 'signatures checked');
  lb2.receive(frame);
  assert.equal(counted(lb2, 'rejected: replay'), 1);
  assert.equal(lb2.node.links[0]!.rejects.get('replay'), 1);
  assert.equal(counted(lb2, 'signatures checked'), before, 'and costs no signature');
});

const spoiled: readonly (readonly [
  reject: string,
  ofPeer: boolean,
  spoil: (frame: Uint8Array) => Uint8Array,
])[] = [
  ['length', false, (frame) => frame.subarray(0, frame.length - 1)],
  ['length', false, () => new Uint8Array(0)],
  ['magic', false, (frame) => frame.with(0, frame[0]! ^ 1)],
  ['version', false, (frame) => frame.with(3, 9)],
  ['unknown-sender', false, (frame) => frame.with(4, frame[4]! ^ 1)],
  ['box', true, (frame) => frame.with(frame.length - 1, frame.at(-1)! ^ 1)],
];
for (const [reject, ofPeer, spoil] of spoiled) {
  test(`receive: refused for its ${reject}, counted${ofPeer ? ' with the peer, too' : ''}`, () => {
    const { lb1, lb2, clock } = pair();
    acquaint(lb1, lb2, clock);
    const frame = fresh(lb1, clock);
    lb2.receive(spoil(frame));
    assert.equal(counted(lb2, `rejected: ${reject}`), 1);
    assert.equal(lb2.node.links[0]!.rejects.get(reject) ?? 0, ofPeer ? 1 : 0);
    lb2.receive(frame);
    assert.equal(counted(lb2, 'rejected: replay'), 0, 'the genuine frame is as good as before');
  });
}

test('receive: our own frame that comes back is counted as reflected', () => {
  const { lb1, lb2, clock } = pair();
  acquaint(lb1, lb2, clock);
  lb1.receive(fresh(lb1, clock));
  assert.equal(counted(lb1, 'rejected: reflected'), 1);
});

test('receive: a genuine frame of another cluster does not open', () => {
  const { lb2, clock } = pair();
  const stranger = benchOf(settingsWith(['cluster: mail', 'cluster: other']), 'lb1', clock);
  lb2.receive(fresh(stranger, clock));
  assert.equal(counted(lb2, 'rejected: box'), 1);
});

test('receive: an answered hello is counted as such', () => {
  const { lb1, lb2, clock } = pair();
  lb2.receive(fresh(lb1, clock));
  assert.equal(counted(lb2, 'hellos answered'), 1);
});

test('receive: a path that the config does not have counts for the last one there is', () => {
  const { lb1, lb2, clock } = pair();
  acquaint(lb1, lb2, clock);
  const opened = openFrame(fresh(lb1, clock), (sender) => lb2.keyring.inbound(sender));
  assert.ok(opened.ok);
  const link = lb1.node.links[0]!;
  const ports = { keyring: lb1.keyring, random: seededRandom('other nonces'), clock };
  const before = lb2.node.links[0]!.paths[0]!.received;
  lb2.receive(sealFor(link, { ...opened.body, path: 3, seq: opened.body.seq + 1 }, ports));
  assert.equal(lb2.node.links[0]!.paths[0]!.received, before + 1);
  assert.equal(lb2.node.links[0]!.paths.length, 1);
});

test('receive: a peer that a reload has removed is a stranger, also while the keyring still knows it', () => {
  const { lb1, lb2, clock } = pair();
  acquaint(lb1, lb2, clock);
  lb2.node.links.length = 0;
  lb2.receive(fresh(lb1, clock));
  assert.equal(counted(lb2, 'rejected: unknown-sender'), 1);
});

/** A connection that only remembers what it is told of the frames that came on it. */
function told(): { over: Over; said: string[] } {
  const said: string[] = [];
  const over: Over = {
    send: () => true,
    refuse: (reason) => void said.push(`refused: ${reason}`),
    belongsTo: (node, path) => void said.push(`of ${node} over ${path}`),
  };
  return { over, said };
}

test('receive: a connection belongs to whom an accepted frame proves it to, and a replay proves nothing', () => {
  const { lb1, lb2, clock } = pair();
  acquaint(lb1, lb2, clock);
  const frame = fresh(lb1, clock);
  const [first, second] = [told(), told()];
  lb2.receive(frame, first.over);
  lb2.receive(frame, second.over);
  assert.deepEqual([first.said, second.said], [['of 1 over 0'], []]);
});

test('receive: a hello, recorded or not, proves nothing about its connection', () => {
  const { lb1, lb2, clock } = pair();
  const hello = fresh(lb1, clock);
  const { over, said } = told();
  lb2.receive(hello, over);
  lb2.receive(hello, over);
  assert.equal(counted(lb2, 'hellos answered'), 1);
  assert.deepEqual(said, []);
});

for (const [reject, , spoil] of spoiled) {
  test(`receive: a connection is told of a frame that is none: ${reject}`, () => {
    const { lb1, lb2, clock } = pair();
    acquaint(lb1, lb2, clock);
    const { over, said } = told();
    lb2.receive(spoil(fresh(lb1, clock)), over);
    assert.deepEqual(said, [`refused: ${reject}`]);
  });
}

test('receive: whatever arrives, nothing throws and nothing but counters changes', () => {
  const { lb1, lb2, clock } = pair();
  acquaint(lb1, lb2, clock);
  const genuine = fresh(lb1, clock);
  const { alive, freshAt, rx } = lb2.node.links[0]!;
  const newest = rx!.newest;
  const flipped = fc
    .tuple(fc.nat(genuine.length - 1), fc.integer({ min: 1, max: 255 }))
    .map(([at, bits]) => genuine.with(at, genuine[at]! ^ bits));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 2_000 }), flipped), (frame) => {
      lb2.receive(frame);
      assert.deepEqual(
        [alive, freshAt, newest],
        [lb2.node.links[0]!.alive, lb2.node.links[0]!.freshAt, rx!.newest],
      );
    }),
    { numRuns: 500, seed: 1 },
  );
  assert.ok(Object.keys(lb2.counters.all()).length < 40, 'counters have a bounded number of names');
});

test('transmit: what is sealed opens at the recipient and nowhere else, with the body as it was', () => {
  const { lb1, lb2, clock } = pair();
  const frame = fresh(lb1, clock);
  const lb3 = makeKeyring([identities.lb3], settings.nodes, named('lb3'), settings.cluster);
  const opened = openFrame(frame, (sender) => lb2.keyring.inbound(sender));
  assert.ok(opened.ok);
  assert.equal(opened.body.hello, true);
  assert.equal(opened.verify(), true);
  assert.equal(openFrame(frame, (sender) => lb3.inbound(sender)).ok, false);
});

test('transmit: the nonce of every frame is remembered, for the peer will name it', () => {
  const { lb1, lb2, clock } = pair();
  const frame = fresh(lb1, clock);
  const opened = openFrame(frame, (sender) => lb2.keyring.inbound(sender));
  assert.ok(opened.ok);
  acquaint(lb1, lb2, clock);
  assert.ok(lb1.node.links[0]!.ackedTx !== undefined, 'an acknowledgement was recognized by it');
});
