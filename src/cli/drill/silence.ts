/** What a client on the host of the drill saw: questions to an address, asked in a fast row, by one clock. */

export interface Asked {
  readonly askedAt: number;
  /** Undefined for no answer. */
  readonly answeredAt: number | undefined;
}

export interface Silence {
  /** From the last answer before it to the first one after it; undefined while none has come. */
  readonly ms: number | undefined;
  /** From `from` to the first answer to a question of the time after the last one that was answered before. */
  readonly answeredAfterMs: number | undefined;
}

/** The longest pause between two answers that touches the time from `from` to `to`. */
export function silenceIn(
  asked: readonly Asked[],
  { from, to }: { readonly from: number; readonly to: number },
): Silence {
  const answers = asked.flatMap(({ answeredAt }) => answeredAt ?? []).toSorted((a, b) => a - b);
  let longest: Silence = { ms: undefined, answeredAfterMs: undefined };
  for (const [place, at] of answers.entries()) {
    const before = answers[place - 1];
    if (before === undefined || at < from || before > to) continue;
    if (longest.ms === undefined || at - before > longest.ms)
      longest = { ms: at - before, answeredAfterMs: at - from };
  }
  const last = answers.at(-1);
  const openMs = last === undefined ? Number.POSITIVE_INFINITY : to - last;
  // One that has not ended is longer than anything that has.
  return openMs > (longest.ms ?? 0) ? { ms: undefined, answeredAfterMs: undefined } : longest;
}
