import type { Settings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';

export interface GroupPlan {
  readonly group: string;
  /** Empty when the node has no interface for the group. */
  readonly up: readonly string[];
  readonly down: readonly string[];
}
export type PlanFor = (settings: Settings, node: NodeName) => Promise<readonly GroupPlan[]>;

/** What the adapters of this host would run for each group. Nothing is run. Throws OperatorError where there is none. */
export const planOnThisHost: PlanFor = async (settings, node) => {
  const [{ vipAdapterFor }, { vipsOn }, { systemExec }, { systemSpawn }, { systemClock }] = await Promise.all(
    [
      import('../vip/for-platform.ts'),
      import('../config/vips-on.ts'),
      import('../system/exec.ts'),
      import('../system/child.ts'),
      import('../system/clock.ts'),
    ],
  );
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  return Promise.all(
    settings.groups.map(async (group): Promise<GroupPlan> => {
      const vips = vipsOn(group, node);
      if (vips.length === 0) return { group: group.name, up: [], down: [] };
      const adapter = vipAdapterFor(group.adapter, {
        exec: systemExec,
        spawn: systemSpawn,
        clock: systemClock,
        log: silent,
        announceMethod: group.announce.method,
        onProblem: () => {},
      });
      try {
        return { group: group.name, ...adapter.plan(vips, settings.leaseSeconds) };
      } finally {
        await adapter.close();
      }
    }),
  );
};
