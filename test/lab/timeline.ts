/** A stretch of wall time in milliseconds, `fromMs` inclusive, `toMs` exclusive. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * When one address was on one host, out of the kernel's own words. `added` may come any number of times for one
 * stretch: every renewal of a lease says it again.
 */
export class Timeline {
  #spans: { fromMs: number; toMs: number }[] = [];
  #renewedMs: number | undefined;

  added(atMs: number): void {
    this.#renewedMs = atMs;
    if (!this.isHeld) this.#spans.push({ fromMs: atMs, toMs: Infinity });
  }

  removed(atMs: number): void {
    const last = this.#spans.at(-1);
    if (last !== undefined && last.toMs === Infinity) last.toMs = atMs;
  }

  get isHeld(): boolean {
    return this.#spans.at(-1)?.toMs === Infinity;
  }

  /** When the kernel last reported the address as added or renewed; undefined if it never did. */
  get renewedMs(): number | undefined {
    return this.#renewedMs;
  }

  heldAt(atMs: number): boolean {
    return this.#spans.some((span) => span.fromMs <= atMs && atMs < span.toMs);
  }

  /** The stretches within the window, cut off at its ends. */
  within({ fromMs, toMs }: Span): Span[] {
    return this.#spans
      .map((span) => ({ fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) }))
      .filter((span) => span.fromMs < span.toMs);
  }

  /** How often the address appeared within the window. */
  arrivals({ fromMs, toMs }: Span): number {
    return this.#spans.filter((span) => fromMs <= span.fromMs && span.fromMs < toMs).length;
  }

  /** How often it went away within the window. */
  departures({ fromMs, toMs }: Span): number {
    return this.#spans.filter((span) => fromMs <= span.toMs && span.toMs < toMs).length;
  }
}

/** Milliseconds of `window` during which the number of hosts that held the address satisfies `counts`. */
export function timeWhere(
  timelines: readonly Timeline[],
  window: Span,
  counts: (holders: number) => boolean,
): number {
  const edges = timelines
    .flatMap((timeline) => timeline.within(window))
    .flatMap(({ fromMs, toMs }) => [
      { atMs: fromMs, change: 1 },
      { atMs: toMs, change: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let total = 0;
  let holders = 0;
  let sinceMs = window.fromMs;
  for (const { atMs, change } of [...edges, { atMs: window.toMs, change: 0 }]) {
    if (counts(holders)) total += atMs - sinceMs;
    sinceMs = atMs;
    holders += change;
  }
  return total;
}

/** A stretch of the window during which the same hosts held an address. */
export interface HeldStretch extends Span {
  readonly holders: readonly string[];
}

/** The window cut at every change of holders, none left out: the stretches join. */
export function stretchesOf(
  held: readonly { readonly host: string; readonly timeline: Timeline }[],
  window: Span,
): HeldStretch[] {
  const edges = held
    .flatMap(({ timeline }) => timeline.within(window))
    .flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  const cuts = [...new Set([window.fromMs, ...edges, window.toMs])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((fromMs, place) => ({
    holders: held.filter(({ timeline }) => timeline.heldAt(fromMs)).map(({ host }) => host),
    fromMs,
    toMs: cuts[place + 1] ?? window.toMs,
  }));
}
