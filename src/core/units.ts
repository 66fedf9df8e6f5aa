/** Milliseconds on this machine's monotonic clock: never sent, never stored, never compared across machines. */
export type MonoMs = number & { readonly unit: 'mono-ms' };
/** Milliseconds since 1970. For people, logs and the epoch's floor; no decision about liveness may read it. */
export type WallMs = number & { readonly unit: 'wall-ms' };

/** A node's name in the config: `[a-z0-9]([a-z0-9-]*[a-z0-9])?`, at most 32 characters. */
export type NodeName = string & { readonly unit: 'node-name' };
/** A group's name in the config, same alphabet. */
export type GroupName = string & { readonly unit: 'group-name' };
/** First 8 bytes of SHA-512 over a public identity, as 16 hex digits (PROTOCOL.md, sender id). */
export type NodeId = string & { readonly unit: 'node-id' };
/** First 8 bytes of SHA-512 over a group's name, as 16 hex digits (PROTOCOL.md, group record). */
export type GroupId = string & { readonly unit: 'group-id' };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;

/** Later by some milliseconds, still on the same clock. */
export const after = (at: MonoMs, ms: number): MonoMs => (at + ms) as MonoMs;
