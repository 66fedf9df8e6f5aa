import { exposition } from './exposition.ts';
import type { Facts } from './facts.ts';
import { FAMILIES } from './families.ts';

/** So long at a time, then whoever waits, such as a beat, has its turn. */
const SLICE_MS = 2;
/**
 * The report is one piece, which takes several milliseconds with 100 groups and 8 nodes. It is made when nothing is due for this long, so
 * that no beat waits for it; for that it waits, but not for ever.
 */
const QUIET_MS_MIN = 20;
const LOOK_EVERY_MS = 4;
const LOOKS_MAX = 60;

/**
 * The whole text, made in slices. Whoever asks while one is being made gets the same one: many who ask cost no more than one.
 */
export function newScrape({
  facts,
  nowMs,
  quietMs = () => Number.POSITIVE_INFINITY,
  families = FAMILIES,
}: {
  readonly facts: () => Facts;
  readonly nowMs: () => number;
  /** For how long nothing is due. */
  readonly quietMs?: () => number;
  readonly families?: typeof FAMILIES;
}): () => Promise<string> {
  let underWay: Promise<string> | undefined;
  const scrape = async (): Promise<string> => {
    const pieces: string[] = [];
    for (let look = 0; look < LOOKS_MAX && quietMs() < QUIET_MS_MIN; look++) await pause(LOOK_EVERY_MS);
    const seen = facts();
    await turn();
    let since = nowMs();
    for (const piece of exposition(families, seen)) {
      pieces.push(piece);
      if (nowMs() - since < SLICE_MS) continue;
      await turn();
      since = nowMs();
    }
    return pieces.join('');
  };
  return () =>
    (underWay ??= scrape().finally(() => {
      underWay = undefined;
    }));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
