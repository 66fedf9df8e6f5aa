/** Counts of values by upper bound. Observing allocates nothing, so that it may be done on a beat's way. */
export interface Histogram {
  readonly boundsMs: readonly number[];
  /** One more than there are bounds: the last is for what is above all of them. Not cumulative. */
  readonly counts: Float64Array;
  sumMs: number;
}

export const newHistogram = (boundsMs: readonly number[]): Histogram => ({
  boundsMs,
  counts: new Float64Array(boundsMs.length + 1),
  sumMs: 0,
});

export function observe(histogram: Histogram, ms: number): void {
  const { boundsMs, counts } = histogram;
  let place = 0;
  while (place < boundsMs.length && ms > boundsMs[place]!) place += 1;
  counts[place]! += 1;
  histogram.sumMs += ms;
}
