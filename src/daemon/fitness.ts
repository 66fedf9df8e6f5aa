import type { StatusReport } from '../core/report.ts';
import { SECOND_MS } from '../core/units.ts';

/** The answer to whoever asks whether this daemon works, in words: a load balancer reads the first, a person both. */
export interface Fitness {
  readonly ok: boolean;
  readonly text: string;
}

const BEATS_MISSED = 3;
const PATIENCE_MS_MIN = SECOND_MS;

/** Alive: beats have their turn. One that answers requests and doesn't beat is not. */
export function healthOf(sinceBeatMs: number, intervalMs: number): Fitness {
  const patienceMs = Math.max(PATIENCE_MS_MIN, BEATS_MISSED * intervalMs);
  if (sinceBeatMs <= patienceMs) return { ok: true, text: 'ok' };
  return { ok: false, text: `no beat has had its turn for ${(sinceBeatMs / SECOND_MS).toFixed(1)} s` };
}

/** Ready: it takes part, as a holder or as one who could become one. */
export function readinessOf(
  report: Pick<StatusReport, 'restarting' | 'groups' | 'peers'>,
  { isStarted, isStopping, playsDead }: { isStarted: boolean; isStopping: boolean; playsDead: boolean },
): Fitness {
  const why: string[] = [];
  if (!isStarted) why.push('it is starting');
  if (report.restarting) why.push('it is restarting');
  else if (isStopping) why.push('it is stopping');
  if (playsDead) why.push('it plays dead, in a drill');
  const lost = report.groups.filter(({ role }) => role === 'init');
  // Whoever waits for its peers at its start does not know yet what they hold.
  if (lost.length > 0 && !playsDead) {
    const unheard = report.peers.filter(({ state }) => state === 'silent').map(({ name }) => name);
    const whom = unheard.length === 0 ? 'the peers' : unheard.join(', ');
    why.push(`${lost.map(({ name }) => name).join(', ')}: its place is not known yet, it waits for ${whom}`);
  }
  return why.length === 0 ? { ok: true, text: 'ready' } : { ok: false, text: why.join('\n') };
}
