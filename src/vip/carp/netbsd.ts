import type { Exec } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { carpInterface } from './carp-interface.ts';
import type { CarpSystem, Circumstances, VhostWish } from './carp-system.ts';
import { notUnderstood, preemptHere, readNumbers } from './circumstances.ts';
import { notAllowed } from './openbsd.ts';

/** A master is missed after three intervals; the kernel, and our looks, take a moment more. */
const MISSED_INTERVALS = 3;
const SLACK_MS = 1_500;
/** What probing for duplicates takes, unless net.inet.ip.dad_count is 0. */
const PROBING_MS = 7_000;

const silenceMs = (advbaseSeconds: number): number =>
  MISSED_INTERVALS * advbaseSeconds * SECOND_MS + SLACK_MS;
/** The longest that it takes to be master and usable. */
export const netbsdSettleMs = (advbaseSeconds: number): number => silenceMs(advbaseSeconds) + PROBING_MS;

export function netbsdCarp(exec: Exec, bearer: string, wish: VhostWish): CarpSystem {
  return carpInterface(exec, bearer, wish, {
    alias: ({ family, address, prefixLength }) => [
      family === 4 ? 'inet' : 'inet6',
      `${address}/${prefixLength}`,
      'alias',
    ],
    remove: ({ family, address }) => [family === 4 ? 'inet' : 'inet6', address, '-alias'],
    peerWords: () => [],
    // Any word about CARP sends the interface through INIT to BACKUP, `state master` as well: it has to wait for silence.
    riseWords: ['up'],
    mayResettle: false,
    settleMs: netbsdSettleMs(wish.advbaseSeconds),
    silenceMs: silenceMs(wish.advbaseSeconds),
    circumstances: () => circumstances(exec),
  });
}

async function circumstances(exec: Exec): Promise<Circumstances> {
  const { numbers } = await readNumbers(exec, ['net.inet.carp.allow', 'net.inet.carp.preempt']);
  const [allow, preempt] = numbers;
  return {
    refusal: notAllowed(allow),
    demotion: 0,
    deciders: preempt === 1 ? [preemptHere] : [],
    notUnderstood: await notUnderstood(exec),
  };
}
