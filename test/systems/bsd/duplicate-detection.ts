import type { Timers } from './timers.ts';

export interface Probing {
  /** When each probe goes out, counted from now. */
  readonly probesAtMs: readonly number[];
  readonly endAtMs: number;
  readonly isTaken: () => Promise<boolean>;
  /** Once: at the first probe that was answered, or at the end. */
  readonly onResult: (result: { readonly isTaken: boolean }) => void;
}

/** Asks several times whether somebody answers for an address. Returns what ends it without a result. */
export function probe({ probesAtMs, endAtMs, isTaken, onResult }: Probing, timers: Timers): () => void {
  const stops = new Set<() => void>();
  const answers: Promise<void>[] = [];
  let isOver = false;
  const end = (): void => {
    isOver = true;
    for (const stop of stops) stop();
  };
  const finish = (taken: boolean): void => {
    if (isOver) return;
    end();
    onResult({ isTaken: taken });
  };
  const ask = async (): Promise<void> => {
    if (await isTaken()) finish(true);
  };
  for (const atMs of probesAtMs) stops.add(timers.in(atMs, () => void answers.push(ask())));
  stops.add(timers.in(endAtMs, () => void Promise.all(answers).then(() => finish(false))));
  return end;
}
