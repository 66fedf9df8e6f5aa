import assert from 'node:assert/strict';
import { GROUPS_PER_FRAME } from '../core/frame.ts';

/**
 * Frame v1, integers big-endian. Field: offset, size (PROTOCOL.md has the prose).
 *   clear    0  4 magic "SBT" and version 1     4  8 sender id      12 24 nonce
 *   sealed  36 16 Poly1305 tag                 52 64 signature     116  n body, zero-padded to a multiple of 64
 */
export const MAGIC = 0x534254;
export const VERSION = 1;
export const SENDER_AT = 4;
export const NONCE_AT = 12;
export const BOX_AT = 36;
export const TAG_BYTES = 16;
export const SIGNATURE_AT = 52;
export const SIGNATURE_BYTES = 64;
export const BODY_AT = 116;
export const NONCE_BYTES = 24;
export const ID_BYTES = 8;

export const BODY_STEP = 64;
export const FRAME_BYTES_MIN = BODY_AT + BODY_STEP;
/** Fits an IPv6 path of 1,280 bytes with its headers, so a frame is never cut in two. */
export const FRAME_BYTES_MAX = BODY_AT + 17 * BODY_STEP;
/** Hellos are padded to this, so that an answer is never longer than its question. */
export const HELLO_BODY_BYTES = 448;

assert.equal(NONCE_AT + NONCE_BYTES, BOX_AT);
assert.equal(BOX_AT + TAG_BYTES, SIGNATURE_AT);
assert.equal(SIGNATURE_AT + SIGNATURE_BYTES, BODY_AT);
assert.equal(FRAME_BYTES_MAX, 1_204);
assert.ok(BODY_AT + HELLO_BODY_BYTES >= 512);

/** The body's fixed part: offset of each field. */
export const BODY = {
  flags: 0, // u16
  versionMax: 2, // u8
  path: 3, // u8
  intervalUs: 4, // u32
  timeoutUs: 8, // u32
  session: 12, // u64, like all below up to digest
  seq: 20,
  sentUs: 28,
  ack: 36,
  echo: 44, // 8 bytes
  ackDelayUs: 52,
  ackedHigh: 60, // u32
  ackedLow: 64, // u32
  yourKey: 68, // 8 bytes
  digest: 76, // 8 bytes
  promiseMs: 84, // u16
  groupsInAll: 86, // u16
  groupsHere: 88, // u8
  reserved: 89, // 3 bytes, zero
  groups: 92,
} as const;

/** One group record: offset of each field. */
export const GROUP = {
  id: 0, // 8 bytes
  role: 8, // u8, place in ROLES
  priority: 9,
  base: 10,
  flags: 11,
  heir: 12,
  holder: 13,
  holderRole: 14,
  holderPriority: 15,
  freezeCounter: 16, // u16
  reserved: 18, // 2 bytes, zero
  epoch: 20, // u64
} as const;
export const GROUP_BYTES = 28;

assert.equal(GROUP.epoch + 8, GROUP_BYTES);
assert.ok(BODY.groups + GROUPS_PER_FRAME * GROUP_BYTES <= FRAME_BYTES_MAX - BODY_AT);

/** Extension: the digests of the config's parts, 4 bytes each (core/settings.ts has their order). */
export const CONFIG_PARTS_TYPE = 2;
export const CONFIG_PART_BYTES = 4;
/** Extension: the groups that the sender asks their holder for, 8 bytes each. */
export const ASKS_FOR_TYPE = 3;
export const ASKED_GROUP_BYTES = 8;
/** As many as the length, one byte, can say. */
export const ASKED_GROUPS_MAX = 31;

// Append only: these numbers are on the wire.
export const FLAG = { hello: 1, probe: 2, answer: 4, hearsYou: 8, canReceive: 16 } as const;
export const FLAGS_KNOWN = 31;
export const GROUP_FLAG = { has: 1, sticky: 2, frozen: 4, overlap: 8, checksOnly: 16 } as const;
export const GROUP_FLAGS_KNOWN = 31;
export const ROLES = ['init', 'standby', 'claiming', 'active', 'releasing'] as const;
