import { OperatorError } from '../../core/errors.ts';
import type { Clock, Exec, Vip } from '../../core/ports.ts';
import { after, SECOND_MS, type MonoMs } from '../../core/units.ts';
import { byLink } from '../address.ts';
import type { Guard } from '../guard/guard.ts';
import { commandLine } from '../guard/run-each.ts';
import type { CarpSystem, Seat } from './carp-system.ts';
import { runAll, type Secret } from './command.ts';
import type { Demotion } from './demotion.ts';
import type { Holdings } from './holdings.ts';
import { isServed, mayServe } from './seat.ts';
import type { Surroundings } from './surroundings.ts';
import { noCarrier, noLink, notTaken, stillThere, tooLate } from './words.ts';

export interface Hands {
  readonly exec: Exec;
  readonly clock: Clock;
  readonly system: CarpSystem;
  readonly watchman: Guard;
  readonly holdings: Holdings;
  readonly patience: Demotion;
  readonly surroundings: Surroundings;
  /** Read each time that it is needed. Throws OperatorError. */
  readonly password: () => Promise<Secret | undefined>;
  readonly look: (vips: readonly Vip[], how: { readonly physical: boolean }) => Promise<Seats>;
}

export type Seats = ReadonlyMap<string, Seat>;

const LOOK_EVERY_MS = 50;
const LOOKS_MAX = 40;

/** What the guard runs, each line once. */
export const linesOf = (system: CarpSystem, vips: readonly Vip[]): readonly string[] => [
  ...new Set(system.blindReleaseCommands(vips).map(commandLine)),
];

/** Makes this host master and looks whether it is. `until`: later than that somebody else may have the VIPs. Throws OperatorError. */
export async function take(
  hands: Hands,
  vips: readonly Vip[],
  { leaseSeconds, until }: { readonly leaseSeconds: number; readonly until: MonoMs | undefined },
): Promise<void> {
  const { clock, system, watchman, holdings } = hands;
  const seats = await hands.look(vips, { physical: true });
  await assertMayTake(hands, vips, seats);
  // Nobody renews before it is master; if this process ends or hangs meanwhile, the guard lets go all the same.
  const settleSeconds = Math.ceil(system.settleMs / SECOND_MS);
  await watchman.hold(linesOf(system, vips), leaseSeconds === 0 ? 0 : leaseSeconds + settleSeconds);
  const fresh = vips.filter((vip) => !holdings.has(vip));
  holdings.add(vips);
  try {
    if (until !== undefined && clock.nowMs() >= until) throw tooLate(vips);
    await settle(hands, vips, await runTake(hands, vips, seats));
    if (leaseSeconds > 0) await watchman.renew(linesOf(system, vips), leaseSeconds);
  } catch (problem) {
    // Half a take would be a virtual host that becomes master when nobody thinks of it any more.
    if (fresh.length > 0) await release(hands, fresh).catch(() => {});
    throw problem;
  }
}

async function assertMayTake(hands: Hands, vips: readonly Vip[], seats: Seats): Promise<void> {
  const { clock, system, patience, surroundings } = hands;
  const { refusal, demotion } = await surroundings.now();
  if (refusal !== undefined) throw refusal;
  for (const [link, onIt] of byLink(vips)) {
    const seat = seats.get(link)!;
    if (seat.physical?.isThere !== true) throw noLink(link);
    if (!seat.physical.hasCarrier) throw noCarrier(link);
    const why = system.whyNotTake(seat, onIt);
    if (why !== undefined) throw why;
  }
  // Whoever is master already has been found good enough.
  if (!areServed(system, vips, seats)) patience.assertPatient(demotion, clock.nowMs());
}

const areServed = (system: CarpSystem, vips: readonly Vip[], seats: Seats): boolean =>
  vips.every((vip) => isServed(seats.get(vip.link)!, vip, system.wishOn(vip.link)));

/** What the first command that failed had to say. */
async function runTake(hands: Hands, vips: readonly Vip[], seats: Seats): Promise<OperatorError | undefined> {
  const password = await hands.password();
  for (const [link, onIt] of byLink(vips)) {
    const seat = seats.get(link)!;
    const stale = hands.holdings.staleOn(seat, onIt);
    const failed = await runAll(hands.exec, hands.system.takeCommands(seat, { vips: onIt, stale, password }));
    if (failed !== undefined) return failed;
  }
  return undefined;
}

/** Looks until all are served, or nothing is on its way any more. */
async function settle(hands: Hands, vips: readonly Vip[], failed: OperatorError | undefined): Promise<void> {
  const { clock, system } = hands;
  const everyMs = Math.max(LOOK_EVERY_MS, system.settleMs / LOOKS_MAX);
  const startedAt = clock.nowMs();
  for (;;) {
    const seats = await hands.look(vips, { physical: false });
    const lacking = [...byLink(vips)].filter(([, onIt]) => !areServed(system, onIt, seats));
    const [first] = lacking;
    if (first === undefined) return;
    const elapsedMs = clock.nowMs() - startedAt;
    const waits = lacking.every(([link, onIt]) => system.isOnItsWay(seats.get(link)!, onIt, elapsedMs));
    if (failed !== undefined || !waits || elapsedMs >= system.settleMs)
      throw failed ?? notTaken(seats.get(first[0])!, first[1], system.wishOn(first[0]));
    await new Promise<void>((wake) => clock.wakeAt(after(clock.nowMs(), everyMs), wake));
  }
}

/** Settles when a look showed that this host neither serves them nor may come to do so by itself. Throws OperatorError. */
export async function release(hands: Hands, vips: readonly Vip[]): Promise<void> {
  const { exec, system, watchman, holdings } = hands;
  const kept = holdings.without(vips);
  const before = await hands.look(vips, { physical: false });
  let failed: OperatorError | undefined;
  for (const [link, onIt] of byLink(vips)) {
    const stay = kept.filter((vip) => vip.link === link);
    const failure = await runAll(exec, system.releaseCommands(before.get(link)!, onIt, stay));
    failed ??= failure;
  }
  const now = await hands.look(vips, { physical: false });
  const left = vips.find((vip) => mayServe(now.get(vip.link)!, vip));
  if (left !== undefined) throw failed ?? stillThere(now.get(left.link)!, left);
  holdings.remove(vips);
  const needed = new Set(linesOf(system, kept));
  await watchman.drop(linesOf(system, vips).filter((line) => !needed.has(line)));
}
