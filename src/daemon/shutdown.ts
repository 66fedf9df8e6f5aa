import { legacyOf } from '../core/group/state.ts';
import type { NodeState } from '../core/node/state.ts';
import type { Clock, Log } from '../core/ports.ts';
import { after, SECOND_MS } from '../core/units.ts';
import type { Closing } from './closing.ts';
import type { History } from './history.ts';
import type { Leftovers } from './leftovers.ts';
import type { LegacyStore } from './legacy.ts';
import type { Happening } from './loop.ts';

/** The end of a daemon, in good order. */
export interface Shutdown {
  /** Hands over or releases every group, says so, and ends. Repeating it changes nothing. */
  stop(reason: string): void;
  isStopping(): boolean;
  /**
   * Leaves the VIPs for the next process, which has `withinMs` to take them over, and ends. Settles when that is said and
   * done, with an empty text; or, with the reason, when everything is given up instead because it cannot be had.
   */
  leave(withinMs: number, isAgain: boolean): Promise<string>;
  /** From the machine. */
  onLeft(): void;
  onNotLeft(cause: string): void;
  readonly ended: Promise<Ending>;
}

/** Whether a daemon that has ended is to be started again: by its own process in its own place, or by somebody else. */
export type Ending = 'stopped' | 'again' | 'start-me';

/** For handing over and taking down; a hung adapter must not keep a service manager waiting for ever. */
export const STOP_MS_MAX = 8 * SECOND_MS;
const LOOK_EVERY_MS = 2;
/** The last words are said three times, 5 ms apart. */
const LAST_WORDS_MS = 20;
/** Beyond the machine's own bounds: nobody waits for a process that should have ended. */
const LEAVE_MS_MAX = 6 * SECOND_MS;

export function newShutdown({
  node,
  leftovers,
  closing,
  history,
  legacy,
  clock,
  log,
  tell,
  onStopping,
  beforeDownMs,
}: {
  node: NodeState;
  leftovers: Leftovers;
  closing: Closing;
  history: History;
  legacy: LegacyStore;
  clock: Clock;
  log: Log;
  tell: (happening: Happening) => void;
  /** This process ends, and does not begin anew in its own place. */
  onStopping: () => void;
  /** What has to be done before a VIP goes may take so long, on top of taking it down. */
  beforeDownMs: () => number;
}): Shutdown {
  const { promise: ended, resolve: settleEnded } = Promise.withResolvers<Ending>();
  let stopping = false;
  let ending: Ending = 'stopped';
  let leaving: { readonly withinMs: number; readonly settle: (refusal: string) => void } | undefined;

  const end = async (left: boolean): Promise<void> => {
    await closing.run();
    log.info({}, left ? 'ended; the VIPs are left for the next process' : 'stopped');
    settleEnded(ending);
  };
  const waitForRelease = (giveUpAt: number): void => {
    const held = leftovers.any() || [...node.groups.values()].some(holds);
    if (held && clock.nowMs() < giveUpAt) {
      clock.wakeAt(after(clock.nowMs(), LOOK_EVERY_MS), () => waitForRelease(giveUpAt));
      return;
    }
    if (held) log.error({}, 'a VIP could not be taken down in time; the guard or its lease will');
    clock.wakeAt(after(clock.nowMs(), LAST_WORDS_MS), () => void end(false));
  };
  const onLeft = (): void => {
    if (leaving === undefined) return;
    const { withinMs, settle } = leaving;
    leaving = undefined;
    const groups = new Map([...node.groups].map(([id, state]) => [id, legacyOf(state)]));
    // Without the marker the next process asks first, like every one that starts: a gap, but never two holders.
    const written = legacy.write(groups, withinMs).catch((error: unknown) => {
      log.error(
        { err: error },
        'what this process leaves could not be noted; the next one asks the peers first',
      );
    });
    void written.then(() => {
      settle('');
      clock.wakeAt(after(clock.nowMs(), LAST_WORDS_MS), () => void end(true));
    });
  };
  const onNotLeft = (cause: string): void => {
    if (leaving === undefined) return;
    leaving.settle(cause);
    leaving = undefined;
    log.warn({ cause }, `the VIPs cannot be left, so they are handed over or released: ${cause}`);
    history.add({ kind: 'daemon', subject: '', text: 'VIPs are not left', cause });
    tell({ kind: 'ordered', group: undefined, order: { kind: 'stop' } });
    waitForRelease(clock.nowMs() + STOP_MS_MAX + beforeDownMs());
  };
  return {
    stop(reason) {
      if (stopping) return;
      stopping = true;
      onStopping();
      log.info({ reason }, 'stopping: handing over or releasing');
      history.add({ kind: 'daemon', subject: '', text: 'stopping', cause: reason });
      tell({ kind: 'ordered', group: undefined, order: { kind: 'stop' } });
      waitForRelease(clock.nowMs() + STOP_MS_MAX + beforeDownMs());
    },
    isStopping: () => stopping,
    leave(withinMs, isAgain) {
      if (stopping) return Promise.resolve('this node is stopping already');
      stopping = true;
      ending = isAgain ? 'again' : 'start-me';
      if (!isAgain) onStopping();
      log.info({ withinMs }, 'restarting: the VIPs are to stay');
      history.add({ kind: 'daemon', subject: '', text: 'restarting', cause: `back within ${withinMs} ms` });
      const { promise, resolve } = Promise.withResolvers<string>();
      leaving = { withinMs, settle: resolve };
      tell({ kind: 'ordered', group: undefined, order: { kind: 'leave', withinMs } });
      clock.wakeAt(after(clock.nowMs(), LEAVE_MS_MAX), () => onNotLeft('it took too long'));
      return promise;
    },
    onLeft,
    onNotLeft,
    ended,
  };
}

const holds = ({ has, role }: { has: boolean; role: string }): boolean =>
  has || role === 'claiming' || role === 'releasing';
