import type { ControlAnswer, ControlCommand } from '../control/messages.ts';
import { effectivePriority } from '../core/group/election.ts';
import { heirs } from '../core/group/active.ts';
import type { GroupOrder, GroupState } from '../core/group/state.ts';
import type { NodeState } from '../core/node/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { GroupSettings, Settings } from '../core/settings.ts';
import type { MonoMs } from '../core/units.ts';
import type { Happening } from './loop.ts';

type PlacementCommand = Exclude<ControlCommand, { kind: 'reload' | 'restart' }>;

const refuse = (message: string, hint: string, code: ErrorCode = 'REFUSED'): ControlAnswer => ({
  ok: false,
  code,
  message,
  hint,
});

/** An operator's order, checked against what is known now and handed to the machine; moves are seen in `events`. */
export function obey(
  command: PlacementCommand,
  {
    node,
    settings,
    now,
    isStopping,
    tell,
  }: {
    node: NodeState;
    settings: Settings;
    now: MonoMs;
    isStopping: boolean;
    tell: (event: Happening) => void;
  },
): ControlAnswer {
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
  if (group !== undefined && (order.kind === 'switchover' || order.kind === 'failback')) {
    const refused = whyNot(order, group, node, now);
    if (refused !== undefined) return refused;
    if (order.kind === 'failback' && !isBetterThere(group, node, now)) {
      tell({ kind: 'ordered', group: group.id, order });
      return refuse(
        'nobody with a higher priority could take over',
        `${group.name} stays; it no longer counts as placed by hand, and fails back as its config says`,
      );
    }
  }
  tell({ kind: 'ordered', group: group?.id, order });
  return {
    ok: true,
    text: `${command.kind} ${group?.name ?? 'every group'}: ordered; "sealbeat events" shows what follows`,
  };
}

function orderOf(command: PlacementCommand, settings: Settings): GroupOrder | string {
  if (command.kind !== 'switchover') return { kind: command.kind };
  if (command.to === '') return { kind: 'switchover', to: 0 };
  const place = settings.nodes.findIndex(({ name }) => name === command.to);
  return place < 0 ? `there is no node ${command.to}` : { kind: 'switchover', to: place + 1 };
}

/** Only the holder moves a group, and only to somebody who is heard both ways and able. */
function whyNot(
  order: GroupOrder,
  group: GroupSettings,
  node: NodeState,
  now: MonoMs,
): ControlAnswer | undefined {
  const state: GroupState = node.groups.get(group.id)!;
  if (state.role !== 'active') {
    return refuse(
      `this node does not hold ${group.name} (it is ${state.role})`,
      'say it on the holder: "sealbeat status" names it',
    );
  }
  if (state.frozen) return refuse(`${group.name} is frozen`, `"sealbeat thaw ${group.name}" first`);
  if (order.kind === 'switchover' && order.to === node.policy.self.number) {
    return refuse(`this node holds ${group.name} already`, 'name another node');
  }
  if (order.kind !== 'switchover') return undefined;
  const able = heirs(viewOf(node, group.id, now));
  if (!able.some(({ number }) => order.to === 0 || order.to === number)) {
    return refuse(
      `nobody could take over ${group.name} now`,
      'the other node must be alive, hear us and be standby: see "sealbeat status"',
    );
  }
  return undefined;
}

const isBetterThere = (group: GroupSettings, node: NodeState, now: MonoMs): boolean => {
  const mine = effectivePriority(node.groups.get(group.id)!, viewOf(node, group.id, now));
  return heirs(viewOf(node, group.id, now)).some(({ record }) => record!.priority > mine);
};
