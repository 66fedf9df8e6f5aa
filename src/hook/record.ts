import type { HookSettings } from '../core/hooks.ts';
import type { Clock } from '../core/ports.ts';
import type { HookReport } from '../core/report.ts';
import { shownWords } from '../core/shown-words.ts';
import type { MonoMs } from '../core/units.ts';
import { hookKey } from './queue.ts';
import type { HookEnd } from './run.ts';

/** How the hooks of one group went; a hook that a reload leaves as it is keeps its counts. */
export interface HookRecords {
  begun(hook: HookSettings): void;
  ended(hook: HookSettings, end: HookEnd): void;
  dropped(hook: HookSettings): void;
  reports(hooks: readonly HookSettings[]): readonly HookReport[];
  /** Forgets those that are not among them. */
  keep(hooks: readonly HookSettings[]): void;
}

interface RunRecord {
  state: HookReport['state'];
  at: MonoMs;
  end: HookEnd | undefined;
  runs: number;
  failures: number;
  dropped: number;
}

export function newHookRecords(clock: Clock): HookRecords {
  const records = new Map<string, RunRecord>();
  const of = (hook: HookSettings): RunRecord => {
    const known = records.get(hookKey(hook));
    if (known !== undefined) return known;
    const fresh: RunRecord = {
      ...{ state: 'never', at: clock.nowMs(), end: undefined },
      ...{ runs: 0, failures: 0, dropped: 0 },
    };
    records.set(hookKey(hook), fresh);
    return fresh;
  };
  return {
    begun(hook) {
      const record = of(hook);
      record.state = 'running';
      record.at = clock.nowMs();
      record.runs += 1;
    },
    ended(hook, end) {
      const record = of(hook);
      record.state = end.state;
      record.at = clock.nowMs();
      record.end = end;
      if (end.state !== 'done') record.failures += 1;
    },
    dropped: (hook) => void (of(hook).dropped += 1),
    reports: (hooks) => hooks.map((hook) => reportOf(hook, of(hook), clock.nowMs())),
    keep(hooks) {
      const keys = new Set(hooks.map(hookKey));
      for (const key of records.keys()) if (!keys.has(key)) records.delete(key);
    },
  };
}

/** While it runs, what is told of its end is that of the run before. */
const reportOf = (
  { moment, words }: HookSettings,
  { state, at, end, runs, failures, dropped }: RunRecord,
  now: MonoMs,
): HookReport => ({
  moment,
  command: shownWords(words),
  state,
  exitCode: end?.exitCode,
  ranAgoMs: runs === 0 ? undefined : Math.round(now - at),
  tookMs: end?.tookMs,
  ...{ runs, failures, dropped },
  output: end?.lines.join('\n') ?? '',
});
