import { OperatorError } from '../../core/errors.ts';
import type { Vip, VipAdapter } from '../../core/ports.ts';
import { after, SECOND_MS, type MonoMs } from '../../core/units.ts';
import { byLink } from '../address.ts';
import { assertMayLeave, mayNotLeave } from '../leaving.ts';
import { whyMalformed } from '../well-formed.ts';
import type { CarpSystem, Seat } from './carp-system.ts';
import { shownAs } from './command.ts';
import { demotion } from './demotion.ts';
import { holdings as newHoldings } from './holdings.ts';
import { addressOn, isAsWished, isServed, mayServe } from './seat.ts';
import { surroundings as newSurroundings } from './surroundings.ts';
import { linesOf, release, take, type Hands, type Seats } from './take.ts';
import { carpWatch } from './watch.ts';
import { notTaken, seatNotes } from './words.ts';

export interface CarpOptions extends Pick<Hands, 'exec' | 'clock' | 'system' | 'watchman' | 'password'> {
  readonly hasPassword: boolean;
}

/** IFNAMSIZ less the final zero. */
const LINK_LENGTH_MAX = 15;
const PUT_RIGHT_EVERY_MS = 10 * SECOND_MS;
/** Who loses it again so soon has been made a backup by somebody who would do that every time. */
const FOUGHT_WITHIN_MS = 10 * SECOND_MS;
/** A look that is younger than this tells a watcher enough. */
const FRESH_MS = 900;

/**
 * CARP carries the addresses, and we say who is master. At rest no virtual host of the group can elect itself, so there is
 * one decider; what CARP adds is a MAC address that moves along.
 */
export function carpVip({ hasPassword, ...options }: CarpOptions): VipAdapter {
  const { clock, system, watchman } = options;
  const holdings = newHoldings();
  const surroundings = newSurroundings(system, clock);
  const patience = demotion();
  const seen = new Map<string, Seat>();
  const lookedDeepAt = new Map<string, MonoMs>();
  let putRightAt: MonoMs | undefined;
  let tookAt: MonoMs | undefined;

  const isHere = (seat: Seat, vip: Vip): boolean =>
    holdings.has(vip) ? isServed(seat, vip, system.wishOn(vip.link)) : mayServe(seat, vip);

  const lookAt = async (link: string, physical: boolean): Promise<Seat> => {
    const seat = await system.look(link, { physical });
    if (seat.physical !== undefined) lookedDeepAt.set(link, clock.nowMs());
    // A shallow look knows no more of the interface below than the last deep one did.
    seen.set(link, { ...seat, physical: seat.physical ?? seen.get(link)?.physical });
    watch.seen(seat);
    return seat;
  };
  const look = async (vips: readonly Vip[], { physical }: { physical: boolean }): Promise<Seats> => {
    const seats = new Map<string, Seat>();
    for (const link of byLink(vips).keys()) seats.set(link, await lookAt(link, physical));
    return seats;
  };
  const watch = carpWatch({
    clock,
    isHere,
    async look(links) {
      const now = clock.nowMs();
      const due = links.filter((link) => now - (lookedDeepAt.get(link) ?? -Infinity) >= FRESH_MS);
      for (const link of due) await lookAt(link, true).catch(() => {}); // a hint; the next call throws the same
      await surroundings.nowAndThen();
    },
  });
  const hands: Hands = { ...options, holdings, patience, surroundings, look };

  /** As the last look showed them, which is at most a second old while they are held. */
  const needPuttingBack = (vips: readonly Vip[]): boolean => {
    const seats = vips.map((vip) => ({ vip, seat: seen.get(vip.link) }));
    if (seats.some(({ vip, seat }) => seat === undefined || !isServed(seat, vip, system.wishOn(vip.link))))
      return true;
    if (seats.every(({ seat }) => isAsWished(seat!, system.wishOn(seat!.link)))) return false;
    const now = clock.nowMs();
    if (putRightAt !== undefined && now - putRightAt < PUT_RIGHT_EVERY_MS) return false;
    putRightAt = now;
    return true;
  };

  const takeNow: typeof take = async (...wanted) => {
    await take(...wanted);
    tookAt = clock.nowMs();
  };
  /** Two hosts that make each other a backup in turns serve nobody. One that lost an address began anew, and is not fought. */
  const assertNotFought = (vips: readonly Vip[]): void => {
    if (tookAt === undefined || clock.nowMs() - tookAt >= FOUGHT_WITHIN_MS) return;
    for (const [link, onIt] of byLink(vips)) {
      const seat = seen.get(link);
      if (seat?.vhost?.state === 'BACKUP' && onIt.every((vip) => addressOn(seat, vip) !== undefined))
        throw notTaken(seat, onIt, system.wishOn(link));
    }
  };

  return {
    async up(vips, leaseSeconds) {
      vips.forEach(assertWellFormed);
      await takeNow(hands, vips, { leaseSeconds, until: undefined });
    },

    async renew(vips, leaseSeconds) {
      vips.forEach(assertWellFormed);
      const until = leaseSeconds === 0 ? undefined : after(clock.nowMs(), leaseSeconds * SECOND_MS);
      const areOurs = vips.every(holdings.has);
      // First, because what the guard has taken down must not be put back: others may have it by now.
      if (areOurs && leaseSeconds > 0) await watchman.renew(linesOf(system, vips), leaseSeconds);
      if (areOurs && !needPuttingBack(vips)) return;
      if (areOurs) assertNotFought(vips);
      await takeNow(hands, vips, { leaseSeconds, until });
    },

    async down(vips) {
      vips.forEach(assertWellFormed);
      await release(hands, vips);
    },

    async look(vips) {
      vips.forEach(assertWellFormed);
      watchman.prepare();
      const seats = await look(vips, { physical: false });
      return vips.filter((vip) => isHere(seats.get(vip.link)!, vip));
    },

    // The kernel does it when it becomes master, and the MAC address is the same on every host.
    announce: () => {},

    watch: (vips, onChange) => watch.watch(vips, onChange),

    plan: (vips) => ({
      up: [...byLink(vips)].flatMap(([link, onIt]) =>
        system
          .takeCommands(system.emptySeat(link), {
            ...{ vips: onIt, stale: [] },
            password: hasPassword ? { secret: '' } : undefined,
          })
          .map(shownAs),
      ),
      down: [...byLink(vips)].flatMap(([, onIt]) => releasePlan(system, onIt)),
    }),

    async leave(vips, leaseSeconds) {
      vips.forEach(assertWellFormed);
      const lines = linesOf(system, vips);
      const others = linesOf(system, holdings.without(vips));
      if (lines.some((line) => others.includes(line)))
        throw mayNotLeave(vips[0]!, 'the other addresses of its carp interface stay', 'leave all of them');
      const seats = await look(vips, { physical: false });
      for (const vip of vips) {
        const isThere = isServed(seats.get(vip.link)!, vip, system.wishOn(vip.link));
        assertMayLeave(vip, { leaseSeconds, mayVanish: true, isThere });
      }
      await watchman.leave(lines, leaseSeconds);
      holdings.remove(vips);
    },

    notes(vips) {
      const holds = vips.some(holdings.has);
      const ofSeats = [...byLink(vips)].flatMap(([link, onIt]) => {
        const seat = seen.get(link);
        return seat === undefined
          ? []
          : seatNotes(seat, system.wishOn(link), { vips: onIt, isOurs: onIt.some(holdings.has) });
      });
      const ofPatience = holds ? patience.note() : '';
      return [...ofSeats, ...surroundings.notes({ holds }), ...(ofPatience === '' ? [] : [ofPatience])];
    },

    async close() {
      watch.close();
      await watchman.close();
    },
  };
}

/** One command may stand for all addresses of a carp interface without naming any of them. */
function releasePlan(system: CarpSystem, vips: readonly Vip[]): readonly string[] {
  const commands = system.blindReleaseCommands(vips).map(shownAs);
  return commands.map((command) =>
    vips.some(({ address }) => command.includes(address))
      ? command
      : `${command}  # ${vips.map(({ address }) => address).join(', ')}`,
  );
}

function assertWellFormed(vip: Vip): void {
  const wrong = whyMalformed(vip, LINK_LENGTH_MAX);
  if (wrong !== undefined)
    throw new OperatorError('CONFIG_INVALID', wrong, { hint: 'correct it in the config' });
}
