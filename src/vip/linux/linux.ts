import { type Vip, type VipAdapter } from '../../core/ports.ts';
import { type AnnounceMethod } from '../../core/settings.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { byLink, vipKey } from '../address.ts';
import { announcer } from './announce.ts';
import { assertLeavesAlone, assertUsable } from './foreign.ts';
import { guard, noGuard } from '../guard/guard.ts';
import { guarding } from './guarding.ts';
import { interfaceSysctl } from './interface-sysctl.ts';
import { assertPlain, deleteLine, replaceLine, showLinkLine } from './ip-commands.ts';
import { ipCoprocess } from './ip-coprocess.ts';
import { ipFailed } from './ip-failed.ts';
import { ipMonitor } from './ip-monitor.ts';
import { type VipOptions } from '../options.ts';
import { leaveBehind } from './leave-behind.ts';
import { type Links, addressIn, isThere, lookAt, present } from './links.ts';
import { mayVanish, unleased } from './may-vanish.ts';
import { dadFailed, notThere, stillTentative, stillThere } from './not-as-asked.ts';
import { quietDad } from './quiet-dad.ts';
import { renewals } from './renewals.ts';
import { sentPackets } from './sent-packets.ts';
import { announceBySameMac } from './same-mac.ts';
import { unwatched } from './unwatched.ts';

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
  const guards = guarding({ watchman, clock, isOurs: (vip) => ours.has(vipKey(vip)), onProblem });
  const carrierOf = async (link: string): Promise<boolean | undefined> =>
    (await linkIp.show(link, { timeoutMs }).catch(() => undefined))?.carrier; // the next word about it is heard again
  const unseen = unwatched({ monitor, clock, carrierOf });

  const prepare = (vips: readonly Vip[]) => {
    ip.prepare();
    watchman.prepare();
    announcements.prepare(vips);
  };

  const look = (vips: readonly Vip[]): Promise<Links> => lookAt(ip, vips, timeoutMs);
  const vanishing = (vips: readonly Vip[]) => mayVanish(vips, sysctl);

  /** Adds them, IPv6 in the way that the kernel announces where that is possible. */
  const add = async (vips: readonly Vip[], before: Links, leaseOf: (vip: Vip) => number) => {
    // One that lost a duplicate detection stays unusable until it is made anew.
    const lost = new Set(vips.filter((vip) => addressIn(vip, before)?.dadFailed === true));
    const fresh = new Set(vips.filter((vip) => vip.family === 6 && (!isThere(vip, before) || lost.has(vip))));
    const freshLinks = announceMethod === 'none' ? [] : [...byLink([...fresh]).keys()];
    const speaking = new Map(freshLinks.map((link) => [link, dad.enter(link)]));
    try {
      const lines = function* () {
        for (const vip of vips) {
          ours.add(vipKey(vip)); // all that is done for each is done while ip runs those before
          if (lost.has(vip)) yield deleteLine(vip);
          const isSpeaking = fresh.has(vip) && speaking.get(vip.link) === true;
          yield replaceLine(vip, { leaseSeconds: leaseOf(vip), speaking: isSpeaking });
        }
      };
      const failures = await ip.change({ [Symbol.iterator]: lines }, { timeoutMs });
      announcements.added(vips);
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
      for (const vip of vips) assertUsable(vip, present(vip, before), () => ours.has(vipKey(vip)));

      const mortal = vanishing(vips);
      for (const vip of vips) if (!mortal.has(vip)) onProblem(unleased(vip));
      const leaseOf = (vip: Vip): number => (mortal.has(vip) ? leaseSeconds : 0);
      const work = () => unseen.during(vips, () => bringUp(vips, before, leaseOf));
      await guards.around(work, { vips, mortal, leaseSeconds });
    },

    async renew(vips, leaseSeconds) {
      const at = clock.nowMs();
      const due = leases.due(vips, leaseSeconds);
      const leased = vanishing(due);
      // What is written later than a lease after the call could bring back an address that had expired meanwhile.
      const limitMs = leaseSeconds === 0 ? timeoutMs : Math.min(timeoutMs, leaseSeconds * SECOND_MS);
      const lines = function* () {
        for (const vip of due) yield replaceLine(vip, { leaseSeconds: leased.has(vip) ? leaseSeconds : 0 });
      };
      const [failure] = await ip.change({ [Symbol.iterator]: lines }, { timeoutMs: limitMs });
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

      if (there.length > 0)
        await unseen.during(there, async () => {
          const failures = await ip.change(there.map(deleteLine), { timeoutMs });
          const links = await look(vips);
          for (const vip of vips) if (isThere(vip, links)) throw stillThere(vip, failures);
        });
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
      await leaveBehind({ ip, clock, timeoutMs }, vips, { leaseSeconds, mortal: vanishing(vips) });
      // Only now: until here a death of this process takes them down, from here on the lease does.
      vips.forEach((vip) => ours.delete(vipKey(vip)));
      await watchman.drop(vips.map(deleteLine));
    },

    notes: () => [],

    async close() {
      announcements.close();
      monitor.close();
      unseen.close();
      // First the writer, so that nothing is added behind the guard's back.
      await Promise.all([ip.close(), linkIp.close()]);
      guards.now();
      await watchman.close();
    },
  };
}
