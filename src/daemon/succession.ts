import { OperatorError } from '../core/errors.ts';
import type { Clock, Log, Vip, VipAdapter } from '../core/ports.ts';
import type { GroupName } from '../core/units.ts';
import { SECOND_MS } from '../core/units.ts';
import type { AdapterKind } from '../vip/system.ts';
import { isBySection } from './adapters.ts';
import { vipName } from './leftovers.ts';
import { answered } from './vip-queue.ts';

/** How an adapter lets go of the VIPs of a group that has another one from now on. */
export type LettingGo =
  /** Nobody but itself can undo what it did: they are gone before the other brings them up. */
  | 'down'
  /** They stay on the host, for the other to take over as a new process would. */
  | 'leave'
  /** The other renews what is there. */
  | 'none';

/** A guard stands for the leases of these, and takes the same way with any settings. */
const GUARD_LEASED: readonly AdapterKind[] = ['illumos', 'illumos-ifconfig', 'freebsd', 'openbsd', 'netbsd'];

/**
 * What one kind of adapter has put there, another could not renew, and neither could one that acts by another section. And
 * the guard of the one before would take it down behind the other's back, unless it is left to the other.
 */
export function lettingGo(from: AdapterKind, to: AdapterKind, leaseSeconds: number): LettingGo {
  if (from !== to || isBySection(from)) return 'down';
  return leaseSeconds > 0 && GUARD_LEASED.includes(from) ? 'leave' : 'none';
}

export interface Predecessor {
  readonly group: GroupName;
  readonly adapter: VipAdapter;
  readonly callMs: number;
}

export interface Succession {
  /** Never rejects: the one that comes is tried even where this one fails. Twice on one host is not on two hosts. */
  letGo(how: LettingGo, vips: readonly Vip[], who: Predecessor, leaseSeconds: number): Promise<void>;
  /** Never rejects, and bounds itself. */
  close(group: GroupName, close: () => Promise<void>): Promise<void>;
}

/** For programs that still run, and for the guard, which runs what it still holds. */
const CLOSE_MS_MAX = 10 * SECOND_MS;

export function newSuccession({
  clock,
  log,
  onProblem,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly onProblem: (problem: OperatorError) => void;
}): Succession {
  return {
    async letGo(how, vips, who, leaseSeconds) {
      if (how === 'none' || vips.length === 0) return;
      const { adapter, callMs, group } = who;
      if (how === 'down')
        log.info({ group, vips: vips.map(vipName) }, 'VIPs go down in the way of the config before');
      const letting = how === 'leave' ? adapter.leave(vips, leaseSeconds) : adapter.down(vips);
      try {
        await answered(clock, how, letting, { callMs });
      } catch (error) {
        if (how === 'down') onProblem(notTakenDown(vips, who, error));
        else log.warn({ err: error, group }, 'the adapter before could not let go of its VIPs');
      }
    },
    async close(group, close) {
      await answered(clock, 'close', close(), { callMs: CLOSE_MS_MAX }).catch((error: unknown) =>
        log.warn({ err: error, group }, 'the adapter of the config before could not be closed'),
      );
    },
  };
}

function notTakenDown(vips: readonly Vip[], { group, adapter }: Predecessor, error: unknown): OperatorError {
  const cause = error instanceof Error ? error.message : String(error);
  const { code, hint } =
    error instanceof OperatorError ? error : { code: 'VIP_FAILED' as const, hint: 'see the log' };
  const commands = adapter.plan(vips, 0).down;
  const next = commands.length === 0 ? '' : `; the old way was: ${commands.join('; ')}`;
  return new OperatorError(
    code,
    `${group}: ${vips.map(vipName).join(', ')} could not be taken down in the way of the config before: ${cause}`,
    {
      hint: `${hint}; the new way is used all the same, so look what the old one left on this host and undo it by hand${next}`,
      cause: error,
    },
  );
}
