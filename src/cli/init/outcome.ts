import { fingerprintOf } from '../../wire/public-line.ts';
import { parsePathUrl } from '../../config/path-url.ts';
import type { Cluster, Member } from '../../pairing/cluster.ts';
import type { CliHost } from '../host.ts';
import { tell } from '../talk.ts';
import type { InitOptions } from './options.ts';

export type Outcome = {
  readonly cluster: Cluster;
  readonly self: Member;
  /** What is to be pasted elsewhere, if anything is. */
  readonly line: string | undefined;
  /** The nodes that need it; none for one that is not known yet. */
  readonly pasteOn: readonly string[];
} & (
  | { readonly kind: 'begun' }
  | { readonly kind: 'joined'; readonly sender: string }
  | { readonly kind: 'extended' | 'unchanged'; readonly added: readonly Member[] }
);

/**
 * The line alone on standard output; at a terminal the whole command, since it will be copied from there, and in quotes:
 * then line breaks that a narrow terminal puts into it do no harm.
 */
export function sayOutcome(host: CliHost, options: InitOptions, outcome: Outcome): void {
  if (options.json === true) return host.out(JSON.stringify(asJson(options, outcome)));
  const { line } = outcome;
  sayWhatHappened(host, options, outcome);
  if (line !== undefined) {
    tell(host, pasteWhere(outcome));
    if (host.isTTY) host.err('');
    host.out(host.isTTY ? `sealbeat init '${line}'` : line);
    if (host.isTTY) host.err('');
  }
  sayNext(host, outcome);
}

function sayWhatHappened(host: CliHost, { config }: InitOptions, outcome: Outcome): void {
  const { kind, cluster, self } = outcome;
  if (kind === 'unchanged')
    tell(host, `${config} has ${namesOf(cluster.members)} already; nothing was changed`);
  if (kind === 'extended') tell(host, `${config} now has ${namesOf(cluster.members)}`);
  if (kind === 'extended') return; // the fingerprints have been shown and compared
  tell(
    host,
    cluster.members.length === 1 ? 'the fingerprint of this node:' : 'fingerprints, to be compared:',
  );
  for (const line of fingerprintLines(cluster, self)) tell(host, line);
}

function pasteWhere({ kind, pasteOn, cluster }: Outcome): string {
  if (pasteOn.length > 0) return `now paste this on ${listed(pasteOn)}, as root:`;
  if (cluster.members.length === 1) return 'now paste this on the other host, as root:';
  return kind === 'unchanged'
    ? 'for a further node, paste this there, as root:'
    : 'paste this there, as root:';
}

function sayNext(host: CliHost, outcome: Outcome): void {
  const { kind, cluster } = outcome;
  if (kind === 'begun')
    return tell(host, 'what it prints there, paste here: that makes both configs the same');
  if (cluster.members.length === 1) return;
  if (kind === 'joined') {
    tell(
      host,
      `${outcome.sender} will show the same ${cluster.members.length} fingerprints; if not, a line was changed on its way`,
    );
  }
  if (kind === 'joined' || outcome.pasteOn.length > 0) tell(host, 'when that is done, on every node:');
  else tell(host, 'next, on every node:');
  if (cluster.members.length > 2)
    tell(host, '  sealbeat reload                     where it runs already; else:');
  tell(host, '  sealbeat service install --start    (or, to watch it first: sealbeat run)');
  tell(host, '  sealbeat status');
  tell(host, `firewalls have to let ${portsOf(cluster)} through between them`);
}

/** One line for each node, in the order of the file, so that two screens can be compared. */
export function fingerprintLines({ members }: Cluster, self: Member): readonly string[] {
  const width = Math.max(...members.map(({ name }) => name.length));
  return members.map((member) => {
    const here = member === self ? '   (this node)' : '';
    return `  ${member.name.padEnd(width)}   ${fingerprintOf(member.key)}${here}`;
  });
}

function portsOf({ members }: Cluster): string {
  const paths = members.flatMap((member) => member.paths.map(parsePathUrl));
  const ports = paths.flatMap((path) =>
    'value' in path ? [`${path.value.transport.toUpperCase()} port ${path.value.port}`] : [],
  );
  return listed([...new Set(ports)]);
}

const namesOf = (members: readonly Member[]): string => listed(members.map(({ name }) => name));

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

const asJson = (
  { config, identity }: InitOptions,
  { kind, cluster, self, line, pasteOn }: Outcome,
): object => ({
  ...{ outcome: kind, config, identity, node: self.name, complete: cluster.members.length > 1 },
  ...{ cluster: cluster.cluster, group: cluster.group, vips: cluster.vips },
  nodes: cluster.members.map(({ name, key, link, paths, priority }) => ({
    ...{ node: name, interface: link, paths, priority },
    ...{ fingerprint: fingerprintOf(key), id: key.id },
  })),
  ...{ line: line ?? null, pasteOn },
});
