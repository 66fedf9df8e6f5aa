import assert from 'node:assert/strict';
import test from 'node:test';
import { actors, helloOf, idOf, NO_ECHO } from '../../scripts/vectors/actors.ts';
import type { Body } from '../../src/core/frame.ts';
import { startNode, step } from '../../src/core/node/step.ts';
import type { GroupConfig, NodeEvent, NodePolicy, NodeState } from '../../src/core/node/state.ts';
import type { GroupId, GroupName, MonoMs, NodeName, WallMs } from '../../src/core/units.ts';
import { encodeBody } from '../../src/wire/body.ts';
import { ASKS_NOBODY } from '../../src/core/group/state.ts';
import { udpWays } from '../../src/core/ways.ts';

const lb1 = 'lb1' as NodeName;
const lb2 = 'lb2' as NodeName;

function policyWith({ groups, paths }: { groups: number; paths: number }): NodePolicy {
  const timing = { intervalMs: 250, timeoutMs: 3_000, startupMs: 6_000, unprovenMs: 60_000 };
  const configs = Array.from({ length: groups }, (_, index): GroupConfig => {
    const name = `group-${index}` as GroupName;
    const failback = { mode: 'auto', delayMs: 10_000 } as const;
    const policy = {
      ...timing,
      leaseMs: 1_000,
      overlapAllowed: true,
      callMs: 15_000,
      failback,
      refreshMs: 60_000,
      whenAllUnhealthy: 'best' as const,
      damping: undefined,
      preDownMs: 0,
      asks: ASKS_NOBODY,
    };
    return { id: idOf<GroupId>(name), name, basePriority: 100, policy };
  });
  return {
    self: { number: 2, name: lb2 },
    names: [lb1, lb2],
    peers: [{ name: lb1, number: 1, ways: udpWays(paths), newestKey: actors.lb1.public.id }],
    intervalMs: timing.intervalMs,
    timeoutMs: timing.timeoutMs,
    restartMs: 3_000,
    digest: idOf('digest'),
    partDigests: ['00000001', '00000002'],
    groups: configs,
  };
}

const START_MS = 1_000 as MonoMs;
const started = (size: { groups: number; paths: number }): NodeState =>
  startNode(policyWith(size), { now: START_MS, wall: 5_000 as WallMs, seed: 1n, found: new Map() });

function sentAt(node: NodeState, now: number, event: Partial<NodeEvent> = {}): readonly Body[] {
  const at = { now: now as MonoMs, wall: (now + 4_000) as WallMs };
  const { effects } = step(node, { kind: 'tick', ...event, ...at } as NodeEvent);
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.body] : []));
}

for (const groups of [0, 1, 12, 13, 35, 40, 256]) {
  test(`compose: with ${groups} groups an answer is not longer than any hello`, () => {
    const node = started({ groups, paths: 1 });
    const hellos = sentAt(node, START_MS).filter(({ hello, answer }) => hello && !answer);
    assert.ok(hellos.length > 0);

    // The shortest question there is, from a node whose config has no group yet.
    const question = helloOf({ session: 9, seq: 1, groupsInAll: 0, groups: [] });
    const arrived = { body: question, echo: '00000000000000aa', key: actors.lb1.public.id, path: 0 };
    const event = { kind: 'frame', from: 1, arrived: { ...arrived, verify: () => true } } as const;
    const answers = sentAt(node, START_MS + 1, event).filter(({ answer }) => answer);
    assert.deepEqual(
      answers.map(({ ack, echo, ackDelayUs }) => ({ ack, echo, ackDelayUs })),
      [{ ack: 1, echo: '00000000000000aa', ackDelayUs: 0 }],
    );
    const lengthOf = (body: Body): number => encodeBody(body).length;
    assert.ok(lengthOf(answers[0]!) <= lengthOf(question));
    for (const hello of hellos) assert.ok(lengthOf(answers[0]!) <= lengthOf(hello));
  });
}

test('compose: every frame of a node fits, and a hello says that it has heard nothing', () => {
  const node = started({ groups: 256, paths: 2 });
  for (const body of sentAt(node, START_MS)) {
    assert.ok(encodeBody(body).length <= 1_088);
    assert.deepEqual([body.ack, body.echo, body.ackDelayUs], [0, NO_ECHO, 0]);
  }
});

test('compose: with more groups than fit, each path alone shows every group', () => {
  for (const paths of [1, 2, 3, 5]) {
    for (const groups of [36, 70, 105, 256]) {
      const node = started({ groups, paths });
      const shown = Array.from({ length: paths }, () => new Set<GroupId>());
      for (let now: number = START_MS; now < START_MS + 5_000; now += 20) {
        for (const { path, groups: records } of sentAt(node, now)) {
          for (const { id } of records) shown[path]!.add(id);
        }
      }
      const counts = shown.map((ids) => ids.size);
      assert.deepEqual(counts, new Array(paths).fill(groups), `${groups} groups over ${paths} paths`);
    }
  }
});

test('compose: only a peer whose config is another is told the digests of the parts, and not in an answer to its hello', () => {
  const node = started({ groups: 1, paths: 1 });
  const link = node.links[0]!;
  const saidTo = (digest: string): readonly string[] => {
    link.digest = digest;
    node.said = ''; // so that everything is said anew
    return sentAt(node, START_MS + 10_000)[0]!.configParts;
  };
  assert.deepEqual(saidTo(''), [], 'nothing is known of it');
  assert.deepEqual(saidTo(node.policy.digest), [], 'it has the same');
  assert.deepEqual(saidTo('00000000000000ee'), ['00000001', '00000002']);
  const question = helloOf({ session: 9, seq: 1 });
  const arrived = { body: question, echo: '00000000000000aa', key: actors.lb1.public.id, path: 0 };
  const event = { kind: 'frame', from: 1, arrived: { ...arrived, verify: () => true } } as const;
  const [answer] = sentAt(node, START_MS + 10_001, event).filter((body) => body.answer);
  assert.deepEqual(answer?.configParts, []);
});
