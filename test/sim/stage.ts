import assert from 'node:assert/strict';
import { NoFalseLife, OneHolderWhereHeard, SaysWhatItHas, Seals, TalksWithinBounds } from './checks.ts';
import { Earshot } from './earshot.ts';
import { DEFAULTS, Violation, World, type Setup } from './world.ts';

export interface Stage {
  readonly world: World;
  readonly earshot: Earshot;
  /** Every claim since the stage was set: who, when. */
  readonly claims: { readonly by: number; readonly at: number }[];
  /** True times at which the number of kernels with the VIP changed, with the new number. */
  readonly counts: { readonly at: number; readonly holders: readonly number[] }[];
}

/** A world with the checks that hold in any weather; nothing started yet. */
export function stage(setup: Partial<Setup> = {}): Stage {
  const world = new World({ ...DEFAULTS, seed: 1, ...setup }, { tells: true });
  const claims: Stage['claims'] = [];
  const counts: Stage['counts'] = [];
  const seals = new Seals(world);
  const earshot = new Earshot(world);
  world.checks.push(
    seals,
    earshot,
    new OneHolderWhereHeard(world),
    new NoFalseLife(world, seals),
    new SaysWhatItHas(world),
    new TalksWithinBounds(world),
    {
      moved: (host, _group, { to }) => {
        if (to === 'claiming') claims.push({ by: host.number, at: world.now });
      },
      kernelChanged: () => void counts.push({ at: world.now, holders: world.holders() }),
    },
  );
  return { world, earshot, claims, counts };
}

/** Starts every host and waits until `holder` holds and all have heard of it. */
export function running(setup: Partial<Setup> = {}, holder?: number): Stage {
  const staged = stage(setup);
  const { world, claims, counts } = staged;
  telling(world, () => {
    for (const host of world.hosts) host.start();
    world.runFor(world.setup.timeoutMs);
    const expected = holder ?? bestOf(world);
    if (world.actives()[0] !== expected) {
      world.host(world.actives()[0]!).order({ kind: 'switchover', to: expected });
    }
    world.runFor(2 * world.setup.timeoutMs);
    assert.deepEqual(world.actives(), [expected], 'the stage is not set');
    assert.deepEqual(world.holders(), [expected], 'the stage is not set');
  });
  claims.length = 0;
  counts.length = 0;
  return staged;
}

export function bestOf(world: World): number {
  const { priorities } = world.setup;
  const best = Math.max(...priorities);
  return priorities.lastIndexOf(best) + 1;
}

/** Cuts or mends: `ways` are pairs of numbers, from and to. */
export function cut(world: World, ways: readonly (readonly [number, number])[], isCut = true): void {
  for (const [from, to] of ways) {
    world.say(undefined, `lb${from} → lb${to} is ${isCut ? 'cut' : 'mended'}`);
    for (const way of world.network.lanes(from, to)) way.cut = isCut;
  }
}

export const bothWays = (one: number, other: number): readonly (readonly [number, number])[] => [
  [one, other],
  [other, one],
];

/** Runs what follows; a failure tells the story that led to it. */
export function telling(world: World, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof assert.AssertionError || error instanceof Violation) {
      error.message = `${error.message}\nseed ${world.setup.seed} ${JSON.stringify(world.setup)}\n${world.story.last(120)}`;
    }
    throw error;
  }
}

/** At rest, exactly `holder` holds, and nothing has moved in the last `ms`. */
export function restsAt({ world, claims }: Stage, holder: number, ms = 4 * world.setup.timeoutMs): void {
  const before = claims.length;
  assert.deepEqual(world.actives(), [holder]);
  assert.deepEqual(world.holders(), [holder]);
  world.runFor(ms);
  assert.equal(claims.length, before, 'somebody claimed again');
  assert.deepEqual(world.actives(), [holder]);
  assert.deepEqual(world.holders(), [holder]);
}

/** Time in which nobody, or more than one, had the VIP, from `since` on. */
export function gapsOf({ counts, world }: Stage, since: number): { nobodyMs: number; severalMs: number } {
  const from = counts.filter(({ at }) => at <= since).at(-1)?.holders ?? world.holders();
  let [at, count] = [since, from.length];
  const gaps = { nobodyMs: 0, severalMs: 0 };
  for (const change of [...counts.filter((c) => c.at > since), { at: world.now, holders: [] }]) {
    if (count === 0) gaps.nobodyMs += change.at - at;
    if (count > 1) gaps.severalMs += change.at - at;
    [at, count] = [change.at, change.holders.length];
  }
  return gaps;
}
