import type { Attacker } from './attacker.ts';
import { Chance } from './chance.ts';
import type { World } from './world.ts';

/** A time in which things go wrong, and who makes them. */
export class Storm {
  readonly world: World;
  readonly attacker: Attacker;
  readonly chance: Chance;
  /** By direction: the path that is kept well. */
  readonly #kept = new Map<string, number>();
  #isOver = false;

  constructor(world: World, attacker: Attacker, round: number) {
    this.world = world;
    this.attacker = attacker;
    this.chance = new Chance(world.setup.seed, `faults ${round}`);
  }

  /** After some time, unless everything is mended by then. */
  readonly later = (ms: number, run: () => void): void => {
    this.world.later(ms, () => {
      if (!this.#isOver) run();
    });
  };

  /** A while that is well below, about or well above the timeout. */
  moment(): number {
    return (
      this.world.setup.timeoutMs *
      this.chance.oneOf([0.1, 0.3, 0.45, 0.55, 0.9, 1.05, 1.5, 2.2, 4]) *
      this.chance.between(0.9, 1.1)
    );
  }

  keep({ from, to, lane }: { readonly from: number; readonly to: number; readonly lane: number }): void {
    this.#kept.set(`${from}>${to}`, lane);
  }

  keeps({ from, to, lane }: { readonly from: number; readonly to: number; readonly lane: number }): boolean {
    return this.#kept.get(`${from}>${to}`) === lane;
  }

  ends(): void {
    this.#isOver = true;
  }
}
