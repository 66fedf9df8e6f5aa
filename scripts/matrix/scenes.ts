import { SETTINGS } from '../../test/faults/settings.ts';
import type { Setting, SettingName } from '../../test/faults/settings.ts';
import type { Fault, Size } from '../../test/faults/fault.ts';
import { NotPossible, withStage } from '../../test/faults/stage.ts';
import type { Stage } from '../../test/faults/stage.ts';
import { play } from './play.ts';
import type { Outcome, Scene } from './play.ts';
import type { LeftOut } from './page.ts';

/** Scenes that can share a running cluster. */
interface Act {
  readonly size: Size;
  readonly setting: SettingName;
  readonly scenes: readonly Scene[];
}

const LABS_AT_ONCE = 2;
/** A cluster that has gone through many scenes is worth as much as a fresh one, but two labs should end about together. */
const SCENES_PER_ACT = 10;

export interface PlayOptions {
  /** One line about what is going on. */
  readonly say: (text: string) => void;
  /** Called after a scene that was not as expected, with its cluster still as it is. */
  readonly onWrong: (stage: Stage) => Promise<void>;
}

export interface Played {
  readonly outcomes: readonly Outcome[];
  readonly leftOut: readonly LeftOut[];
}

export function scenesOf(faults: readonly Fault[], sizes: readonly Size[]): readonly Scene[] {
  return faults.flatMap((fault) =>
    (fault.settings ?? ['udp']).flatMap((setting) =>
      fault.sizes.filter((size) => sizes.includes(size)).map((size) => ({ fault, size, setting })),
    ),
  );
}

function actsOf(scenes: readonly Scene[]): readonly Act[] {
  const byCluster = Map.groupBy(scenes, ({ size, setting }) => `${size} ${setting}`);
  return [...byCluster.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const acts = Math.ceil(alike.length / SCENES_PER_ACT);
    return Array.from({ length: acts }, (_, act) => ({
      ...{ size: first.size, setting: first.setting },
      scenes: alike.filter((_, place) => place % acts === act),
    }));
  });
}

/** Plays all scenes, in two labs at a time: most of it is waiting. In the order of `scenes`, whatever was played first. */
export async function playAll(scenes: readonly Scene[], options: PlayOptions): Promise<Played> {
  const waiting = [...actsOf(scenes)];
  const outcomes: Outcome[] = [];
  const leftOut: LeftOut[] = [];
  const lab = async (): Promise<void> => {
    for (let act = waiting.shift(); act !== undefined; act = waiting.shift()) {
      const played = await playAct(act, options);
      outcomes.push(...played.outcomes);
      leftOut.push(...played.leftOut);
    }
  };
  await Promise.all(Array.from({ length: LABS_AT_ONCE }, lab));
  const inOrder = <S extends Scene>(all: readonly S[]): S[] =>
    scenes.flatMap((scene) => all.filter(isOf(scene)));
  return { outcomes: inOrder(outcomes), leftOut: inOrder(leftOut) };
}

async function playAct({ size, setting, scenes }: Act, options: PlayOptions): Promise<Played> {
  const outcomes: Outcome[] = [];
  const stageSetting: Setting = SETTINGS[setting];
  const without = (why: string): Played => {
    options.say(`${size} nodes, ${stageSetting.title}: left out; ${why}`);
    return { outcomes, leftOut: scenes.map((scene) => ({ ...scene, why })) };
  };
  const missing = stageSetting.missing?.();
  if (missing !== undefined) return without(missing);
  const waiting = [...scenes];
  try {
    // After a scene that was not as expected, the next one gets a cluster of its own.
    while (waiting.length > 0) {
      await withStage({ size, setting: stageSetting }, (stage) =>
        playUntilWrong(stage, waiting, outcomes, options),
      );
    }
  } catch (error) {
    if (error instanceof NotPossible) return without(shortly(error.message));
    const why = error instanceof Error ? error.message : String(error);
    options.say(`${size} nodes, ${stageSetting.title}: ${why}`);
    outcomes.push(
      ...scenes.filter((scene) => !outcomes.some(isOf(scene))).map((scene) => broken(scene, why)),
    );
  }
  return { outcomes, leftOut: [] };
}

const isOf =
  (scene: Scene) =>
  ({ fault, size, setting }: Scene): boolean =>
    fault === scene.fault && size === scene.size && setting === scene.setting;

/** For a scene that could not be played to its end: nothing was seen, and that is not as expected. */
const broken = (scene: Scene, why: string): Outcome => ({
  ...{ ...scene, during: [], after: [], gapMs: 0, bothMs: 0, bothAfterMs: 0 },
  problems: [`it could not be played: ${why.split('\n')[0]}`],
});

/** Takes scenes from the front of `waiting`, and stops after the first that was not as expected. */
async function playUntilWrong(
  stage: Stage,
  waiting: Scene[],
  outcomes: Outcome[],
  { say, onWrong }: PlayOptions,
): Promise<void> {
  for (let scene = waiting.shift(); scene !== undefined; scene = waiting.shift()) {
    const outcome = await play(stage, scene);
    outcomes.push(outcome);
    const name = `${scene.fault.name}, ${scene.size} nodes, ${scene.setting}`;
    if (outcome.problems.length === 0) {
      say(`${name}: ok`);
      continue;
    }
    say(`${name}: NOT AS EXPECTED: ${outcome.problems.join('; ')}\n${stage.pair.lastWords()}`);
    await onWrong(stage);
    return;
  }
}

/** The first thing that `check` said, without where and without the hint. */
export function shortly(refusal: string): string {
  const [first = refusal] = refusal.split('\n').filter((each) => /:\d+:\d+: /.test(each));
  return first
    .trim()
    .replace(/^\/\S+: /, '') // the file, line and column
    .replace(/^(?:nodes|groups)\.\w+\.(\w+)\S*: (?:\w+:\/\/\S+: )?/, '$1: ')
    .replace(/;.*/, '');
}
