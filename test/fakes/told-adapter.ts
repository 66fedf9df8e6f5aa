import type { Vip, VipAdapter, VipChange } from '../../src/core/ports.ts';
import { vipName } from '../../src/daemon/leftovers.ts';

export interface AdapterCall {
  readonly kind: 'up' | 'renew' | 'down' | 'look' | 'leave';
  readonly vips: readonly string[];
  readonly leaseSeconds: number | undefined;
  /** Ends it well, or with what it throws. */
  settle(thrown?: unknown): void;
}

/** An adapter that does what the test says: calls wait until they are settled, unless `answers` is on. */
export interface ToldAdapter extends VipAdapter {
  readonly calls: AdapterCall[];
  readonly announced: (readonly string[])[];
  readonly watchers: Set<{ readonly vips: readonly string[]; readonly change: (change: VipChange) => void }>;
  /** What is on the host. */
  readonly present: Set<string>;
  answers: boolean;
  closed: boolean;
  /** How often a running call was told that something else is wanted. */
  superseded: number;
  /** Thrown by every call from now on. */
  broken: unknown;
}

export function toldAdapter({
  answers = true,
  onCall = () => undefined,
}: {
  answers?: boolean;
  /** In words, for the order of what several are told. */
  onCall?: (text: string) => void;
} = {}): ToldAdapter {
  const call = <Result>(
    kind: AdapterCall['kind'],
    vips: readonly Vip[],
    done: () => Result,
    leaseSeconds?: number,
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      const settle = (thrown: unknown = adapter.broken): void =>
        thrown === undefined ? resolve(done()) : reject(thrown as Error);
      onCall(`${kind} ${vips.map(vipName).join(' ')}`);
      adapter.calls.push({ kind, vips: vips.map(vipName), leaseSeconds, settle });
      if (adapter.answers) settle();
    });
  const add = (vips: readonly Vip[]) => (): void =>
    vips.forEach((vip) => void adapter.present.add(vipName(vip)));
  const adapter: ToldAdapter = {
    calls: [],
    announced: [],
    watchers: new Set(),
    present: new Set(),
    answers,
    closed: false,
    superseded: 0,
    supersede: () => void (adapter.superseded += 1),
    broken: undefined,
    up: (vips, leaseSeconds) => call('up', vips, add(vips), leaseSeconds),
    renew: (vips, leaseSeconds) => call('renew', vips, add(vips), leaseSeconds),
    down: (vips) => call('down', vips, () => vips.forEach((vip) => adapter.present.delete(vipName(vip)))),
    look: (vips) => call('look', vips, () => vips.filter((vip) => adapter.present.has(vipName(vip)))),
    leave: (vips, leaseSeconds) => call('leave', vips, () => {}, leaseSeconds),
    announce: (vips) => void adapter.announced.push(vips.map(vipName)),
    watch(vips, change) {
      const watcher = { vips: vips.map(vipName), change };
      adapter.watchers.add(watcher);
      return () => adapter.watchers.delete(watcher);
    },
    plan: () => ({ up: [], down: [] }),
    notes: () => [],
    close: () => {
      adapter.closed = true;
      onCall('close');
      return Promise.resolve();
    },
  };
  return adapter;
}

/** All promises that can settle now have settled, and what they caused. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
