import type { Turn } from '../check/runs.ts';
import type { Clock, Log } from '../core/ports.ts';
import { MINUTE_MS, type MonoMs } from '../core/units.ts';
import type { History } from './history.ts';

const TURNED = { up: 'is up', down: 'is down', unknown: 'is not known any more' } as const;
/** Of one check in a minute. One that turns more often must not push out of the history what it has done. */
const TOLD_MAX = 10;

/** Tells in log and events that a check has turned, and what it said. */
export function turnTeller({
  clock,
  history,
  log,
}: {
  readonly clock: Clock;
  readonly history: History;
  readonly log: Log;
}): (turn: Turn) => void {
  const lately = new Map<string, { readonly since: MonoMs; told: number; skipped: number }>();
  return ({ group, check, is, vital, output }) => {
    const name = `${group}/${check}`;
    const now = clock.nowMs();
    const known = lately.get(name);
    const isOver = known === undefined || now - known.since >= MINUTE_MS;
    const minute = isOver ? { since: now, told: 0, skipped: known?.skipped ?? 0 } : known;
    lately.set(name, minute);
    if (minute.told >= TOLD_MAX) {
      minute.skipped += 1;
      return;
    }
    minute.told += 1;
    const more = minute.skipped === 0 ? '' : ` (it turned ${minute.skipped} more times before)`;
    minute.skipped = 0;
    const text = `check ${check} ${TURNED[is]}`;
    history.add({ kind: 'check', subject: group, text, cause: `${output}${more}` });
    log[is === 'down' ? 'warn' : 'info'](
      { group, check, vital, cause: output },
      `${group}: ${text}: ${output}${more}`,
    );
  };
}
