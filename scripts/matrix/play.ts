import { VIP4 } from '../../test/lab/addresses.ts';
import type { HeldStretch, Span } from '../../test/lab/timeline.ts';
import { watchFor } from '../../test/lab/wait.ts';
import type { Fault, Size } from '../../test/faults/fault.ts';
import { BOTH_AFTER_MS } from '../../test/faults/fault.ts';
import type { SettingName } from '../../test/faults/settings.ts';
import type { Stage } from '../../test/faults/stage.ts';

const STEADY_MS = 1_000;
/** Longer than everything together that may delay what a fault leads to. */
const BOUND_MS = 20_000;
/** From the timeout of the defaults to what follows it. */
const LASTS_MS = 5_000;
/** To the best one that is there already, and once more when a better one has come back. */
const MOVES_AFTER_MAX = 2;

/** One fault, in one cluster. */
export interface Scene {
  readonly fault: Fault;
  readonly size: Size;
  readonly setting: SettingName;
}

/** What was seen, and whether it is what was expected. */
export interface Outcome extends Scene {
  /** From the fault to the beginning of the heal. */
  readonly during: readonly HeldStretch[];
  /** From there until all was as before. */
  readonly after: readonly HeldStretch[];
  readonly gapMs: number;
  readonly bothMs: number;
  readonly bothAfterMs: number;
  /** One sentence each; none when all is as expected. */
  readonly problems: readonly string[];
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Strikes, waits for what is expected, heals, audits. Never rejects: what went wrong is in the outcome. */
export async function play(stage: Stage, scene: Scene): Promise<Outcome> {
  const { fault, size, setting } = scene;
  const expected = fault.expected(size, setting);
  const problems: string[] = [];
  const attempt = async (what: string, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      problems.push(`${what}: ${wordsOf(error).split('\n')[0]}`);
    }
  };
  const fromMs = Date.now();
  await attempt('the fault could not be made', async () => fault.strike(stage));
  await attempt('while it lasted', () => settled(stage, scene, fromMs));
  const healMs = Date.now();
  await attempt('the heal', async () => {
    await fault.heal?.(stage);
    await stage.heal();
  });
  await attempt('afterwards', () => stage.audit());
  const seen = await measure(stage, { fromMs, toMs: healMs }, { fromMs: healMs, toMs: Date.now() });
  if (seen.takeovers > expected.takeovers) problems.push(`taken over ${seen.takeovers} times`);
  if (seen.movesAfter > MOVES_AFTER_MAX) problems.push(`moved ${seen.movesAfter} times after the heal`);
  if (seen.bothMs > expected.bothMs) problems.push(`on two hosts for ${Math.round(seen.bothMs)} ms`);
  if (seen.bothAfterMs > BOTH_AFTER_MS) {
    problems.push(`on two hosts for ${Math.round(seen.bothAfterMs)} ms after the heal`);
  }
  if (seen.noticedGapMs > expected.gapMs)
    problems.push(`the client was dark for ${Math.round(seen.gapMs)} ms`);
  return { ...scene, ...seen, problems };
}

/** The expected end must be there when the fault has lasted long enough, or come within the bound, and stand. */
async function settled(stage: Stage, { fault, size, setting }: Scene, fromMs: number): Promise<void> {
  const expected = fault.expected(size, setting);
  const lastsMs = fault.lastsMs ?? LASTS_MS;
  await stage.untilAsExpected(expected, { steadyMs: STEADY_MS, boundMs: lastsMs + BOUND_MS });
  // Seen early is not enough: it must still be so in the end.
  const leftMs = fromMs + lastsMs - Date.now();
  if (leftMs > STEADY_MS) await watchFor(leftMs - STEADY_MS);
  await stage.untilAsExpected(expected, { steadyMs: STEADY_MS, boundMs: BOUND_MS });
}

async function measure(stage: Stage, during: Span, after: Span) {
  const { lab } = stage;
  await lab.sync();
  const arrivals = (hosts: readonly string[], span: Span): number =>
    hosts.reduce((sum, host) => sum + lab.timeline(host).arrivals(span), 0);
  const gaps = await lab.client.gaps(VIP4, { fromMs: during.fromMs, toMs: after.toMs });
  return {
    during: lab.holdersWithin(during),
    after: lab.holdersWithin(after),
    gapMs: Math.max(0, ...gaps.map(({ lengthMs }) => lengthMs)),
    // What the client itself slept through is nobody's outage.
    noticedGapMs: Math.max(0, ...gaps.map(({ lengthMs, ownStallMs }) => lengthMs - ownStallMs)),
    takeovers: arrivals(stage.others('h1'), during),
    movesAfter: arrivals(stage.hosts, after),
    bothMs: await lab.heldByBoth(during),
    bothAfterMs: await lab.heldByBoth(after),
  };
}
