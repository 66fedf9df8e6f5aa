import type { Clock, Exec, Log, Spawn, VipAdapter } from '../core/ports.ts';
import type { OperatorError } from '../core/errors.ts';
import type { GroupSettings } from '../core/settings.ts';
import { vipAdapterFor } from '../vip/for-platform.ts';

/** One adapter, and so one set of helper processes, for all groups that want the same kind. */
export interface Adapters {
  of(group: GroupSettings): VipAdapter;
  close(): Promise<void>;
}

export function openAdapters(ports: {
  readonly exec: Exec;
  readonly spawn: Spawn;
  readonly clock: Clock;
  readonly log: Log;
  readonly onProblem: (problem: OperatorError) => void;
}): Adapters {
  const adapters = new Map<string, VipAdapter>();
  return {
    of({ adapter, announce }) {
      const kind = `${adapter} ${announce.method}`;
      const known =
        adapters.get(kind) ?? vipAdapterFor(adapter, { ...ports, announceMethod: announce.method });
      adapters.set(kind, known);
      return known;
    },
    close: async () => {
      await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
    },
  };
}
