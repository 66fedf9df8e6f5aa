import { OperatorError } from '../../core/errors.ts';
import type { Vip, VipAdapter } from '../../core/ports.ts';
import type { AnnounceMethod } from '../../core/settings.ts';
import { type Guard, guard, type GuardOptions } from '../guard/guard.ts';
import type { VipOptions } from '../options.ts';
import { whyMalformed } from '../well-formed.ts';
import { newActs } from './acts.ts';
import { newAnnouncing } from './announce.ts';
import { bringUp } from './bring-up.ts';
import { isHeldState, type Links, stateIn } from './found.ts';
import { newHolding } from './holding.ts';
import { leaveBehind } from './leave-behind.ts';
import { newLooks } from './looks.ts';
import type { Parts } from './parts.ts';
import { renewHeld } from './renew.ts';
import { execIn, newSlots } from './slots.ts';
import { takeDown } from './take-down.ts';
import type { Advice, Command, MakeTools } from './tools.ts';
import { assertNotForeign } from './usable.ts';
import { newWatch } from './watch.ts';

/** Many VIPs are added side by side, and a host that is taking over has other things to do as well. */
const PROGRAMS_MAX = 8;
/** IFNAMSIZ is 16 on BSD and 32 on illumos, a NUL included. */
const LINK_LENGTH_MAX = 31;

export interface PlainVipOptions extends VipOptions {
  readonly announceMethod: AnnounceMethod;
  readonly openGuard?: (options: GuardOptions) => Guard;
}

/**
 * Holds addresses with the tools of a system that has no more to offer than commands: every call looks, acts and looks
 * again, and the second look decides whether it has succeeded. The guard stands for the lease that the kernel does not have.
 */
export function plainVip(options: PlainVipOptions, makeTools: MakeTools): VipAdapter {
  const { exec, spawn, clock, log, onProblem, announceMethod, guarded = true, openGuard = guard } = options;
  const slots = newSlots(PROGRAMS_MAX);
  const tools = makeTools(execIn(slots, exec));
  const looks = newLooks(tools);
  const acts = newActs({ exec, clock, slots });
  const holding = newHolding({
    ...{ spawn, clock, onProblem, guarded, openGuard },
    notes: options.stateDirectory,
    removeCommands: (vip) => tools.removeCommands(vip),
    onFired: () => watch.hint(),
  });
  const parts: Parts = { tools, looks, acts, holding, clock, onProblem };
  const watch = newWatch({ spawn, clock, log, looks, monitor: tools.monitor });
  const announcing = newAnnouncing({ exec, spawn, clock, method: announceMethod, onProblem });
  let advice: readonly Advice[] = [];

  /** Settings change seldom, and nobody waits for advice. */
  const askForAdvice = (): void => {
    void tools.advice?.().then((given) => (advice = given));
  };
  let asked = false;
  const prepare = (): void => {
    holding.prepare();
    if (!asked) askForAdvice();
    asked = true;
  };

  /** What another host answered for is of no use to a holder. To anybody else it is something that has to go. */
  const isSeen = (vip: Vip, links: Links): boolean => {
    const state = stateIn(vip, links);
    return isHeldState(state) || (state !== 'absent' && !holding.isOurs(vip));
  };

  return {
    async up(vips, leaseSeconds) {
      vips.forEach(assertWellFormed);
      await bringUp(parts, vips, leaseSeconds);
      askForAdvice();
    },
    async renew(vips, leaseSeconds) {
      vips.forEach(assertWellFormed);
      await renewHeld(parts, vips, leaseSeconds);
    },
    async down(vips) {
      vips.forEach(assertWellFormed);
      announcing.forget(vips);
      await takeDown(parts, vips);
    },
    async look(vips) {
      vips.forEach(assertWellFormed);
      prepare();
      const links = await looks.at(vips);
      for (const vip of vips) assertNotForeign(vip, links.get(vip.link), parts);
      return vips.filter((vip) => isSeen(vip, links));
    },
    announce: (vips) => announcing.announce(vips),
    watch: (vips, onChange) => watch.watch(vips, onChange),
    plan: (vips, leaseSeconds) => ({
      up: [...asTyped(vips.flatMap((vip) => tools.addCommands(vip, leaseSeconds))), ...announcing.plan(vips)],
      down: asTyped(vips.flatMap((vip) => tools.removeCommands(vip))),
    }),
    async leave(vips, leaseSeconds) {
      vips.forEach(assertWellFormed);
      await leaveBehind(parts, vips, leaseSeconds);
    },
    notes: (vips) => [
      ...announcing.notes(vips),
      ...advice
        .filter(({ families }) => vips.some(({ family }) => families.includes(family)))
        .map(({ text }) => text),
    ],
    async close() {
      announcing.close();
      watch.close();
      // First the writers, so that nothing is added behind the guard's back.
      await acts.close();
      await holding.close();
    },
  };
}

const asTyped = (commands: readonly Command[]): readonly string[] =>
  commands.map((command) => command.join(' '));

function assertWellFormed(vip: Vip): void {
  const wrong = whyMalformed(vip, LINK_LENGTH_MAX);
  if (wrong !== undefined)
    throw new OperatorError('CONFIG_INVALID', wrong, { hint: 'correct it in the config' });
}
