import { isDeepStrictEqual } from 'node:util';
import type { Arbiter, Clock } from '../core/ports.ts';
import type { ArbiterSettings, Settings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';

/** The arbiter that the running config names. */
export interface Arbiters {
  current(): Arbiter | undefined;
  /** Opens what another config names; returns what puts it into force. Throws OperatorError and changes nothing then. */
  prepare(settings: Settings): Promise<() => void>;
  close(): Promise<void>;
}

interface Open {
  readonly settings: ArbiterSettings;
  readonly arbiter: Arbiter;
}

export function newArbiters({ node, clock }: { node: NodeName; clock: Clock }): Arbiters {
  let open: Open | undefined;
  const inForce = (next: Open | undefined) => (): void => {
    void open?.arbiter.close();
    open = next;
  };
  return {
    current: () => open?.arbiter,
    async prepare({ arbiter: settings, cluster }) {
      if (isDeepStrictEqual(settings, open?.settings)) return () => undefined;
      if (settings === undefined) return inForce(undefined);
      // Only when one is configured: TLS, which may lead there, is a few MB that most daemons do without.
      const { openArbiter } = await import('../arbiter/open.ts');
      return inForce({ settings, arbiter: await openArbiter(settings, { cluster, node, clock }) });
    },
    close: async () => await open?.arbiter.close(),
  };
}
