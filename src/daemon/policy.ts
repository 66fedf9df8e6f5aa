import type { AskPolicy } from '../core/group/state.ts';
import { hookBudgetMs } from '../core/hooks.ts';
import type { GroupConfig, NodePolicy } from '../core/node/state.ts';
import { CONFIG_PARTS, type GroupSettings, type NodeSettings, type Settings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';
import { SECOND_MS } from '../core/units.ts';
import { wayPolicies } from '../core/ways.ts';
import type { Peer } from '../net/tcp.ts';
import { systemPlatform } from '../vip/system-platform.ts';
import { traitsOf } from '../vip/traits.ts';

/** The config as one node's machine sees it. Nodes are numbered by their place among the sorted names, from 1. */
export function policyOf(
  settings: Settings,
  self: NodeName,
  platform: NodeJS.Platform = systemPlatform,
): NodePolicy {
  const { heartbeat, nodes } = settings;
  const names = nodes.map(({ name }) => name);
  const numberOf = (name: NodeName): number => names.indexOf(name) + 1;
  const own = nodes.find(({ name }) => name === self)!;
  return {
    self: { name: self, number: numberOf(self) },
    names,
    peers: nodes
      .filter(({ name }) => name !== self)
      .map(({ name, paths, keys }) => ({
        name,
        number: numberOf(name),
        ways: wayPolicies(own.paths, paths),
        newestKey: keys[0]!.id,
      })),
    intervalMs: heartbeat.intervalMs,
    timeoutMs: heartbeat.timeoutMs,
    restartMs: settings.restartMs,
    digest: settings.digest,
    partDigests: CONFIG_PARTS.map((part) => settings.partDigests[part]),
    groups: settings.groups.map((group) => groupConfig(settings, group, own, platform)),
  };
}

/** The other nodes, as the sockets need them. */
export const peersOf = ({ nodes }: Settings, self: NodeName): readonly Peer[] =>
  nodes
    .map(({ name, paths }, place): Peer => ({ name, number: place + 1, paths }))
    .filter(({ name }) => name !== self);

function groupConfig(
  settings: Settings,
  group: GroupSettings,
  own: NodeSettings,
  platform: NodeJS.Platform,
): GroupConfig {
  const { heartbeat, leaseSeconds } = settings;
  const { overlap, leased, callMs } = traitsOf(group, own.name, platform);
  const canHold = group.vips.every(({ interfaces }) => interfaces.has(own.name));
  return {
    id: group.id,
    name: group.name,
    basePriority: canHold ? (group.priority.get(own.name) ?? own.priority) : 0,
    policy: {
      intervalMs: heartbeat.intervalMs,
      timeoutMs: heartbeat.timeoutMs,
      startupMs: heartbeat.startupMs,
      unprovenMs: heartbeat.unprovenMs,
      leaseMs: leased ? leaseSeconds * SECOND_MS : 0,
      overlapAllowed: overlap,
      callMs,
      failback: group.failback,
      refreshMs: group.announce.refreshMs,
      whenAllUnhealthy: group.whenAllUnhealthy,
      damping: group.damping,
      preDownMs: hookBudgetMs(group.hooks, 'pre_down'),
      asks: asksOf(settings, group),
    },
  };
}

const asksOf = ({ arbiter }: Settings, { confirm, witness, fence }: GroupSettings): AskPolicy => ({
  confirm: confirm && { ifAlive: confirm.ifAlive, timeoutMs: confirm.timeoutMs },
  witness: witness && { timeoutMs: witness.timeoutMs },
  fence: fence && { timeoutMs: fence.timeoutMs },
  lock: arbiter && { ttlMs: arbiter.ttlSeconds * SECOND_MS, timeoutMs: arbiter.timeoutMs },
});
