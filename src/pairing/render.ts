import { Document, isMap, isScalar, Scalar, type Pair, type YAMLMap } from 'yaml';
import { formatDuration } from '../config/duration.ts';
import type { Cluster, Member } from './cluster.ts';

const HEAD = ` The config of this cluster, the same file on every node; "sealbeat init" wrote it.
 After a change: sealbeat check; copy the file to the other nodes; sealbeat reload on each.
 sealbeat.example.yaml shows every key there is.`;

/** What stands above a key, by its place: what people change first. */
const COMMENTS: readonly (readonly [path: readonly string[], comment: string])[] = [
  [
    ['heartbeat', 'timeout'],
    ' Silence after which a node is dead. With 2.2s or more, no two nodes hold an address after a crash.',
  ],
  [
    ['nodes'],
    ' Every node, its public key and where the others reach it. The highest priority is preferred.',
  ],
  [['groups'], ' Addresses of a group move together. Further addresses and groups go here.'],
  [
    ['groups', '*', 'failback'],
    ' auto: a better node takes over again when it has been well for this long. manual: on command only.',
  ],
];

/** The whole file. Equal clusters are equal texts, to the byte: so two nodes need not send each other a file. */
export function renderConfig(cluster: Cluster): string {
  const document = new Document(plainOf(cluster));
  document.commentBefore = HEAD;
  for (const [path, comment] of COMMENTS)
    commentOn(
      document,
      path.map((step) => (step === '*' ? cluster.group : step)),
      comment,
    );
  for (const pair of (document.contents as YAMLMap<Scalar, unknown>).items) {
    if (pair.key.value !== 'cluster') pair.key.spaceBefore = true;
  }
  return document.toString({ lineWidth: 0, indent: 2 });
}

const plainOf = ({ cluster, group, vips, intervalMs, timeoutMs, members }: Cluster): object => ({
  cluster,
  heartbeat: { interval: formatDuration(intervalMs), timeout: formatDuration(timeoutMs) },
  nodes: Object.fromEntries(members.map((member) => [member.name, nodeOf(member)])),
  groups: {
    [group]: {
      interface: interfaceOf(members),
      vips: vips.map(quotedIfColons),
      failback: { mode: 'auto', delay: '10s' },
    },
  },
});

const nodeOf = ({ key, paths, priority }: Member): object => ({ key: key.line, paths, priority });

/** One name where all have the same, else one for each node. */
export function interfaceOf(members: readonly Member[]): string | Readonly<Record<string, string>> {
  const [first, ...others] = members;
  if (first && others.every(({ link }) => link === first.link)) return first.link;
  return Object.fromEntries(members.map(({ name, link }) => [name, link]));
}

function quotedIfColons(address: string): string | Scalar {
  if (!address.includes(':')) return address;
  const scalar = new Scalar(address);
  scalar.type = Scalar.QUOTE_SINGLE;
  return scalar;
}

function commentOn(document: Document, path: readonly string[], comment: string): void {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1));
  if (!isMap(parent)) return;
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) as
    Pair<Scalar> | undefined;
  if (pair) pair.key.commentBefore = comment;
}
