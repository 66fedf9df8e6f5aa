import type { Clock, Prober } from '../../core/ports.ts';
import { after } from '../../core/units.ts';
import type { Asked } from './silence.ts';

/** Asks addresses in a fast row, as clients would: an address that another host has is a remote one from here. */
export interface Asker {
  readonly addresses: readonly string[];
  asked(address: string): readonly Asked[];
  stop(): void;
}

export const ASK_EVERY_MS = 50;
/** A question that is not answered by then never is. */
const ANSWER_MS = 1_000;
/** Each is a process of the system's ping: an address that is silent has as many as fit its time for an answer. */
const PENDING_MAX = ANSWER_MS / ASK_EVERY_MS + 2;
const ADDRESSES_MAX = 4;
const KEPT = 20_000;

export function startAsker(
  addresses: readonly string[],
  { prober, clock }: { readonly prober: Prober; readonly clock: Clock },
): Asker {
  const some = addresses.slice(0, ADDRESSES_MAX);
  const kept = new Map<string, Asked[]>(some.map((address) => [address, []]));
  let cancel = (): void => undefined;
  let stopped = false;
  const pending = new Map<string, number>();

  const ask = async (address: string): Promise<void> => {
    const waiting = pending.get(address) ?? 0;
    if (waiting >= PENDING_MAX) return;
    pending.set(address, waiting + 1);
    const askedAt = clock.nowMs();
    const { answered } = await prober.ask(
      { kind: 'ping', host: address, text: `ping ${address}` },
      { timeoutMs: ANSWER_MS },
    );
    pending.set(address, pending.get(address)! - 1);
    const list = kept.get(address)!;
    list.push({ askedAt, answeredAt: answered ? clock.nowMs() : undefined });
    if (list.length > KEPT) list.shift();
  };
  const round = (): void => {
    if (stopped) return;
    for (const address of some) void ask(address);
    cancel = clock.wakeAt(after(clock.nowMs(), ASK_EVERY_MS), round);
  };
  round();
  return {
    addresses: some,
    asked: (address) => kept.get(address) ?? [],
    stop() {
      stopped = true;
      cancel();
    },
  };
}
