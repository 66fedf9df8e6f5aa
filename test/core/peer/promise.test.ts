import assert from 'node:assert/strict';
import { test } from 'node:test';
import { end, openEnd, type End } from './ends.ts';

// "Back within": how long a peer that says so is waited for after it falls silent, and when it is not believed. Sent at
// 1,100 ms with our own limit of 3 s, if a case says nothing else; 1.3 s are added for its lease and the way.

const MANY_MS = 30_000;

const promised = (restartMs = 3_000): End => openEnd({ restartMs });
const untilOf = ({ link }: End): number | undefined => link.promise?.until;

test('promise: counts from when the first frame that says so was sent', () => {
  const peer = promised();
  peer.hears(1_100, { promiseMs: 2_000, sentUs: 1_090_000 });
  assert.ok(Math.abs(untilOf(peer)! - (1_090 + 2_000 + 1_300)) < 1.5, `${untilOf(peer)}`);
});

test('promise: is not made longer by frames that repeat it', () => {
  const peer = promised();
  peer.hears(1_100, { promiseMs: 2_000 });
  const until = untilOf(peer);
  peer.hears(1_500, { promiseMs: 2_000 });
  peer.hears(2_000, { promiseMs: 3_000 });
  assert.equal(untilOf(peer), until);
});

test('promise: is cut to our own limit, and a shorter one stands', () => {
  for (const [said, waitedMs] of [
    [10_000, 3_000],
    [3_000, 3_000],
    [1_000, 1_000],
  ] as const) {
    const peer = promised();
    peer.hears(1_100, { promiseMs: said });
    assert.ok(Math.abs(untilOf(peer)! - (1_100 + waitedMs + 1_300)) < 1.5);
  }
});

test('promise: is not believed where the config waits for nobody', () => {
  const peer = promised(0);
  peer.hears(1_100, { promiseMs: 2_000 });
  assert.equal(untilOf(peer), undefined);
});

test('promise: ends with a frame that says it no more', () => {
  const peer = promised();
  peer.hears(1_100, { promiseMs: 2_000 });
  peer.hears(1_200);
  assert.equal(untilOf(peer), undefined);
});

test('promise: an older frame neither makes nor ends it', () => {
  const peer = promised();
  peer.hears(1_100, { promiseMs: 2_000, seq: 10 });
  const until = untilOf(peer);
  peer.hears(1_110, { seq: 9 });
  assert.equal(untilOf(peer), until);
  peer.hears(1_120, { seq: 11 });
  peer.hears(MANY_MS + 1_200, { seq: 20 });
  peer.hears(MANY_MS + 1_210, { promiseMs: 2_000, seq: 19 });
  assert.equal(untilOf(peer), undefined);
});

test('promise: ends with a new session', () => {
  const peer = promised();
  peer.hears(1_100, { promiseMs: 2_000 });
  peer.says(1_150);
  // What it says itself would be a second announcement, too soon after the first.
  assert.equal(peer.hears(1_200, { session: 78, seq: 1, promiseMs: 2_000 }).opened, true);
  assert.equal(untilOf(peer), undefined);
});

test('promise: is believed again after ten timeouts, not before, in whatever session', () => {
  for (const [apartMs, believed] of [
    [29_999, false],
    [30_000, true],
  ] as const) {
    for (const session of [77, 78]) {
      const peer = promised();
      peer.hears(1_100, { promiseMs: 2_000 });
      peer.hears(1_200);
      peer.says(1_100 + apartMs - 1);
      const { verdict } = peer.hears(1_100 + apartMs, { promiseMs: 2_000, session, seq: 500 });
      assert.equal(verdict, 'ok');
      assert.equal(untilOf(peer) !== undefined, believed, `${apartMs} ms apart, session ${session}`);
    }
  }
});

test('promise: one that came too soon does not put off the next', () => {
  const peer = promised();
  peer.hears(1_100, { promiseMs: 2_000 });
  peer.hears(1_200);
  peer.says(20_000);
  peer.hears(20_001, { promiseMs: 2_000 });
  peer.hears(20_100);
  peer.says(31_099);
  peer.hears(31_100, { promiseMs: 2_000 });
  assert.notEqual(untilOf(peer), undefined);
});

test('promise: nothing is believed of a frame that is not fresh, not signed or of no session', () => {
  const stale = promised();
  stale.hears(5_000, { promiseMs: 2_000, sentUs: 1_050_000 });
  const unsigned = promised();
  unsigned.hears(1_100, { promiseMs: 2_000 }, { signed: false });
  const unopened = end({ restartMs: 3_000 });
  unopened.hears(1_100, { promiseMs: 2_000 });
  for (const peer of [stale, unsigned, unopened]) assert.equal(untilOf(peer), undefined);
});
