import { exposition } from './exposition.ts';
import type { Facts } from './facts.ts';
import { FAMILIES } from './families.ts';

/** So long at a time, then whoever waits, such as a beat, has its turn. */
const SLICE_MS = 2;

/**
 * The whole text, made in slices. Whoever asks while one is being made gets the same one: many who ask cost no more than one.
 */
export function newScrape({
  facts,
  nowMs,
  families = FAMILIES,
}: {
  readonly facts: () => Facts;
  readonly nowMs: () => number;
  readonly families?: typeof FAMILIES;
}): () => Promise<string> {
  let underWay: Promise<string> | undefined;
  const scrape = async (): Promise<string> => {
    const pieces: string[] = [];
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

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
