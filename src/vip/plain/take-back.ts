import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import { vipText } from '../address.ts';
import type { Failures } from './acts.ts';
import { foundOn, isThere, mayBeOurs } from './found.ts';
import type { Parts } from './parts.ts';
import { removeFound } from './take-down.ts';

/**
 * After an attempt that failed: what it added goes, with everything that it left behind. Never rejects, because the failure
 * of the attempt is what is told; what cannot be taken back is a problem of its own, and stays with the guard.
 */
export async function takeBack(parts: Parts, vips: readonly Vip[], failures: Failures): Promise<void> {
  const { holding, onProblem } = parts;
  // A program that was cut off may have left the kernel at work: the guard looks after these once more.
  const cutOff = vips.filter((vip) => failures.get(vip)?.ran.timedOut === true);
  try {
    const left = await removeLeft(parts, vips);
    const gone = vips.filter((vip) => !left.includes(vip) && !cutOff.includes(vip));
    await holding.drop(gone);
    if (left.length > 0) onProblem(notTakenBack(left, 'it is still there'));
  } catch (problem) {
    if (!(problem instanceof OperatorError)) throw problem;
    onProblem(notTakenBack(vips, problem.message));
  }
  holding.disown(vips);
}

/** Settles with those that are still there. */
async function removeLeft(parts: Parts, vips: readonly Vip[]): Promise<readonly Vip[]> {
  const { looks, acts, tools, holding } = parts;
  const before = await looks.at(vips);
  const cleanUp = (vip: Vip) => {
    const link = before.get(vip.link);
    return link === undefined ? [] : (tools.cleanUpCommands?.(vip, link) ?? []);
  };
  const there = vips.filter((vip) => isThere(vip, before));
  const left = vips.filter((vip) => cleanUp(vip).length > 0);
  if (there.length === 0 && left.length === 0) return [];
  await removeFound(parts, there, before);
  await acts.remove(left, cleanUp);
  const links = await looks.at(vips);
  // One of somebody else who was faster is not ours to take down, nor the guard's.
  return vips.filter((vip) =>
    foundOn(vip, links.get(vip.link)).some((found) => mayBeOurs(vip, found, holding.isOurs(vip))),
  );
}

function notTakenBack(vips: readonly Vip[], why: string): OperatorError {
  return new OperatorError(
    'VIP_FAILED',
    `${vips.map(vipText).join(', ')}: could not be taken down again after an attempt that failed: ${why}`,
    { hint: 'the guard tries it once more when the lease ends, or when sealbeat stops' },
  );
}
