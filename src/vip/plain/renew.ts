import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { vipText } from '../address.ts';
import { bringUp, putBack } from './bring-up.ts';
import { isHeldState } from './found.ts';
import type { Parts } from './parts.ts';
import { present } from './usable.ts';

/**
 * Three times in a lease, so it looks only where it has to: the guard says whether it still holds them, and what the last
 * look of anybody missed is put back.
 */
export async function renewHeld(parts: Parts, vips: readonly Vip[], leaseSeconds: number): Promise<void> {
  const { looks, holding, clock } = parts;
  if (!vips.every(holding.isOurs)) return bringUp(parts, vips, leaseSeconds);
  const startedAtMs = clock.nowMs();
  // First the guard: what it has taken down must not be brought back by the commands below.
  await holding.renew(vips, leaseSeconds);
  const gone = vips.filter((vip) => !isHeldState(looks.lastState(vip) ?? 'absent'));
  await holding.during(vips, leaseSeconds, async (assertHeld) => {
    if (gone.length > 0) await putBack(parts, gone, leaseSeconds);
    assertHeld();
    await renewKernelLeases(parts, without(vips, gone), leaseSeconds, startedAtMs);
  });
}

async function renewKernelLeases(
  { acts, looks, tools, clock }: Parts,
  vips: readonly Vip[],
  leaseSeconds: number,
  startedAtMs: number,
): Promise<void> {
  const kernelLeased = leaseSeconds === 0 ? [] : vips.filter((vip) => tools.isKernelLeased(vip));
  const isTentative = (vip: Vip): boolean => looks.lastState(vip) === 'tentative';
  if (kernelLeased.length > 0 && (tools.createsLinks || kernelLeased.some(isTentative))) {
    const links = await looks.at(kernelLeased);
    for (const vip of kernelLeased) present(vip, links, tools.hints);
  }
  // One that is still being probed for has a longer lease; adding it again could end the probing.
  const leased = kernelLeased.filter((vip) => !isTentative(vip));
  if (leased.length === 0) return;
  const leftMs = (): number => leaseSeconds * SECOND_MS - (clock.nowMs() - startedAtMs);
  const refused = await acts.add(leased, (vip) => tools.addCommands(vip, leaseSeconds), leftMs());
  for (const { command, ran } of refused.values()) throw tools.failed(command, ran);
  if (leftMs() <= 0) throw tooLate(leased, leaseSeconds);
}

function tooLate(vips: readonly Vip[], leaseSeconds: number): OperatorError {
  return new OperatorError(
    'TOOL_TIMEOUT',
    `${vips.map(vipText).join(', ')}: renewing took longer than the lease of ${leaseSeconds} s`,
    { hint: 'see whether this host is starved; with many IPv6 VIPs, a longer `lease`' },
  );
}

const without = (vips: readonly Vip[], others: readonly Vip[]): readonly Vip[] =>
  vips.filter((vip) => !others.includes(vip));
