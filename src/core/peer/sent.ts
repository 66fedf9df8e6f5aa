import type { MonoMs } from '../units.ts';

/** The last 1,024 frames sent to one peer: what an acknowledgement is matched against. */
export interface SentRing {
  readonly seqs: Float64Array;
  readonly ats: Float64Array;
  readonly paths: Uint8Array;
  readonly acked: Uint8Array;
  readonly echoes: string[];
}

export interface Sent {
  readonly at: MonoMs;
  readonly path: number;
  readonly echo: string;
}

export const SENT_FRAMES = 1_024;

export const emptySentRing = (): SentRing => ({
  seqs: new Float64Array(SENT_FRAMES),
  ats: new Float64Array(SENT_FRAMES),
  paths: new Uint8Array(SENT_FRAMES),
  acked: new Uint8Array(SENT_FRAMES),
  echoes: new Array<string>(SENT_FRAMES).fill(''),
});

export function noteSent(ring: SentRing, seq: number, at: MonoMs, path: number): void {
  const place = seq % SENT_FRAMES;
  ring.seqs[place] = seq;
  ring.ats[place] = at;
  ring.paths[place] = path;
  ring.acked[place] = 0;
  ring.echoes[place] = '';
}

/** The nonce is made when the frame is sealed, after the decision to send it. */
export function noteEcho(ring: SentRing, seq: number, echo: string): void {
  const place = seq % SENT_FRAMES;
  if (ring.seqs[place] === seq) ring.echoes[place] = echo;
}

export function findSent(ring: SentRing, seq: number): Sent | undefined {
  const place = seq % SENT_FRAMES;
  if (seq < 1 || ring.seqs[place] !== seq) return undefined;
  return { at: ring.ats[place]! as MonoMs, path: ring.paths[place]!, echo: ring.echoes[place]! };
}

/** Marks `ack` and what its bitmap names as received by the peer; returns, as bits, the paths for which that is news. */
export function noteAcked(ring: SentRing, ack: number, low: number, high: number): number {
  let paths = 0;
  const mark = (seq: number): void => {
    const place = seq % SENT_FRAMES;
    if (seq < 1 || ring.seqs[place] !== seq || ring.acked[place] === 1) return;
    ring.acked[place] = 1;
    paths |= 1 << ring.paths[place]!;
  };
  mark(ack);
  for (let bit = 0; bit < 32; bit++) {
    if ((low & (1 << bit)) !== 0) mark(ack - 1 - bit);
    if ((high & (1 << bit)) !== 0) mark(ack - 33 - bit);
  }
  return paths;
}

/** Of the newest 64 frames on `path` up to the newest acknowledged one: the share that never arrived, 0 to 100. */
export function lossPercent(ring: SentRing, newestAcked: number, path: number): number | undefined {
  let counted = 0;
  let lost = 0;
  for (let seq = newestAcked; seq > 0 && seq > newestAcked - SENT_FRAMES && counted < 64; seq--) {
    const place = seq % SENT_FRAMES;
    if (ring.seqs[place] !== seq) break;
    if (ring.paths[place] !== path) continue;
    counted += 1;
    if (ring.acked[place] === 0) lost += 1;
  }
  return counted === 0 ? undefined : (100 * lost) / counted;
}
