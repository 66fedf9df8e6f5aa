import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupRecord } from '../../../src/core/frame.ts';
import type { GroupId } from '../../../src/core/units.ts';
import { word } from '../group/around.ts';
import { isUnproven } from '../../../src/core/peer/unproven.ts';
import { echoOf, end, ms, openEnd, timing } from './ends.ts';

// PROTOCOL.md's receive path, step by step: one verdict, one sentence. Bytes, box and parsing have their tests in wire.

test('receive: an answer to what we said opens a session', () => {
  const peer = end();
  peer.says(999);
  const { verdict, opened, found } = peer.hears(1_000);
  assert.deepEqual([verdict, opened, found], ['ok', true, true]);
  assert.equal(peer.link.rx?.session, 77);
  assert.equal(peer.link.sessionsOpened, 1);
});

test('receive: the right number with a wrong echo opens nothing', () => {
  const peer = end();
  peer.says(999);
  assert.equal(peer.hears(1_000, {}, { echo: echoOf(9) }).verdict, 'session');
  assert.equal(peer.link.rx, undefined);
});

test('receive: a frame that was never sealed cannot be acknowledged', () => {
  const peer = end();
  peer.link.tx.seq = 1;
  assert.equal(peer.hears(1_000, { ack: 1 }, { echo: '' }).verdict, 'session');
});

test('receive: an acknowledgement opens for two timeouts after what it names was sent', () => {
  for (const [age, verdict] of [
    [6_000, 'ok'],
    [6_000.1, 'session'],
  ] as const) {
    const peer = end();
    peer.says(1_000);
    assert.equal(
      peer.hears(1_000 + age, { sentUs: (1_000 + age) * 1_000 }).verdict,
      verdict === 'ok' ? 'stale' : verdict,
    );
    assert.equal(peer.link.rx !== undefined, verdict === 'ok');
  }
});

test('receive: a bad signature opens nothing and is not remembered', () => {
  const peer = end();
  peer.says(999);
  assert.equal(peer.hears(1_000, {}, { signed: false }).verdict, 'signature');
  assert.equal(peer.link.rx, undefined);
  assert.equal(peer.hears(1_001, { seq: 1 }).verdict, 'ok');
});

test('receive: in the open session a bad signature leaves its number free', () => {
  const peer = openEnd();
  assert.equal(peer.hears(1_100, { seq: 2 }, { signed: false }).verdict, 'signature');
  assert.equal(peer.hears(1_101, { seq: 2 }).verdict, 'ok');
});

test('receive: a replay costs no signature check', () => {
  const peer = openEnd();
  const before = peer.verified;
  assert.equal(peer.hears(1_001, { seq: 1 }).verdict, 'replay');
  assert.equal(peer.verified, before);
});

test('receive: below the window is late, its lowest number is not', () => {
  const peer = openEnd();
  peer.hears(1_100, { seq: 2_000 });
  assert.equal(peer.hears(1_101, { seq: 976 }).verdict, 'late');
  assert.equal(peer.hears(1_101, { seq: 977 }).verdict, 'ok');
});

test('receive: another session opens only by naming what we sent after the present one was opened', () => {
  const peer = openEnd();
  assert.equal(peer.hears(1_100, { session: 88, ack: 1 }).verdict, 'session');
  const named = peer.says(1_200);
  const { verdict, opened } = peer.hears(1_201, { session: 88, seq: 1, ack: named });
  assert.deepEqual([verdict, opened], ['ok', true]);
});

test('receive: a session that was replaced never comes back', () => {
  const peer = openEnd();
  peer.hears(1_201, { session: 88, seq: 1, ack: peer.says(1_200) });
  assert.equal(peer.hears(1_300, { session: 77, seq: 50, ack: peer.says(1_250) }).verdict, 'retired');
});

test('receive: the last 32 replaced sessions are known', () => {
  const peer = openEnd();
  for (let session = 100; session < 150; session++) {
    const now = 2_000 + session;
    assert.equal(peer.hears(now + 1, { session, seq: 1, ack: peer.says(now) }).verdict, 'ok');
  }
  assert.equal(peer.link.retired.length, 32);
  assert.equal(peer.hears(3_000, { session: 148, seq: 9, ack: peer.says(2_999) }).verdict, 'retired');
});

test('receive: a hello that opens nothing is answered once', () => {
  const peer = end();
  const hello = { hello: true, session: 99, seq: 3, ack: 0 };
  const first = peer.hears(1_000, hello);
  assert.deepEqual([first.verdict, first.answer], ['hello', 'hello']);
  const second = peer.hears(1_001, hello);
  assert.deepEqual([second.verdict, second.answer], ['hello-again', undefined]);
  assert.equal(peer.hears(1_002, { ...hello, seq: 4 }).verdict, 'hello');
});

test('receive: fifty hellos a second are answered, the next is not', () => {
  const peer = end();
  const verdicts = Array.from({ length: 51 }, (_, index) => {
    return peer.hears(1_000, { hello: true, session: 99, seq: index + 1, ack: 0 }).verdict;
  });
  assert.deepEqual([verdicts[49], verdicts[50]], ['hello', 'hello-limited']);
  assert.equal(peer.hears(1_020, { hello: true, session: 99, seq: 60, ack: 0 }).verdict, 'hello');
});

test('receive: what was answered is remembered for the last 1,024', () => {
  const peer = end();
  for (let seq = 1; seq <= 2_000; seq++) peer.hears(seq * 20, { hello: true, session: 99, seq, ack: 0 });
  assert.equal(peer.link.answered.size, 1_024);
});

test('receive: an answer never answers', () => {
  const peer = openEnd();
  assert.equal(peer.hears(1_010, { probe: true }).answer, 'probe');
  assert.equal(peer.hears(1_020, { probe: true, answer: true }).answer, undefined);
});

test('receive: one answer per path and two milliseconds', () => {
  const peer = openEnd();
  assert.equal(peer.hears(1_010, { probe: true }).answer, 'probe');
  assert.equal(peer.hears(1_011.9, { probe: true }).answer, undefined);
  assert.equal(peer.hears(1_012, { probe: true }).answer, 'probe');
});

// Freshness: a frame counts from when it was sent.

test('receive: alive until a timeout after it was sent, not after it arrived', () => {
  const peer = openEnd({ aheadMs: 500 });
  peer.hears(3_000, { sentUs: 2_500_000, ack: peer.says(1_999) });
  // Sent at 2,500 of its clock, which is 2,000 of ours at the latest; the acknowledgement proves 1,999.
  assert.ok(Math.abs(peer.link.deadline - 5_000) <= 2, `${peer.link.deadline}`);
});

test('receive: a frame whose time is over is stale, is acknowledged, and tells nothing', () => {
  const peer = openEnd();
  const deadline = peer.link.deadline;
  const { verdict, found } = peer.hears(4_100, { seq: 9, sentUs: 1_050_000, digest: 'ffffffffffffffff' });
  assert.deepEqual([verdict, found], ['stale', false]);
  assert.equal(peer.link.deadline, deadline);
  assert.equal(peer.link.rx?.newest, 9);
  assert.notEqual(peer.link.digest, 'ffffffffffffffff');
});

test('receive: held back and handed out slowly, frames keep nobody alive', () => {
  const peer = openEnd();
  for (let seq = 2; seq <= 12; seq++) {
    // All were sent within 2.5 s after the opening; each arrives 900 ms after the one before.
    peer.hears(1_000 + seq * 900, { seq, sentUs: (1_000 + seq * 200) * 1_000, ack: 1 });
  }
  assert.ok(peer.link.deadline <= 1_000 + 12 * 200 + 3_000 + 5);
});

test('receive: a peer that says it is deaf is given one per thousand of its silence', () => {
  const [told, silent] = [openEnd(), openEnd()];
  told.hears(11_000, { hearsYou: true, ack: 1, ackDelayUs: 10_000_000 });
  silent.hears(11_000, { hearsYou: false, ack: 1, ackDelayUs: 10_000_000 });
  assert.ok(Math.abs(silent.link.deadline - told.link.deadline - 10) < 0.01);
});

test('receive: an acknowledgement proves a moment only less what a clock may drift', () => {
  const peer = openEnd();
  peer.hears(11_000, { ack: 1, ackDelayUs: 10_000_000 });
  assert.ok(peer.link.deadline <= 14_000 - 4, '500 ppm of ten seconds');
  assert.ok(peer.link.deadline >= 14_000 - 7);
});

// Newest word.

const saying = (said: Partial<GroupRecord>): { groups: readonly GroupRecord[]; groupsInAll: number } => ({
  groups: [word(said)],
  groupsInAll: 1,
});
const GROUP = word().id as GroupId;

test('receive: of two words the one with the higher number stands, in whatever order they come', () => {
  const peer = openEnd();
  peer.hears(1_100, { seq: 5, ...saying({ role: 'active' }) });
  assert.equal(peer.hears(1_200, { seq: 4, ...saying({ role: 'standby' }) }).verdict, 'ok');
  assert.equal(peer.link.groups.get(GROUP)?.record.role, 'active');
  peer.hears(1_300, { seq: 6, ...saying({ role: 'standby' }) });
  assert.equal(peer.link.groups.get(GROUP)?.record.role, 'standby');
});

test("receive: a new session knows nothing of the old one's words", () => {
  const peer = openEnd();
  peer.hears(1_100, saying({ role: 'active' }));
  peer.hears(1_201, { session: 88, seq: 1, ack: peer.says(1_200) });
  assert.equal(peer.link.groups.size, 0);
});

// Clocks and memory.

test('receive: a peer whose clock ran on shows that ours stood still', () => {
  const peer = openEnd();
  const { clockStoodMs } = peer.hears(1_100, { sentUs: 3_100_000, ack: 1, ackDelayUs: 2_100_000 });
  assert.ok(Math.abs(clockStoodMs - 2_000) < 5, `${clockStoodMs}`);
  // What was sent before says nothing about the clocks any more: the next frame shows nothing new.
  assert.equal(peer.hears(1_101, { sentUs: 3_101_000, ack: 1, ackDelayUs: 2_101_000 }).clockStoodMs, 0);
});

test('receive: after our clock stood still nothing is fresh until what we said since is acknowledged', () => {
  const peer = openEnd();
  const deadline = peer.link.deadline;
  assert.equal(peer.hears(1_100, { sentUs: 3_100_000, ack: 1, ackDelayUs: 2_100_000 }).verdict, 'stale');
  assert.equal(peer.hears(1_101, { sentUs: 3_101_000, ack: 1, ackDelayUs: 2_101_000 }).verdict, 'stale');
  assert.equal(peer.link.deadline, deadline);
  const since = peer.says(1_102);
  assert.equal(peer.hears(1_104, { sentUs: 3_103_000, ack: since }).verdict, 'ok');
  assert.ok(Math.abs(peer.link.deadline - 4_103) <= 2, `${peer.link.deadline}`);
});

test('receive: jitter does not look like a clock that stood still', () => {
  const peer = openEnd();
  peer.hears(1_400, { sentUs: 1_100_000 });
  assert.equal(peer.hears(1_401, { sentUs: 1_400_000 }).clockStoodMs, 0);
});

test('receive: a peer that names what we never sent has a memory that we lost', () => {
  const peer = openEnd();
  assert.equal(peer.hears(1_100, { ack: 50 }).rolledBack, true);
  assert.equal(peer.hears(1_200, { ack: 1 }).rolledBack, false);
});

test('receive: each refusal is counted under its name', () => {
  const peer = openEnd();
  peer.hears(1_100, { seq: 1 });
  peer.hears(1_100, { seq: 1 });
  peer.hears(1_200, { session: 99, ack: 0 });
  assert.deepEqual(
    [...peer.link.rejects],
    [
      ['replay', 2],
      ['session', 1],
    ],
  );
});

// A peer that reaches us although we don't reach it.

test('receive: a peer that cannot be reached is noted when its numbers and clock go on, four times a second', () => {
  const peer = end();
  const hello = (now: number, seq: number): void => {
    peer.hears(now, { hello: true, session: 99, seq, ack: 0, ...saying({ role: 'active' }) });
  };
  hello(1_000, 1);
  hello(1_100, 2);
  assert.equal(peer.link.unproven?.lastSeq, 1);
  hello(1_250, 3);
  assert.deepEqual([peer.link.unproven?.lastSeq, peer.link.unproven?.proven], [3, true]);
  assert.equal(peer.link.unproven?.activeAt.get(GROUP), ms(1_250));
});

test('receive: what it said of being active is not taken back by an older word', () => {
  const peer = end();
  peer.hears(1_000, { hello: true, session: 99, seq: 9, ack: 0, ...saying({ role: 'active' }) });
  peer.hears(1_300, {
    hello: true,
    session: 99,
    seq: 1,
    ack: 0,
    sentUs: 100_000,
    ...saying({ role: 'init' }),
  });
  assert.equal(peer.link.unproven?.activeAt.get(GROUP), ms(1_000));
});

test('receive: of an unreachable peer only what goes forward counts, so a recording that is played again does not last', () => {
  const peer = end();
  const frame = (now: number, seq: number): boolean =>
    peer.hears(now, {
      hello: true,
      session: 99,
      seq,
      ack: 0,
      sentUs: seq * 250_000,
      ...saying({ role: 'active' }),
    }).news;
  assert.equal(frame(1_000, 1), true);
  assert.equal(frame(1_250, 2), true);
  const { verified } = peer;
  assert.equal(frame(1_500, 1), false);
  assert.equal(frame(1_750, 2), false);
  assert.equal(peer.link.unproven?.lastAt, ms(1_250));
  assert.equal(peer.verified, verified, 'a number that was seen costs no signature check');
});

test('receive: of an unreachable peer a clock that runs ten times too fast is believed for a second', () => {
  const peer = end();
  const frame = (now: number, seq: number): unknown =>
    peer.hears(now, {
      hello: true,
      session: 99,
      seq,
      ack: 0,
      sentUs: seq * 2_500_000,
      ...saying({ role: 'active' }),
    });
  for (let seq = 1; seq <= 4; seq++) frame(1_000 + 250 * (seq - 1), seq);
  assert.equal(isUnproven(peer.link, ms(1_800), timing), true);
  frame(2_000, 5);
  assert.equal(isUnproven(peer.link, ms(2_050), timing), false);
});

test('receive: an older frame that was held back is no rollback, a newer one is', () => {
  const peer = end();
  peer.says(900);
  peer.hears(1_000, { seq: 10 });
  assert.equal(peer.hears(1_100, { seq: 9, ack: 500 }).rolledBack, false);
  assert.equal(peer.hears(1_200, { seq: 11, ack: 500 }).rolledBack, true);
});
