import type { RoleName } from '../core/frame.ts';
import { hookBudgetMs } from '../core/hooks.ts';
import type { HookReport } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import { SECOND_MS, type GroupId } from '../core/units.ts';
import type { HookKeeper, HookKeeperPorts } from './hook-keeper.ts';

/** What runs at the end has so long; then it is asked to end, and ended. */
export const HOOKS_CLOSE_MS = 5 * SECOND_MS;
/** With the last two seconds of what is ended then. */
export const HOOKS_CLOSE_MS_MAX = HOOKS_CLOSE_MS + 3 * SECOND_MS;

/** Groups go down beside one another. */
export const longestBeforeDownMs = ({ groups }: Settings): number =>
  Math.max(0, ...groups.map(({ hooks }) => hookBudgetMs(hooks, 'pre_down')));

/** The hooks of the running config. Nothing of it is loaded before a config has some. */
export interface Hooks {
  /**
   * What another config needs; returns what puts it into force, to be called before anything else of that config is. Rejects
   * for faults of ours only.
   */
  prepare(settings: Settings): Promise<() => void>;
  /** From the machine. */
  onMoved(group: GroupId, from: RoleName, to: RoleName): void;
  /** Runs what has to be run while the VIPs are still here. Settles within `hookBudgetMs`, whatever it comes to. */
  beforeDown(group: GroupId): Promise<void>;
  /** They stay after all. */
  staysUp(group: GroupId): void;
  /** Runs what has to be run before the VIPs are brought up; undefined when nobody has to wait. */
  beforeUp(group: GroupId): Promise<void> | undefined;
  /** After each step of the machine. */
  onStep(): void;
  reportsOf(group: GroupId): readonly HookReport[] | undefined;
  alarms(): readonly string[];
  /** Runs what is run at the end, and ends what takes too long. */
  close(): Promise<void>;
}

export function newHooks(ports: HookKeeperPorts): Hooks {
  let keeper: HookKeeper | undefined;
  return {
    async prepare(settings) {
      if (keeper === undefined && settings.groups.every(({ hooks }) => hooks.length === 0))
        return () => undefined;
      const { newHookKeeper } = await import('./hook-keeper.ts');
      keeper ??= newHookKeeper(ports);
      return await keeper.prepare(settings);
    },
    onMoved: (group, from, to) => keeper?.onMoved(group, from, to),
    beforeDown: async (group) => await keeper?.beforeDown(group),
    staysUp: (group) => keeper?.staysUp(group),
    beforeUp: (group) => keeper?.beforeUp(group),
    onStep: () => keeper?.onStep(),
    reportsOf: (group) => keeper?.reportsOf(group),
    alarms: () => keeper?.alarms() ?? [],
    close: async () => await keeper?.close(),
  };
}
