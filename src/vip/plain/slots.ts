import type { Exec } from '../../core/ports.ts';

/** Room for so many programs at once; the others wait for their turn. */
export interface Slots {
  use<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function newSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async use(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((turn) => waiting.push(turn));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next(); // it takes our place
      }
    },
  };
}

export const execIn = (slots: Slots, exec: Exec): Exec => ({
  run: (file, args, how) => slots.use(() => exec.run(file, args, how)),
});
