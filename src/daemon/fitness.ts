import type { NodeState } from '../core/node/state.ts';
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

/**
 * Ready: it takes part, as a holder or as one who could become one. Asked by strangers and often, so it looks at what is known and
 * makes no report.
 */
export function readinessOf(
  {
    policy,
    groups,
    links,
    leaving,
    playingDead,
  }: Pick<NodeState, 'policy' | 'groups' | 'links' | 'leaving' | 'playingDead'>,
  { isStarted, isStopping }: { readonly isStarted: boolean; readonly isStopping: boolean },
): Fitness {
  const why: string[] = [];
  if (!isStarted) why.push('it is starting');
  if (leaving !== undefined) why.push('it is restarting');
  else if (isStopping) why.push('it is stopping');
  if (playingDead !== undefined) why.push('it plays dead, in a drill');
  const lost = policy.groups.filter(({ id }) => groups.get(id)?.role === 'init').map(({ name }) => name);
  // Whoever waits for its peers at its start does not know yet what they hold.
  if (lost.length > 0 && playingDead === undefined) {
    const unheard = links.filter(({ alive }) => !alive).map(({ name }) => name);
    const whom = unheard.length === 0 ? 'the peers' : unheard.join(', ');
    why.push(`${lost.join(', ')}: its place is not known yet, it waits for ${whom}`);
  }
  return why.length === 0 ? { ok: true, text: 'ready' } : { ok: false, text: why.join('\n') };
}
