import { type MonoMs, SECOND_MS } from '../../core/units.ts';

/** Lines that are held, renewed and run together. */
export interface Bundle {
  readonly key: number;
  readonly lines: readonly string[];
  /** 0 for one that only the agent's end runs. */
  readonly leaseSeconds: number;
  readonly renewedAt: MonoMs;
}

export type Bundles = ReadonlyMap<number, Bundle>;

/** The bundles without these lines, and without those that have none left. */
export function without(bundles: Bundles, lines: readonly string[]): Map<number, Bundle> {
  const gone = new Set(lines);
  const rest = new Map<number, Bundle>();
  for (const bundle of bundles.values()) {
    const left = bundle.lines.filter((line) => !gone.has(line));
    if (left.length === 0) continue;
    rest.set(bundle.key, left.length === bundle.lines.length ? bundle : { ...bundle, lines: left });
  }
  return rest;
}

/** One more, unless it is empty; its lines are taken out of the others. */
export function withBundle(bundles: Bundles, bundle: Bundle): Bundles {
  const others = without(bundles, bundle.lines);
  return bundle.lines.length === 0 ? others : others.set(bundle.key, bundle);
}

export function renewedIn(
  bundles: Bundles,
  keys: readonly number[],
  lease: Pick<Bundle, 'leaseSeconds' | 'renewedAt'>,
): Bundles {
  return new Map(
    [...bundles].map(([key, bundle]) => [key, keys.includes(key) ? { ...bundle, ...lease } : bundle]),
  );
}

/** The bundles that these lines are in; undefined when one of them is in none. */
export function bundlesWith(bundles: Bundles, lines: readonly string[]): readonly Bundle[] | undefined {
  const asked = new Set(lines);
  const found = [...bundles.values()].filter((bundle) => bundle.lines.some((line) => asked.has(line)));
  const held = new Set(found.flatMap((bundle) => bundle.lines));
  return lines.every((line) => held.has(line)) ? found : undefined;
}

/** What a guard that knows the one must be told to know the other. New ones come first, so that no line is missing meanwhile. */
export function differenceWords(known: Bundles, wanted: Bundles, now: MonoMs): string {
  const bundles = [...wanted.values()];
  const words = (sign: '=' | '-', bundle: Bundle): string =>
    `${collectWords(bundle.lines)}${sign}${bundle.key} ${secondsLeft(bundle, now)}\n`;
  const fresh = bundles.filter(({ key }) => !known.has(key));
  const changed = bundles.filter(({ key, lines }) => known.has(key) && known.get(key)?.lines !== lines);
  const gone = [...known.keys()].filter((key) => !wanted.has(key));
  return [
    ...fresh.map((bundle) => words('=', bundle)),
    ...changed.map((bundle) => words('-', bundle)),
    ...gone.map(forgetWords),
  ].join('');
}

export const renewWords = (bundle: Bundle, now: MonoMs): string =>
  `r${bundle.key} ${secondsLeft(bundle, now)}\n`;

/** For one that is run: it is forgotten when somebody else has reason to wait for that. */
export const firedWords = (key: number): string => `f${key}\n`;

const forgetWords = (key: number): string => `x${key}\n`;

export const leaveWords = (lines: readonly string[], leaseSeconds: number, folder: string): string =>
  `${collectWords(lines)}l${leaseSeconds} ${folder}\n`;

const collectWords = (lines: readonly string[]): string => lines.map((line) => `+${line}\n`).join('');

/** A message about one part of the lines, or one that had to wait, must not lengthen the lease of the others. */
function secondsLeft({ leaseSeconds, renewedAt }: Bundle, now: MonoMs): number {
  if (leaseSeconds === 0) return 0;
  // The time that passes inside one turn is no reason to round up.
  const leftMs = renewedAt + leaseSeconds * SECOND_MS - now;
  return Math.max(1, Math.min(leaseSeconds, Math.ceil(leftMs / SECOND_MS)));
}
