/** What the probe in the client's namespace tells the lab. Times are wall milliseconds of this machine. */
export type ProbeMessage =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'gap' } & Gap)
  | { readonly kind: 'answerer'; readonly vip: string; readonly host: string; readonly atMs: number }
  | { readonly kind: 'report'; readonly number: number; readonly vips: readonly VipState[] };

/** No answer between `fromMs` and `toMs`, the moments of the answers before and after. */
export interface Gap {
  readonly vip: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly lengthMs: number;
  /** Who answered last before the gap and first after it. */
  readonly before: string;
  readonly after: string;
  /** The longest time in it during which the probe itself did not run: a gap not much longer than that is no outage. */
  readonly ownStallMs: number;
}

export interface VipState {
  readonly vip: string;
  readonly sent: number;
  readonly answered: number;
  readonly lastHost: string;
  /** Since the last answer; Infinity travels as null. */
  readonly silentForMs: number | null;
}

export interface ProbeOptions {
  readonly vips: readonly string[];
  readonly port: number;
  readonly everyMs: number;
  readonly shortestGapMs: number;
}
