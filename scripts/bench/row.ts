/** One measured quantity of one contender; a scenario returns many, and the report puts those of one name side by side. */
export interface Row {
  /** What was measured, with its circumstances: the line in the table. */
  readonly measure: string;
  /** Who was measured: the column in the table. */
  readonly contender: string;
  readonly unit: 'ms' | '%' | 'kB' | 'count' | 'per s';
  /** One value per run, in order. */
  readonly values: readonly number[];
  /** Below this a value can't be told from none, and is shown as such. */
  readonly resolution?: number;
  /** Runs that gave no value because something other than the fault went wrong; a benchmark with any is not a good one. */
  readonly failedRuns?: number;
  /** Shown beside the values. */
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The probe's resolution: shorter gaps occur on a quiet network too. */
export const GAP_RESOLUTION_MS = 6;

/** `h2 ×9, h3 ×1`, in the order of first appearance. */
export function countsText(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  return distinct.map((word) => `${word} ×${words.filter((each) => each === word).length}`).join(', ');
}
