import type { DraftHook, DraftSettings } from '../draft.ts';
import type { Ledger } from '../ledger.ts';
import { isRoot, type Account } from './account.ts';
import { keptLines } from './kept.ts';
import { INSTANCE } from './keywords.ts';
import { chosenByNode } from './node-choice.ts';
import { MOMENTS, type Notify } from './notify.ts';
import type { NamedView, Unit } from './together.ts';

export interface UnitHooks {
  readonly hooks: readonly DraftHook[];
  readonly kept: readonly string[];
}

const HOOKS_MAX = 8;

/** One line of the config, as each node has it. */
type Slot = Map<string, { readonly notify: Notify; readonly settings: DraftSettings }>;

/** A group has each of its hooks once, however many of its instances did, and the same ones on all nodes. */
export function hooksOf(
  unit: Unit,
  { views, ledger }: { readonly views: readonly NamedView[]; readonly ledger: Ledger },
): UnitHooks {
  const kept: string[] = [];
  const refuse = ({ statement }: Notify, says: string): void => {
    ledger.cover(statement, 'missing', says);
    kept.push(...keptLines(statement));
  };
  const holders = views.map(({ node }) => node).filter((node) => hasPart(unit, node));
  const found = new Map<string, DraftHook>();
  for (const slot of slotsOf(unit, views)) {
    for (const hook of hooksFrom(slot, { holders, ledger, refuse })) {
      const atMoment = [...found.values()].filter(({ moment }) => moment === hook.moment);
      const key = JSON.stringify(hook);
      if (found.has(key) || atMoment.length < HOOKS_MAX) found.set(key, hook);
      else for (const { notify } of slot.values()) refuse(notify, TOO_MANY);
    }
  }
  return { hooks: [...found.values()], kept };
}

const TOO_MANY = `left out: there are at most ${HOOKS_MAX} for one moment; put several into one program`;
const OTHER_USER =
  'the nodes have different users for it, and a group has the same hooks on all of them; left out';

const hasPart = ({ joints }: Unit, node: string): boolean => joints.some(({ onNode }) => onNode.has(node));

/** keepalived runs the one for all transitions last. */
function slotsOf(unit: Unit, views: readonly NamedView[]): readonly Slot[] {
  const slots = new Map<string, Slot>();
  for (const { node, view } of views) {
    const owners = [
      ...unit.syncGroups
        .filter((group) => view.syncGroups.includes(group))
        .map((group) => ['', group] as const),
      ...unit.joints.flatMap(({ name, onNode }) => {
        const instance = onNode.get(node);
        return instance ? [[name, instance] as const] : [];
      }),
    ];
    for (const [owner, { notifies }] of owners)
      for (const notify of notifies) {
        const key = `${notify.word} ${owner}`;
        const slot: Slot = slots.get(key) ?? new Map();
        slots.set(key, slot);
        slot.set(node, { notify, settings: settingsOf(notify, view.scriptUser) });
      }
  }
  const isLast = (key: string): number => (key.startsWith('notify ') ? 1 : 0);
  return [...slots].toSorted(([a], [b]) => isLast(a) - isLast(b)).map(([, slot]) => slot);
}

interface Around {
  readonly holders: readonly string[];
  readonly ledger: Ledger;
  refuse(notify: Notify, says: string): void;
}

function hooksFrom(slot: Slot, { holders, ledger, refuse }: Around): readonly DraftHook[] {
  const [first] = slot.values();
  if (!first) return [];
  const { settings, notify } = first;
  for (const [node, other] of slot) {
    if (JSON.stringify(other.settings) === JSON.stringify(settings)) continue;
    refuse(other.notify, OTHER_USER);
    slot.delete(node);
  }
  const ways = new Map([...slot].map(([node, one]) => [node, one.notify.run]));
  const isSame = new Set([...ways.values()].map((run) => JSON.stringify(run))).size === 1;
  const run = isSame && ways.size === holders.length ? notify.run : chosenByNode(ways);
  if (run !== notify.run)
    for (const one of slot.values()) {
      const says = `${INSTANCE[notify.word]!.says}; not all nodes have it, or have it alike, so a shell looks at SEALBEAT_NODE`;
      ledger.cover(one.notify.statement, 'changed', says);
    }
  return MOMENTS[notify.word]!.map((moment) => ({ moment, run, settings }));
}

/** With this style it is called with four words more, and at the end only when it is about the end. */
const STYLED = new Set(['notify', 'notify_stop']);

function settingsOf({ word, account }: Notify, scriptUser: Account | undefined): DraftSettings {
  const who = account ?? scriptUser;
  return [
    ...(STYLED.has(word) ? [['style', 'keepalived'] as const] : []),
    ...(who === undefined || isRoot(who) ? [] : [['user', who.user] as const]),
    ...(who?.group === undefined || isRoot(who) ? [] : [['group', who.group] as const]),
  ];
}
