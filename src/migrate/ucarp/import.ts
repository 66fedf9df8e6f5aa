import type { Draft, DraftGroup } from '../draft.ts';
import type { Imported, ImportOptions, SourceFile } from '../imported.ts';
import { ledger, type Ledger } from '../ledger.ts';
import { nameFrom } from '../names.ts';
import { placeNodes, unique, type PlacedNode } from '../nodes.ts';
import { noteFailback } from '../notes.ts';
import { timingFor } from '../timing.ts';
import { refuseTooMany } from '../too-many.ts';
import { scalar } from '../yaml-value.ts';
import { readCommandLines } from './command-line.ts';
import { hasStanzas, readInterfaces } from './interfaces.ts';
import { meaningOf, type Meaning } from './read.ts';

/** interfaces(5), or anything with command lines of ucarp in it, of one node or of several. */
export function importUcarp(files: readonly SourceFile[], options: ImportOptions): Imported {
  const read = files.map((one) => (hasStanzas(one.text) ? readInterfaces(one) : readCommandLines(one)));
  refuseTooMany(read.flatMap(({ instances }) => instances).length, 'instances of ucarp');
  const book = ledger(
    read.flatMap(({ roots }) => roots),
    files.map(({ file }) => file),
  );
  for (const one of read) one.account(book);
  const notes: string[] = [];
  const names = nodeNames(files, options, notes);
  const meanings = read.flatMap(({ instances, lengths }, nth) =>
    instances.map((instance) => meaningOf(instance, names[nth]!, { lengths, ledger: book })),
  );
  const kept = unique(read.flatMap((one) => one.kept));
  const draft = draftOf(meanings, { names, options, notes, kept, book });
  return { draft, entries: book.entries(), notes };
}

function nodeNames(
  files: readonly SourceFile[],
  { names }: ImportOptions,
  notes: string[],
): readonly string[] {
  const taken = new Set<string>();
  return files.map(({ file }, nth) => {
    const base = file
      .split('/')
      .at(-1)!
      .replace(/\.[a-z]+$/, '');
    const fromFile = files.length > 1 && !/^(interfaces|ucarp)$/.test(base) ? base : undefined;
    const found = names[nth] ?? fromFile;
    const node = nameFrom(found ?? `node${nth + 1}`, taken, `node${nth + 1}`);
    if (found === undefined)
      notes.push(`${node} is a made-up name for the node of ${file}; --name NAME gives it its own`);
    return node;
  });
}

interface Around {
  readonly names: readonly string[];
  readonly options: ImportOptions;
  readonly notes: string[];
  readonly kept: readonly string[];
  readonly book: Ledger;
}

function draftOf(meanings: readonly Meaning[], around: Around): Draft | undefined {
  const { names, options, notes, kept, book } = around;
  const nodes = placeNodes(
    names.map((name) => ({
      name,
      addresses: meanings.flatMap(({ node, own }) => (node === name ? (own ?? []) : [])),
    })),
    [],
    {
      spareNames: options.names.slice(names.length),
      peers: options.peers,
      lookedFor: 'ucarp names itself alone',
    },
    notes,
  );
  const taken = new Set<string>();
  const groups = togetherByVid(meanings).flatMap(
    (same) => groupOf(same, { nodes, notes, book, taken }) ?? [],
  );
  if (groups.length === 0) return undefined;
  noteFailback(groups, notes);
  return {
    cluster: options.cluster,
    ...timing(meanings, notes),
    nodes: nodes.map(({ name, addresses }) => ({
      name,
      addresses,
      priority: groups[0]!.priorities.get(name) ?? 100,
    })),
    groups,
    kept,
  };
}

function togetherByVid(meanings: readonly Meaning[]): readonly (readonly Meaning[])[] {
  const together: Meaning[][] = [];
  for (const one of meanings) {
    const same = together.find(
      (others) =>
        others.every(({ node }) => node !== one.node) &&
        others.some(({ vid, address }) =>
          one.vid !== undefined ? vid === one.vid : address === one.address,
        ),
    );
    if (same) same.push(one);
    else together.push([one]);
  }
  return together;
}

const PRIORITY_STEP = 10;

function groupOf(
  same: readonly Meaning[],
  {
    nodes,
    notes,
    book,
    taken,
  }: { nodes: readonly PlacedNode[]; notes: string[]; book: Ledger; taken: Set<string> },
): DraftGroup | undefined {
  const addresses = unique(same.flatMap(({ address }) => address ?? []));
  if (addresses.length === 0) {
    for (const { source } of same)
      book.say(
        source,
        'missing',
        'no address that could be taken (-a, ucarp-vip), and a group needs one: there is no group of it',
      );
    return undefined;
  }
  const vid = same[0]?.vid;
  const name = nameFrom(vid === undefined ? 'vip' : `vip-${vid}`, taken, 'vip');
  for (const { source } of same) book.say(source, 'taken', `groups.${name}`);
  if (addresses.length > 1)
    notes.push(`${name}: the nodes have different addresses; taken: ${addresses.join(', ')}`);
  const priorities = new Map(same.map(({ node, priority }) => [node, priority]));
  const lowest = Math.min(...priorities.values());
  for (const [nth, { name: node }] of nodes.filter(({ name: one }) => !priorities.has(one)).entries()) {
    priorities.set(node, Math.max(1, lowest - PRIORITY_STEP * (nth + 1)));
    notes.push(
      `${name}: the priority of ${node} is a guess: ${priorities.get(node)}; 254 less its advskew is what it should be`,
    );
  }
  const link = same.find((one) => one.link !== undefined)?.link;
  const interfaces = nodes.flatMap(({ name: node }) => {
    const own = same.find((one) => one.node === node)?.link ?? link;
    return own === undefined ? [] : [[node, own] as const];
  });
  return {
    name,
    comments: [vid === undefined ? 'ucarp' : `ucarp, virtual id ${vid}`],
    interfaces: new Map(interfaces),
    vips: addresses.map((address) => ({ address })),
    failback: { manual: !same.some(({ preempt }) => preempt) },
    priorities,
    checks: [],
    hooks: [],
    offers: scriptOffer(same),
    kept: [],
  };
}

/** Those of Debian call ifup for a stanza that is gone afterwards. */
const OF_PACKAGE = /^\/usr\/share\/ucarp\//;

function scriptOffer(same: readonly Meaning[]): readonly string[] {
  const found = same.find(({ up, down }) => up !== undefined && down !== undefined && !OF_PACKAGE.test(up));
  if (!found) return [];
  const program = (path: string): string =>
    found.more.length === 0 ? scalar(path) : `[${[path, ...found.more].map(scalar).join(', ')}]`;
  return [
    'The built-in adapter sets the address. To go on with the scripts (docs/systems/scripts.md):',
    'adapter: script',
    `script: { up: ${program(found.up!)}, down: ${program(found.down!)} }`,
  ];
}

function timing(
  meanings: readonly Meaning[],
  notes: string[],
): Pick<Draft, 'intervalMs' | 'timeoutMs' | 'timingWhy'> {
  const bases = unique(meanings.map(({ baseSeconds }) => baseSeconds)).toSorted((a, b) => a - b);
  const missed = Math.max(...meanings.map(({ ratio }) => ratio));
  const skew = Math.max(...meanings.map((one) => one.skew));
  const { intervalMs, timeoutMs, why } = timingFor({
    advertMs: (bases[0] ?? 1) * 1_000,
    skewMs: (missed * skew * 1_000) / 256,
    missed,
  });
  notes.push(`heartbeat: interval ${intervalMs} ms, timeout ${timeoutMs} ms: ${why}`);
  if (bases.length > 1)
    notes.push(
      `several advbase (${bases.join(', ')}): nodes are watched once for all groups here, so the smallest counts`,
    );
  return { intervalMs, timeoutMs, timingWhy: why };
}
