import type { ChildProcess } from 'node:child_process';
import { startNamespaceChild } from './namespace-child.ts';
import type { Span } from './timeline.ts';
import { until } from './wait.ts';

/** What one end of a stream says. Times are wall milliseconds of this machine. */
export type StreamMessage =
  | { readonly kind: 'ready' }
  | (StreamGap & { readonly kind: 'gap' })
  | { readonly kind: 'broken'; readonly why: string }
  | ({ readonly kind: 'report'; readonly number: number } & StreamState);

/** Nothing came between `fromMs` and `toMs`. */
export interface StreamGap extends Span {
  readonly lengthMs: number;
}

export interface StreamState {
  readonly sent: number;
  /** All in order, or `broken` has been told. */
  readonly received: number;
  /** Since the last number; null before the first. */
  readonly silentForMs: number | null;
}

/** One end of a TCP connection on which numbers go both ways all the time. */
export interface StreamEnd {
  state(): Promise<StreamState>;
  /** The longest time within the window in which nothing came; 0 stands for "under 30 ms". */
  longestGapMs(window: Span): number;
  /** What went wrong with the connection; empty for nothing. */
  readonly broken: readonly string[];
}

const EVERY_MS = 10;
const SHORTEST_GAP_MS = 30;

/** `address` is whom to call; without one it waits to be called. */
export async function streamEnd(namespace: string, port: number, address?: string): Promise<StreamEnd> {
  const to = address === undefined ? [] : [address];
  const gaps: StreamGap[] = [];
  const broken: string[] = [];
  let report: (StreamState & { readonly number: number }) | undefined;
  let asked = 0;
  const child: ChildProcess = await startNamespaceChild(namespace, 'stream.ts', [
    ...[`${port}`, `${EVERY_MS}`, `${SHORTEST_GAP_MS}`],
    ...to,
  ]);
  child.on('message', (message: StreamMessage) => {
    if (message.kind === 'gap') gaps.push(message);
    if (message.kind === 'broken') broken.push(message.why);
    if (message.kind === 'report') report = message;
  });
  return {
    broken,
    async state() {
      const number = (asked += 1);
      child.send(number);
      await until('an end of the stream to report', 5_000, () => (report?.number ?? 0) >= number);
      return report ?? { sent: 0, received: 0, silentForMs: null };
    },
    longestGapMs({ fromMs, toMs }) {
      const within = gaps.filter((gap) => gap.toMs > fromMs && gap.fromMs < toMs);
      return Math.max(0, ...within.map((gap) => gap.lengthMs));
    },
  };
}
