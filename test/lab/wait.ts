import { setTimeout as after } from 'node:timers/promises';

/** Thrown when a condition did not come true within its bound; the message says which, and what was there instead. */
export class NotWithin extends Error {
  override readonly name = 'NotWithin';
}

type Condition = () => boolean | Promise<boolean>;

/**
 * Waits until `condition` is true, asking every 5 ms. Throws NotWithin after `boundMs`, with what `seen` says then.
 * The condition is always asked once more after the bound, so a late turn of the loop is no failure.
 */
export async function until(
  what: string,
  boundMs: number,
  condition: Condition,
  seen: () => string = () => '',
): Promise<void> {
  const deadline = performance.now() + boundMs;
  for (;;) {
    const late = performance.now() >= deadline;
    if (await condition()) return;
    if (late) {
      const instead = seen();
      throw new NotWithin(`${what}: not within ${boundMs} ms${instead === '' ? '' : `; ${instead}`}`);
    }
    await after(5);
  }
}

/** As `until`, but the condition must be true without a break for `steadyMs`. */
export async function untilSteady(
  what: string,
  steadyMs: number,
  boundMs: number,
  condition: Condition,
  seen: () => string = () => '',
): Promise<void> {
  let trueSince: number | undefined;
  await until(
    `${what}, for ${steadyMs} ms without a break`,
    boundMs,
    async () => {
      if (!(await condition())) trueSince = undefined;
      else trueSince ??= performance.now();
      return trueSince !== undefined && performance.now() - trueSince >= steadyMs;
    },
    seen,
  );
}

/** The length of a measurement: something is watched for this long. Not for waiting until something happens. */
export async function watchFor(ms: number): Promise<void> {
  await after(ms);
}
