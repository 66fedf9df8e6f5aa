import { ASKS_NOBODY, type AskPolicy } from '../../src/core/group/state.ts';
import { ADAPTER_TIMEOUT_MS } from './adapter.ts';
import { Attacker } from './attacker.ts';
import { Chance } from './chance.ts';
import {
  HolderStays,
  NeverTwoHolders,
  NoFalseLife,
  OneHolderWhereHeard,
  SaysWhatItHas,
  Seals,
  TalksWithinBounds,
} from './checks.ts';
import { Earshot } from './earshot.ts';
import type { Host } from './host.ts';
import { mends, plansStorm, type Family } from './faults.ts';
import { keepsOnePath } from './weather.ts';
import { compareAround } from './intrusion.ts';
import { Storm } from './storm.ts';
import type { Transport } from './way.ts';
import { DEFAULTS, Violation, World, type Setup } from './world.ts';

/** One kind of weather: which faults, and what is asked while they last. */
export interface Scenario {
  readonly name: string;
  readonly families: readonly Family[];
  readonly faults: number;
  readonly ms: number;
  /** Some runs get other timings than the default. */
  readonly anyTiming: boolean;
  /** Of these paths, each run has some. */
  readonly paths: readonly (readonly Transport[])[];
  readonly asks: readonly ('I2' | 'I4' | 'lock')[];
  /** Who has to agree before a claim. */
  readonly counsel?: Partial<AskPolicy>;
  /** Nodes have checks, and something to do before they give the group away. */
  readonly checks?: boolean;
}

const WITNESS = { timeoutMs: 500 };
const LOCK = { ttlMs: 10_000, timeoutMs: 1_000 };
const UDP: readonly Transport[] = ['udp'];
const UDPS: readonly Transport[] = ['udp', 'udp'];
const UDPS3: readonly Transport[] = ['udp', 'udp', 'udp'];
const TCP: readonly Transport[] = ['tcp'];
const BOTH: readonly Transport[] = ['udp', 'tcp'];
/** Most agents have one path. */
const ANY_PATHS = [UDP, UDP, UDP, UDP, UDPS, UDPS, UDPS3, BOTH, TCP, ['tcp', 'tcp', 'udp']] as const;
const DATAGRAM_PATHS = [UDP, UDP, UDPS, BOTH] as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'process',
    families: ['process', 'process', 'orders'],
    faults: 10,
    ms: 40_000,
    anyTiming: false,
    paths: ANY_PATHS,
    asks: ['I2'],
  },
  {
    name: 'network',
    families: ['network', 'network', 'lanes'],
    faults: 10,
    ms: 40_000,
    anyTiming: true,
    paths: ANY_PATHS,
    asks: [],
  },
  {
    name: 'mild',
    families: ['mild'],
    faults: 6,
    ms: 30_000,
    anyTiming: false,
    paths: DATAGRAM_PATHS,
    asks: ['I4'],
  },
  {
    name: 'paths',
    families: ['paths'],
    faults: 12,
    ms: 40_000,
    anyTiming: false,
    paths: [UDPS, UDPS, UDPS3, BOTH, ['udp', 'udp', 'tcp']],
    asks: ['I4'],
  },
  {
    name: 'tcp',
    families: ['network', 'lanes', 'resets', 'process', 'machine', 'orders'],
    faults: 12,
    ms: 40_000,
    anyTiming: true,
    paths: [TCP, TCP, BOTH, ['tcp', 'tcp']],
    asks: [],
  },
  {
    name: 'attack',
    families: ['attack', 'attack', 'network', 'process', 'resets'],
    faults: 8,
    ms: 30_000,
    anyTiming: true,
    paths: ANY_PATHS,
    asks: [],
  },
  {
    name: 'orders',
    families: ['orders', 'orders', 'network', 'adapter'],
    faults: 10,
    ms: 40_000,
    anyTiming: true,
    paths: ANY_PATHS,
    asks: [],
  },
  {
    name: 'storm',
    families: ['network', 'lanes', 'process', 'machine', 'adapter', 'orders', 'attack', 'resets'],
    faults: 12,
    ms: 40_000,
    anyTiming: true,
    paths: ANY_PATHS,
    asks: [],
  },
  {
    name: 'planned',
    families: ['planned', 'planned', 'process', 'orders'],
    faults: 8,
    ms: 60_000,
    anyTiming: false,
    paths: DATAGRAM_PATHS,
    asks: ['I2'],
  },
  {
    name: 'drill',
    families: ['drill', 'drill', 'process', 'orders', 'planned'],
    faults: 10,
    ms: 60_000,
    anyTiming: false,
    paths: DATAGRAM_PATHS,
    asks: ['I2'],
  },
  {
    name: 'drill in a storm',
    families: ['drill', 'drill', 'network', 'process', 'machine', 'adapter', 'orders', 'attack', 'resets'],
    faults: 12,
    ms: 40_000,
    anyTiming: true,
    paths: ANY_PATHS,
    asks: [],
  },
  {
    name: 'drill with an arbiter',
    families: ['drill', 'drill', 'arbiter', 'network', 'process', 'orders'],
    faults: 10,
    ms: 80_000,
    anyTiming: false,
    paths: ANY_PATHS,
    asks: ['lock'],
    counsel: { lock: LOCK },
  },
  {
    name: 'witness',
    families: ['witness', 'witness', 'network', 'process', 'planned'],
    faults: 10,
    ms: 60_000,
    anyTiming: true,
    paths: ANY_PATHS,
    asks: [],
    counsel: { witness: WITNESS, confirm: { ifAlive: 'wait', timeoutMs: 500 } },
  },
  {
    name: 'fence',
    families: ['witness', 'network', 'process'],
    faults: 8,
    ms: 60_000,
    anyTiming: false,
    paths: ANY_PATHS,
    asks: [],
    counsel: { fence: { timeoutMs: 2_000 }, confirm: { ifAlive: 'take', timeoutMs: 500 } },
  },
  {
    name: 'arbiter',
    families: ['arbiter', 'arbiter', 'network', 'process', 'planned', 'orders'],
    faults: 10,
    ms: 80_000,
    anyTiming: false,
    paths: ANY_PATHS,
    asks: ['lock'],
    counsel: { lock: LOCK },
  },
  {
    name: 'checks',
    families: ['checks', 'checks', 'process', 'orders', 'planned'],
    faults: 12,
    ms: 60_000,
    anyTiming: false,
    paths: DATAGRAM_PATHS,
    asks: ['I2'],
    checks: true,
  },
  {
    name: 'checks in a storm',
    families: ['checks', 'checks', 'network', 'process', 'machine', 'adapter', 'orders', 'drill', 'attack'],
    faults: 14,
    ms: 50_000,
    anyTiming: true,
    paths: ANY_PATHS,
    asks: [],
    checks: true,
  },
  {
    name: 'checks with an arbiter',
    families: ['checks', 'checks', 'arbiter', 'network', 'process', 'orders'],
    faults: 10,
    ms: 80_000,
    anyTiming: false,
    paths: ANY_PATHS,
    asks: ['lock'],
    counsel: { lock: LOCK },
    checks: true,
  },
];

const MINUTE_MS = 60_000;
/** How many frames that are not accepted are compared around, in 40 seconds of storm. */
const COMPARED = 60;

export interface RunOptions {
  readonly scenario?: string | undefined;
  readonly nodes?: number | undefined;
  /** Simulated time of storm, in rounds of storm and rest; as long as the scenario's when it is left out. */
  readonly minutes?: number | undefined;
  readonly tells?: boolean;
}

export interface Outcome {
  readonly seed: number;
  readonly scenario: string;
  readonly violation: Violation | undefined;
  readonly world: World;
}

const TIMINGS: readonly Partial<Setup>[] = [
  {},
  { intervalMs: 100, timeoutMs: 1_000, startupMs: 2_000 },
  { intervalMs: 50, timeoutMs: 400, startupMs: 800, unprovenMs: 5_000 },
  { leaseSeconds: 0 },
  { intervalMs: 1_000, timeoutMs: 5_000, startupMs: 10_000, leaseSeconds: 2 },
];

/** Two nodes (60 %), three (25 %), four to eight. */
function nodesBy(chance: Chance): number {
  const share = chance.next();
  if (share < 0.6) return 2;
  return share < 0.85 ? 3 : 4 + chance.whole(5);
}

function setupOf(seed: number, scenario: Scenario, nodes: number | undefined): Setup {
  const chance = new Chance(seed, 'setup');
  const count = nodes ?? nodesBy(chance);
  return {
    ...DEFAULTS,
    ...(scenario.anyTiming ? chance.oneOf(TIMINGS) : {}),
    seed,
    asks: { ...ASKS_NOBODY, ...scenario.counsel },
    priorities: Array.from({ length: count }, () => 100 + chance.whole(3)),
    overlapAllowed: chance.is(0.7),
    failback: { mode: chance.is(0.7) ? 'auto' : 'manual', delayMs: chance.oneOf([0, 1_000, 10_000]) },
    box: chance.is(0.95) ? 'passing' : chance.is(0.8) ? 'cheap' : 'real',
    paths: chance.oneOf(scenario.paths),
    socketFrames: chance.oneOf([3, 40]),
    driftPpm: chance.oneOf([0, 50, 200]),
    delayMs: chance.oneOf([0.1, 1, 10, 40]),
    ...(scenario.checks === true ? checksOf(new Chance(seed, 'checks')) : {}),
  };
}

const checksOf = (chance: Chance): Partial<Setup> => ({
  whenAllUnhealthy: chance.oneOf(['best', 'best', 'none']),
  damping: chance.oneOf([undefined, { moves: 2, withinMs: 60_000 }, { moves: 6, withinMs: 600_000 }]),
  preDownMs: chance.oneOf([0, 0, 200, 5_000]),
});

/** How long everything may take to come to rest: group.md I3, each part at its worst. */
function restMs(world: World): number {
  const { startupMs, timeoutMs, leaseSeconds, priorities, asks, restartMs } = world.setup;
  const strays = Math.max(1, leaseSeconds) * 1_000 + 1_200;
  const backOffs = world.hosts.flatMap((host) => {
    const now = host.clock.mono(world.now);
    return [...(host.agent?.node.groups.values() ?? [])].map(({ fault }) => (fault?.until ?? now) - now);
  });
  const backOffMs = Math.max(0, ...backOffs);
  return (
    startupMs +
    (1 + priorities.length) * timeoutMs +
    strays +
    2 * ADAPTER_TIMEOUT_MS +
    leaseSeconds * 1_000 +
    backOffMs +
    restartMs +
    world.setup.preDownMs +
    (asks.lock?.ttlMs ?? 0) +
    (asks.fence === undefined ? 0 : 8_000)
  );
}

const isAttacked = ({ families }: Scenario): boolean =>
  families.includes('attack') || families.includes('mild');

function asksWhileStorming(world: World, scenario: Scenario): HolderStays {
  const seals = new Seals(world);
  const earshot = new Earshot(world);
  earshot.disturbed = isAttacked(scenario);
  const stays = new HolderStays(world);
  world.checks.push(
    seals,
    earshot,
    new OneHolderWhereHeard(world),
    new NoFalseLife(world, seals),
    new SaysWhatItHas(world),
    new TalksWithinBounds(world),
  );
  if (scenario.asks.includes('I2')) world.checks.push(new NeverTwoHolders(world));
  if (scenario.asks.includes('lock')) world.checks.push(new NeverTwoHolders(world, { mayCross: false }));
  world.checks.push(stays);
  return stays;
}

/** One seed: start, storm, mending, rest. The same seed gives the same outcome. */
export function run(
  seed: number,
  { scenario: wanted, nodes, minutes, tells = false }: RunOptions = {},
): Outcome {
  const scenario = SCENARIOS.find(({ name }) => name === wanted) ?? SCENARIOS[seed % SCENARIOS.length]!;
  const world = new World(setupOf(seed, scenario, nodes), { tells });
  const stormMs = minutes === undefined ? scenario.ms : minutes * MINUTE_MS;
  try {
    lives(world, scenario, stormMs);
    return { seed, scenario: scenario.name, violation: undefined, world };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { seed, scenario: scenario.name, violation: error, world };
  }
}

function lives(world: World, scenario: Scenario, stormMs: number): void {
  const chance = new Chance(world.setup.seed, 'life');
  const stays = asksWhileStorming(world, scenario);
  if (!scenario.asks.includes('I2') && chance.is(0.2)) drifts(world.host(1));
  const attacker = new Attacker(world, { records: isAttacked(scenario) });
  for (const host of world.hosts) world.later(chance.between(0, 1_500), () => host.start());
  if (scenario.asks.includes('I4')) {
    restsWithOneHolder(world, restMs(world), 'after the start');
    movesAtMostOnce(world);
  }
  for (let round = 0, leftMs = stormMs; leftMs > 0; round++) {
    // A long run has storms of several lengths; what is left over goes into the last one.
    const wanted = scenario.ms * (round === 0 ? 1 : chance.oneOf([1, 1, 3]));
    const ms = leftMs - wanted < scenario.ms / 2 ? leftMs : wanted;
    leftMs -= ms;
    const faults = Math.ceil((scenario.faults * ms) / scenario.ms);
    storms(new Storm(world, attacker, round), { ...scenario, ms, faults }, stays);
  }
}

/** One storm, and the rest after it. */
function storms(storm: Storm, scenario: Scenario, stays: HolderStays): void {
  const { world } = storm;
  const isCalm = scenario.asks.includes('I4');
  world.around = compareAround(world, { most: (COMPARED * scenario.ms) / 40_000 });
  const sparing = scenario.families.includes('paths');
  if (isCalm) stays.arm(world.actives()[0]!, { excuses: !sparing });
  if (sparing) keepsOnePath(storm);
  plansStorm(storm, scenario);
  world.runFor(scenario.ms);
  mends(storm);
  if (isCalm) {
    world.runFor(world.setup.timeoutMs);
    stays.disarm();
  }
  restsWithOneHolder(world, restMs(world), 'after everything was mended');
  movesAtMostOnce(world);
}

/** One node was given another config: it speaks three times as seldom as the others. */
function drifts(host: Host): void {
  const intervalMs = 3 * host.policy.intervalMs;
  const groups = host.policy.groups.map((group) => ({ ...group, policy: { ...group.policy, intervalMs } }));
  host.policy = { ...host.policy, intervalMs, groups, digest: '00000000000000bb' };
}

/** I3, first half: exactly one holder within the bound, by its own word and by the kernels. */
function restsWithOneHolder(world: World, boundMs: number, when: string): void {
  const isOne = (): boolean => {
    const [active, second] = world.actives();
    const holders = world.holders();
    return active !== undefined && second === undefined && holders.length === 1 && holders[0] === active;
  };
  world.runFor(boundMs);
  // A failback may be under way at this very moment; it is over within a timeout.
  if (!world.runUntil(world.setup.timeoutMs, isOne)) {
    const actives = world.actives().map((number) => world.host(number).name);
    const holders = world.holders().map((number) => world.host(number).name);
    throw new Violation(
      'I3',
      `${boundMs.toFixed(0)} ms ${when}: active [${actives.join(', ')}], VIP on [${holders.join(', ')}]`,
    );
  }
}

/** I3, second half: then it moves at most once more, to where failback takes it. */
function movesAtMostOnce(world: World): void {
  let claims = 0;
  const counter = {
    moved: (_host: unknown, _group: unknown, { to }: { to: string }) =>
      void (claims += to === 'claiming' ? 1 : 0),
  };
  world.checks.push(counter);
  const { failback, timeoutMs } = world.setup;
  const before = world.actives()[0];
  world.runFor(failback.delayMs + 4 * timeoutMs);
  world.checks.splice(world.checks.indexOf(counter), 1);
  if (claims > 1) throw new Violation('I3', `moved ${claims} times with nothing wrong (from lb${before})`);
  restsWithOneHolder(world, 0, 'at the end');
}
