import { OperatorError } from '../core/errors.ts';
import type { CallKind, CallResult } from '../core/group/state.ts';
import type { Clock, Vip, VipAdapter } from '../core/ports.ts';
import { CALL_MS } from '../vip/traits.ts';
import { after, SECOND_MS } from '../core/units.ts';

/** One group's calls to its adapter, one at a time: a release that overtakes its acquire would be undone by it. */
export interface VipQueue {
  add(kind: Exclude<CallKind, 'leave'>, call: number): void;
  /** For a restart: they stay for so long, whatever becomes of this process. Nothing is renewed any more after it. */
  leave(call: number, leaseSeconds: number): void;
  /** What is held is to be brought up once more, because its VIPs, lease or adapter are others than before. */
  refresh(isHeld: () => boolean): void;
  /** The same when another adapter has to let go of it first, however long that takes: `gone` bounds itself. */
  refreshAfter(gone: Promise<void>, isHeld: () => boolean): void;
  /** Another adapter lets go of what is held, and then it is brought up here: for a moment it is nowhere. */
  changesHands(): boolean;
  /** Something else in its turn. `work` bounds itself and does not reject. */
  inTurn(work: () => Promise<void>): void;
}

export function newVipQueue({
  adapter,
  vips,
  leaseSeconds,
  callMs,
  clock,
  beforeUp = () => undefined,
  onSeen,
  onDone,
  onRefreshed,
}: {
  adapter: VipAdapter;
  vips: () => readonly Vip[];
  leaseSeconds: () => number;
  /** Adapters bound each of their steps; this is for one that fails to, so that the calls behind it get their turn. */
  callMs: () => number;
  clock: Clock;
  /** What a claim waits for before the adapter is asked; bounds itself. Undefined when there is nothing. */
  beforeUp?: () => Promise<void> | undefined;
  /** What a call showed to be on the host, late or not; a call that failed shows nothing. */
  onSeen: (found: readonly Vip[]) => void;
  onDone: (result: CallResult) => void;
  /** Empty text for success. */
  onRefreshed: (text: string) => void;
}): VipQueue {
  let last = Promise.resolve();
  let pending = 0;
  /** The last call that changed something. */
  let wanted: 'up' | 'down' | undefined;
  /** What was brought up is not what should be: a renewal would do half of it. */
  let stale = false;
  let changesHands = false;
  /** Ends the waiting of a claim that nobody wants any more. */
  let stopWaiting = (): void => undefined;

  const inTurn = (work: () => Promise<void>): void => {
    pending += 1;
    // With nothing under way the adapter is called in this very turn: a takeover waits for nobody.
    const done = pending === 1 ? work() : last.then(work);
    last = done.finally(() => {
      pending -= 1;
    });
  };

  const bringUp = async (): Promise<'all'> => {
    stale = false;
    const asked = vips();
    try {
      await adapter.up(asked, leaseSeconds());
    } catch (error) {
      stale = true;
      throw error;
    }
    onSeen(asked);
    return 'all';
  };
  const claim = async (): Promise<'all'> => {
    const before = beforeUp();
    if (before === undefined) return await bringUp();
    const given = new Promise<void>((resolve) => {
      stopWaiting = resolve;
    });
    await Promise.race([before, given]);
    if (wanted === 'up') return await bringUp();
    throw new OperatorError('VIP_FAILED', 'given up before it had begun, because it is to go down again', {
      hint: '`sealbeat events` says why',
    });
  };
  const carryOut = async (kind: CallKind, leaveSeconds = 0): Promise<CallResult['found']> => {
    switch (kind) {
      case 'up':
        return await claim();
      case 'renew': {
        if (stale) return await bringUp();
        const asked = vips();
        await adapter.renew(asked, leaseSeconds());
        onSeen(asked);
        return 'all';
      }
      case 'down':
        await adapter.down(vips());
        onSeen([]);
        return 'none';
      case 'leave': {
        const asked = vips();
        await adapter.leave(asked, leaveSeconds);
        onSeen(asked);
        return 'all';
      }
      case 'look': {
        const asked = vips();
        const found = await adapter.look(asked);
        onSeen(found);
        return found.length === asked.length ? 'all' : found.length === 0 ? 'none' : 'some';
      }
    }
  };

  /** What came too late may have put back what was taken down meanwhile. */
  const onLate = (kind: CallKind): void => {
    if (wanted !== 'down' || (kind !== 'up' && kind !== 'renew')) return;
    inTurn(async () => {
      if (wanted === 'down')
        await answered(clock, 'down', carryOut('down'), { callMs: callMs() }).catch(() => undefined); // the next look shows it
    });
  };

  /** Never rejects: what an adapter throws, whatever it is, is an outcome. */
  const outcomeOf = async (kind: CallKind, leaveSeconds = 0): Promise<Pick<CallResult, 'found' | 'text'>> => {
    try {
      return {
        found: await answered(clock, kind, carryOut(kind, leaveSeconds), {
          callMs: callMs(),
          onLate: () => onLate(kind),
        }),
        text: '',
      };
    } catch (error) {
      if (error instanceof OperatorError)
        return { found: 'failed', text: `${error.message} (${error.hint})` };
      return { found: 'failed', text: error instanceof Error ? error.message : String(error) };
    }
  };

  const refresh = (isHeld: () => boolean): void => {
    stale = true;
    inTurn(async () => {
      const outcome = isHeld() && vips().length > 0 ? await outcomeOf('up') : undefined;
      changesHands = false;
      if (outcome !== undefined) onRefreshed(outcome.text);
    });
  };

  return {
    add(kind, call) {
      // It would wait for longer than the lease that it renews, and the holder would begin anew. As with a claim, the
      // guards of both adapters keep watch while nobody renews.
      if (kind === 'renew' && changesHands) {
        void Promise.resolve().then(() => onDone({ kind, call, found: 'all', text: '' }));
        return;
      }
      if (kind === 'up' || kind === 'down') wanted = kind;
      // It waits its turn, but not for what nobody wants any more.
      if (kind === 'down' && pending > 0) {
        stopWaiting();
        adapter.supersede?.();
      }
      inTurn(async () => onDone({ kind, call, ...(await outcomeOf(kind)) }));
    },
    leave(call, leaseSeconds) {
      inTurn(async () => onDone({ kind: 'leave', call, ...(await outcomeOf('leave', leaseSeconds)) }));
    },
    refresh,
    changesHands: () => changesHands,
    refreshAfter(gone, isHeld) {
      changesHands = true;
      inTurn(() => gone);
      refresh(isHeld);
    },
    inTurn,
  };
}

/** As `work`, but after `callMs` it is given up; `onLate` is then called when it ends after all. */
export function answered<Result>(
  clock: Clock,
  what: string,
  work: Promise<Result>,
  { callMs = CALL_MS, onLate = () => undefined }: { callMs?: number; onLate?: () => void } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let late = false;
    const cancel = clock.wakeAt(after(clock.nowMs(), callMs), () => {
      late = true;
      const text = `${what}: the adapter has not answered for ${callMs / SECOND_MS} s`;
      reject(
        new OperatorError('TOOL_TIMEOUT', text, { hint: 'see whether this host is starved or a tool hangs' }),
      );
    });
    const end = (settle: () => void) => (): void => {
      cancel();
      if (late) onLate();
      else settle();
    };
    work.then(
      (result) => end(() => resolve(result))(),
      (error: unknown) => end(() => reject(error))(),
    );
  });
}
