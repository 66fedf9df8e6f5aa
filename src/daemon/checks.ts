import type { Runs } from '../check/runs.ts';
import { checksOn } from '../core/checks/settings.ts';
import { WELL } from '../core/group/health.ts';
import type { Clock, Exec, Log, Prober } from '../core/ports.ts';
import type { GroupReport } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { GroupId, NodeName } from '../core/units.ts';
import { turnTeller } from './check-turns.ts';
import type { Counters } from './counters.ts';
import type { History } from './history.ts';
import type { Happening } from './loop.ts';

export interface ChecksPorts {
  readonly node: NodeName;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly exec: Exec;
  readonly prober: Prober;
  readonly log: Log;
  readonly history: History;
  readonly counters: Counters;
  readonly tell: (happening: Happening) => void;
}

/** This node's checks, joined with the loop and with what people are shown. */
export interface Checks {
  /** At the start and at a reload. What they need is loaded with the first check. */
  configure(settings: Settings): void;
  reportOf(group: GroupId, basePriority: number): Pick<GroupReport, 'checks' | 'arithmetic'>;
  alarms(): readonly string[];
  stop(): void;
}

export function newChecks(ports: ChecksPorts): Checks {
  const { node, counters, log, tell } = ports;
  let wanted: Settings | undefined;
  let runs: Runs | undefined;
  let loading: Promise<void> | undefined;
  let isStopped = false;
  let isFirst = true;

  const onTurn = turnTeller(ports);
  const load = async (): Promise<void> => {
    const { openRuns } = await import('./check-runs.ts');
    if (isStopped || wanted === undefined) return;
    runs = openRuns({
      ...ports,
      onTurn,
      onHealth: (group, health) => tell({ kind: 'health', group, health }),
      count: (name) => counters.add(name),
    });
    runs.configure(wanted);
  };
  return {
    configure(settings) {
      const begins = isFirst;
      [wanted, isFirst] = [settings, false];
      if (runs !== undefined) return runs.configure(settings);
      if (settings.groups.some(({ checks }) => checksOn(checks, node).length > 0)) {
        loading ??= load().catch((err: unknown) =>
          log.error({ err }, 'the checks cannot be loaded; none is asked'),
        );
        return;
      }
      // The process before this one may have had some, and have left what they said.
      if (begins) for (const { id } of settings.groups) tell({ kind: 'health', group: id, health: WELL });
    },
    reportOf(group, basePriority) {
      const checks = runs?.reports(group) ?? [];
      if (runs === undefined || checks.length === 0) return {};
      return { checks, arithmetic: runs.arithmetic(group, basePriority) };
    },
    alarms: () => runs?.alarms() ?? [],
    stop() {
      isStopped = true;
      runs?.stop();
    },
  };
}
