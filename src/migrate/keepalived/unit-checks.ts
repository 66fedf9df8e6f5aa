import type { DraftCheck, DraftSettings } from '../draft.ts';
import type { Ledger } from '../ledger.ts';
import { nameFrom } from '../names.ts';
import { keptLines } from './kept.ts';
import type { Instance } from './instance.ts';
import type { NamedView, Unit } from './together.ts';
import { checkOf, checkOfInterface, type TrackedCheck } from './tracked-check.ts';
import { keyOf, type Tracker } from './trackers.ts';
import type { SyncGroup, View } from './view.ts';

export interface UnitChecks {
  readonly checks: readonly DraftCheck[];
  /** Lines of what no check could be made of. */
  readonly kept: readonly string[];
}

interface Around {
  readonly views: readonly NamedView[];
  /** All nodes, those without a config as well. */
  readonly nodes: readonly { readonly name: string; readonly seen: boolean }[];
  readonly ledger: Ledger;
  readonly notes: string[];
}

const CHECKS_MAX = 1_024;

/** What is tracked for any of its instances is asked for all of them, once, on the nodes that have it. */
export function checksOf(unit: Unit, { views, nodes, ledger, notes }: Around): UnitChecks {
  const kept: string[] = [];
  const found = new Map<string, Map<string, TrackedCheck>>();
  const holders = new Set<string>();
  for (const { node, view } of views) {
    const instances = unit.joints.flatMap(({ onNode }) => onNode.get(node) ?? []);
    if (instances.length > 0) holders.add(node);
    const groups = unit.syncGroups.filter((group) => view.syncGroups.includes(group));
    for (const owner of [...groups, ...instances])
      for (const tracker of owner.trackers) {
        const check = read(tracker, owner, { view, ledger, unit });
        if ('problem' in check) {
          kept.push(...check.kept);
          continue;
        }
        const key = keyOf(tracker.kind, tracker.name);
        const onNode = found.get(key) ?? new Map<string, TrackedCheck>();
        if (!found.has(key)) found.set(key, onNode);
        const before = onNode.get(node);
        // One that takes the address away counts most.
        if (!before || (check.isVital && !before.isVital)) onNode.set(node, check);
      }
  }
  const unseen = nodes.filter(({ seen }) => !seen).map(({ name }) => name);
  const taken = new Set<string>();
  const checks = [...found].flatMap(([key, onNode]) =>
    variantsOf(onNode, holders, unseen).map((settings) => ({
      name: nameFrom(key.slice(key.indexOf(' ') + 1), taken, 'check'),
      settings,
    })),
  );
  if (checks.length > CHECKS_MAX)
    notes.push(
      `${unit.name}: only ${CHECKS_MAX} of its ${checks.length} checks are taken; a group has no more`,
    );
  return { checks: checks.slice(0, CHECKS_MAX), kept };
}

/** Where the nodes differ, one check for each way to have it. */
function variantsOf(
  onNode: ReadonlyMap<string, TrackedCheck>,
  holders: ReadonlySet<string>,
  unseen: readonly string[],
): readonly DraftSettings[] {
  const variants = new Map<string, { settings: DraftSettings; nodes: string[] }>();
  for (const [node, { settings }] of onNode) {
    const key = JSON.stringify(settings);
    const variant = variants.get(key) ?? { settings, nodes: [] };
    variants.set(key, variant);
    variant.nodes.push(node);
  }
  return [...variants.values()].map(({ settings, nodes }, nth) => {
    const all = nth === 0 ? [...nodes, ...unseen] : nodes;
    return nodes.length === holders.size ? settings : [...settings, ['nodes', all] as const];
  });
}

type Owner = Pick<Instance | SyncGroup, 'trackers'> & {
  readonly priority?: number;
  readonly isOwner?: boolean;
  readonly link?: string | undefined;
};

function read(
  tracker: Tracker,
  owner: Owner,
  { view, ledger, unit }: { view: View; ledger: Ledger; unit: Unit },
): TrackedCheck | { readonly problem: string; readonly kept: readonly string[] } {
  const definition =
    tracker.kind === 'interface' ? undefined : view.definitions.get(keyOf(tracker.kind, tracker.name));
  const made =
    tracker.kind === 'interface'
      ? checkOfInterface(tracker, whyUnweighed(tracker, owner, unit))
      : definition
        ? checkOf(definition, tracker, {
            account: view.scriptUser,
            unweighed: whyUnweighed(tracker, owner, unit),
          })
        : { problem: `there is no ${tracker.kind} of this name; left out` };
  const { statement } = tracker;
  if ('problem' in made) {
    ledger.cover(statement, 'missing', made.problem);
    const line = `${tracker.block} { ${statement.text} }   (${statement.file}:${statement.line})`;
    return { ...made, kept: [line, ...(definition ? keptLines(definition.statement) : [])] };
  }
  const remarks = [...made.remarks, ...(made.isVital ? [] : weightRemarks(tracker, owner, unit))];
  const name = `checks.${nameFrom(tracker.name, new Set(), 'check')}`;
  const effect = made.isVital ? `${name}, vital` : name;
  ledger.cover(statement, remarks.length > 0 ? 'changed' : 'taken', [effect, ...remarks].join('; '));
  return made;
}

/** Where keepalived says in its log that it takes no notice of a weight, and the rest of the tracker counts. */
function whyUnweighed({ kind, name }: Tracker, owner: Owner, unit: Unit): string | undefined {
  if (kind === 'interface' && owner.link === name) return 'as it is the interface of the instance';
  return kind !== 'script' && isPlainMember(owner, unit) ? 'in a member of a sync group' : undefined;
}

/** Where it takes no notice of the whole. */
function weightRemarks({ kind }: Tracker, owner: Owner, unit: Unit): readonly string[] {
  if (owner.isOwner === true) return ['keepalived takes no notice of it at priority 255; here it counts'];
  return kind === 'script' && isPlainMember(owner, unit)
    ? ['keepalived takes no notice of it in a member of a sync group, as it has a weight; here it counts']
    : [];
}

const isPlainMember = (owner: Owner, { syncGroups }: Unit): boolean =>
  owner.priority !== undefined && syncGroups.length > 0 && !syncGroups.some(({ weighs }) => weighs);
