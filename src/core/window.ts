/**
 * Which of the newest 1,024 frame numbers were accepted: a sliding window in the manner of RFC 6479, a ring of words
 * that is cleared as the window moves on, so no shift ever depends on an attacker's number.
 */
export interface Window {
  /** Highest number accepted; 0 for none. */
  top: number;
  readonly words: Uint32Array;
}

export const WINDOW_FRAMES = 1_024;
const WORD_BITS = 32;
/** Twice the window, a power of two: the words being cleared are never those still looked at. */
const WORDS = (2 * WINDOW_FRAMES) / WORD_BITS;

export const emptyWindow = (): Window => ({ top: 0, words: new Uint32Array(WORDS) });

const wordOf = (seq: number): number => Math.floor(seq / WORD_BITS) % WORDS;
const bitOf = (seq: number): number => (1 << (seq % WORD_BITS)) >>> 0;

/** Below the window: too old to tell whether it was seen. */
export const isBehind = (window: Window, seq: number): boolean => seq <= window.top - WINDOW_FRAMES;

export function wasSeen(window: Window, seq: number): boolean {
  if (seq > window.top) return false;
  return (window.words[wordOf(seq)]! & bitOf(seq)) !== 0;
}

/** Remembers `seq`, which must not be behind the window. */
export function markSeen(window: Window, seq: number): void {
  if (seq > window.top) {
    const from = Math.floor(window.top / WORD_BITS);
    const steps = Math.min(Math.floor(seq / WORD_BITS) - from, WORDS);
    for (let step = 1; step <= steps; step++) window.words[(from + step) % WORDS] = 0;
    window.top = seq;
  }
  window.words[wordOf(seq)]! |= bitOf(seq);
}

/** The 64 numbers below `top` as two words, bit 0 of `low` being `top - 1`: the acknowledgement bitmap of a frame. */
export function bitmapBelow(window: Window, top: number): { low: number; high: number } {
  let low = 0;
  let high = 0;
  for (let back = 1; back <= 64; back++) {
    const seq = top - back;
    if (seq < 1 || isBehind(window, seq) || !wasSeen(window, seq)) continue;
    if (back <= 32) low = (low | (1 << (back - 1))) >>> 0;
    else high = (high | (1 << (back - 33))) >>> 0;
  }
  return { low, high };
}
