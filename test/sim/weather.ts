import type { Storm } from './storm.ts';
import { calmWay, type Way, type WayMood } from './way.ts';

/*
 * What may happen to single paths. Two uses: any path of any pair, or, as `spared`, only those paths that are not the one
 * which is kept well in that direction at the moment, so that nothing may come of it.
 */
type Fault = (storm: Storm) => void;

interface Lane {
  readonly from: number;
  readonly to: number;
  readonly lane: number;
}

const lanesOf = ({ world }: Storm): readonly Lane[] =>
  world.hosts.flatMap(({ number: from }) =>
    world.hosts.flatMap(({ number: to }) =>
      world.network.lanes(from, to).map((_, lane): Lane => ({ from, to, lane })),
    ),
  );

const wayOf = ({ world }: Storm, { from, to, lane }: Lane): Way => world.network.way(from, to, lane);

/** One lane of one direction, or the same one everywhere, as when a switch fails. */
function someLanes(storm: Storm): readonly Lane[] {
  const all = lanesOf(storm);
  const one = storm.chance.oneOf(all);
  if (storm.chance.is(0.4)) return [one];
  return all.filter(({ lane }) => lane === one.lane);
}

/** Changes for a while what is not kept well, now and when it comes to mending it again. */
function changes(storm: Storm, lanes: readonly Lane[], mood: Partial<WayMood>, ms: number): void {
  for (const lane of lanes) {
    const way = wayOf(storm, lane);
    if (storm.keeps(lane)) continue;
    const mended = calmWay(storm.world.setup.delayMs);
    const back = Object.fromEntries(Object.keys(mood).map((key) => [key, mended[key as keyof WayMood]]));
    Object.assign(way, mood);
    storm.later(ms, () => void Object.assign(way, back));
  }
}

export const laneFaults: readonly Fault[] = [
  function cutsOnePath(storm) {
    changes(storm, someLanes(storm), { cut: true }, storm.moment());
  },
  function losesAllOfOnePath(storm) {
    changes(storm, someLanes(storm), { loss: storm.chance.oneOf([0.6, 0.9, 1]) }, 2 * storm.moment());
  },
  function slowsOnePath(storm) {
    const delayMs = storm.chance.oneOf([50, 500]);
    changes(storm, someLanes(storm), { delayMs, jitterMs: 0 }, 2 * storm.moment());
  },
  function flapsOnePath(storm) {
    const lanes = someLanes(storm);
    const apartMs = storm.chance.oneOf([20, 250, 0.6 * storm.world.setup.timeoutMs]);
    for (let round = 0; round < 12; round++)
      storm.later(2 * round * apartMs, () => changes(storm, lanes, { cut: true }, apartMs));
  },
  /** Over UDP frames come late and in disorder; over TCP everything behind one waits. */
  function holdsUpOnePath(storm) {
    changes(
      storm,
      someLanes(storm),
      { late: storm.chance.oneOf([0.1, 1]), lateMs: 5_000 },
      2 * storm.moment(),
    );
  },
];

/** What must not move a healthy holder: in every direction one path is kept well, though not always the same one. */
export const sparingFaults: readonly Fault[] = [
  ...laneFaults,
  function darkensTheRest(storm) {
    changes(storm, lanesOf(storm), { cut: true }, 4 * storm.moment());
  },
  function delaysTheRest(storm) {
    changes(storm, lanesOf(storm), { delayMs: 500, jitterMs: 0 }, 4 * storm.moment());
  },
  function keepsOthers(storm) {
    for (const lane of lanesOf(storm)) {
      const way = wayOf(storm, lane);
      if (way.transport === 'tcp' || !storm.chance.is(0.5)) continue;
      Object.assign(way, calmWay(storm.world.setup.delayMs));
      storm.keep(lane);
    }
  },
];

/** From now on something gets through from everyone to everyone else. */
export function keepsOnePath(storm: Storm): void {
  for (const lane of lanesOf(storm)) if (lane.lane === 0) storm.keep(lane);
}

/** Resets and refusals, which nobody needs a key for. */
export const connectionFaults: readonly Fault[] = [
  function resetsAll({ attacker }) {
    attacker.resets(1);
  },
  function resetsAgainAndAgain({ attacker, chance, later }) {
    const apartMs = chance.oneOf([5, 60, 400]);
    for (let round = 0; round < 20; round++) later(round * apartMs, () => attacker.resets(0.7));
  },
  function resetsOneSide({ attacker }) {
    attacker.resets(0.3);
  },
];
