import { WELL as WELL_CHECKED } from '../../src/core/group/health.ts';
import { WELL } from './adapter.ts';
import type { Host } from './host.ts';
import { arbiter, mendsOutside, planned, witness } from './outside-faults.ts';
import type { Storm } from './storm.ts';
import { calmWay, type Way, type WayMood } from './way.ts';
import { connectionFaults, laneFaults, sparingFaults } from './weather.ts';

/** What may go wrong in a run, by family; each family is a list of faults to choose from. */
export type Family =
  | 'network'
  | 'process'
  | 'machine'
  | 'adapter'
  | 'orders'
  | 'attack'
  | 'mild'
  | 'paths'
  | 'lanes'
  | 'resets'
  | 'witness'
  | 'arbiter'
  | 'planned'
  | 'drill'
  | 'checks';

export type Fault = (storm: Storm) => void;

const aHost = ({ world, chance }: Storm): Host => chance.oneOf(world.hosts);
const aMoment = (storm: Storm): number => storm.moment();

function aWay(storm: Storm): { from: number; to: number } {
  const from = aHost(storm).number;
  const others = storm.world.hosts.filter(({ number }) => number !== from);
  return { from, to: storm.chance.oneOf(others).number };
}

/** Changes ways now and back again after a while, unless they were changed anew meanwhile. */
function changesWays(storm: Storm, ways: readonly Way[], change: Partial<WayMood>, ms: number): void {
  const { world } = storm;
  for (const way of ways) {
    const mended = calmWay(world.setup.delayMs);
    const back = Object.fromEntries(Object.keys(change).map((key) => [key, mended[key as keyof WayMood]]));
    Object.assign(way, change);
    storm.later(ms, () => void Object.assign(way, back));
  }
}

const network: readonly Fault[] = [
  function loses(storm) {
    const loss = storm.chance.oneOf([0.1, 0.3, 0.6]);
    const ms = 2 * aMoment(storm);
    storm.world.say(undefined, `FAULT ${loss * 100} % loss everywhere for ${ms.toFixed(0)} ms`);
    changesWays(storm, storm.world.network.ways(), { loss }, ms);
  },
  function losesOneWay(storm) {
    const { from, to } = aWay(storm);
    const ms = 2 * aMoment(storm);
    storm.world.say(undefined, `FAULT lb${from} → lb${to} loses 60 % for ${ms.toFixed(0)} ms`);
    changesWays(storm, storm.world.network.lanes(from, to), { loss: 0.6 }, ms);
  },
  function cutsOneWay(storm) {
    const { from, to } = aWay(storm);
    const ms = aMoment(storm);
    storm.world.say(undefined, `FAULT lb${from} → lb${to} is cut for ${ms.toFixed(0)} ms`);
    changesWays(storm, storm.world.network.lanes(from, to), { cut: true }, ms);
  },
  function cutsPair(storm) {
    const { from, to } = aWay(storm);
    const ms = aMoment(storm);
    storm.world.say(undefined, `FAULT lb${from} and lb${to} are cut apart for ${ms.toFixed(0)} ms`);
    const { network: wire } = storm.world;
    changesWays(storm, [...wire.lanes(from, to), ...wire.lanes(to, from)], { cut: true }, ms);
  },
  function cutsOff(storm) {
    const alone = aHost(storm).number;
    const ms = aMoment(storm);
    storm.world.say(undefined, `FAULT lb${alone} is cut off for ${ms.toFixed(0)} ms`);
    const others = storm.world.hosts.filter(({ number }) => number !== alone);
    const { network: wire } = storm.world;
    const ways = others.flatMap(({ number }) => [...wire.lanes(alone, number), ...wire.lanes(number, alone)]);
    changesWays(storm, ways, { cut: true }, ms);
  },
  function delays(storm) {
    const delayMs = storm.chance.oneOf([5, 20, 80, 300]);
    const ms = 2 * aMoment(storm);
    storm.world.say(undefined, `FAULT everything takes ${delayMs} ms for ${ms.toFixed(0)} ms`);
    changesWays(storm, storm.world.network.ways(), { delayMs, jitterMs: delayMs }, ms);
  },
  function reorders(storm) {
    const ms = 2 * aMoment(storm);
    const lateMs = storm.chance.oneOf([20, 200, 1_500]);
    storm.world.say(
      undefined,
      `FAULT frames are doubled, and late by up to ${lateMs} ms, for ${ms.toFixed(0)} ms`,
    );
    changesWays(storm, storm.world.network.ways(), { duplicates: 0.3, late: 0.3, lateMs }, ms);
  },
];

const process: readonly Fault[] = [
  function kills(storm) {
    const host = aHost(storm);
    host.kill({ guardToo: storm.chance.is(0.3) });
    storm.later(storm.chance.oneOf([20, 300, 1_500, 5_000]) * storm.chance.between(0.5, 1.5), () =>
      host.start(),
    );
  },
  function killsHolder(storm) {
    const host = storm.world.hosts.find(
      ({ kernel, agent }) =>
        agent !== undefined && [...agent.node.groups.keys()].some((id) => kernel.has(id)),
    );
    host?.kill({ guardToo: storm.chance.is(0.3) });
    if (host !== undefined)
      storm.later(storm.chance.oneOf([20, 300, 5_000]) * storm.chance.between(0.5, 1.5), () => host.start());
  },
  function restarts(storm) {
    const host = aHost(storm);
    storm.world.say(host, 'is asked to stop');
    host.stop();
    storm.later(storm.chance.between(10, 4_000), () => host.start());
  },
  function freezes(storm) {
    const host = aHost(storm);
    host.freeze();
    storm.later(aMoment(storm), () => host.thaw());
  },
  function hiccups(storm) {
    const host = aHost(storm);
    const stallMs = storm.chance.oneOf([30, 100, 0.55 * storm.world.setup.timeoutMs]);
    for (let round = 0; round < 12; round++) {
      storm.later(round * (stallMs + 200), () => host.freeze());
      storm.later(round * (stallMs + 200) + stallMs, () => host.thaw());
    }
  },
  function restartsAll(storm) {
    for (const host of storm.world.hosts) {
      host.kill({ guardToo: storm.chance.is(0.1) });
      storm.later(storm.chance.between(1, 1_000), () => host.start());
    }
  },
];

const machine: readonly Fault[] = [
  function pauses(storm) {
    const host = aHost(storm);
    host.pause();
    storm.world.later(aMoment(storm), () => host.resume({ wallFollows: storm.chance.is(0.5) }));
  },
  function stepsWall(storm) {
    aHost(storm).stepWall(storm.chance.oneOf([-3.15e11, -5_000, -100, 100, 5_000, 3.15e11]));
  },
  function deafens(storm) {
    const host = aHost(storm);
    storm.world.say(host, 'FAULT its interface takes nothing in');
    host.receiveDead = true;
    storm.later(aMoment(storm), () => void (host.receiveDead = false));
  },
];

const adapter: readonly Fault[] = [
  function slows(storm) {
    const host = aHost(storm);
    storm.world.say(host, 'FAULT its adapter is slow');
    host.mood.slowMs = 300;
    storm.later(aMoment(storm), () => void (host.mood.slowMs = WELL.slowMs));
  },
  function fails(storm) {
    const host = aHost(storm);
    storm.world.say(host, 'FAULT its adapter fails');
    host.mood.failing = storm.chance.oneOf([0.3, 1]);
    storm.later(aMoment(storm), () => void (host.mood.failing = 0));
  },
  function hangs(storm) {
    const host = aHost(storm);
    storm.world.say(host, 'FAULT its adapter hangs');
    host.mood.hanging = storm.chance.oneOf([0.2, 1]);
    storm.later(aMoment(storm), () => void (host.mood.hanging = 0));
  },
  function deletes(storm) {
    for (const { kernel, policy } of storm.world.hosts)
      for (const { id } of policy.groups) kernel.remove(id, 'deleted by hand');
  },
];

const orders: readonly Fault[] = [
  function switchesOver(storm) {
    const to = storm.chance.is(0.5) ? 0 : aHost(storm).number;
    for (const host of storm.world.hosts)
      if (storm.world.actives().includes(host.number)) host.order({ kind: 'switchover', to });
  },
  function drains(storm) {
    const host = aHost(storm);
    host.order({ kind: 'drain' });
    storm.later(aMoment(storm), () => host.order({ kind: 'undrain' }));
  },
  function freezesGroup(storm) {
    const host = aHost(storm);
    host.order({ kind: 'freeze' });
    storm.later(aMoment(storm), () => host.order({ kind: 'thaw' }));
  },
  function reprioritizes(storm) {
    const host = aHost(storm);
    host.reprioritize(storm.chance.oneOf([95, 100, 105]));
  },
  function failsBack(storm) {
    for (const host of storm.world.hosts) host.order({ kind: 'failback' });
  },
];

/** Drills, also where nobody would order one; after it, or whenever, a node asks for the group. */
const drill: readonly Fault[] = [
  function drillsHolder(storm) {
    const [holder] = storm.world.actives();
    if (holder === undefined) return;
    const host = storm.world.host(holder);
    const forMs = storm.world.setup.timeoutMs * storm.chance.oneOf([0.5, 1, 1.02, 2, 5]);
    host.playDead(forMs);
    storm.later(forMs + storm.chance.between(10, 3_000), () => host.order({ kind: 'askBack' }));
  },
  function drillsAnybody(storm) {
    aHost(storm).playDead(aMoment(storm));
  },
  function drillsTwo(storm) {
    for (const host of storm.world.hosts.slice(0, 2))
      storm.later(storm.chance.between(0, 200), () => host.playDead(aMoment(storm)));
  },
  function asksBack(storm) {
    aHost(storm).order({ kind: 'askBack' });
  },
];

/** Checks that fail and recover, on one node, on all, and again and again. */
const checks: readonly Fault[] = [
  function failsCheck(storm) {
    const host = storm.chance.is(0.6) ? storm.world.host(storm.world.actives()[0] ?? 1) : aHost(storm);
    host.checked({ sum: storm.chance.oneOf([0, 0, -10]), failed: ['service'] });
    storm.later(aMoment(storm), () => host.checked(WELL_CHECKED));
  },
  function failsEverywhere(storm) {
    for (const host of storm.world.hosts) {
      storm.later(storm.chance.between(0, 400), () => host.checked({ sum: 0, failed: ['router'] }));
      storm.later(aMoment(storm) + 400, () => host.checked(WELL_CHECKED));
    }
  },
  function weighs(storm) {
    const host = aHost(storm);
    host.checked({ sum: storm.chance.oneOf([-300, -2, -1, 1, 2, 300]), failed: [] });
    storm.later(2 * aMoment(storm), () => host.checked(WELL_CHECKED));
  },
  function flaps(storm) {
    const host = aHost(storm);
    const everyMs = storm.chance.oneOf([20, 300, 2_000]);
    for (let round = 0; round < 12; round++)
      storm.later(round * everyMs, () =>
        host.checked(round % 2 === 0 ? { sum: 0, failed: ['service'] } : WELL_CHECKED),
      );
  },
  function failsAndRestarts(storm) {
    const host = aHost(storm);
    host.checked({ sum: 0, failed: ['service'] });
    storm.later(storm.chance.between(0, 500), () => host.restart({ withinMs: 3_000, awayMs: 700 }));
    storm.later(aMoment(storm), () => host.checked(WELL_CHECKED));
  },
];

const attack: readonly Fault[] = [
  function replays({ attacker, chance, world }) {
    const to = chance.is(0.5) ? undefined : 1 + chance.whole(world.hosts.length);
    attacker.replays({ rate: chance.oneOf([0.1, 1, 10]), to, lastMs: chance.oneOf([1_000, 5_000, 60_000]) });
  },
  function restartsIntoReplay(storm) {
    const victims = storm.chance.is(0.5) ? storm.world.hosts : [aHost(storm)];
    for (const host of victims) {
      host.kill();
      storm.later(storm.chance.between(1, 200), () => host.start());
    }
    storm.attacker.replays({ rate: storm.chance.oneOf([1, 10, 100]), to: undefined, lastMs: 60_000 });
  },
  function withholds(storm) {
    const { attacker, chance } = storm;
    const ms = aMoment(storm);
    attacker.withholds({ ...aWay(storm), ms, share: chance.oneOf([0.1, 0.5, 1]) });
    storm.later(ms * chance.oneOf([0.5, 1, 1.5, 4]), () =>
      attacker.delivers({ apartMs: chance.oneOf([0.1, 20, 200, 1_000]), shuffled: chance.is(0.3) }),
    );
  },
  function withholdsOpening(storm) {
    const { attacker, chance } = storm;
    const host = aHost(storm);
    const other = storm.world.hosts.find(({ number }) => number !== host.number)!;
    host.kill();
    storm.later(50, () => host.start());
    attacker.withholds({ from: host.number, to: other.number, ms: chance.oneOf([500, 2_000]), share: 1 });
    storm.later(aMoment(storm) + 500, () => {
      if (chance.is(0.5)) host.kill();
      attacker.delivers({ apartMs: chance.oneOf([0.1, 50]), shuffled: chance.is(0.5) });
    });
    storm.later(8_000, () => host.start());
  },
  function killsAndTrickles(storm) {
    const { attacker, chance, world } = storm;
    const way = aWay(storm);
    attacker.withholds({ ...way, ms: world.setup.timeoutMs * 0.9, share: 1 });
    storm.later(world.setup.timeoutMs * 0.9, () => {
      world.host(way.from).kill();
      attacker.delivers({ apartMs: chance.oneOf([100, world.setup.intervalMs, 900]), shuffled: false });
    });
    storm.later(4 * world.setup.timeoutMs, () => world.host(way.from).start());
  },
  function invents({ attacker, chance }) {
    attacker.invents(chance.oneOf([20, 200]), chance.oneOf([10, 2_000]));
  },
];

/** What must not move a healthy holder. */
const mild: readonly Fault[] = [
  function losesMildly(storm) {
    const loss = storm.chance.oneOf([0.1, 0.3, 0.6]);
    storm.world.say(undefined, `FAULT ${loss * 100} % loss everywhere`);
    changesWays(storm, storm.world.network.ways(), { loss }, 2 * aMoment(storm));
  },
  network[5]!,
  network[6]!,
  machine[1]!,
  function standbyStalls(storm) {
    const host = storm.world.hosts.find(({ number }) => !storm.world.actives().includes(number));
    if (host === undefined) return;
    host.freeze();
    storm.later(aMoment(storm), () => host.thaw());
  },
  function standbyHiccups(storm) {
    const host = storm.world.hosts.find(({ number }) => !storm.world.actives().includes(number));
    if (host === undefined) return;
    const stallMs = storm.chance.oneOf([30, 0.55 * storm.world.setup.timeoutMs]);
    for (let round = 0; round < 8; round++) {
      storm.later(round * (stallMs + 200), () => host.freeze());
      storm.later(round * (stallMs + 200) + stallMs, () => host.thaw());
    }
  },
  function holderHiccups(storm) {
    const host = storm.world.hosts.find(({ number }) => storm.world.actives().includes(number));
    if (host === undefined) return;
    host.freeze();
    // With rare beats a lease of 1 s is renewed at half of it, and relied on until 50 ms before its end.
    storm.later(storm.chance.between(20, 440), () => host.thaw());
  },
  attack[0]!,
  attack[5]!,
];

const FAULTS: { readonly [family in Family]: readonly Fault[] } = {
  network,
  process,
  machine,
  adapter,
  orders,
  attack,
  mild,
  witness,
  arbiter,
  planned,
  drill,
  checks,
  paths: sparingFaults,
  lanes: laneFaults,
  resets: connectionFaults,
};

export interface StormPlan {
  readonly families: readonly Family[];
  readonly faults: number;
  readonly ms: number;
}

/** Spreads faults over the time of a storm. */
export function plansStorm(storm: Storm, { families, faults, ms }: StormPlan): void {
  for (let made = 0; made < faults; made++) {
    const fault = storm.chance.oneOf(FAULTS[storm.chance.oneOf(families)]);
    storm.later(storm.chance.between(0, ms), () => {
      storm.world.say(undefined, `FAULT ${fault.name}`);
      fault(storm);
    });
  }
}

/** Everything is mended: from here on nothing goes wrong any more, but for an attacker who goes on replaying. */
export function mends(storm: Storm): void {
  const { world, attacker } = storm;
  world.say(undefined, 'ALL FAULTS ARE MENDED');
  storm.ends();
  attacker.letsPass();
  mendsOutside(world);
  for (const way of world.network.ways()) Object.assign(way, calmWay(world.setup.delayMs));
  for (const host of world.hosts) {
    host.resume({ wallFollows: true });
    host.thaw();
    host.receiveDead = false;
    Object.assign(host.mood, WELL);
    host.checked(WELL_CHECKED);
    if (host.agent?.stopping) host.kill();
    host.start();
    host.order({ kind: 'undrain' });
    host.order({ kind: 'thaw' });
  }
}
