import { OperatorError } from '../core/errors.ts';
import type { CallKind, CallResult } from '../core/group/state.ts';
import type { Vip, VipAdapter } from '../core/ports.ts';

/** One group's calls to its adapter, one at a time: a release that overtakes its acquire would be undone by it. */
export interface VipQueue {
  add(kind: CallKind, call: number): void;
  /** Takes single VIPs down that the config no longer has, after what is under way. */
  drop(vips: readonly Vip[]): void;
  /** Settles when nothing is under way. */
  idle(): Promise<void>;
}

export function newVipQueue({
  adapter,
  vips,
  leaseSeconds,
  onDone,
}: {
  adapter: VipAdapter;
  vips: () => readonly Vip[];
  leaseSeconds: () => number;
  onDone: (result: CallResult) => void;
}): VipQueue {
  const perform = async (kind: CallKind): Promise<CallResult['found']> => {
    switch (kind) {
      case 'up':
        await adapter.up(vips(), leaseSeconds());
        return 'all';
      case 'renew':
        await adapter.renew(vips(), leaseSeconds());
        return 'all';
      case 'down':
        await adapter.down(vips());
        return 'none';
      case 'look': {
        const found = await adapter.look(vips());
        return found.length === vips().length ? 'all' : found.length === 0 ? 'none' : 'some';
      }
    }
  };
  const run = async (kind: CallKind, call: number): Promise<void> => {
    try {
      const found = await perform(kind);
      onDone({ kind, call, found, text: '' });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const text = error instanceof OperatorError ? `${error.message} (${error.hint})` : error.message;
      onDone({ kind, call, found: 'failed', text });
    }
  };
  let last = Promise.resolve();
  let pending = 0;
  return {
    add(kind, call) {
      pending += 1;
      // With nothing under way the adapter is called in this very turn: a takeover waits for nobody.
      const done = pending === 1 ? run(kind, call) : last.then(() => run(kind, call));
      last = done.finally(() => {
        pending -= 1;
      });
    },
    drop(gone) {
      last = last.then(() => adapter.down(gone)).catch(() => undefined); // seen again by the next look at the host
    },
    idle: () => last,
  };
}
