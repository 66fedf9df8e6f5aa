import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hearsUs,
  ignoresUs,
  isProvenDeaf,
  isTwoWay,
  noteClockStood,
  renewOwnSession,
  timeoutFor,
} from '../../../src/core/peer/link.ts';
import { end, ms, openEnd, timing, type End } from './ends.ts';

for (const { intervalMs, timeoutMs } of [
  { intervalMs: undefined, timeoutMs: 3_000 },
  { intervalMs: 1_200, timeoutMs: 3_000 },
  { intervalMs: 1_201, timeoutMs: 3_002.5 },
  { intervalMs: 12_000, timeoutMs: 30_000 },
  { intervalMs: 60_000, timeoutMs: 30_000 },
]) {
  test(`link: a peer that speaks every ${intervalMs ?? '?'} ms is given ${timeoutMs} ms`, () => {
    const { link } = openEnd();
    link.intervalMs = intervalMs;
    assert.equal(timeoutFor(link, timing), timeoutMs);
  });
}

test('link: it hears us for a timeout after what it acknowledged was sent', () => {
  const { link } = openEnd();
  assert.equal(link.ackedTx, 999);
  assert.equal(hearsUs(link, ms(3_998), timing), true);
  assert.equal(hearsUs(link, ms(3_999), timing), false);
  assert.equal(isTwoWay(link, ms(3_998), timing), true);
});

test('link: whoever speaks seldom need not be acknowledged often', () => {
  const { link } = openEnd();
  assert.equal(hearsUs(link, ms(5_900), { intervalMs: 2_000, timeoutMs: 3_000 }), true);
});

/** Since 10,000 ms a peer is heard again that has acknowledged nothing since 999 ms, and says so every 250 ms. */
function deafSince(now: number, frame: Parameters<End['hears']>[1] = {}): End {
  const peer = openEnd();
  peer.link.alive = false;
  for (let at = 10_000; at <= now; at += 250) {
    peer.hears(at, { hearsYou: false, ack: 1, ackDelayUs: (at - 1_000) * 1_000, ...frame });
    peer.says(at);
  }
  return peer;
}

test('link: deaf is proven after 1.2 s of hearing it say so: one direction of a network may come back that much later', () => {
  assert.equal(isProvenDeaf(deafSince(11_000).link, ms(11_199), timing), false);
  assert.equal(isProvenDeaf(deafSince(11_000).link, ms(11_205), timing), true);
});

test('link: with a short timeout, after a timeout', () => {
  const quick = { intervalMs: 250, timeoutMs: 600 };
  assert.equal(isProvenDeaf(deafSince(10_500).link, ms(10_599), quick), false);
  assert.equal(isProvenDeaf(deafSince(10_500).link, ms(10_605), quick), true);
});

test('link: two intervals are waited for, however short the timeout', () => {
  const quick = { intervalMs: 250, timeoutMs: 450 };
  assert.equal(isProvenDeaf(deafSince(10_250).link, ms(10_499), quick), false);
  assert.equal(isProvenDeaf(deafSince(10_500).link, ms(10_505), quick), true);
});

test('link: the first frames after a heal are no proof, they were true when they were sent', () => {
  assert.equal(isProvenDeaf(deafSince(10_000).link, ms(10_001), timing), false);
});

test('link: a round trip of more than two intervals is waited for', () => {
  const peer = deafSince(10_500);
  peer.link.paths[0]!.rttMs = 400;
  assert.equal(isProvenDeaf(peer.link, ms(11_000), timing), false);
  assert.equal(isProvenDeaf(peer.link, ms(11_305), timing), true);
});

test('link: not deaf when an acknowledgement moved meanwhile', () => {
  const peer = deafSince(11_250);
  peer.hears(11_251, { hearsYou: false, ack: peer.link.tx.seq });
  assert.equal(isProvenDeaf(peer.link, ms(11_300), timing), false);
});

test('link: not deaf to us alone when it can receive nothing at all', () => {
  assert.equal(isProvenDeaf(deafSince(11_250, { canReceive: false }).link, ms(11_255), timing), false);
});

test('link: the dead are not deaf', () => {
  const peer = deafSince(11_250);
  peer.link.alive = false;
  assert.equal(isProvenDeaf(peer.link, ms(11_255), timing), false);
});

test('link: not deaf before it had three of our frames to hear', () => {
  const peer = deafSince(11_250);
  peer.link.sentSinceHeard = 2;
  assert.equal(isProvenDeaf(peer.link, ms(11_255), timing), false);
});

test('link: a peer that ignores us for two timeouts may have lost our session', () => {
  const peer = deafSince(10_000);
  assert.equal(ignoresUs(peer.link, ms(15_999), timing), false);
  assert.equal(ignoresUs(peer.link, ms(16_000), timing), true);
  assert.equal(ignoresUs(openEnd().link, ms(1_100), timing), false);
});

test('link: a peer whose frames come but are never fresh may have retired our session', () => {
  const { link } = openEnd();
  link.alive = false;
  link.rx!.newestAt = ms(20_000);
  assert.equal(ignoresUs(link, ms(22_999), timing), true);
  assert.equal(ignoresUs(link, ms(23_000), timing), false, 'silent for a timeout, it ignores nobody');
});

test('link: a session of our own begins anew at most every two timeouts, then more seldom', () => {
  const { link } = end();
  const renewed: number[] = [];
  for (let now = 0; now < 200_000; now += 1_000) {
    if (renewOwnSession(link, 1_000 + now, ms(now), timing)) renewed.push(now);
  }
  assert.deepEqual(renewed, [0, 6_000, 18_000, 42_000, 90_000, 150_000]);
});

test("link: a new session of our own starts its numbers anew and does not end the peer's", () => {
  const { link } = openEnd();
  renewOwnSession(link, 1_234, ms(1_100), timing);
  assert.deepEqual([link.tx.session, link.tx.seq, link.tx.everAcked, link.openFloor], [1_234, 0, false, 0]);
  assert.equal(link.rx?.session, 77);
});

test('link: a clock that stood still moves the offset, and what was sent before says nothing about it', () => {
  const peer = openEnd();
  const before = peer.link.offsetMs;
  noteClockStood(peer.link, 2_000);
  assert.equal(peer.link.offsetMs, before - 2_000);
  peer.hears(1_100, { sentUs: 3_100_000, ack: 1, ackDelayUs: 2_100_000 });
  assert.ok(peer.link.offsetMs <= before - 1_990);
});
