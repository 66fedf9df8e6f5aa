import { OperatorError } from '../core/errors.ts';
import type { Clock, Vip, VipAdapter } from '../core/ports.ts';
import { after, MINUTE_MS } from '../core/units.ts';
import { answered } from './vip-queue.ts';

/**
 * VIPs that a reload took from a group while they may have been up. No group looks after them any more, so they are
 * taken down here, again and again until a look shows that they are gone.
 */
export interface Leftovers {
  add(adapter: VipAdapter, vips: readonly Vip[]): void;
  /** Settles when the attempts that are due have been made. */
  attempted(): Promise<void>;
  /** One sentence for each that could not be taken down yet. */
  alarms(): readonly string[];
  any(): boolean;
  /** Settles when none of them has to be taken down by this adapter any more. */
  doneWith(adapter: VipAdapter): Promise<void>;
  isDoneWith(adapter: VipAdapter): boolean;
  stop(): void;
}

interface Leftover {
  readonly vip: Vip;
  readonly adapter: VipAdapter;
  /** Why the last attempt failed; empty before the first. */
  text: string;
}

const AGAIN_MS_MIN = 500;
const AGAIN_MS_MAX = MINUTE_MS;

/** The same address in the same way on the same interface. */
export const vipName = ({ address, prefixLength, link, label }: Vip): string =>
  `${address}/${prefixLength} on ${link}${label === '' ? '' : ` labelled ${label}`}`;

export function newLeftovers({
  clock,
  isHeld,
  onTrouble,
}: {
  clock: Clock;
  /** A group that this node holds has this VIP now: hands off. */
  isHeld: (vip: Vip) => boolean;
  onTrouble: (text: string, cause: string) => void;
}): Leftovers {
  const left = new Map<string, Leftover>();
  let attempts = Promise.resolve();
  let againMs = AGAIN_MS_MIN;
  let cancel: (() => void) | undefined;
  let waiting: readonly { readonly adapter: VipAdapter; readonly wake: () => void }[] = [];

  const isDoneWith = (adapter: VipAdapter): boolean =>
    ![...left.values()].some((one) => one.adapter === adapter);
  const wakeWaiting = (): void => {
    const [done, others] = [
      waiting.filter(({ adapter }) => isDoneWith(adapter)),
      waiting.filter(({ adapter }) => !isDoneWith(adapter)),
    ];
    waiting = others;
    for (const { wake } of done) wake();
  };
  const takeDown = async (one: Leftover): Promise<void> => {
    const name = vipName(one.vip);
    if (left.get(name) !== one) return;
    if (isHeld(one.vip)) return void left.delete(name);
    try {
      await answered(clock, 'down', one.adapter.down([one.vip]));
      if (left.get(name) === one) left.delete(name);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text !== one.text) {
        onTrouble(`${name} is no longer in the config and could not be taken down`, withHint(error, text));
      }
      one.text = text;
    }
  };
  const attempt = async (): Promise<void> => {
    for (const one of [...left.values()]) await takeDown(one);
    wakeWaiting();
    if (left.size === 0 || cancel !== undefined) return;
    cancel = clock.wakeAt(after(clock.nowMs(), againMs), () => {
      cancel = undefined;
      attempts = attempts.then(attempt);
    });
    againMs = Math.min(2 * againMs, AGAIN_MS_MAX);
  };

  return {
    add(adapter, vips) {
      for (const vip of vips) left.set(vipName(vip), { vip, adapter, text: '' });
      againMs = AGAIN_MS_MIN;
      attempts = attempts.then(attempt);
    },
    attempted: () => attempts,
    alarms: () =>
      [...left.values()]
        .filter(({ text }) => text !== '')
        .map(({ vip, text }) => `${vipName(vip)} is no longer in the config and still here: ${text}`),
    any: () => left.size > 0,
    isDoneWith,
    doneWith: (adapter) =>
      new Promise((wake) => {
        waiting = [...waiting, { adapter, wake }];
        wakeWaiting();
      }),
    stop() {
      left.clear();
      cancel?.();
    },
  };
}

const withHint = (error: unknown, text: string): string =>
  error instanceof OperatorError ? `${text} (${error.hint})` : text;
