import type { ByNode, DraftGroup, DraftVip } from '../draft.ts';
import type { Ledger } from '../ledger.ts';
import { nameFrom } from '../names.ts';
import { unique, type PlacedNode } from '../nodes.ts';
import type { Instance } from './instance.ts';
import { withoutRepeats } from './kept.ts';
import { bareAddress } from './vip.ts';
import { checksOf } from './unit-checks.ts';
import { hooksOf } from './unit-hooks.ts';
import type { Joint, NamedView, Unit } from './together.ts';

interface Around {
  readonly nodes: readonly PlacedNode[];
  readonly views: readonly NamedView[];
  readonly notes: string[];
  readonly ledger: Ledger;
  readonly taken: Set<string>;
}

const PRIORITY_STEP = 10;

/** Undefined for a unit without addresses, of which there can be no group. */
export function groupOf(unit: Unit, around: Around): DraftGroup | undefined {
  const { ledger, notes, taken } = around;
  const instances = unit.joints.flatMap(({ onNode }) => [...onNode.values()]);
  const vips = vipsOf(unit, around);
  if (vips.length === 0) {
    for (const { statement } of instances)
      ledger.say(
        statement,
        'missing',
        'no address that could be taken, and a group needs one: there is no group of it',
      );
    return undefined;
  }
  const name = nameFrom(unit.name, taken, 'group');
  for (const { statement } of instances) ledger.say(statement, 'taken', `groups.${name}`);
  compare(unit, notes);
  const manual = instances.some((instance) => instance.manual);
  const delayMs = Math.max(-1, ...instances.map((instance) => instance.delayMs ?? -1));
  const refresh = instances.flatMap(({ refreshMs }) => refreshMs ?? []);
  const { checks, kept: unchecked } = checksOf(unit, around);
  const { hooks, kept: unhooked } = hooksOf(unit, around);
  return {
    name,
    comments: [unit.what],
    interfaces: interfacesOf(unit.joints[0]!, around.nodes),
    vips,
    failback: { manual, delayMs: delayMs < 0 ? undefined : delayMs },
    refreshMs: refresh.length === 0 ? undefined : Math.min(...refresh),
    priorities: prioritiesOf(unit, around),
    checks,
    hooks,
    offers: [],
    kept: withoutRepeats([...keptOf(unit), ...unhooked, ...unchecked]),
  };
}

/** On a node of which there is no config, the interface is guessed to be the same. */
function interfacesOf(joint: Joint, nodes: readonly PlacedNode[]): ByNode {
  const guess = [...joint.onNode.values()].find(({ link }) => link !== undefined)?.link;
  return new Map(
    nodes.flatMap(({ name, seen }) => {
      const link = seen ? joint.onNode.get(name)?.link : guess;
      return link === undefined ? [] : [[name, link] as const];
    }),
  );
}

function vipsOf({ joints }: Unit, { nodes, notes }: Around): readonly DraftVip[] {
  const usual = joints[0] ? interfacesOf(joints[0], nodes) : new Map<string, string>();
  const vips = new Map<string, DraftVip>();
  for (const joint of joints) {
    const links = interfacesOf(joint, nodes);
    const all = [...joint.onNode].flatMap(([node, { vips: own }]) => own.map((vip) => ({ node, vip })));
    for (const { vip } of all) {
      if (vips.has(bareAddress(vip.address))) continue;
      const holders = all.filter((one) => bareAddress(one.vip.address) === bareAddress(vip.address));
      const lacking = [...joint.onNode.keys()].filter((node) => !holders.some((one) => one.node === node));
      if (lacking.length > 0)
        notes.push(`${joint.name}: ${vip.address} is not on ${lacking.join(', ')}; here it is on all nodes`);
      if (holders.some((one) => one.vip.address !== vip.address))
        notes.push(`${joint.name}: ${bareAddress(vip.address)} has different lengths; taken: ${vip.address}`);
      const own = new Map(
        [...links].map(([node, link]) => {
          const holder = holders.find((one) => one.node === node) ?? holders[0];
          return [node, holder?.vip.link ?? link] as const;
        }),
      );
      const isUsual = equal(own, usual);
      const labels = unique(holders.map((one) => one.vip.label));
      vips.set(bareAddress(vip.address), {
        address: vip.address,
        // A label starts with the interface, so it fits only where all nodes have the same.
        label: labels.length === 1 && unique([...own.values()]).length === 1 ? labels[0] : undefined,
        interfaces: isUsual ? undefined : own,
      });
    }
  }
  return [...vips.values()];
}

const equal = (one: ByNode, other: ByNode): boolean =>
  one.size === other.size && [...one].every(([node, link]) => other.get(node) === link);

/** Of a node without a config: lower than what is known, or higher when that is a backup. */
function prioritiesOf({ name, joints }: Unit, { nodes, notes }: Around): ReadonlyMap<string, number> {
  const own = new Map<string, number>();
  for (const { onNode } of joints) {
    for (const [node, { priority }] of onNode) {
      const before = own.get(node);
      if (before === undefined) own.set(node, priority);
      else if (before !== priority)
        notes.push(`${name}: on ${node} its instances have different priorities; taken for all: ${before}`);
    }
  }
  const known = [...own.values()];
  const preferred = [...own.keys()].toSorted().at(-1);
  // With nopreempt all of them are called BACKUP, so that says nothing.
  const backup = joints.every(({ onNode }) =>
    [...onNode.values()].every(({ state, manual }) => state === 'BACKUP' && !manual),
  );
  for (const [nth, { name: node }] of nodes.filter((one) => !one.seen).entries()) {
    const guess = backup
      ? Math.max(...known) + PRIORITY_STEP * (nth + 1)
      : Math.min(...known) - PRIORITY_STEP * (nth + 1);
    own.set(node, Math.min(254, Math.max(1, guess)));
    notes.push(
      `${name}: the priority of ${node} is a guess: ${own.get(node)}; its own config says what it is`,
    );
  }
  if (known.length > 1 && new Set(known).size === 1)
    notes.push(
      `${name}: equal priorities; keepalived prefers the higher address, sealbeat the name that sorts last: ${preferred}`,
    );
  return own;
}

const COMPARED: readonly (readonly [string, (instance: Instance) => unknown])[] = [
  ['advert_int', ({ advertMs }) => advertMs],
  ['nopreempt', ({ manual }) => manual],
  ['preempt_delay', ({ delayMs }) => delayMs],
  ['garp_master_refresh', ({ refreshMs }) => refreshMs],
  ['virtual_router_id', ({ routerId }) => routerId],
];

/** What one file can hold once only. */
function compare({ joints }: Unit, notes: string[]): void {
  for (const { name, onNode } of joints) {
    for (const [word, read] of COMPARED) {
      if (new Set([...onNode.values()].map(read)).size > 1)
        notes.push(`${name}: ${word} differs between ${[...onNode.keys()].join(' and ')}`);
    }
  }
}

const keptOf = ({ joints, syncGroups }: Unit): readonly string[] =>
  [...syncGroups, ...joints.flatMap(({ onNode }) => [...onNode.values()])].flatMap(({ kept }) => kept);
