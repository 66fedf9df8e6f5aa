import type { NodeState } from '../core/node/state.ts';
import type { Clock, Log } from '../core/ports.ts';
import { after, SECOND_MS } from '../core/units.ts';
import type { Closing } from './closing.ts';
import type { History } from './history.ts';
import type { Leftovers } from './leftovers.ts';
import type { Happening } from './loop.ts';

/** The end of a daemon, in good order. */
export interface Shutdown {
  /** Hands over or releases every group, says so, and ends. Repeating it changes nothing. */
  stop(reason: string): void;
  isStopping(): boolean;
  readonly ended: Promise<void>;
}

/** For handing over and taking down; a hung adapter must not keep a service manager waiting for ever. */
export const STOP_MS_MAX = 8 * SECOND_MS;
const LOOK_EVERY_MS = 2;
/** The last words are said three times, 5 ms apart. */
const LAST_WORDS_MS = 20;

export function newShutdown({
  node,
  leftovers,
  closing,
  history,
  clock,
  log,
  tell,
}: {
  node: NodeState;
  leftovers: Leftovers;
  closing: Closing;
  history: History;
  clock: Clock;
  log: Log;
  tell: (happening: Happening) => void;
}): Shutdown {
  let settleEnded = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    settleEnded = resolve;
  });
  let stopping = false;

  const end = async (): Promise<void> => {
    await closing.run();
    log.info({}, 'stopped');
    settleEnded();
  };
  const waitForRelease = (giveUpAt: number): void => {
    const held = leftovers.any() || [...node.groups.values()].some(holds);
    if (held && clock.nowMs() < giveUpAt) {
      clock.wakeAt(after(clock.nowMs(), LOOK_EVERY_MS), () => waitForRelease(giveUpAt));
      return;
    }
    if (held) log.error({}, 'a VIP could not be taken down in time; the guard or its lease will');
    clock.wakeAt(after(clock.nowMs(), LAST_WORDS_MS), () => void end());
  };
  return {
    stop(reason) {
      if (stopping) return;
      stopping = true;
      log.info({ reason }, 'stopping: handing over or releasing');
      history.add({ kind: 'daemon', subject: '', text: 'stopping', cause: reason });
      tell({ kind: 'ordered', group: undefined, order: { kind: 'stop' } });
      waitForRelease(clock.nowMs() + STOP_MS_MAX);
    },
    isStopping: () => stopping,
    ended,
  };
}

const holds = ({ has, role }: { has: boolean; role: string }): boolean =>
  has || role === 'claiming' || role === 'releasing';
