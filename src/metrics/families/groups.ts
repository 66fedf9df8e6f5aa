import type { GroupReport } from '../../core/report.ts';
import { family, seconds, type Family } from '../family.ts';

const ROLES = ['init', 'standby', 'claiming', 'active', 'releasing'] as const;

const ofGroup = (
  name: string,
  help: string,
  value: (group: GroupReport) => number | boolean | undefined,
): Family =>
  family(name, 'gauge', help, ['group'], ({ status }, put) => {
    for (const group of status.groups) put(value(group), group.name);
  });

/** Who holds what, and why it moved. */
export const GROUP_FAMILIES = [
  family(
    'sealbeat_group_role',
    'gauge',
    '1 for the role that this node has in the group, 0 for the others',
    ['group', 'role'],
    ({ status }, put) => {
      for (const { name, role } of status.groups) for (const one of ROLES) put(one === role, name, one);
    },
  ),
  ofGroup(
    'sealbeat_group_active',
    '1 while this node holds the group; the sum over the nodes of a cluster is to be 1',
    ({ role }) => role === 'active',
  ),
  family(
    'sealbeat_group_holder_info',
    'gauge',
    'Always 1; whom this node knows to hold the group, and how it knows: self, direct, second-hand, away or nobody',
    ['group', 'holder', 'known'],
    ({ status }, put) => {
      for (const { name, holder, holderKnown } of status.groups) put(1, name, holder, holderKnown);
    },
  ),
  ofGroup('sealbeat_group_role_age_seconds', 'Since this node has had its role in the group', ({ sinceMs }) =>
    seconds(sinceMs),
  ),
  ofGroup(
    'sealbeat_group_priority',
    'Effective priority of this node, with what checks and faults take from it; 0 cannot hold',
    ({ priority }) => priority,
  ),
  ofGroup(
    'sealbeat_group_base_priority',
    'Priority of this node as configured',
    ({ basePriority }) => basePriority,
  ),
  ofGroup(
    'sealbeat_group_epoch',
    'Number of the newest claim that is known; it only grows',
    ({ epoch }) => epoch,
  ),
  ofGroup(
    'sealbeat_group_fault',
    '1 while something keeps this node from holding it',
    ({ fault }) => fault !== '',
  ),
  ofGroup(
    'sealbeat_group_drained',
    '1 while this node was told to give the group up',
    ({ drained }) => drained,
  ),
  ofGroup('sealbeat_group_frozen', '1 while the group was told not to move', ({ frozen }) => frozen),
  ofGroup(
    'sealbeat_group_sticky',
    '1 while the group was placed by hand and does not fail back by itself',
    ({ sticky }) => sticky,
  ),
  ofGroup(
    'sealbeat_group_damped',
    '1 while the group has moved too often and stays where it is; see "damping"',
    ({ damped }) => damped !== undefined,
  ),
  family(
    'sealbeat_group_activations_total',
    'counter',
    'How often this node has become the holder since its start',
    ['group'],
    ({ status, counted }, put) => {
      const sums = new Map<string, number>();
      for (const { group, to, count } of counted.transitions) {
        const name = counted.groupNames.get(group) ?? '';
        if (to === 'active') sums.set(name, (sums.get(name) ?? 0) + count);
      }
      for (const { name } of status.groups) put(sums.get(name) ?? 0, name);
    },
  ),
  family(
    'sealbeat_group_transitions_total',
    'counter',
    'Changes of role at this node since the start, by the class of their cause',
    ['group', 'from', 'to', 'cause'],
    ({ counted }, put) => {
      for (const { group, from, to, cause, count } of counted.transitions) {
        const name = counted.groupNames.get(group);
        if (name !== undefined) put(count, name, from, to, cause);
      }
    },
  ),
  family(
    'sealbeat_vip_present',
    'gauge',
    '1 if the last look at this host found the virtual address on it',
    ['group', 'address', 'interface'],
    ({ status }, put) => {
      for (const { name, vips } of status.groups)
        for (const { address, prefixLength, link, present } of vips)
          put(present, name, `${address}/${prefixLength}`, link);
    },
  ),
];
