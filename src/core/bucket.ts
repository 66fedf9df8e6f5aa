import type { MonoMs } from './units.ts';

/** A token bucket: `perSecond` on the long run, at most `burst` at once. */
export interface Bucket {
  tokens: number;
  at: MonoMs;
}

export const fullBucket = (burst: number, now: MonoMs): Bucket => ({ tokens: burst, at: now });

/** Takes one token if there is one. */
export function take(
  bucket: Bucket,
  now: MonoMs,
  { perSecond, burst }: { perSecond: number; burst: number },
): boolean {
  const refill = (Math.max(0, now - bucket.at) * perSecond) / 1_000;
  bucket.tokens = Math.min(burst, bucket.tokens + refill);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
