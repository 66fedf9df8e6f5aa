import { OperatorError } from '../../core/errors.ts';
import { type Vip, type VipAdapter } from '../../core/ports.ts';
import { type AnnounceMethod } from '../../core/settings.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { byLink, isHostLength, vipKey, vipText } from '../address.ts';
import { announcer } from './announce.ts';
import { assertLeavesAlone, assertUsable } from './foreign.ts';
import { guard, noGuard } from '../guard/guard.ts';
import { interfaceSysctl, isOn } from './interface-sysctl.ts';
import { assertPlain, deleteLine, replaceLine, showLinkLine } from './ip-commands.ts';
import { ipCoprocess } from './ip-coprocess.ts';
import { ipFailed } from './ip-failed.ts';
import { type LinkState, addressOf } from './ip-json.ts';
import { ipMonitor } from './ip-monitor.ts';
import { assertMayLeave } from '../leaving.ts';
import { type VipOptions } from '../options.ts';
import { assertLeft } from './left.ts';
import { dadFailed, notThere, stillTentative, stillThere } from './not-as-asked.ts';
import { quietDad } from './quiet-dad.ts';
import { renewals } from './renewals.ts';
import { sentPackets } from './sent-packets.ts';
import { announceBySameMac } from './same-mac.ts';

export interface LinuxVipOptions extends VipOptions {
  readonly announceMethod: AnnounceMethod;
  /** iproute2's program. */
  readonly ip?: string;
  /** How long one call may take before it is given up. */
  readonly timeoutMs?: number;
  readonly sysctlRoot?: string;
}

/** The kernel settles a new IPv6 address from a work queue, a moment after ip has answered. */
const SETTLE_EVERY_MS = 5;
const SETTLE_TRIES_MAX = 60;

/**
 * The guard reads what it holds byte by byte, 80 ms for a thousand. More VIPs than so many do not wait for that when they
 * have a short lease, which would end them too; it is told when they are up and the neighbours know.
 */
const GUARD_FIRST_MAX = 32;
const SHORT_LEASE_SECONDS = 5;
const GUARD_AFTER_MS = 50;

type Links = ReadonlyMap<string, LinkState | undefined>;

/** iproute2; see ip-address(8). */
export function linuxVip(options: LinuxVipOptions): VipAdapter {
  const { exec, spawn, clock, log, announceMethod, onProblem, guarded = true } = options;
  const { ip: program = 'ip', timeoutMs = 2 * SECOND_MS, sysctlRoot = '/proc/sys' } = options;

  const sysctl = interfaceSysctl(sysctlRoot);
  const dad = quietDad(sysctl);
  const watchman = guarded
    ? guard({ spawn, clock, onProblem, takeDown: [program, '-force', '-batch', '-'] })
    : noGuard;
  const children = new Map<'ip' | 'monitor', number>();
  const onStart = (which: 'ip' | 'monitor') => (pid: number) => {
    children.set(which, pid);
    watchman.setChildren([...children.values()]);
  };
  const ip = ipCoprocess({ spawn, clock, program, onStart: onStart('ip') });
  const linkIp = ipCoprocess({ spawn, clock, program, shows: showLinkLine, onStart: () => {} });
  const monitor = ipMonitor({ spawn, clock, log, program, onStart: onStart('monitor') });
  const announcements = announcer({
    spawn,
    exec,
    clock,
    log,
    method: announceMethod,
    bySameMac: (link, counts) =>
      announceBySameMac({ ip: linkIp, sysctl, clock, timeoutMs, sentPackets }, link, counts),
    prepareSameMac: (link) => void linkIp.show(link, { timeoutMs }).catch(() => {}), // it is told when it matters
    onProblem,
  });
  const ours = new Set<string>();
  const leases = renewals(clock);
  /** Many that are up and that the guard is still to be told of. */
  const unguarded = new Set<Vip>();
  let cancelHold = (): void => {};

  const prepare = (vips: readonly Vip[]) => {
    ip.prepare();
    watchman.prepare();
    announcements.prepare(vips);
  };

  const look = async (vips: readonly Vip[]): Promise<Links> => {
    const links = new Map<string, LinkState | undefined>();
    for (const link of byLink(vips).keys()) links.set(link, await ip.show(link, { timeoutMs }));
    return links;
  };

  /**
   * Which VIPs may vanish by themselves, by their lease or by the guard. The primary address of a subnet may not: it
   * takes its secondaries with it, this host's own address perhaps, unless the kernel promotes one of them.
   */
  const vanishing = (vips: readonly Vip[]): ReadonlySet<Vip> => {
    const promoted = new Map<string, boolean>(); // two files, which are not read a thousand times over
    const isPromoted = (link: string): boolean => {
      const known = promoted.get(link) ?? isOn(sysctl, 'ipv4', link, 'promote_secondaries');
      promoted.set(link, known);
      return known;
    };
    return new Set(vips.filter((vip) => vip.family === 6 || isHostLength(vip) || isPromoted(vip.link)));
  };

  const tellUnleased = (vip: Vip) => {
    const message = `${vipText(vip)} stays when the agent is killed: as a primary address it could take others with it`;
    onProblem(
      new OperatorError('VIP_FAILED', message, {
        hint: `sysctl -w net.ipv4.conf.${vip.link}.promote_secondaries=1, or give the VIP the length /32`,
      }),
    );
  };

  const holdByGuard = async (vips: ReadonlySet<Vip>, { isLeased }: { isLeased: boolean }): Promise<void> => {
    try {
      await watchman.hold([...vips].map(deleteLine));
    } catch (problem) {
      // With a lease the kernel does the same, a little later. Without one nobody would.
      if (!isLeased || !(problem instanceof OperatorError)) throw problem;
      onProblem(problem);
    }
  };

  /** A moment after who wanted them up was told so, and may have announced them. */
  const holdSoon = (vips: ReadonlySet<Vip>): void => {
    for (const vip of vips) unguarded.add(vip);
    cancelHold();
    cancelHold = clock.wakeAt(after(clock.nowMs(), GUARD_AFTER_MS), holdUnguarded);
  };
  const holdUnguarded = (): void => {
    cancelHold();
    const held = [...unguarded].filter((vip) => ours.has(vipKey(vip))); // none that was taken down meanwhile
    unguarded.clear();
    if (held.length > 0) void holdByGuard(new Set(held), { isLeased: true });
  };

  /** Adds them, IPv6 in the way that the kernel announces where that is possible. */
  const add = async (vips: readonly Vip[], before: Links, leaseOf: (vip: Vip) => number) => {
    // One that lost a duplicate detection stays unusable until it is made anew.
    const lost = new Set(vips.filter((vip) => addressIn(vip, before)?.dadFailed === true));
    const fresh = new Set(vips.filter((vip) => vip.family === 6 && (!isThere(vip, before) || lost.has(vip))));
    const freshLinks = announceMethod === 'none' ? [] : [...byLink([...fresh]).keys()];
    const speaking = new Map(freshLinks.map((link) => [link, dad.enter(link)]));
    try {
      const lines = linesOf(vips, (vip) => {
        const isSpeaking = fresh.has(vip) && speaking.get(vip.link) === true;
        const addition = replaceLine(vip, { leaseSeconds: leaseOf(vip), speaking: isSpeaking });
        return lost.has(vip) ? [deleteLine(vip), addition] : [addition];
      });
      const failures = await ip.change(lines, { timeoutMs });
      return { failures, links: await lookSettled(vips) };
    } finally {
      freshLinks.forEach((link) => dad.leave(link));
    }
  };

  const lookSettled = async (vips: readonly Vip[]): Promise<Links> => {
    for (let tries = 1; ; tries += 1) {
      const links = await look(vips);
      const settling = vips.some((vip) => {
        const address = addressIn(vip, links);
        return address !== undefined && address.tentative && !address.dadFailed;
      });
      if (!settling || tries === SETTLE_TRIES_MAX) return links;
      await new Promise<void>((wake) => clock.wakeAt(after(clock.nowMs(), SETTLE_EVERY_MS), wake));
    }
  };

  const lengthen = async (vips: readonly Vip[], before: Links, leaseSeconds: number): Promise<void> => {
    const sinceMs = clock.nowMs();
    const lines = vips.map((vip) => replaceLine(vip, { leaseSeconds }));
    const [failure] = await ip.change(lines, { timeoutMs: lifeMs(vips, before) });
    if (failure !== undefined) throw ipFailed(failure.line, failure.text);
    const links = await look(vips);
    for (const vip of vips)
      assertLeft(vip, addressIn(vip, links), { leaseSeconds, sinceMs: clock.nowMs() - sinceMs });
  };

  /** As after a look before: those who renew them go on doing so. Where that fails too, the longer lease ends as well. */
  const restoreLeases = async (vips: readonly Vip[], before: Links): Promise<void> => {
    const lines = vips.map((vip) => {
      const { validSeconds = Infinity } = addressIn(vip, before) ?? {};
      return replaceLine(vip, { leaseSeconds: validSeconds === Infinity ? 0 : Math.max(1, validSeconds) });
    });
    await ip.change(lines, { timeoutMs: lifeMs(vips, before) }).catch(() => {});
  };

  /** How long after that look a write cannot bring back an address that had expired meanwhile. */
  const lifeMs = (vips: readonly Vip[], links: Links): number =>
    Math.min(timeoutMs, ...vips.map((vip) => (addressIn(vip, links)?.validSeconds ?? Infinity) * SECOND_MS));

  const bringUp = async (
    vips: readonly Vip[],
    before: Links,
    leaseOf: (vip: Vip) => number,
  ): Promise<void> => {
    const at = clock.nowMs();
    const { failures, links } = await add(vips, before, leaseOf);
    for (const vip of vips) {
      const address = addressIn(vip, links);
      if (address === undefined) throw notThere(vip, failures);
      if (address.dadFailed) throw dadFailed(vip);
      if (address.tentative) throw stillTentative(vip);
      // Else an older address with a longer life stayed, such as one that an earlier process left, or none was set.
      const lease = leaseOf(vip);
      if (lease > 0 && address.validSeconds > lease) throw notThere(vip, failures);
    }
    leases.begun(vips, at);
  };

  return {
    async up(vips, leaseSeconds) {
      vips.forEach(assertPlain);
      const before = await look(vips);
      for (const vip of vips) assertUsable(vip, present(vip, before), ours.has(vipKey(vip)));

      const leased = vanishing(vips);
      vips.filter((vip) => !leased.has(vip)).forEach(tellUnleased);
      const isShort = leaseSeconds > 0 && leaseSeconds <= SHORT_LEASE_SECONDS;
      const isGuardFirst = vips.length <= GUARD_FIRST_MAX || !isShort;
      if (isGuardFirst) await holdByGuard(leased, { isLeased: leaseSeconds > 0 });
      vips.forEach((vip) => ours.add(vipKey(vip)));
      try {
        await bringUp(vips, before, (vip) => (leased.has(vip) ? leaseSeconds : 0));
      } finally {
        if (!isGuardFirst) holdSoon(leased);
      }
    },

    async renew(vips, leaseSeconds) {
      const at = clock.nowMs();
      const due = leases.due(vips, leaseSeconds);
      const leased = vanishing(due);
      // What is written later than a lease after the call could bring back an address that had expired meanwhile.
      const limitMs = leaseSeconds === 0 ? timeoutMs : Math.min(timeoutMs, leaseSeconds * SECOND_MS);
      const lines = linesOf(due, (vip) => [
        replaceLine(vip, { leaseSeconds: leased.has(vip) ? leaseSeconds : 0 }),
      ]);
      const [failure] = await ip.change(lines, { timeoutMs: limitMs });
      if (failure !== undefined) throw ipFailed(failure.line, failure.text);
      leases.written(due, at);
    },

    async down(vips) {
      vips.forEach(assertPlain);
      announcements.forget(vips);
      leases.missing(vips);
      const before = await look(vips);
      const there = vips.filter((vip) => isThere(vip, before));
      const alone = vanishing(there);
      for (const vip of there) assertLeavesAlone(vip, present(vip, before), alone.has(vip));

      const failures = there.length === 0 ? [] : await ip.change(there.map(deleteLine), { timeoutMs });
      const links = there.length === 0 ? before : await look(vips);
      for (const vip of vips) if (isThere(vip, links)) throw stillThere(vip, failures);
      vips.forEach((vip) => ours.delete(vipKey(vip)));
      await watchman.drop(vips.map(deleteLine));
    },

    async look(vips) {
      vips.forEach(assertPlain);
      prepare(vips);
      const links = await look(vips);
      // One that another host answered for is configured, but the kernel does not use it.
      const found = vips.filter((vip) => addressIn(vip, links)?.dadFailed === false);
      if (found.length < vips.length) leases.missing(vips.filter((vip) => !isThere(vip, links)));
      return found;
    },

    announce: (vips) => announcements.announce(vips),

    watch: (vips, onChange) => monitor.watch(vips, onChange),

    plan(vips, leaseSeconds) {
      const leased = vanishing(vips);
      const lines = vips.map((vip) => replaceLine(vip, { leaseSeconds: leased.has(vip) ? leaseSeconds : 0 }));
      return {
        up: [...lines.map((line) => `ip ${line}`), ...announcements.plan(vips)],
        down: vips.map((vip) => `ip ${deleteLine(vip)}`),
      };
    },

    async leave(vips, leaseSeconds) {
      vips.forEach(assertPlain);
      const before = await look(vips);
      const alone = vanishing(vips);
      for (const vip of vips)
        assertMayLeave(vip, {
          leaseSeconds,
          mayVanish: alone.has(vip),
          isThere: addressIn(vip, before)?.dadFailed === false,
        });
      try {
        await lengthen(vips, before, leaseSeconds);
      } catch (problem) {
        await restoreLeases(vips, before);
        throw problem;
      }
      // Only now: until here a death of this process takes them down, from here on the lease does.
      vips.forEach((vip) => ours.delete(vipKey(vip)));
      await watchman.drop(vips.map(deleteLine));
    },

    notes: () => [],

    async close() {
      announcements.close();
      monitor.close();
      // First the writer, so that nothing is added behind the guard's back.
      await Promise.all([ip.close(), linkIp.close()]);
      holdUnguarded();
      await watchman.close();
    },
  };
}

/** Made while they are asked for: the first are run while the last of a thousand are still to be written. */
function linesOf(vips: readonly Vip[], lines: (vip: Vip) => readonly string[]): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (const vip of vips) yield* lines(vip);
    },
  };
}

function addressIn(vip: Vip, links: Links) {
  const link = links.get(vip.link);
  return link === undefined ? undefined : addressOf(vip, link);
}

function isThere(vip: Vip, links: Links): boolean {
  return addressIn(vip, links) !== undefined;
}

function present(vip: Vip, links: Links): LinkState {
  const link = links.get(vip.link);
  if (link === undefined) throw ipFailed(`address show dev ${vip.link}`, `Cannot find device "${vip.link}"`);
  return link;
}
