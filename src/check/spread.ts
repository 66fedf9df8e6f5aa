const FIRST_WITHIN_MS = 5;
const FIRST_AT_LEAST_MS = 50;

/**
 * When a check is asked for the first time: a few at once, a thousand over some seconds, and none later than its interval. By
 * its name, so that it is the same at every start.
 */
export function firstAfterMs(
  name: string,
  { intervalMs, count }: { intervalMs: number; count: number },
): number {
  const withinMs = Math.min(intervalMs, Math.max(FIRST_AT_LEAST_MS, count * FIRST_WITHIN_MS));
  return hashOf(name) % withinMs;
}

/** FNV-1a with a last mix: names that differ in one digit are not neighbours. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
