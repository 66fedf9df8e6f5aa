import { createHash } from 'node:crypto';
import type { GroupSettings, NodeSettings, Settings, VipSettings } from '../core/settings.ts';
import type { GroupId, GroupName, NodeName } from '../core/units.ts';
import { digestOf } from './digest.ts';
import { vipsOf } from './group-rules.ts';
import { interfacesOn, partsOf } from './parts.ts';
import type { FileShape, GroupShape, NodeShape } from './schema.ts';

/** A file without errors, in the words of core/settings.ts. */
export function settingsOf(file: FileShape): Settings {
  const { nodes, groups } = partsOf(file);
  const nodeSettings = [...nodes].flatMap(([name, node]) => (node ? [nodeOf(name as NodeName, node)] : []));
  const { interval, timeout, startup, unproven } = file.heartbeat;
  const meaning = {
    cluster: file.cluster,
    heartbeat: {
      intervalMs: interval,
      timeoutMs: timeout,
      startupMs: startup ?? 2 * timeout,
      unprovenMs: unproven,
    },
    leaseSeconds: file.lease,
    nodes: nodeSettings,
    groups: [...groups].flatMap(([name, group]) =>
      group ? [groupOf(name as GroupName, group, nodeSettings)] : [],
    ),
  };
  return { ...meaning, digest: digestOf(meaning) };
}

const nodeOf = (name: NodeName, { key, keys, paths, priority }: NodeShape): NodeSettings => ({
  name,
  keys: keys ?? (key ? [key] : []),
  paths,
  priority,
});

function groupOf(name: GroupName, group: GroupShape, nodes: readonly NodeSettings[]): GroupSettings {
  const different = nodes.flatMap(({ name: node, priority }) => {
    const own = Object.hasOwn(group.priority, node) ? group.priority[node] : undefined;
    return own === undefined || own === priority ? [] : [[node, own] as const];
  });
  return {
    name,
    id: groupIdOf(name),
    vips: vipsOf(name, group).map(({ vip: { address, prefixLength }, label, interfaces }): VipSettings => ({
      address: address.text,
      family: address.family,
      prefixLength,
      label,
      interfaces: interfacesOn(
        nodes.map((node) => node.name),
        interfaces,
      ) as Map<NodeName, string>,
    })),
    adapter: group.adapter,
    failback: { mode: group.failback.mode, delayMs: group.failback.delay },
    announce: { method: group.announce.method, refreshMs: group.announce.refresh },
    priority: new Map(different),
  };
}

const groupIdOf = (name: GroupName): GroupId =>
  createHash('sha512').update(name).digest('hex').slice(0, 16) as GroupId;
