import type { Draft, DraftGroup } from '../draft.ts';
import type { Imported, ImportOptions, SourceFile } from '../imported.ts';
import { ledger, type Ledger, type Source } from '../ledger.ts';
import { nameFrom } from '../names.ts';
import { placeNodes, unique } from '../nodes.ts';
import { noteFailback } from '../notes.ts';
import { timingFor } from '../timing.ts';
import { refuseTooMany } from '../too-many.ts';
import { expand, type Line, type Reader } from './expand.ts';
import { groupOf } from './groups.ts';
import { withoutRepeats } from './kept.ts';
import { alertsOf } from './mails.ts';
import { notePrograms } from './program-notes.ts';
import { tokensOf } from './lexer.ts';
import { treeOf } from './parser.ts';
import { jointsOf, unitsOf, type NamedView } from './together.ts';
import { readView, type View } from './view.ts';

interface Parsed {
  readonly file: string;
  readonly lines: readonly Line[];
  readonly name: string | undefined;
}

/** keepalived.conf of one node or of several → a config of ours, and what became of every statement. */
export function importKeepalived(
  files: readonly SourceFile[],
  options: ImportOptions,
  reader: Reader,
): Imported {
  const expanded = files.map(({ file, text }) => ({ file, ...expand(file, text, reader) }));
  const perNode = expanded.flatMap(({ file, lines }, nth) =>
    nodesIn({ file, lines, name: options.names[nth] }, files, options),
  );
  const trees = perNode.map(({ lines, id }) =>
    treeOf(lines.filter((line) => appliesTo(line, id)).map(tokensOf)),
  );
  const stray = expanded.flatMap(({ file, lines }) =>
    strayOf(
      lines,
      perNode.filter((one) => one.file === file),
    ),
  );
  const directives = expanded.flatMap((one) => one.directives);
  const order = unique(expanded.flatMap(({ files: read }) => read));
  const book = ledger([...trees.flat(), ...stray, ...directives], order);
  for (const one of directives) book.say(one, one.verdict, one.says);
  for (const one of stray)
    book.cover(one, 'ignored', 'only for a host that is none of the nodes; --name NAME makes it one');
  const views = trees.map((tree) => readView(tree, book));
  const notes: string[] = [];
  const named = nameViews(views, perNode, files.length, notes);
  for (const one of named) accountForRouterId(one, book);
  const draft = draftOf(named, options, notes, book);
  return { draft, entries: book.entries(), notes };
}

type PerNode = Parsed & { readonly id: string | undefined };

/** A file with `@lb1` and `@lb2` in it is the config of both; any other is one node's. */
function nodesIn(parsed: Parsed, files: readonly SourceFile[], { names }: ImportOptions): readonly PerNode[] {
  const ids = unique(
    parsed.lines.flatMap(({ condition }) => (condition && !condition.negated ? [condition.id] : [])),
  );
  if (files.length > 1 || ids.length === 0) return [{ ...parsed, id: parsed.name }];
  const wanted = names.length > 0 ? unique([...names.filter((name) => ids.includes(name)), ...ids]) : ids;
  return wanted.map((id) => ({ ...parsed, name: id, id }));
}

const appliesTo = ({ condition }: Line, id: string | undefined): boolean =>
  condition === undefined || (condition.id === id) !== condition.negated;

function strayOf(lines: readonly Line[], nodes: readonly PerNode[]): readonly Source[] {
  return lines
    .filter((line) => !nodes.some(({ id }) => appliesTo(line, id)))
    .map(({ file, line, column, text }) => ({ file, line, column, endLine: line, text }));
}

function accountForRouterId({ node, view }: NamedView, book: Ledger): void {
  const isName = view.routerId !== undefined && nameFrom(view.routerId, new Set(), '') === node;
  for (const statement of view.routerIdAt) {
    if (isName) book.cover(statement, 'taken', `nodes.${node}`);
    else book.cover(statement, 'ignored', `no name that tells the nodes apart; this one is called ${node}`);
  }
}

/** `LVS_DEVEL` of keepalived's own example is on many hosts. */
const SAMPLE_NAME = /^lvs_/i;

function nameViews(
  views: readonly View[],
  perNode: readonly PerNode[],
  fileCount: number,
  notes: string[],
): readonly NamedView[] {
  const taken = new Set<string>();
  const ids = views.map(({ routerId }) => routerId);
  return views.map((view, nth) => {
    const { name, file } = perNode[nth]!;
    const telling =
      view.routerId !== undefined &&
      !SAMPLE_NAME.test(view.routerId) &&
      ids.indexOf(view.routerId) === ids.lastIndexOf(view.routerId);
    const base = file
      .split('/')
      .at(-1)!
      .replace(/\.[a-z]+$/, '');
    const fromFile = fileCount > 1 && base !== 'keepalived' ? base : undefined;
    const found = name ?? (telling ? view.routerId : undefined) ?? fromFile;
    const node = nameFrom(found ?? `node${nth + 1}`, taken, `node${nth + 1}`);
    if (found === undefined)
      notes.push(`${node} is a made-up name for the node of ${file}; --name NAME gives it its own`);
    return { node, view };
  });
}

function draftOf(
  views: readonly NamedView[],
  options: ImportOptions,
  notes: string[],
  book: Ledger,
): Draft | undefined {
  for (const { view } of views) refuseTooMany(view.instances.length, 'instances');
  const joints = jointsOf(views, notes);
  const spareNames = options.names.filter((name) => !views.some(({ node }) => node === name));
  const own = views.map(({ node, view }) => ({
    name: node,
    addresses: view.instances.flatMap(({ source }) => source ?? []),
  }));
  const peerings = joints.map(({ onNode }) => onNode);
  const lookedFor = 'no unicast_src_ip, no unicast_peer';
  const nodes = placeNodes(own, peerings, { spareNames, peers: options.peers, lookedFor }, notes);
  const taken = new Set<string>();
  const units = unitsOf(joints, views);
  const groups = units.flatMap((unit) => groupOf(unit, { nodes, views, notes, ledger: book, taken }) ?? []);
  const alerts = alertsOf(
    views,
    nodes.map(({ name }) => name),
    { ledger: book, notes },
  );
  if (groups.length === 0) return undefined;
  noteFailback(groups, notes);
  notePrograms(groups, views, notes);
  return {
    cluster: options.cluster,
    ...timing(views, notes),
    nodes: nodes.map(({ name, addresses }) => ({ name, addresses, priority: priorityOf(name, groups) })),
    groups,
    alerts,
    kept: withoutRepeats(views.flatMap(({ view }) => view.kept)),
  };
}

const priorityOf = (node: string, groups: readonly DraftGroup[]): number =>
  groups.map(({ priorities }) => priorities.get(node)).find((priority) => priority !== undefined) ?? 100;

function timing(
  views: readonly NamedView[],
  notes: string[],
): Pick<Draft, 'intervalMs' | 'timeoutMs' | 'timingWhy' | 'startupMs'> {
  const instances = views.flatMap(({ view }) => view.instances.filter(({ vips }) => vips.length > 0));
  const adverts = unique(instances.map(({ advertMs }) => advertMs)).toSorted((a, b) => a - b);
  const advertMs = adverts[0] ?? 1_000;
  const lowest = Math.min(...instances.map(({ priority }) => priority));
  const missed = Math.max(
    0,
    ...instances.flatMap((one) => one.missed ?? []),
    ...views.flatMap(({ view }) => view.missed ?? []),
  );
  const { intervalMs, timeoutMs, why } = timingFor({
    advertMs,
    skewMs: ((256 - lowest) * advertMs) / 256,
    ...(missed > 0 ? { missed } : {}),
  });
  notes.push(`heartbeat: interval ${intervalMs} ms, timeout ${timeoutMs} ms: ${why}`);
  if (adverts.length > 1)
    notes.push(
      `several advert_int (${adverts.map((ms) => `${ms / 1_000}s`).join(', ')}): nodes are watched once for all groups here, so the smallest counts`,
    );
  const startupMs = Math.max(0, ...views.flatMap(({ view }) => view.startupMs ?? []));
  return {
    intervalMs,
    timeoutMs,
    timingWhy: why,
    startupMs: startupMs > 2 * timeoutMs ? startupMs : undefined,
  };
}
