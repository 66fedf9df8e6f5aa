import type { Ledger } from '../ledger.ts';
import { accountOf, isRoot, type Account } from './account.ts';
import { kindOf, readDefinition, type Definition } from './definitions.ts';
import { keepUnknown, readInstance, readTransition, refreshMs, type Instance } from './instance.ts';
import { keptLines } from './kept.ts';
import { GLOBAL, keywordIn, SYNC_GROUP, TOP } from './keywords.ts';
import { MAIL_WORDS, type SmtpAlert } from './mails.ts';
import type { Notify } from './notify.ts';
import { remarkAll } from './remark.ts';
import { keyOf, type Tracker } from './trackers.ts';
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
  /** By keyOf, each vrrp_script, vrrp_track_process and vrrp_track_file. */
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly scriptUser: Account | undefined;
  /** What global_defs says of mails. */
  readonly mails: readonly Statement[];
  readonly kept: readonly string[];
}

export interface SyncGroup {
  readonly name: string;
  readonly statement: Statement;
  readonly members: readonly string[];
  readonly kept: readonly string[];
  readonly trackers: readonly Tracker[];
  readonly notifies: readonly Notify[];
  readonly smtpAlert: SmtpAlert | undefined;
  /** Whether weights of its members count. */
  readonly weighs: boolean;
}

interface Globals {
  scriptUser: Account | undefined;
  mails: Statement[];
  routerId: string | undefined;
  routerIdAt: Statement[];
  startupMs: number | undefined;
  missed: number | undefined;
  refreshMs: number | undefined;
  link: string | undefined;
}

export function readView(roots: readonly Statement[], ledger: Ledger): View {
  const globals: Globals = {
    scriptUser: undefined,
    mails: [],
    routerId: undefined,
    routerIdAt: [],
    startupMs: undefined,
    missed: undefined,
    refreshMs: undefined,
    link: undefined,
  };
  const kept: string[] = [];
  const definitions = new Map<string, Definition>();
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
    else if (root.children && kindOf(word) && name !== '') define(root, definitions, ledger);
    else readOther(root, word, kept, ledger);
  }
  sayDefinitions(definitions, [...instances, ...syncGroups], ledger);
  return { ...globals, instances, syncGroups, definitions, kept };
}

const NEEDS_BLOCK = new Set([
  ...['global_defs', 'vrrp_instance', 'vrrp_sync_group'],
  ...['vrrp_script', 'vrrp_track_process', 'vrrp_track_file', 'track_file'],
]);

function define(root: Statement, definitions: Map<string, Definition>, ledger: Ledger): void {
  const [word = '', name = ''] = root.words;
  const kind = kindOf(word)!;
  const key = keyOf(kind, name);
  if (definitions.has(key)) ledger.cover(root, 'ignored', 'one of this name stands here before it');
  else definitions.set(key, readDefinition(kind, root));
}

function sayDefinitions(
  definitions: ReadonlyMap<string, Definition>,
  owners: readonly { readonly trackers: readonly Tracker[] }[],
  ledger: Ledger,
): void {
  const tracked = new Set(
    owners.flatMap(({ trackers }) => trackers.map(({ kind, name }) => keyOf(kind, name))),
  );
  for (const [key, { statement, question, remarks }] of definitions) {
    if (!tracked.has(key)) {
      ledger.cover(statement, 'ignored', 'nothing tracks it, so keepalived does not ask it either');
      continue;
    }
    if (question) ledger.say(statement, 'taken', TOP[statement.words[0]!]!.says);
    else ledger.say(statement, 'missing', 'no check could be made of it; kept as a comment');
    remarkAll(remarks, ledger);
  }
}

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
    if (MAIL_WORDS.has(word)) {
      globals.mails.push(child);
      continue;
    }
    if (!SAID_LATER.has(word)) ledger.cover(child, known.verdict, known.says);
    if (known.keep) kept.push(...keptLines(child));
    readGlobal(child, [word, value], globals, ledger);
  }
}

const SAID_LATER = new Set(['router_id', 'script_user']);

function readGlobal(
  child: Statement,
  [word, value]: readonly [string, string | undefined],
  globals: Globals,
  ledger: Ledger,
): void {
  if (word === 'router_id') {
    globals.routerId = value;
    globals.routerIdAt.push(child);
  } else if (word === 'script_user') {
    globals.scriptUser = accountOf(child.words.slice(1));
    if (!globals.scriptUser) ledger.cover(child, 'missing', 'not the name of a user; left out');
    else if (isRoot(globals.scriptUser)) ledger.cover(child, 'taken', 'root is who runs the agent');
    else ledger.cover(child, 'taken', `the user of checks and hooks: ${globals.scriptUser.user}`);
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
  const group = { kept: [] as string[], trackers: [], notifies: [], smtpAlert: undefined, weighs: false };
  ledger.say(root, 'taken', TOP['vrrp_sync_group']!.says);
  for (const child of root.children ?? []) {
    const [word = ''] = child.words;
    if (word === 'group') {
      ledger.cover(child, 'taken', SYNC_GROUP['group']!.says);
      members.push(...child.words.slice(1), ...(child.children ?? []).flatMap(({ words }) => words));
      continue;
    }
    if (readTransition(child, group, ledger)) continue;
    const known = keywordIn(SYNC_GROUP, word);
    if (!known) keepUnknown(child, group.kept, ledger);
    else {
      ledger.cover(child, known.verdict, known.says);
      if (known.keep) group.kept.push(...keptLines(child));
      group.weighs ||= WEIGHING.has(word);
    }
  }
  return { ...group, name: root.words[1] ?? '', statement: root, members: [...new Set(members)] };
}

const WEIGHING = new Set(['global_tracking', 'sync_group_tracking_weight']);
