import { createHash } from 'node:crypto';
import type { HookSettings } from '../core/hooks.ts';
import {
  CONFIG_PARTS,
  type ConfigPart,
  type GroupSettings,
  type Settings,
  type VhostSettings,
} from '../core/settings.ts';
import { checkMeaning } from './check-meaning.ts';
import { probeMeaning } from './probe-meaning.ts';

type Meaning = Omit<Settings, 'digest' | 'partDigests'>;
export type Digests = Pick<Settings, 'digest' | 'partDigests'>;

const WHOLE_DIGITS = 16;
const PART_DIGITS = 8;

/**
 * SHA-512, cut short, over the meaning as JSON without spaces. What doesn't change the meaning doesn't change a digest:
 * comments, quotes, the order of keys, nodes, groups, addresses and probes, a default written out, an interface said
 * once or per node. The order of paths, of keys and of endpoints does mean something. The whole is over all the parts,
 * so a setting that belongs to a part belongs to the whole. A part that came with a later release is left out of it where a
 * file has nothing of it: so the releases agree on files that all of them can read.
 */
export function digestsOf(settings: Meaning): Digests {
  const parts = CONFIG_PARTS.map((part) => [part, meaningOf[part](settings)] as const);
  const partDigests = Object.fromEntries(
    parts.map((part) => [part[0], hexDigest(part, PART_DIGITS)]),
  ) as Record<ConfigPart, string>;
  // A part that came later, and that a file says nothing of, leaves the whole as older releases have it.
  const said = parts.filter(([, meaning]) => meaning !== undefined);
  return { digest: hexDigest([settings.cluster, ...said], WHOLE_DIGITS), partDigests };
}

const hexDigest = (meaning: readonly unknown[], digits: number): string =>
  createHash('sha512')
    .update(JSON.stringify(['sealbeat 1 config', ...meaning]))
    .digest('hex')
    .slice(0, digits);

/**
 * Nodes and groups stand in the order of their names, and only their own part says how they are called: so a node that
 * was renamed is a difference in nodes, and not in everything that is said about nodes.
 */
const meaningOf: Readonly<Record<ConfigPart, (settings: Meaning) => unknown>> = {
  timing: ({ heartbeat: { intervalMs, timeoutMs, startupMs, unprovenMs }, leaseSeconds, restartMs }) => [
    ...[intervalMs, timeoutMs, startupMs, unprovenMs],
    leaseSeconds,
    restartMs,
  ],
  nodes: ({ nodes }) => nodes.map(({ name }) => name),
  keys: ({ nodes }) =>
    nodes.map(({ keys }) =>
      keys.map(({ signKey, boxKey }) => Buffer.concat([signKey, boxKey]).toString('hex')),
    ),
  paths: ({ nodes }) =>
    nodes.map(({ paths }) => paths.map(({ transport, host, port }) => [transport, host, port])),
  priorities: ({ nodes, groups }) => [
    nodes.map(({ priority }) => priority),
    groups
      .filter(({ priority }) => priority.size > 0)
      .map(({ name, priority }) => [name, nodes.map((node) => priority.get(node.name) ?? null)]),
  ],
  groups: ({ groups }) => groups.map(({ name }) => name),
  addresses: ({ nodes, groups }) =>
    groups.map(({ vips, adapters, script, command, carp, announce }) => [
      sorted(
        vips.map(({ address, prefixLength, label, interfaces, carp: own }) => [
          ...[address, prefixLength, label],
          nodes.map(({ name }) => interfaces.get(name) ?? null),
          // Last, and only where it is, so that the digests of files without it stay what they were.
          ...(own ? [vhostMeaning(nodes, own)] : []),
        ]),
      ),
      byNodeMeaning(nodes, adapters),
      script ?? null,
      command ? { ...command, values: byNodeMeaning(nodes, command.values, (values) => [...values]) } : null,
      carp ? vhostMeaning(nodes, carp) : null,
      [announce.method, announce.refreshMs],
    ]),
  policies: ({ groups, arbiter }) => [groups.map(policiesOf), arbiter ? arbiterMeaning(arbiter) : null],
  checks: ({ nodes, groups }) => {
    const names = nodes.map(({ name }) => name);
    const checked = groups.filter(({ checks }) => checks.length > 0);
    return checked.length === 0
      ? undefined
      : checked.map(({ name, checks }) => [name, checks.map((check) => checkMeaning(check, names))]);
  },
  hooks: ({ groups }) => {
    const hooked = groups.filter(({ hooks }) => hooks.length > 0);
    return hooked.length === 0 ? undefined : hooked.map(({ name, hooks }) => [name, hooks.map(hookMeaning)]);
  },
  alerts: ({ alerts, nodes }) =>
    alerts && {
      ...alerts,
      mail: alerts.mail && { ...alerts.mail, from: byNodeMeaning(nodes, alerts.mail.from) },
    },
  web: ({ nodes, web }) => web && [byNodeMeaning(nodes, web.listen), web.page, web.metrics, web.allowHosts],
};

const byNodeMeaning = <T>(
  nodes: Meaning['nodes'],
  byNode: ReadonlyMap<string, T>,
  meaning: (value: T) => unknown = (value) => value,
): readonly unknown[] =>
  nodes.map(({ name }) => {
    const value = byNode.get(name);
    return value === undefined ? null : meaning(value);
  });

const vhostMeaning = (nodes: Meaning['nodes'], carp: VhostSettings): unknown => ({
  ...carp,
  interfaces: byNodeMeaning(nodes, carp.interfaces),
  peers: byNodeMeaning(nodes, carp.peers),
});

const policiesOf = (group: GroupSettings): readonly unknown[] => {
  const { failback, whenAllUnhealthy, damping, confirm, witness, fence } = group;
  return [
    [failback.mode, failback.delayMs],
    [whenAllUnhealthy, damping ? [damping.moves, damping.withinMs] : null],
    confirm ? [sorted(confirm.probes.map(probeMeaning)), confirm.ifAlive, confirm.timeoutMs] : null,
    witness ? [sorted(witness.probes.map(probeMeaning)), witness.need, witness.timeoutMs] : null,
    fence ? [fence.command, fence.timeoutMs] : null,
  ];
};

const hookMeaning = ({ moment, words, user, group, timeoutMs, style }: HookSettings): readonly unknown[] => [
  ...[moment, words],
  ...[user, group, timeoutMs, style],
];

function arbiterMeaning(arbiter: NonNullable<Settings['arbiter']>): readonly unknown[] {
  const { kind, endpoints, ttlSeconds, timeoutMs, caFile, certFile, keyFile, credentialFile } = arbiter;
  return [kind, endpoints, ttlSeconds, timeoutMs, [caFile, certFile, keyFile, credentialFile]];
}

/** By their JSON, in the order of code units: the same on every system and in every locale. */
function sorted(items: readonly unknown[]): unknown[] {
  const keyed = items.map((item) => ({ key: JSON.stringify(item), item }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item);
}
