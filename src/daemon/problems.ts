import type { OperatorError } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { MonoMs } from '../core/units.ts';
import type { History } from './history.ts';

/** What adapters report beside their calls: told once, and shown as alarms until the next reload. */
export interface Problems {
  add(problem: OperatorError): void;
  alarms(): readonly string[];
  /** The operator says that something was put right; what was not comes again. */
  forget(): void;
}

const KEPT = 16;

export function newProblems({ clock, log, history }: { clock: Clock; log: Log; history: History }): Problems {
  const known = new Map<string, { readonly hint: string; readonly at: MonoMs }>();
  return {
    add({ code, message, hint }) {
      known.delete(message);
      known.set(message, { hint, at: clock.nowMs() });
      if (known.size > KEPT) known.delete(known.keys().next().value!);
      if (history.add({ kind: 'alarm', subject: '', text: message, cause: hint }) !== undefined) {
        log.warn({ code, hint }, message);
      }
    },
    alarms: () =>
      [...known].map(([message, { hint, at }]) => `${message} (${ago(clock.nowMs() - at)}); ${hint}`),
    forget: () => known.clear(),
  };
}

function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute ago';
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}
