/**
 * An operator's programs run one at a time for each group, because few are made for more. What only looks gives way to
 * what changes something, and what runs for an older wish in the background gives way to a newer one.
 */
export interface Turns {
  take<Result>(what: Turn, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Something else is wanted than what is being brought up. */
  endUp(): void;
  isIdle(): boolean;
  /** What runs, and what waits, has ended. */
  settled(): Promise<void>;
  endAll(): void;
}

export interface Turn {
  readonly kind: 'up' | 'down' | 'show';
  /** Nobody waits for its end. */
  readonly background: boolean;
}

interface Running extends Turn {
  readonly wish: AbortController;
}

/** Whether what runs is of no use any more when `next` is wanted. */
export const endsFor = (next: Turn, { kind, background }: Turn): boolean =>
  next.kind !== 'show' && (kind === 'show' || background);

export function newTurns(): Turns {
  const queue: Running[] = [];
  let last: Promise<unknown> = Promise.resolve();

  return {
    take(what, work) {
      for (const one of queue) if (endsFor(what, one)) one.wish.abort();
      const mine: Running = { ...what, wish: new AbortController() };
      queue.push(mine);
      const run = async () => {
        try {
          return await work(mine.wish.signal);
        } finally {
          queue.splice(queue.indexOf(mine), 1);
        }
      };
      // With nothing under way it begins in this very turn of the event loop.
      const done = queue.length === 1 ? run() : last.then(run);
      last = done.catch(() => undefined); // whoever took the turn is told
      return done;
    },
    endUp() {
      for (const { kind, wish } of queue) if (kind !== 'down') wish.abort();
    },
    isIdle: () => queue.length === 0,
    settled: async () => void (await last),
    endAll() {
      for (const { wish } of queue) wish.abort();
    },
  };
}
