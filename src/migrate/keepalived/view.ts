import type { Ledger } from '../ledger.ts';
import { keepUnknown, readInstance, refreshMs, TRACKS_DEFINED, type Instance } from './instance.ts';
import { keptLines } from './kept.ts';
import { GLOBAL, keywordIn, SYNC_GROUP, TOP } from './keywords.ts';
import { secondsAsMs, wholeNumber } from '../number.ts';
import type { Statement } from './parser.ts';

/** What one node's config means, before the nodes are put together. */
export interface View {
  readonly routerId: string | undefined;
  /** What becomes of it is known once all nodes are. */
  readonly routerIdAt: readonly Statement[];
  readonly startupMs: number | undefined;
  readonly missed: number | undefined;
  readonly instances: readonly Instance[];
  readonly syncGroups: readonly SyncGroup[];
  /** By name, the lines of each vrrp_script, vrrp_track_process and vrrp_track_file. */
  readonly definitions: ReadonlyMap<string, readonly string[]>;
  readonly kept: readonly string[];
}

export interface SyncGroup {
  readonly name: string;
  readonly statement: Statement;
  readonly members: readonly string[];
  readonly kept: readonly string[];
  readonly scripts: readonly string[];
}

interface Globals {
  routerId: string | undefined;
  routerIdAt: Statement[];
  startupMs: number | undefined;
  missed: number | undefined;
  refreshMs: number | undefined;
  link: string | undefined;
}

export function readView(roots: readonly Statement[], ledger: Ledger): View {
  const globals: Globals = {
    routerId: undefined,
    routerIdAt: [],
    startupMs: undefined,
    missed: undefined,
    refreshMs: undefined,
    link: undefined,
  };
  const kept: string[] = [];
  const definitions = new Map<string, readonly string[]>();
  const instances: Instance[] = [];
  const syncGroups: SyncGroup[] = [];
  const isA = (word: string) => (statement: Statement) =>
    statement.words[0] === word && statement.children !== undefined;
  for (const root of roots.filter(isA('global_defs'))) readGlobals(root, globals, kept, ledger);
  for (const root of roots) {
    const [word = '', name = ''] = root.words;
    if (isA('global_defs')(root)) continue;
    if (isA('vrrp_instance')(root) && name !== '') instances.push(readInstance(root, globals, ledger));
    else if (isA('vrrp_sync_group')(root) && name !== '') syncGroups.push(readSyncGroup(root, ledger));
    else if (root.children && DEFINES.has(word) && !definitions.has(name)) {
      ledger.cover(root, 'missing', TOP[word]!.says);
      definitions.set(name, keptLines(root));
    } else readOther(root, word, kept, ledger);
  }
  return { ...globals, instances, syncGroups, definitions, kept };
}

const DEFINES = new Set(['vrrp_script', 'vrrp_track_process', 'vrrp_track_file', 'track_file']);
const NEEDS_BLOCK = new Set(['global_defs', 'vrrp_instance', 'vrrp_sync_group']);

function readOther(root: Statement, word: string, kept: string[], ledger: Ledger): void {
  const known = NEEDS_BLOCK.has(word) ? undefined : keywordIn(TOP, word);
  if (!known) return keepUnknown(root, kept, ledger);
  ledger.cover(root, known.verdict, known.says);
  if (known.keep) kept.push(...keptLines(root));
}

function readGlobals(root: Statement, globals: Globals, kept: string[], ledger: Ledger): void {
  ledger.say(root, 'taken', TOP['global_defs']!.says);
  for (const child of root.children ?? []) {
    const [word = '', value] = child.words;
    const known = keywordIn(GLOBAL, word);
    if (!known) {
      keepUnknown(child, kept, ledger);
      continue;
    }
    if (word !== 'router_id') ledger.cover(child, known.verdict, known.says);
    if (known.keep) kept.push(...keptLines(child));
    readGlobal(child, [word, value], globals, ledger);
  }
}

function readGlobal(
  child: Statement,
  [word, value]: readonly [string, string | undefined],
  globals: Globals,
  ledger: Ledger,
): void {
  if (word === 'router_id') {
    globals.routerId = value;
    globals.routerIdAt.push(child);
  } else if (word === 'default_interface') globals.link = value;
  else if (word === 'vrrp_startup_delay') globals.startupMs = secondsAsMs(value, 0, 600);
  else if (word === 'vrrp_down_timer_adverts') globals.missed = wholeNumber(value, 1, 100);
  else if (word === 'vrrp_garp_master_refresh') {
    globals.refreshMs = refreshMs(value);
    if (globals.refreshMs === undefined)
      ledger.cover(child, 'changed', 'the default of announce.refresh, 60s, stands in its place');
  }
}

function readSyncGroup(root: Statement, ledger: Ledger): SyncGroup {
  const members: string[] = [];
  const kept: string[] = [];
  const scripts: string[] = [];
  ledger.say(root, 'taken', TOP['vrrp_sync_group']!.says);
  for (const child of root.children ?? []) {
    const [word = ''] = child.words;
    if (word === 'group') {
      ledger.cover(child, 'taken', SYNC_GROUP['group']!.says);
      members.push(...child.words.slice(1), ...(child.children ?? []).flatMap(({ words }) => words));
      continue;
    }
    const known = keywordIn(SYNC_GROUP, word);
    if (!known) keepUnknown(child, kept, ledger);
    else {
      ledger.cover(child, known.verdict, known.says);
      if (known.keep) kept.push(...keptLines(child));
    }
    if (TRACKS_DEFINED.has(word)) scripts.push(...(child.children ?? []).map(({ words }) => words[0] ?? ''));
  }
  return { name: root.words[1] ?? '', statement: root, members: [...new Set(members)], kept, scripts };
}
