import { isDeepStrictEqual } from 'node:util';
import { openArbiter } from '../arbiter/open.ts';
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

export function newArbiters({ node, clock }: { node: NodeName; clock: Clock }): Arbiters {
  let open: { readonly settings: ArbiterSettings; readonly arbiter: Arbiter } | undefined;
  return {
    current: () => open?.arbiter,
    async prepare({ arbiter: settings, cluster }) {
      if (isDeepStrictEqual(settings, open?.settings)) return () => undefined;
      const next = settings && { settings, arbiter: await openArbiter(settings, { cluster, node, clock }) };
      return () => {
        void open?.arbiter.close();
        open = next;
      };
    },
    close: async () => await open?.arbiter.close(),
  };
}
