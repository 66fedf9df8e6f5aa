import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASKS_NOBODY } from '../../src/core/group/state.ts';
import { CONFIG_PARTS } from '../../src/core/settings.ts';
import { policyOf } from '../../src/daemon/policy.ts';
import { identities } from '../config/example-file.ts';
import { named, settingsWith } from './two-nodes.ts';
import { udpWays } from '../../src/core/ways.ts';

test('policy: one node of the pair, with every number it acts on', () => {
  const settings = settingsWith();
  const { id } = settings.groups[0]!;
  assert.deepEqual(policyOf(settings, named('lb2')), {
    self: { name: 'lb2', number: 2 },
    names: ['lb1', 'lb2'],
    peers: [{ name: 'lb1', number: 1, ways: udpWays(1), newestKey: identities.lb1.public.id }],
    intervalMs: 250,
    timeoutMs: 3_000,
    restartMs: 3_000,
    digest: settings.digest,
    partDigests: CONFIG_PARTS.map((part) => settings.partDigests[part]),
    groups: [
      {
        id,
        name: 'web',
        basePriority: 100,
        policy: {
          intervalMs: 250,
          timeoutMs: 3_000,
          startupMs: 6_000,
          unprovenMs: 60_000,
          leaseMs: 1_000,
          overlapAllowed: true,
          callMs: 15_000,
          failback: { mode: 'auto', delayMs: 10_000 },
          refreshMs: 60_000,
          whenAllUnhealthy: 'best',
          damping: { moves: 6, withinMs: 600_000 },
          preDownMs: 0,
          asks: ASKS_NOBODY,
        },
      },
    ],
  });
});

test('policy: both nodes number everybody alike', () => {
  const settings = settingsWith();
  const [lb1, lb2] = ['lb1', 'lb2'].map((name) => policyOf(settings, named(name)));
  assert.deepEqual(lb1!.names, lb2!.names);
  assert.equal(lb1!.self.number, lb2!.peers[0]!.number);
  assert.equal(lb2!.self.number, lb1!.peers[0]!.number);
});

test("policy: a group's own priority comes before the node's", () => {
  const settings = settingsWith(['vips: [', 'priority: { lb2: 150 }\n    vips: [']);
  assert.equal(policyOf(settings, named('lb2')).groups[0]!.basePriority, 150);
  assert.equal(policyOf(settings, named('lb1')).groups[0]!.basePriority, 101);
});

test('policy: a node that lacks an interface for one of the VIPs cannot hold the group', () => {
  const settings = settingsWith([
    '[10.10.10.42, "2001:db8::42"]',
    '[10.10.10.42, { address: 10.10.10.43, interface: { lb2: eth1 } }]',
  ]);
  assert.equal(policyOf(settings, named('lb1')).groups[0]!.basePriority, 0);
  assert.equal(policyOf(settings, named('lb2')).groups[0]!.basePriority, 100);
});

test('policy: without a lease it is 0, and the newest key of a peer in rotation is named', () => {
  assert.equal(
    policyOf(settingsWith(['lease: 1s', 'lease: off']), named('lb1')).groups[0]!.policy.leaseMs,
    0,
  );
  const [old, young] = [identities.lb2.public, identities.lb3.public];
  const rotating = settingsWith([`key: ${old.line}`, `keys: [${young.line}, ${old.line}]`]);
  assert.equal(policyOf(rotating, named('lb1')).peers[0]!.newestKey, young.id);
});
