import type { Vip } from '../../core/ports.ts';
import { after, type MonoMs, SECOND_MS } from '../../core/units.ts';
import type { Failures } from './acts.ts';
import { foundOn, isThere, type Links, stateIn } from './found.ts';
import { isDuplicate, notThere, notUsable } from './not-as-asked.ts';
import type { Parts } from './parts.ts';
import { takeBack } from './take-back.ts';
import { removeFound } from './take-down.ts';
import { assertAddable, assertCarries, assertNotForeign, present } from './usable.ts';

const LOOK_AGAIN_MS = 100;

/**
 * Look, hold, add, look until the kernel is content. The guard holds them before the first is there, and is kept content
 * itself meanwhile, because the kernel may probe for longer than a lease lasts. What this call has added goes again when it
 * cannot give all.
 */
export async function bringUp(parts: Parts, vips: readonly Vip[], leaseSeconds: number): Promise<void> {
  const { looks, holding, tools } = parts;
  const before = await looks.at(vips);
  assertAllAddable(parts, vips, before);

  const added = vips.filter((vip) => !holding.isOurs(vip));
  let failures: Failures = new Map();
  try {
    await holding.hold(vips, leaseSeconds);
    await holding.during(vips, leaseSeconds, async (assertHeld) => {
      const endAt = after(parts.clock.nowMs(), tools.settleMs);
      failures = await addLong(parts, vips, before, leaseSeconds);
      await settled(parts, vips, { failures, endAt, assertHeld });
      const leased = leaseSeconds === 0 ? [] : vips.filter((vip) => tools.isKernelLeased(vip));
      if (leased.length === 0) return;
      const refused = await startLeases(parts, leased, leaseSeconds);
      await settled(parts, vips, { failures: refused, endAt, assertHeld });
    });
    await holding.renew(vips, leaseSeconds);
  } catch (problem) {
    await takeBack(parts, added, failures);
    throw problem;
  }
}

/** Puts back what others have taken away. The kernel may still be probing when it settles: a renewal cannot wait so long. */
export async function putBack(parts: Parts, vips: readonly Vip[], leaseSeconds: number): Promise<void> {
  const { looks, tools } = parts;
  const before = await looks.at(vips);
  assertAllAddable(parts, vips, before);
  const failures = await addLong(parts, vips, before, leaseSeconds);
  const links = await looks.at(vips);
  for (const vip of vips) {
    const state = stateIn(vip, links);
    if (state === 'absent') throw notThere(vip, failures.get(vip), tools);
    if (state === 'duplicate') throw isDuplicate(vip, tools);
  }
}

/** The leases of the kernel begin now. Settles with what refused; throws when the adapter was closed. */
export function startLeases(
  { acts, tools }: Parts,
  leased: readonly Vip[],
  leaseSeconds: number,
): Promise<Failures> {
  // What is written later than a lease after the call could bring back an address that has expired meanwhile.
  return acts.add(leased, (vip) => tools.addCommands(vip, leaseSeconds), leaseSeconds * SECOND_MS);
}

function assertAllAddable(parts: Parts, vips: readonly Vip[], links: Links): void {
  const { hints } = parts.tools;
  for (const vip of vips) {
    const link = present(vip, links, hints);
    assertCarries(link, hints);
    assertAddable(vip, link, parts);
  }
}

/**
 * Adds what is missing, with a lease of the kernel that lasts until it is content. The proper lease begins after that,
 * because adding an address again while the kernel probes for it would end the probing on some systems.
 */
async function addLong(
  parts: Parts,
  vips: readonly Vip[],
  before: Links,
  leaseSeconds: number,
): Promise<Failures> {
  const { acts, tools } = parts;
  // The kernel does not try again what it has refused once.
  const refused = vips.filter(
    (vip) => ['duplicate', 'down'].includes(stateIn(vip, before)) || hasOtherLength(vip, before),
  );
  await removeFound(parts, refused, before);
  const missing = vips.filter((vip) => !isThere(vip, before) || refused.includes(vip));
  // What an earlier process left may be about to expire.
  const there = vips.filter((vip) => tools.isKernelLeased(vip) && stateIn(vip, before) === 'ok');
  const longSeconds = leaseSeconds === 0 ? 0 : leaseSeconds + Math.ceil(tools.settleMs / SECOND_MS);
  return acts.add([...missing, ...there], (vip) => tools.addCommands(vip, longSeconds));
}

/** Ours, and put there when the config said another length. */
const hasOtherLength = (vip: Vip, links: Links): boolean =>
  foundOn(vip, links.get(vip.link)).some(({ prefixLength }) => prefixLength !== vip.prefixLength);

/** Looks until all are in use. Throws OperatorError at once where that can no longer become true, or at `endAt`. */
async function settled(
  parts: Parts,
  vips: readonly Vip[],
  {
    failures,
    endAt,
    assertHeld,
  }: { readonly failures: Failures; readonly endAt: MonoMs; readonly assertHeld: () => void },
): Promise<void> {
  const { looks, tools, clock } = parts;
  for (;;) {
    const links = await looks.at(vips);
    assertHeld();
    const late = clock.nowMs() >= endAt;
    let isSettled = true;
    for (const vip of vips) {
      const state = stateIn(vip, links);
      assertNotForeign(vip, links.get(vip.link), parts); // somebody may have been faster
      if (state === 'ok') continue;
      if (state === 'absent') throw notThere(vip, failures.get(vip), tools);
      if (state === 'duplicate') throw isDuplicate(vip, tools);
      if (state === 'down' && failures.has(vip)) throw notThere(vip, failures.get(vip), tools);
      if (late) throw notUsable(vip, state, tools);
      isSettled = false;
    }
    if (isSettled) return;
    await new Promise<void>((wake) => clock.wakeAt(after(clock.nowMs(), LOOK_AGAIN_MS), wake));
  }
}
