import { consentOf, holdOf } from '../../src/core/group/consent.ts';
import { mendsOutside } from '../../test/sim/outside-faults.ts';
import { running } from '../../test/sim/stage.ts';
import { WEB, type World } from '../../test/sim/world.ts';
import type { Configured, Loss } from './losses.ts';

/** What the rules do about a loss: seen by letting it happen, at several phases of the beat, to the real core. */

export interface Outcome {
  /** How long after the loss, at the earliest and the latest; undefined where it did not happen. */
  readonly letsGo: Span | undefined;
  readonly claims: Span | undefined;
  readonly isHolderAlive: boolean;
  /** It lost the address because it was switched off. */
  readonly isFenced: boolean;
  readonly isStandbyAlive: boolean;
  /** How many have the address when nothing changes any more, and how many of them can be reached by clients. */
  readonly holdersInTheEnd: number;
  readonly serversInTheEnd: number;
  /** For how long nobody who can be reached had it, and several. */
  readonly nobody: Span;
  readonly several: Span;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const PHASES = 3;
/** A lock's ttl, and then some: after that, what has not happened does not happen. */
const WATCHED_MS = 20_000;

interface Seen {
  readonly letsGoMs: number | undefined;
  readonly claimsMs: number | undefined;
  readonly isHolderAlive: boolean;
  readonly isFenced: boolean;
  readonly holders: number;
  readonly servers: number;
  readonly nobodyMs: number;
  readonly severalMs: number;
  readonly world: World;
}

export function outcomeOf(configured: Configured, loss: Loss): Outcome {
  try {
    return outcomeAt(configured, loss);
  } catch (error) {
    throw new Error(`${configured.title}, ${loss.nodes} nodes, lost: ${loss.text}`, { cause: error });
  }
}

function outcomeAt(configured: Configured, loss: Loss): Outcome {
  const seen = Array.from({ length: PHASES }, (_, phase) => watch(configured, loss, phase));
  const holders = new Set(seen.map((one) => `${one.holders} ${one.servers}`));
  if (holders.size > 1) throw new Error('who holds it in the end depends on the moment');
  const { world } = seen[0]!;
  const outcome = {
    letsGo: spanOf(seen.map(({ letsGoMs }) => letsGoMs)),
    claims: spanOf(seen.map(({ claimsMs }) => claimsMs)),
    isHolderAlive: seen[0]!.isHolderAlive,
    isFenced: seen[0]!.isFenced,
    isStandbyAlive: world.hosts.some(({ number, isRunning }) => number !== 1 && isRunning),
    holdersInTheEnd: seen[0]!.holders,
    serversInTheEnd: seen[0]!.servers,
    nobody: spanOf(seen.map(({ nobodyMs }) => nobodyMs))!,
    several: spanOf(seen.map(({ severalMs }) => severalMs))!,
  };
  if (!mends(world)) throw new Error('after it was mended, not exactly one holds it');
  return outcome;
}

/** Every loss is mended, and one node holds it. */
function mends(world: World): boolean {
  mendsOutside(world);
  for (const way of world.network.ways()) way.cut = false;
  for (const host of world.hosts) {
    host.resume({ wallFollows: true });
    host.start();
  }
  const isOne = (): boolean => world.holders().length === 1 && world.actives().length === 1;
  world.runFor(WATCHED_MS);
  return world.runUntil(WATCHED_MS, isOne);
}

function spanOf(times: readonly (number | undefined)[]): Span | undefined {
  const known = times.filter((time) => time !== undefined);
  if (known.length === 0) return undefined;
  if (known.length < times.length) throw new Error(`it happens at some phases only: ${times.join()}`);
  return { fromMs: Math.min(...known), toMs: Math.max(...known) };
}

/** A host that reaches nothing at all is not reached by clients either. */
const serversOf = (world: World): number =>
  world.holders().filter((number) => !world.host(number).cutOff.witness).length;

/** One of the moments at which it may happen: spread over the beat and over the renewals of the lock. */
function watch({ asks }: Configured, loss: Loss, phase: number): Seen {
  const priorities = loss.nodes === 2 ? [101, 100] : [102, 101, 100];
  const failback = { mode: 'manual', delayMs: 0 } as const;
  const { world, claims } = running({ seed: phase + 1, priorities, failback, asks });
  world.runFor((phase * 3_333) / PHASES + phase * 60);
  const at = world.now;
  let letsGoMs: number | undefined;
  let isFenced = false;
  const watched = { lastAt: at, nobodyMs: 0, severalMs: 0 };
  // The loss itself is not an outcome of the rules.
  loss.happens(world);
  const isHolderAlive = world.host(1).isRunning;
  let servers = serversOf(world);
  const counts = (): void => {
    const passed = world.now - watched.lastAt;
    if (servers === 0) watched.nobodyMs += passed;
    if (servers > 1) watched.severalMs += passed;
    watched.lastAt = world.now;
  };
  world.checks.push({
    kernelChanged(host, group, present) {
      counts();
      servers = serversOf(world);
      if (host.number !== 1 || group !== WEB || present || letsGoMs !== undefined) return;
      letsGoMs = world.now - at;
      isFenced = isHolderAlive && host.agent === undefined;
    },
  });
  world.runFor(WATCHED_MS);
  counts();
  const first = claims.find(({ by }) => by !== 1);
  return {
    ...{ letsGoMs, claimsMs: first && first.at - at, isHolderAlive, isFenced, servers, world },
    ...{ holders: world.holders().length },
    ...{ nobodyMs: watched.nobodyMs, severalMs: watched.severalMs },
  };
}

// ── the two decisions, in so many words ──────────────────────────────────────────────────────────────────────────────

const NOBODY = {
  confirm: 'none',
  ifAlive: 'wait',
  waited: false,
  witness: 'none',
  lock: 'none',
  fence: 'none',
} as const;
const SAFE = { everyoneAgrees: false, isAlone: false, witness: 'none', lock: 'none' } as const;

/** What each answer alone does to a claim, and to holding on. */
export const CLAIM_ANSWERS = [
  ['nobody is configured', consentOf(NOBODY)],
  ["the silent node's host answers, `if_alive: wait`", consentOf({ ...NOBODY, confirm: 'alive' })],
  ['it still answers when that wait is over', consentOf({ ...NOBODY, confirm: 'alive', waited: true })],
  [
    "the silent node's host answers, `if_alive: take`",
    consentOf({ ...NOBODY, confirm: 'alive', ifAlive: 'take' }),
  ],
  ["the silent node's host does not answer", consentOf({ ...NOBODY, confirm: 'dead' })],
  ['the witness answers', consentOf({ ...NOBODY, witness: 'yes' })],
  ['the witness does not answer', consentOf({ ...NOBODY, witness: 'no' })],
  ['the arbiter gives the lock', consentOf({ ...NOBODY, lock: 'mine' })],
  ['the arbiter has given it to another', consentOf({ ...NOBODY, lock: 'others' })],
  ['the arbiter does not answer', consentOf({ ...NOBODY, lock: 'unreachable' })],
  ['a fence is configured, and all others agree', consentOf({ ...NOBODY, fence: 'to do' })],
  ['the fence command has succeeded', consentOf({ ...NOBODY, fence: 'done' })],
  ['the fence command has failed', consentOf({ ...NOBODY, fence: 'failed' })],
] as const;

export const HOLD_ANSWERS = [
  ['it hears somebody', holdOf({ ...SAFE, witness: 'no' })],
  ['it hears nobody; no witness is configured', holdOf({ ...SAFE, isAlone: true })],
  ['it hears nobody; the witness answers', holdOf({ ...SAFE, isAlone: true, witness: 'yes' })],
  ['it hears nobody; the witness does not answer', holdOf({ ...SAFE, isAlone: true, witness: 'no' })],
  ['the lock is its own, whoever is heard', holdOf({ ...SAFE, lock: 'mine' })],
  [
    'the lock has run out; every node is heard and agrees',
    holdOf({ ...SAFE, lock: 'lost', everyoneAgrees: true }),
  ],
  ['the lock has run out; not every node is heard', holdOf({ ...SAFE, lock: 'lost' })],
] as const;
