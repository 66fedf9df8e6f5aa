import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupState } from '../../../src/core/group/state.ts';
import { leaveDueAt, leaveVerdict, promisedMs, type LeaveVerdict } from '../../../src/core/node/leaving.ts';
import type { NodeLeaving, NodeState } from '../../../src/core/node/state.ts';
import type { Link } from '../../../src/core/peer/link.ts';
import type { GroupId, MonoMs, NodeName } from '../../../src/core/units.ts';
import { active, at, claiming, releasing, standby } from '../group/around.ts';

// When a process that was told to restart may say so, may end, or has to give everything up instead. Timeout 3 s; told to
// leave 100 ms ago; up for ever, if a case says nothing else.

const told = (saidMs?: number): NodeLeaving => ({
  withinMs: 3_000,
  since: at(-100),
  saidAt: saidMs === undefined ? undefined : at(-saidMs),
});

const nodeOf = (
  groups: readonly GroupState[],
  leaving: NodeLeaving | undefined,
  { links = [], startedAt = at(-900_000) }: { links?: readonly Partial<Link>[]; startedAt?: MonoMs } = {},
): NodeState =>
  ({
    policy: { timeoutMs: 3_000 },
    groups: new Map(groups.map((state, place) => [`${place}` as GroupId, state])),
    links,
    leaving,
    startedAt,
  }) as unknown as NodeState;

const link = (alive: boolean, ackedMs: number | undefined, number = 1): Partial<Link> => ({
  name: `lb${number}` as NodeName,
  alive,
  ackedTx: ackedMs === undefined ? undefined : at(-ackedMs),
});

const left = active({ leaving: { withinMs: 3_000, isLeft: true } });
const underWay = active({
  leaving: { withinMs: 3_000, isLeft: false },
  calls: { leave: { id: 1, at: at(-100) } },
});
const isYoung = { startedAt: at(-31_499) };
const isOld = { startedAt: at(-31_500) };

const cases: readonly { name: string; node: NodeState; verdict: LeaveVerdict | RegExp }[] = [
  { name: 'nobody told it to', node: nodeOf([left], undefined), verdict: 'wait' },
  { name: 'its VIPs are not left yet: waits', node: nodeOf([underWay], told()), verdict: 'wait' },
  { name: 'one of two is left: waits', node: nodeOf([left, underWay], told()), verdict: 'wait' },
  {
    name: 'one is left, one is being released: waits',
    node: nodeOf([left, releasing()], told()),
    verdict: 'wait',
  },
  { name: 'one is left, one claims: waits', node: nodeOf([left, claiming()], told()), verdict: 'wait' },
  { name: 'all are left: says so', node: nodeOf([left], told()), verdict: 'say' },
  {
    name: 'one is left, of one it is a standby: says so',
    node: nodeOf([left, standby()], told()),
    verdict: 'say',
  },
  { name: 'it held nothing: ends, and says nothing', node: nodeOf([standby()], told()), verdict: 'left' },
  {
    name: 'it held nothing and is young: ends all the same',
    node: nodeOf([standby()], told(), isYoung),
    verdict: 'left',
  },
  {
    name: 'younger than 10.5 timeouts: not',
    node: nodeOf([left], told(), isYoung),
    verdict: /younger than 10.5/,
  },
  { name: 'exactly that old: says so', node: nodeOf([left], told(), isOld), verdict: 'say' },
  {
    name: 'the adapter takes nearly 3 s: waits',
    node: nodeOf([underWay], { ...told(), since: at(-2_999) }),
    verdict: 'wait',
  },
  {
    name: 'the adapter takes 3 s: not',
    node: nodeOf([underWay], { ...told(), since: at(-3_000) }),
    verdict: /could not be left in time/,
  },
  { name: 'said, and nobody is there: ends', node: nodeOf([left], told(0)), verdict: 'left' },
  {
    name: 'said, and acknowledged: ends',
    node: nodeOf([left], told(50), { links: [link(true, 50)] }),
    verdict: 'left',
  },
  {
    name: 'said, and what is acknowledged was sent before: waits',
    node: nodeOf([left], told(50), { links: [link(true, 51)] }),
    verdict: 'wait',
  },
  {
    name: 'said, and one of two acknowledged it: waits',
    node: nodeOf([left], told(599), { links: [link(true, 10), link(true, 700, 3)] }),
    verdict: 'wait',
  },
  {
    name: 'one of two did not acknowledge it in 600 ms: not',
    node: nodeOf([left], told(600), { links: [link(true, 10), link(true, 700, 3)] }),
    verdict: /^lb3 did not acknowledge it$/,
  },
  {
    name: 'one that never acknowledged anything did not either',
    node: nodeOf([left], told(600), { links: [link(true, undefined)] }),
    verdict: /lb1 did not/,
  },
  {
    name: 'one that is silent need not know: it has nobody to wait for',
    node: nodeOf([left], told(50), { links: [link(true, 10), link(false, undefined, 3)] }),
    verdict: 'left',
  },
  {
    name: 'said, but another has taken over meanwhile: not',
    node: nodeOf([releasing()], told(50), { links: [link(true, 10)] }),
    verdict: /another node has taken over/,
  },
];
for (const { name, node, verdict } of cases) {
  test(`leaving: ${name}`, () => {
    const found = leaveVerdict(node, at(0));
    if (verdict instanceof RegExp) assert.match((found as { notLeft: string }).notLeft, verdict);
    else assert.equal(found, verdict);
  });
}

test('leaving: peers are told only once the VIPs are left', () => {
  assert.equal(promisedMs(nodeOf([underWay], told())), 0);
  assert.equal(promisedMs(nodeOf([left], told(0))), 3_000);
  assert.equal(promisedMs(nodeOf([left], undefined)), 0);
});

test('leaving: it wakes when the adapters, then when the peers have had their time', () => {
  assert.equal(leaveDueAt(nodeOf([], undefined)), undefined);
  assert.equal(leaveDueAt(nodeOf([], told())), at(2_900));
  assert.equal(leaveDueAt(nodeOf([], told(50))), at(550));
});
