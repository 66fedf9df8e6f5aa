import { Chance } from '../sim/chance.ts';
import { watchFor } from '../lab/wait.ts';
import { FAULTS } from './catalogue.ts';
import { BOTH_AFTER_MS, TIMING } from './fault.ts';
import type { Fault, Size } from './fault.ts';
import type { Stage } from './stage.ts';

const TWO_AT_ONCE = 0.3;
const LASTS_MAX_MS = 1.7 * TIMING.timeoutMs;
interface Step {
  readonly faults: readonly Fault[];
  readonly lastsMs: number;
}

/** The same seed makes the same steps; how the machine plays them is another matter. */
export function stepsOf(seed: number, size: Size, count: number): readonly Step[] {
  const chance = new Chance(seed, `walk of ${size}`);
  const faults = FAULTS.filter(
    (fault) => fault.sizes.includes(size) && (fault.settings ?? ['udp']).includes('udp'),
  );
  const any = (): readonly Fault[] => faults.slice(chance.whole(faults.length)).slice(0, 1);
  return Array.from({ length: count }, () => ({
    faults: [...any(), ...(chance.is(TWO_AT_ONCE) ? any() : [])],
    lastsMs: Math.round(chance.between(0, LASTS_MAX_MS)),
  }));
}

const textOf = ({ faults, lastsMs }: Step): string =>
  `${faults.map(({ name }) => name).join(' and ')} for ${lastsMs} ms`;

/**
 * Strikes with one or two faults, heals them at any moment, and audits: whatever happened, h1 alone must hold in the end.
 * Rejects at the first step that breaks this, with all steps so far.
 */
export async function walk(stage: Stage, steps: readonly Step[]): Promise<void> {
  for (const [place, step] of steps.entries()) {
    try {
      await takeStep(stage, step);
    } catch (error) {
      const story = steps.slice(0, place + 1).map((each, number) => `  ${number + 1}. ${textOf(each)}`);
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(`${words}\nsteps:\n${story.join('\n')}\n${stage.pair.lastWords()}`, { cause: error });
    }
  }
}

async function strikeIfPossible(stage: Stage, fault: Fault): Promise<void> {
  try {
    await fault.strike(stage);
  } catch {
    // what it did up to here is healed like everything else
  }
}

async function takeStep(stage: Stage, { faults, lastsMs }: Step): Promise<void> {
  const [first, second] = faults;
  if (first === undefined) return;
  const struckMs = Date.now();
  await first.strike(stage);
  // The first may have made the second impossible, such as an order to an agent that is dead.
  if (second !== undefined) await strikeIfPossible(stage, second);
  await watchFor(lastsMs);
  const healMs = Date.now();
  if (second === undefined) await first.heal?.(stage);
  await stage.heal();
  await stage.audit();
  const endMs = Date.now();
  const during = await stage.lab.heldByBoth({ fromMs: struckMs, toMs: healMs });
  const afterwards = await stage.lab.heldByBoth({ fromMs: healMs, toMs: endMs });
  const allowedMs = second === undefined ? first.expected(stage.size, 'udp').bothMs : Infinity;
  if (during > allowedMs) throw new Error(`the VIP was on two hosts for ${during} ms`);
  if (afterwards > BOTH_AFTER_MS) {
    throw new Error(`the VIP was on two hosts for ${afterwards} ms after the heal`);
  }
}
