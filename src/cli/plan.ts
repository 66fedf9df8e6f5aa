import { OperatorError } from '../core/errors.ts';
import type { Vip } from '../core/ports.ts';
import type { GroupSettings, Settings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';

export interface GroupPlan {
  readonly group: string;
  /** Empty when the node has no interface for the group. */
  readonly up: readonly string[];
  readonly down: readonly string[];
}
export type PlanFor = (
  settings: Settings,
  node: NodeName,
  platform: NodeJS.Platform,
) => Promise<readonly GroupPlan[]>;

/** What the adapters of a system would run for each group. Nothing is run. Throws OperatorError where there is none. */
export const planOn: PlanFor = async (settings, node, platform) => {
  const { vipsOn } = await import('../config/vips-on.ts');
  return Promise.all(
    settings.groups.map(async (group): Promise<GroupPlan> => {
      const vips = vipsOn(group, node);
      if (vips.length === 0) return { group: group.name, up: [], down: [] };
      return { group: group.name, ...(await planOf(group, vips, { settings, node, platform })) };
    }),
  );
};

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function planOf(
  group: GroupSettings,
  vips: readonly Vip[],
  { settings, node, platform }: { settings: Settings; node: NodeName; platform: NodeJS.Platform },
): Promise<Omit<GroupPlan, 'group'>> {
  const [{ vipAdapterFor }, { systemExec }, { systemSpawn }, { systemClock }] = await Promise.all([
    import('../vip/for-platform.ts'),
    import('../system/exec.ts'),
    import('../system/child.ts'),
    import('../system/clock.ts'),
  ]);
  const peer = settings.nodes.find(({ name }) => name !== node)?.name ?? '';
  const adapter = vipAdapterFor(
    {
      ...{ exec: systemExec, spawn: systemSpawn, clock: systemClock, log: silent, onProblem: () => {} },
      ...{ group, node },
      errand: () => ({ group: group.name, node, epoch: 1, role: 'claiming', peer, cause: 'plan' }),
    },
    platform,
  );
  try {
    return adapter.plan(vips, settings.leaseSeconds);
  } finally {
    await adapter.close();
  }
}

/** The system that an operator names for a plan. Throws OperatorError USAGE. */
export async function platformFor(name: string): Promise<NodeJS.Platform> {
  const { platformNamed, SYSTEM_NAMES } = await import('../vip/system.ts');
  const platform = platformNamed(name);
  if (platform !== undefined) return platform;
  throw new OperatorError('USAGE', `--platform ${name}: no such system`, {
    hint: `one of ${SYSTEM_NAMES.join(', ')}`,
  });
}
