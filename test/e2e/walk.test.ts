// Any fault, at any moment, and then another: after each one the cluster must find back to one holder.
// SEED=17 npm run test:e2e walks another way, SEED=17 WALK_STEPS=50 a longer one.
import type { Size } from '../faults/fault.ts';
import { SETTINGS } from '../faults/settings.ts';
import { withStage } from '../faults/stage.ts';
import { stepsOf, walk } from '../faults/walk.ts';
import { labTest } from '../lab/requirement.ts';

const STEPS = Number(process.env['WALK_STEPS'] ?? 3);
const STEP_BOUND_MS = 100_000;

const seed = process.env['SEED'];
const walks: readonly { seed: number; size: Size }[] =
  seed === undefined
    ? [
        { seed: 4, size: 2 },
        { seed: 3, size: 3 },
      ]
    : ([2, 3] as const).map((size) => ({ seed: Number(seed), size }));

for (const { seed, size } of walks) {
  labTest(
    `walk: ${STEPS} steps of seed ${seed} with ${size} nodes`,
    (STEPS + 1) * STEP_BOUND_MS,
    async () => {
      const steps = stepsOf(seed, size, STEPS);
      try {
        await withStage({ size, setting: SETTINGS.udp }, (stage) => walk(stage, steps));
      } catch (error) {
        throw new Error(`SEED=${seed}, ${size} nodes: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    },
  );
}
