import type { Instance } from './instance.ts';
import type { SyncGroup, View } from './view.ts';

export interface NamedView {
  readonly node: string;
  readonly view: View;
}

/** The same instance as each node has it. */
export interface Joint {
  readonly name: string;
  readonly onNode: ReadonlyMap<string, Instance>;
}

/** What will be one group: an instance, or all of a sync group. */
export interface Unit {
  readonly name: string;
  readonly what: string;
  readonly joints: readonly Joint[];
  readonly syncGroups: readonly SyncGroup[];
}

/** Instances of two nodes are the same by name, or else by their virtual_router_id. */
export function jointsOf(views: readonly NamedView[], notes: string[]): readonly Joint[] {
  const joints: { name: string; onNode: Map<string, Instance> }[] = [];
  for (const { node, view } of views) {
    for (const instance of view.instances) {
      const free = joints.filter(({ onNode }) => !onNode.has(node));
      const same =
        free.find(({ name }) => name === instance.name) ??
        free.find(
          ({ name, onNode }) =>
            !view.instances.some((other) => other.name === name) &&
            instance.routerId !== undefined &&
            [...onNode.values()].some(({ routerId }) => routerId === instance.routerId),
        );
      if (!same) joints.push({ name: instance.name, onNode: new Map([[node, instance]]) });
      else {
        same.onNode.set(node, instance);
        if (same.name !== instance.name)
          notes.push(
            `${instance.name} on ${node} is taken for ${same.name}, because both have virtual_router_id ${instance.routerId}`,
          );
      }
    }
  }
  return joints;
}

/** In the order of the config; a sync group stands where its first instance does. */
export function unitsOf(joints: readonly Joint[], views: readonly NamedView[]): readonly Unit[] {
  const groups = new Map<string, SyncGroup[]>();
  for (const { view } of views)
    for (const group of view.syncGroups) groups.set(group.name, [...(groups.get(group.name) ?? []), group]);
  const done = new Set<Joint>();
  const units: Unit[] = [];
  for (const joint of joints) {
    if (done.has(joint)) continue;
    const [name, syncGroups] = [...groups].find(([, all]) => isMember(joint, all)) ?? [];
    const together =
      syncGroups === undefined
        ? [joint]
        : joints.filter((one) => !done.has(one) && isMember(one, syncGroups));
    for (const one of together) done.add(one);
    units.push({
      name: name ?? joint.name,
      what:
        name === undefined
          ? `vrrp_instance ${joint.name}`
          : `vrrp_sync_group ${name}: ${together.map((one) => one.name).join(', ')}`,
      joints: together,
      syncGroups: syncGroups ?? [],
    });
  }
  return units;
}

const isMember = (joint: Joint, groups: readonly SyncGroup[]): boolean =>
  groups.some(({ members }) =>
    [joint.name, ...[...joint.onNode.values()].map(({ name }) => name)].some((name) =>
      members.includes(name),
    ),
  );
