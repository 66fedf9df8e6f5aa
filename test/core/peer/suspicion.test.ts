import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgiveStall, isSuspect, judge, lateAt, nextProbeAt } from '../../../src/core/peer/suspicion.ts';
import { ms, openEnd, timing } from './ends.ts';

// A peer that was last heard at 1,000 ms, with a timeout of 3 s and an interval of 250 ms.

test('suspicion: dead at its deadline, not before', () => {
  const { link } = openEnd();
  const deadline = link.deadline;
  assert.equal(judge(link, ms(deadline - 0.1)), false);
  assert.equal(link.alive, true);
  assert.equal(judge(link, deadline), true);
  assert.deepEqual([link.alive, link.lostAt, link.saysHearsUs], [false, deadline, false]);
});

test('suspicion: called dead once', () => {
  const { link } = openEnd();
  assert.equal(judge(link, link.deadline), true);
  assert.equal(judge(link, ms(link.deadline + 1)), false);
});

test('suspicion: late after 1.2 intervals, and four deviations of arrivals more', () => {
  const { link } = openEnd();
  assert.equal(lateAt(link, timing), 1_300);
  link.jitterMs = 10;
  assert.equal(lateAt(link, timing), 1_340);
  assert.equal(isSuspect(link, ms(1_339), timing), false);
  assert.equal(isSuspect(link, ms(1_340), timing), true);
});

test('suspicion: eight rounds of questions, spread over what is left', () => {
  const { link } = openEnd();
  const times: number[] = [];
  for (;;) {
    const next = nextProbeAt(link, timing);
    if (next === undefined) break;
    times.push(next);
    link.probesSent += 1;
  }
  assert.equal(times.length, 8);
  assert.equal(times[0], lateAt(link, timing));
  assert.ok(times.every((time, index) => index === 0 || time > times[index - 1]!));
  assert.ok(times.at(-1)! < link.deadline - 250);
});

test('suspicion: fewer rounds when little is left, none when nothing is', () => {
  const { link } = openEnd();
  link.jitterMs = (link.deadline - 1_300 - 12) / 4;
  link.probesSent = 1;
  assert.notEqual(nextProbeAt(link, timing), undefined);
  link.probesSent = 2;
  assert.equal(nextProbeAt(link, timing), undefined);
  link.jitterMs = 10_000;
  link.probesSent = 0;
  assert.equal(nextProbeAt(link, timing), undefined);
});

test('suspicion: a word ends the questions', () => {
  const peer = openEnd();
  peer.link.probesSent = 5;
  peer.hears(2_000);
  assert.equal(peer.link.probesSent, 0);
});

test('suspicion: a stall moves the deadline by its length', () => {
  const { link } = openEnd();
  const before = link.deadline;
  forgiveStall(link, 400, ms(1_500), timing);
  assert.equal(link.deadline, before + 400);
});

test('suspicion: once in a silence it leaves at least two intervals to speak', () => {
  const { link } = openEnd();
  forgiveStall(link, 5_000, ms(link.deadline + 4_990), timing);
  const first = link.deadline;
  assert.ok(first - (4_000 + 4_990) >= 500, `${first}`);
  forgiveStall(link, 30, ms(first - 1), timing);
  assert.equal(link.deadline, first + 30, 'only its length the second time');
});

test('suspicion: a short stall is forgiven by its length alone', () => {
  const { link } = openEnd();
  forgiveStall(link, 30, ms(1_100), timing);
  assert.equal(link.graceUsed, false);
});

test('suspicion: heard again, it is forgiven again', () => {
  const peer = openEnd();
  forgiveStall(peer.link, 2_000, ms(3_100), timing);
  assert.equal(peer.link.graceUsed, true);
  peer.hears(3_200);
  assert.equal(peer.link.graceUsed, false);
});

test('suspicion: the dead are not forgiven', () => {
  const { link } = openEnd();
  judge(link, link.deadline);
  const deadline = link.deadline;
  forgiveStall(link, 5_000, ms(deadline + 5_000), timing);
  assert.deepEqual([link.deadline, link.alive], [deadline, false]);
});
