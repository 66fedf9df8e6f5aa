import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodePolicy } from '../../../src/core/node/state.ts';
import { startNode } from '../../../src/core/node/step.ts';
import { viewOf } from '../../../src/core/node/view.ts';
import { CONFIG_PARTS } from '../../../src/core/settings.ts';
import type { GroupId, GroupName, MonoMs, NodeId, NodeName, WallMs } from '../../../src/core/units.ts';
import { udpWays } from '../../../src/core/ways.ts';
import { policy, word } from '../group/around.ts';

// Frames name nodes by number. While two nodes have different lists of names, a number means two things.

const web = '00000000000000aa' as GroupId;
const OURS = CONFIG_PARTS.map((part) => (part === 'nodes' ? '0000000a' : '00000001'));
const partsWith = (nodes: string): readonly string[] =>
  OURS.map((part, place) => (CONFIG_PARTS[place] === 'nodes' ? nodes : part));

const policyOfLb1: NodePolicy = {
  self: { number: 1, name: 'lb1' as NodeName },
  names: ['lb1', 'lb2', 'lb3'] as NodeName[],
  peers: [{ name: 'lb2' as NodeName, number: 2, ways: udpWays(1), newestKey: '00000000000000bb' as NodeId }],
  ...{ intervalMs: 250, timeoutMs: 3_000, restartMs: 3_000, digest: 'ours', partDigests: OURS },
  groups: [{ id: web, name: 'web' as GroupName, basePriority: 100, policy }],
};

for (const { name, digest, configParts, isUnderstood } of [
  { name: 'the same config', digest: 'ours', configParts: [], isUnderstood: true },
  {
    name: 'the same again after it was another',
    digest: 'ours',
    configParts: partsWith('0000000b'),
    isUnderstood: true,
  },
  {
    name: 'another config, of which nothing more is known',
    digest: 'theirs',
    configParts: [],
    isUnderstood: true,
  },
  {
    name: 'another config with the same names',
    digest: 'theirs',
    configParts: partsWith('0000000a'),
    isUnderstood: true,
  },
  {
    name: 'another list of names',
    digest: 'theirs',
    configParts: partsWith('0000000b'),
    isUnderstood: false,
  },
]) {
  test(`view: a peer's word on others counts ${isUnderstood ? '' : 'not '}with ${name}`, () => {
    const now = 1_000 as MonoMs;
    const node = startNode(policyOfLb1, { now, wall: 5_000 as WallMs, seed: 1n, found: new Map() });
    const said = word({ priority: 90, heir: 1, holder: 3, holderRole: 'active', holderPriority: 120 });
    Object.assign(node.links[0]!, { digest, configParts });
    node.links[0]!.groups.set(web, { frame: 1, record: said });
    const { record } = viewOf(node, web, now).peers[0]!;
    assert.equal(record?.priority, 90, 'what it says of itself stands');
    const others = [record?.heir, record?.holder, record?.holderRole, record?.holderPriority];
    assert.deepEqual(others, isUnderstood ? [1, 3, 'active', 120] : [0, 0, 'init', 0]);
  });
}
