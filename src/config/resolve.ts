import { createHash } from 'node:crypto';
import type {
  ArbiterSettings,
  GroupSettings,
  NodeSettings,
  Settings,
  VipSettings,
} from '../core/settings.ts';
import { SECOND_MS, type GroupId, type GroupName, type NodeName } from '../core/units.ts';
import { alertsOf } from './alert-meaning.ts';
import { adapterOf } from './adapter-of.ts';
import { carpOf, vhostOf } from './carp-meaning.ts';
import { checksOf } from './check-meaning.ts';
import { commandOf } from './cloud-meaning.ts';
import { digestsOf } from './digest.ts';
import { vipsOf } from './group-rules.ts';
import { hooksOf } from './hooks-shape.ts';
import { interfacesOn, partsOf } from './parts.ts';
import { confirmOf, witnessOf } from './probe-shape.ts';
import { dampingOf } from './damping-shape.ts';
import { restartSecondsOf, startupDefaultMs } from './restart-rules.ts';
import { scriptOf } from './script-shape.ts';
import { webOf } from './web-meaning.ts';
import type { ArbiterShape, FileShape, GroupShape, NodeShape } from './schema.ts';

/** A file without errors, in the words of core/settings.ts. */
export function settingsOf(file: FileShape): Settings {
  const { nodes, groups } = partsOf(file);
  const nodeSettings = [...nodes].flatMap(([name, node]) => (node ? [nodeOf(name as NodeName, node)] : []));
  const { interval, timeout, startup, unproven } = file.heartbeat;
  const leaseSeconds = file.lease;
  const restartSeconds = restartSecondsOf(file.restart, leaseSeconds);
  const meaning = {
    cluster: file.cluster,
    heartbeat: {
      intervalMs: interval,
      timeoutMs: timeout,
      startupMs: startup ?? startupDefaultMs({ timeoutMs: timeout, restartSeconds, leaseSeconds }),
      unprovenMs: unproven,
    },
    leaseSeconds,
    restartMs: restartSeconds * SECOND_MS,
    arbiter: file.arbiter && arbiterOf(file.arbiter),
    alerts: file.alerts && alertsOf(file.alerts, { cluster: file.cluster, nodes: nodeSettings }),
    web: file.web && webOf(file.web, nodeSettings),
    nodes: nodeSettings,
    groups: [...groups].flatMap(([name, group]) =>
      group ? [groupOf(name as GroupName, group, nodeSettings, nodes)] : [],
    ),
  };
  return { ...meaning, ...digestsOf(meaning) };
}

const nodeOf = (name: NodeName, { key, keys, paths, priority }: NodeShape): NodeSettings => ({
  name,
  keys: keys ?? (key ? [key] : []),
  paths,
  priority,
});

function arbiterOf({ etcd, consul, ttl, timeout, ca, cert, key, credential }: ArbiterShape): ArbiterSettings {
  return {
    kind: etcd ? 'etcd' : 'consul',
    endpoints: etcd ?? consul ?? [],
    ttlSeconds: ttl,
    timeoutMs: timeout,
    caFile: ca ?? '',
    certFile: cert ?? '',
    keyFile: key ?? '',
    credentialFile: credential ?? '',
  };
}

function groupOf(
  name: GroupName,
  group: GroupShape,
  nodes: readonly NodeSettings[],
  shapes: ReadonlyMap<string, NodeShape | undefined>,
): GroupSettings {
  const different = nodes.flatMap(({ name: node, priority }) => {
    const own = Object.hasOwn(group.priority, node) ? group.priority[node] : undefined;
    return own === undefined || own === priority ? [] : [[node, own] as const];
  });
  return {
    name,
    id: groupIdOf(name),
    vips: vipsOf(name, group).map(
      ({ vip: { address, prefixLength }, label, interfaces, carp }): VipSettings => ({
        address: address.text,
        family: address.family,
        prefixLength,
        label,
        interfaces: interfacesOn(
          nodes.map((node) => node.name),
          interfaces,
        ) as Map<NodeName, string>,
        ...(carp === undefined ? {} : { carp: vhostOf(carp, group, shapes) }),
      }),
    ),
    adapters: new Map(nodes.map(({ name: node }) => [node, adapterOf(group, node)])),
    script: group.script && scriptOf(group.script),
    command: group.command && commandOf(group.command, nodes),
    carp: carpOf(group, shapes),
    failback: { mode: group.failback.mode, delayMs: group.failback.delay },
    announce: { method: group.announce.method, refreshMs: group.announce.refresh },
    whenAllUnhealthy: group.when_all_unhealthy,
    damping: dampingOf(group.damping),
    priority: new Map(different),
    confirm: group.confirm && confirmOf(group.confirm),
    witness: group.witness && witnessOf(group.witness),
    checks: checksOf(
      group.checks,
      nodes.map((node) => node.name),
    ),
    fence: group.fence && { command: group.fence.command, timeoutMs: group.fence.timeout },
    hooks: group.hooks ? hooksOf(group.hooks) : [],
  };
}

const groupIdOf = (name: GroupName): GroupId =>
  createHash('sha512').update(name).digest('hex').slice(0, 16) as GroupId;
