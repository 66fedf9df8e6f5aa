import { OperatorError } from '../../core/errors.ts';
import { SECOND_MS, type MonoMs } from '../../core/units.ts';

/**
 * How long a demoted host leaves a group to others. pfsync(4) demotes a host until it has the states of its peers, and gives
 * up about a minute after it asked a peer that does not answer. When nobody else can serve, connections that break are
 * better than none at all; others that can have taken over long before.
 */
export const PATIENCE_MS = 30 * SECOND_MS;
/** After so long without a question it is another story. */
const FORGOTTEN_MS = 120 * SECOND_MS;

/** Whether a demoted host may take over after all. */
export interface Demotion {
  /** Throws OperatorError VIP_FAILED as long as others should. */
  assertPatient(count: number, now: MonoMs): void;
  /** Empty, or what an operator should know of a take that was not refused. */
  note(): string;
}

export function demotion(): Demotion {
  let since: MonoMs | undefined;
  let last: MonoMs | undefined;
  let taken = 0;
  return {
    assertPatient(count, now) {
      taken = 0;
      if (count === 0) {
        since = undefined;
        return;
      }
      if (since === undefined || last === undefined || now - last > FORGOTTEN_MS) since = now;
      last = now;
      const leftMs = since + PATIENCE_MS - now;
      if (leftMs > 0) throw demoted(count, leftMs);
      taken = count;
    },
    note: () =>
      taken === 0
        ? ''
        : `taken over with a demotion of ${taken}, because nobody else did for ${PATIENCE_MS / SECOND_MS} s: the states of pf(4) may be missing`,
  };
}

function demoted(count: number, leftMs: number): OperatorError {
  const message = `CARP is demoted on this host by ${count}: the states of pf(4) are not there yet, or another virtual host has lost its interface`;
  return new OperatorError('VIP_FAILED', message, {
    hint: `wait for pfsync(4), see \`ifconfig -g carp\` (FreeBSD: \`sysctl net.inet.carp.demotion\`); taken over all the same when it lasts ${Math.ceil(leftMs / SECOND_MS)} s more`,
  });
}
