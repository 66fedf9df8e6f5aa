import type { Vip } from '../../core/ports.ts';
import { assertMayLeave, mayNotLeave } from '../leaving.ts';
import { foundOn, isHeldState, type Links, mayBeOurs, stateIn } from './found.ts';
import { notThere } from './not-as-asked.ts';
import type { Parts } from './parts.ts';

/** For a restart: the kernel's leases are lengthened where there are some, and the guard keeps the rest in mind. */
export async function leaveBehind(parts: Parts, vips: readonly Vip[], leaseSeconds: number): Promise<void> {
  const { looks, acts, holding, tools } = parts;
  const before = await looks.at(vips);
  for (const vip of vips) {
    const isThere = isHeldState(stateIn(vip, before));
    assertMayLeave(vip, { leaseSeconds, mayVanish: true, isThere });
    assertRecognizable(vip, before);
  }
  const leased = vips.filter((vip) => tools.isKernelLeased(vip));
  const lengthen = (secondsOf: (vip: Vip) => number) =>
    acts.add(leased, (vip) => tools.addCommands(vip, secondsOf(vip)));
  try {
    const refused = await lengthen(() => leaseSeconds);
    for (const { command, ran } of refused.values()) throw tools.failed(command, ran);
    const links = await looks.at(vips);
    for (const vip of vips) if (!isHeldState(stateIn(vip, links))) throw notThere(vip, undefined, tools);
    await holding.leave(vips, leaseSeconds);
  } catch (problem) {
    // Where that fails too, the longer lease ends as well.
    await lengthen(holding.leaseSecondsOf).catch(() => undefined);
    throw problem;
  }
}

/** The next process has never added it, and must not take it for an address of the host. */
function assertRecognizable(vip: Vip, links: Links): void {
  if (foundOn(vip, links.get(vip.link)).every((found) => mayBeOurs(vip, found, false))) return;
  throw mayNotLeave(
    vip,
    'the next process could not tell it from an address of this host itself',
    `give the VIP the length /${vip.family === 4 ? 32 : 128}`,
  );
}
