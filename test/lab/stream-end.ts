import { gapTeller, type GapTeller, type Telling } from './gap-teller.ts';

export type StreamMessage = Telling<StreamState, BrokenMessage>;
type BrokenMessage = { readonly kind: 'broken'; readonly why: string };

export interface StreamState {
  readonly sent: number;
  /** All in order, or `broken` says so. */
  readonly received: number;
}

/** One end of a TCP connection on which numbers go both ways all the time. */
export interface StreamEnd extends GapTeller<StreamState> {
  /** What went wrong with the connection; empty for nothing. */
  readonly broken: readonly string[];
}

const EVERY_MS = 10;
const SHORTEST_GAP_MS = 30;

/** `address` is whom to call; without one it waits to be called. */
export async function streamEnd(namespace: string, port: number, address?: string): Promise<StreamEnd> {
  const broken: string[] = [];
  const teller = await gapTeller<StreamState, BrokenMessage>(
    namespace,
    'stream.ts',
    [port, EVERY_MS, SHORTEST_GAP_MS, ...(address === undefined ? [] : [address])],
    ({ why }) => broken.push(why),
  );
  return { ...teller, broken };
}
