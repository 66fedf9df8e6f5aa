import type { ControlAnswer, ControlCommand } from '../control/messages.ts';
import { betterHeirs, heirs } from '../core/group/placement.ts';
import { barWords } from '../core/group/bars.ts';
import { effectivePriority } from '../core/group/election.ts';
import { touchesVip } from '../core/group/everywhere.ts';
import { explain } from '../core/group/explain.ts';
import { knownHolder } from '../core/group/known-holder.ts';
import type { GroupOrder } from '../core/group/state.ts';
import type { NodeState } from '../core/node/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { GroupSettings, Settings } from '../core/settings.ts';
import type { MonoMs, NodeName } from '../core/units.ts';
import type { Happening } from './loop.ts';
import { moveAnswer, moveFacts, moveWords } from './move-words.ts';
import type { Moves } from './moves.ts';

type PlacementCommand = Exclude<ControlCommand, { kind: 'reload' | 'restart' | 'drill' }>;
type Refusal = Extract<ControlAnswer, { ok: false }>;

interface Ordered {
  readonly node: NodeState;
  readonly settings: Settings;
  readonly now: MonoMs;
  readonly isStopping: boolean;
  readonly tell: (event: Happening) => void;
  readonly moves: Pick<Moves, 'watch'>;
}

const refuse = (message: string, hint: string): Refusal => ({ ok: false, code: 'REFUSED', message, hint });

/**
 * An operator's order, checked against what is known now and handed to the machine. What moves a group is answered when
 * the move is over, unless the command says otherwise.
 */
export async function obey(command: PlacementCommand, ordered: Ordered): Promise<ControlAnswer> {
  const { settings, isStopping, tell, moves } = ordered;
  if (isStopping) return refuse('this node is stopping', 'say it on the node that takes over');
  const group = command.group === '' ? undefined : settings.groups.find(({ name }) => name === command.group);
  if (command.group !== '' && group === undefined) {
    const names = settings.groups.map(({ name }) => name).join(', ');
    return refuse(`there is no group ${command.group}`, `the config has ${names || 'none'}`);
  }
  const order = orderOf(command, settings);
  if (typeof order === 'string') {
    return refuse(order, `the config has ${settings.nodes.map(({ name }) => name).join(', ')}`);
  }
  const waits = 'wait' in command ? (command.wait ?? true) : true;
  if (group !== undefined && (order.kind === 'switchover' || order.kind === 'failback')) {
    const refused = whyNot(order, group, ordered);
    // A failback that finds nobody has yet made the placement the machine's own again.
    if (refused !== undefined && refused.isOrdered) tell({ kind: 'ordered', group: group.id, order });
    if (refused !== undefined) return refused.refusal;
    const moved = waits ? moves.watch(group) : undefined;
    tell({ kind: 'ordered', group: group.id, order });
    return moved === undefined ? orderedOnly(command) : moveAnswer(await moved);
  }
  if (order.kind === 'drain' && waits) return await drain(group, order, ordered);
  tell({ kind: 'ordered', group: group?.id, order });
  return orderedOnly(command);
}

const orderedOnly = ({ kind, group }: PlacementCommand): ControlAnswer => ({
  ok: true,
  text: `${kind} ${group || 'every group'}: ordered; "sealbeat events" shows what follows`,
});

function orderOf(command: PlacementCommand, settings: Settings): GroupOrder | string {
  if (command.kind !== 'switchover') return { kind: command.kind };
  if (command.to === '') return { kind: 'switchover', to: 0 };
  const place = settings.nodes.findIndex(({ name }) => name === command.to);
  return place < 0 ? `there is no node ${command.to}` : { kind: 'switchover', to: place + 1 };
}

/** One line per group: where it went, or that nobody serves it now. */
async function drain(
  group: GroupSettings | undefined,
  order: GroupOrder,
  { node, settings, now, tell, moves }: Ordered,
): Promise<ControlAnswer> {
  const groups = group === undefined ? settings.groups : [group];
  const lines = groups.map(async (one) => {
    const state = node.groups.get(one.id);
    if (state !== undefined && touchesVip(state)) {
      const moved = await moves.watch(one);
      return { text: moveWords(moved), facts: moveFacts(moved) };
    }
    const holder = state === undefined ? '' : knownHolder(state, viewOf(node, one.id, now)).name;
    const who = holder === '' ? `nobody serves ${one.name} now` : `${holder} holds it`;
    return { text: `${one.name}: drained here; ${who}`, facts: { group: one.name, from: '', to: holder } };
  });
  tell({ kind: 'ordered', group: group?.id, order });
  const done = await Promise.all(lines);
  const text = done.map((line) => line.text).join('\n');
  const facts = done.map((line) => line.facts);
  return {
    ok: true,
    text: text || 'drained',
    facts: group === undefined ? { moves: facts } : { ...facts[0] },
  };
}

type PlacementOrder = Extract<GroupOrder, { kind: 'switchover' | 'failback' }>;

/** Only the holder moves a group, and only to somebody who is heard both ways and able. */
function whyNot(
  order: PlacementOrder,
  group: GroupSettings,
  { node, now }: Ordered,
): { readonly refusal: Refusal; readonly isOrdered: boolean } | undefined {
  const no = (message: string, hint: string, isOrdered = false) => ({
    refusal: refuse(message, hint),
    isOrdered,
  });
  const { name } = group;
  const state = node.groups.get(group.id)!;
  const view = viewOf(node, group.id, now);
  const wanted = order.kind === 'switchover' ? order.to : 0;
  const wantedName = view.names[wanted - 1];
  if (state.role !== 'active') {
    const holder = knownHolder(state, view);
    const doesNot = `this node does not hold ${name} (it is ${state.role})`;
    if (holder.known === 'self' || holder.name === '')
      return no(doesNot, `nobody is known to hold it: "sealbeat explain ${name}" tells more`);
    if (holder.number === wanted) return no(`${holder.name} holds ${name} already`, 'nothing is to be done');
    const to = wantedName === undefined ? '' : ` --to ${wantedName}`;
    return no(`${doesNot}; ${holder.name} does`, `on ${holder.name}: sealbeat ${order.kind} ${name}${to}`);
  }
  if (state.frozen) return no(`${name} is frozen`, `"sealbeat thaw ${name}" first`);
  if (wanted === node.policy.self.number) return no(`this node holds ${name} already`, 'name another node');
  const mine = effectivePriority(state, view);
  if (order.kind === 'failback') {
    if (betterHeirs(view, mine).length > 0) return undefined;
    return no(
      `nobody with a higher priority could take over: ${barsOf(group, node, now, mine)}`,
      `${name} stays; it no longer counts as placed by hand, and fails back as its config says`,
      true,
    );
  }
  if (heirs(view).some(({ number }) => wanted === 0 || wanted === number)) return undefined;
  const bars = barsOf(group, node, now, 0, wantedName);
  return no(
    wantedName === undefined
      ? `nobody could take over ${name} now: ${bars}`
      : `${wantedName} could not take over ${name} now: ${bars}`,
    `"sealbeat explain ${name}" tells more; to leave it without a holder, "sealbeat drain ${name}"`,
  );
}

/** For every other node, or for the wanted one, why it cannot have the group. */
export function barsOf(
  { id }: GroupSettings,
  node: NodeState,
  now: MonoMs,
  above: number,
  wanted?: NodeName,
): string {
  const { nodes } = explain(node.groups.get(id)!, viewOf(node, id, now));
  return nodes
    .filter(({ name, isSelf }) => !isSelf && (wanted === undefined || name === wanted))
    .map(({ name, bar, priority }) => {
      const words = bar === undefined ? `has priority ${priority}, and this node ${above}` : barWords(bar);
      return wanted === undefined ? `${name} ${words}` : `it ${words}`;
    })
    .join(', ');
}
