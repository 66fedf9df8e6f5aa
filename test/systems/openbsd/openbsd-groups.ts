import type { CarpInterface, CarpInterfaces } from '../bsd/carp-interface.ts';
import { refused } from '../bsd/errno.ts';
import type { Kernel } from '../bsd/kernel.ts';

const DEMOTION_MAX = 255;

/** Demotion belongs to groups of interfaces; every carp interface is in the group `carp`. */
export interface OpenbsdGroups {
  members(group: string): readonly string[] | undefined;
  countOf(group: string): number;
  /** SIOCSIFGATTR: adds, and lets masters in the group say so. */
  demote(group: string, by: number): void;
  /** What counts for one interface. */
  demotionOf(one: CarpInterface): number;
  /** The kernel's own reasons. */
  adjust(groups: Iterable<string>, by: number): void;
}

export function openbsdGroups(kernel: Kernel, carps: () => CarpInterfaces): OpenbsdGroups {
  const counts = new Map<string, number>();
  const countOf = (group: string): number => counts.get(group) ?? 0;
  const members = (group: string): readonly string[] | undefined => {
    const names = kernel
      .interfaces()
      .filter(({ groups }) => groups.has(group))
      .map(({ name }) => name);
    // This one is there from the start, and stays when it is empty.
    return names.length > 0 || group === 'carp' ? names : undefined;
  };
  return {
    members,
    countOf,
    demote(group, by) {
      if (members(group) === undefined) refused('ENOENT');
      const next = countOf(group) + by;
      if (next < 0 || next > DEMOTION_MAX) refused('EINVAL');
      counts.set(group, next);
      if (by <= 0) return;
      for (const { iface, carp } of carps().all()) if (iface.groups.has(group)) carp.advertiseNow();
    },
    demotionOf: ({ iface }) =>
      Math.min(
        DEMOTION_MAX,
        [...iface.groups].reduce((sum, group) => sum + countOf(group), 0),
      ),
    adjust(groups, by) {
      let isNews = false;
      for (const group of groups) {
        counts.set(group, Math.max(0, countOf(group) + by));
        isNews ||= by > 0 && countOf(group) === 1;
      }
      if (isNews) for (const { carp } of carps().all()) carp.advertiseNow();
    },
  };
}
