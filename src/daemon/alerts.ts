import type { NodeEffect, NodeState } from '../core/node/state.ts';
import type { Clock, Log, Random } from '../core/ports.ts';
import type { AlertReport, StatusReport } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { History } from './history.ts';

/** Tells people what happens. Looks on from beside the loop: nothing waits for it, and nothing depends on it. */
export interface Alerts {
  /** Gets ready for another config; returns what puts it into force. */
  prepare(settings: Settings): Promise<() => void>;
  /** From the loop. */
  onEffect(effect: NodeEffect): void;
  onStep(): void;
  reports(): readonly AlertReport[] | undefined;
  alarms(): readonly string[];
  /** What waits gets a last chance. */
  close(): Promise<void>;
}

export interface AlertPorts {
  readonly node: NodeState;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly history: History;
  readonly version: string;
  readonly status: () => StatusReport;
}

/** Everything behind this is loaded when a config wants somebody told. */
export function newAlerts(ports: AlertPorts): Alerts {
  let teller: Alerts | undefined;
  return {
    async prepare(settings) {
      if (settings.alerts === undefined && teller === undefined) return () => undefined;
      teller ??= (await import('./alert-teller.ts')).newTeller(ports);
      return await teller.prepare(settings);
    },
    onEffect: (effect) => teller?.onEffect(effect),
    onStep: () => teller?.onStep(),
    reports: () => teller?.reports(),
    alarms: () => teller?.alarms() ?? [],
    close: async () => await teller?.close(),
  };
}
