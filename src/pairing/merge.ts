import { OperatorError } from '../core/errors.ts';
import { formatDuration } from '../config/duration.ts';
import { parsePathUrl } from '../config/path-url.ts';
import { NODES_MAX } from '../config/schema.ts';
import { fingerprintOf } from '../wire/public-line.ts';
import type { Cluster, Common, Member } from './cluster.ts';
import type { PairLine } from './line.ts';
import { addressOfVip } from './place.ts';

/**
 * The nodes of a line that a config has not yet. Throws OperatorError REFUSED, with what to do, for a line that does not
 * belong to this config or contradicts it.
 */
export function newcomersIn(line: PairLine, cluster: Cluster): readonly Member[] {
  const [sender] = line.members;
  refuseOtherCluster(line.common, cluster, sender.name);
  refuseStrangers(line, cluster);
  const added = line.members.filter(({ key }) => !cluster.members.some((own) => own.key.id === key.id));
  for (const member of line.members) refuseContradiction(member, cluster);
  const problem = whyNotTogether(cluster, [...cluster.members, ...added]);
  if (problem !== undefined) throw refused(problem, `put that right in the config of ${sender.name} first`);
  return added;
}

/** Whether the node that printed the line has this one in its config, so that it waits for no answer. */
export const knows = ({ members, known }: PairLine, self: Member): boolean =>
  known.includes(self.key.id) || members.some(({ key }) => key.id === self.key.id);

export function refuseOwnLine({ members: [sender] }: PairLine, ids: ReadonlySet<string>): void {
  if (!ids.has(sender.key.id)) return;
  throw refused(
    'this is the line of this very node',
    'paste it on the other host; what that one prints belongs here',
  );
}

/** Why these cannot be the nodes of one cluster: names and addresses that two have; or undefined. */
export function whyNotTogether({ vips }: Common, members: readonly Member[]): string | undefined {
  if (members.length > NODES_MAX)
    return `these would be ${members.length} nodes; a cluster has ${NODES_MAX} at most`;
  const virtual = new Set(vips.map((vip) => addressOfVip(vip)?.text));
  const owners = new Map<string, string>();
  for (const { name, paths } of members) {
    for (const host of hostsOf(paths)) {
      const owner = owners.get(host);
      if (owner !== undefined && owner !== name) return `${name} and ${owner} have the same address, ${host}`;
      if (virtual.has(host)) return `${host} is the address of ${name} itself, so it cannot be a virtual one`;
      owners.set(host, name);
    }
  }
  const names = members.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `two nodes are called ${twice}`;
}

export const hostsOf = (paths: readonly string[]): readonly string[] => [
  ...new Set(
    paths.flatMap((path) => {
      const parsed = parsePathUrl(path);
      return 'value' in parsed ? [parsed.value.host] : [];
    }),
  ),
];

function refuseOtherCluster(line: Common, own: Common, sender: string): void {
  if (line.cluster !== own.cluster) {
    throw refused(
      `the line is of cluster "${line.cluster}", and this node is in cluster "${own.cluster}"`,
      'a host that shall be in both runs two daemons with two configs: name other files with --config and --identity',
    );
  }
  const rows = [
    ['the group', line.group, own.group],
    ['the virtual addresses', line.vips.join(' '), own.vips.join(' ')],
    ['the interval', formatDuration(line.intervalMs), formatDuration(own.intervalMs)],
    ['the timeout', formatDuration(line.timeoutMs), formatDuration(own.timeoutMs)],
  ] as const;
  const other = rows.find(([, theirs, ours]) => theirs !== ours);
  if (!other) return;
  const [what, theirs, ours] = other;
  throw refused(
    `${what}: ${sender} has ${theirs}, and this node has ${ours}`,
    `make it the same in both configs, then run "sealbeat init" on ${sender} for a new line`,
  );
}

function refuseStrangers({ members: [sender], known }: PairLine, cluster: Cluster): void {
  const strange = known.find((id) => !cluster.members.some(({ key }) => key.id === id));
  if (strange === undefined) return;
  throw refused(
    `${sender.name} answered a node that this config does not know (sender id ${strange})`,
    `run "sealbeat init" on ${sender.name}: the line that it prints then names all its nodes; compare their fingerprints`,
  );
}

function refuseContradiction({ name, key }: Member, { members }: Cluster): void {
  const sameKey = members.find((own) => own.key.id === key.id);
  if (sameKey && sameKey.name !== name) {
    throw refused(
      `the line calls ${name} what this config calls ${sameKey.name}`,
      'one name for one node: make it the same in both configs',
    );
  }
  const sameName = members.find((own) => own.name === name);
  if (!sameName || sameName.key.id === key.id) return;
  throw refused(
    `${name} has another key here: ${fingerprintOf(sameName.key)} is in the config, ${fingerprintOf(key)} in the line`,
    `if ${name} was set up anew: sealbeat key trust ${name} ${key.line} --replace; if it is another host, it needs another name: run "sealbeat init" there with --name`,
  );
}

const refused = (message: string, hint: string): OperatorError =>
  new OperatorError('REFUSED', message, { hint });
