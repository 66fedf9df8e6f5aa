import assert from 'node:assert/strict';
import test from 'node:test';
import type { Body } from '../../src/core/frame.ts';
import { reconfigure, startNode, step } from '../../src/core/node/step.ts';
import type { NodeEvent, NodePolicy, NodeState } from '../../src/core/node/state.ts';
import { noteEcho } from '../../src/core/peer/sent.ts';
import type { GroupId, GroupName, MonoMs, NodeId, NodeName, WallMs } from '../../src/core/units.ts';
import { ASKS_NOBODY } from '../../src/core/group/state.ts';
import { udpWays } from '../../src/core/ways.ts';

const lb1 = 'lb1' as NodeName;
const lb2 = 'lb2' as NodeName;
const web = '00000000000000aa' as GroupId;
const newestKey = '00000000000000bb' as NodeId;
const ECHO = '00000000000000cc';

function policyWith(paths: number): NodePolicy {
  const timing = { intervalMs: 250, timeoutMs: 3_000, startupMs: 6_000, unprovenMs: 60_000 };
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
  return {
    self: { number: 2, name: lb2 },
    names: [lb1, lb2],
    peers: [{ name: lb1, number: 1, ways: udpWays(paths), newestKey }],
    ...timing,
    restartMs: 3_000,
    digest: '00000000000000dd',
    partDigests: [],
    groups: [{ id: web, name: 'web' as GroupName, basePriority: 100, policy }],
  };
}

/** lb1 is active and speaks every 250 ms; lb2 is its standby. Time is told by whoever drives. */
function standby(): { node: NodeState; tick(now: number): void; hear(now: number): string | undefined } {
  const node = startNode(policyWith(1), {
    now: 0 as MonoMs,
    wall: 0 as WallMs,
    seed: 1n,
    found: new Map(),
  });
  let seq = 0;
  const take = (now: number, event: Partial<NodeEvent>): string | undefined => {
    const whole = { kind: 'tick', ...event, now, wall: now } as NodeEvent;
    const { effects, verdict } = step(node, whole);
    // Sealing gives each frame its nonce.
    for (const effect of effects) {
      if (effect.kind === 'send') noteEcho(node.links[0]!.tx.ring, effect.body.seq, ECHO);
    }
    return verdict;
  };
  const tick = (now: number): void => void take(now, {});
  const hear = (now: number): string | undefined => {
    seq += 1;
    const ack = node.links[0]!.tx.seq;
    const group = {
      id: web,
      role: 'active',
      priority: 101,
      base: 101,
      has: true,
      sticky: false,
      frozen: false,
    };
    const more = {
      overlap: true,
      checksOnly: false,
      heir: 0,
      holder: 0,
      holderRole: 'init',
      holderPriority: 0,
    };
    const body = {
      ...{ hello: false, probe: false, answer: false, hearsYou: true, canReceive: true },
      ...{ versionMax: 1, path: 0, intervalUs: 250_000, timeoutUs: 3_000_000, session: 7, seq },
      ...{ sentUs: now * 1_000, ack, echo: ECHO, ackDelayUs: 0, ackedLow: 0, ackedHigh: 0 },
      ...{ yourKey: newestKey, digest: '', promiseMs: 0, groupsInAll: 1, configParts: [], asksFor: [] },
      groups: [{ ...group, ...more, freezeCounter: 0, epoch: 800 }],
    } as Body;
    const arrived = { body, echo: ECHO, key: newestKey, path: 0, verify: () => true };
    return take(now, { kind: 'frame', from: 1, arrived });
  };
  return { node, tick, hear };
}

const roleOf = (node: NodeState): string => node.groups.get(web)!.role;

for (const { name, paths, newKeys } of [
  { name: 'another key of the holder', paths: 1, newKeys: true },
  { name: 'one more path of the holder', paths: 2, newKeys: false },
  { name: 'both', paths: 2, newKeys: true },
  { name: 'nothing', paths: 1, newKeys: false },
]) {
  test(`reconfigure: ${name} does not make a standby take over from a healthy holder`, () => {
    const { node, tick, hear } = standby();
    let now = 0;
    for (; now < 2_000; now += 10) {
      tick(now);
      if (now % 250 === 0) assert.equal(hear(now), 'ok');
    }
    assert.equal(roleOf(node), 'standby');
    assert.equal(node.links[0]!.alive, true);

    reconfigure(node, policyWith(paths), () => newKeys, now as MonoMs);
    assert.equal(node.links[0]!.rx === undefined, newKeys);
    for (; now < 4_000; now += 10) {
      tick(now);
      assert.equal(roleOf(node), 'standby', `at ${now} ms`);
    }
    assert.equal(hear(now), 'ok'); // opens the session anew, where it was dropped
    for (; now < 6_900; now += 10) {
      tick(now);
      assert.equal(roleOf(node), 'standby', `at ${now} ms`);
    }
  });
}

test('reconfigure: a holder that dies during a change of keys is still found dead', () => {
  const { node, tick, hear } = standby();
  let now = 0;
  for (; now < 2_000; now += 10) {
    tick(now);
    if (now % 250 === 0) hear(now);
  }
  reconfigure(node, policyWith(1), () => true, now as MonoMs);
  for (; now < 5_000; now += 10) {
    tick(now);
    step(node, { kind: 'received', now: now as MonoMs, wall: now as WallMs });
  }
  assert.equal(node.links[0]!.alive, false);
  assert.equal(roleOf(node), 'claiming');
});
