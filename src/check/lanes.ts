import type { LaneName } from './asker.ts';

/** Something that waits for room, is started when there is some, and says when it has ended. */
export interface Waiting {
  /** It took too long the last time. */
  readonly isTroubled: boolean;
  start(ended: () => void): void;
}

export interface Lane {
  add(waiting: Waiting): void;
  remove(waiting: Waiting): void;
}

/** How many may run at once. Files are read by four threads, two of which a dead NFS server may have for ever. */
export const ROOM: Readonly<Record<LaneName, number>> = {
  child: 32,
  socket: 128,
  thread: 2,
  cheap: 64,
};

/**
 * First come, first served, but who took too long lately gets only three quarters of the room: however many hang, there is
 * some left for the others. One is started in each turn of the event loop, because to start a program stops it for a
 * millisecond or two: a beat that is due waits for one of them, not for all.
 */
export function newLane(room: number, nextTurn: (go: () => void) => void): Lane {
  const troubledRoom = Math.max(1, Math.floor((room * 3) / 4));
  const queue = new Set<Waiting>();
  let running = 0;
  let troubledRunning = 0;
  let isArmed = false;

  const next = (): Waiting | undefined => {
    if (running >= room) return undefined;
    if (troubledRunning < troubledRoom) {
      const [first] = queue;
      return first;
    }
    for (const one of queue) if (!one.isTroubled) return one;
    return undefined;
  };
  const startOne = (): void => {
    isArmed = false;
    const one = next();
    if (one === undefined) return;
    queue.delete(one);
    const { isTroubled } = one;
    running += 1;
    if (isTroubled) troubledRunning += 1;
    let isOver = false;
    one.start(() => {
      if (isOver) return;
      isOver = true;
      running -= 1;
      if (isTroubled) troubledRunning -= 1;
      arm();
    });
    arm();
  };
  const arm = (): void => {
    if (isArmed || queue.size === 0 || running >= room) return;
    isArmed = true;
    nextTurn(startOne);
  };
  return {
    add(waiting) {
      queue.add(waiting);
      arm();
    },
    remove: (waiting) => void queue.delete(waiting),
  };
}
