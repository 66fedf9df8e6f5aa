import { GROUPS_PER_FRAME, type Body, type GroupRecord } from '../core/frame.ts';
import type { GroupId, NodeId } from '../core/units.ts';
import { readId, writeId } from './hex.ts';
import {
  ASKED_GROUP_BYTES,
  ASKED_GROUPS_MAX,
  ASKS_FOR_TYPE,
  BODY,
  BODY_STEP,
  CONFIG_PART_BYTES,
  CONFIG_PARTS_TYPE,
  FLAG,
  FLAGS_KNOWN,
  FRAME_BYTES_MAX,
  BODY_AT,
  GROUP,
  GROUP_BYTES,
  GROUP_FLAG,
  GROUP_FLAGS_KNOWN,
  HELLO_BODY_BYTES,
  ROLES,
} from './layout.ts';

const BODY_BYTES_MAX = FRAME_BYTES_MAX - BODY_AT;
const U32 = 0x1_0000_0000;
/** 255 is kept free for a later version. */
const PRIORITY_MAX = 254;

/** DataView would cut a number silently; a frame that says something else than core meant is worse than none. */
function fitting(value: number, bits: 8 | 16 | 32 | 53): number {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new RangeError(`${value} does not fit in ${bits} bits`);
  }
  return value;
}

const writeU8 = (view: DataView, at: number, value: number): void => view.setUint8(at, fitting(value, 8));
const writeU16 = (view: DataView, at: number, value: number): void => view.setUint16(at, fitting(value, 16));
const writeU32 = (view: DataView, at: number, value: number): void => view.setUint32(at, fitting(value, 32));

function writeU64(view: DataView, at: number, value: number): void {
  fitting(value, 53);
  view.setUint32(at, Math.floor(value / U32));
  view.setUint32(at + 4, value % U32);
}

/** NaN where the number is above 2^53: such a frame is malformed, and NaN fails every comparison that follows. */
function readU64(view: DataView, at: number): number {
  const value = view.getUint32(at) * U32 + view.getUint32(at + 4);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

const bit = (is: boolean, value: number): number => (is ? value : 0);

const flagsOf = ({ hello, probe, answer, hearsYou, canReceive }: Body): number =>
  bit(hello, FLAG.hello) |
  bit(probe, FLAG.probe) |
  bit(answer, FLAG.answer) |
  bit(hearsYou, FLAG.hearsYou) |
  bit(canReceive, FLAG.canReceive);

const groupFlagsOf = ({ has, sticky, frozen, overlap, checksOnly }: GroupRecord): number =>
  bit(has, GROUP_FLAG.has) |
  bit(sticky, GROUP_FLAG.sticky) |
  bit(frozen, GROUP_FLAG.frozen) |
  bit(overlap, GROUP_FLAG.overlap) |
  bit(checksOnly, GROUP_FLAG.checksOnly);

/**
 * The bytes of a body.
 *
 * Shape:  92 bytes, 28 more for each group record, zero-padded to a multiple of 64; a hello to at least 448.
 * Throws: RangeError for numbers that do not fit and for more than 35 groups; core never composes such a body.
 */
export function encodeBody(body: Body): Uint8Array {
  if (body.groups.length > GROUPS_PER_FRAME)
    throw new RangeError(`${body.groups.length} groups in one frame`);
  const groupsEnd = BODY.groups + body.groups.length * GROUP_BYTES;
  const partsEnd = groupsEnd + partsBytes(body, groupsEnd);
  const used = partsEnd + asksBytes(body, partsEnd);
  const least = body.hello && !body.answer ? Math.max(used, HELLO_BODY_BYTES) : used;
  const bytes = new Uint8Array(Math.ceil(least / BODY_STEP) * BODY_STEP);
  const view = new DataView(bytes.buffer);
  writeU16(view, BODY.flags, flagsOf(body));
  writeU8(view, BODY.versionMax, body.versionMax);
  writeU8(view, BODY.path, body.path);
  writeU32(view, BODY.intervalUs, body.intervalUs);
  writeU32(view, BODY.timeoutUs, body.timeoutUs);
  writeU64(view, BODY.session, body.session);
  writeU64(view, BODY.seq, body.seq);
  writeU64(view, BODY.sentUs, body.sentUs);
  writeU64(view, BODY.ack, body.ack);
  writeId(view, BODY.echo, body.echo);
  writeU64(view, BODY.ackDelayUs, body.ackDelayUs);
  writeU32(view, BODY.ackedHigh, body.ackedHigh);
  writeU32(view, BODY.ackedLow, body.ackedLow);
  writeId(view, BODY.yourKey, body.yourKey);
  writeId(view, BODY.digest, body.digest);
  writeU16(view, BODY.promiseMs, body.promiseMs);
  writeU16(view, BODY.groupsInAll, body.groupsInAll);
  writeU8(view, BODY.groupsHere, body.groups.length);
  body.groups.forEach((group, index) => writeGroup(view, BODY.groups + index * GROUP_BYTES, group));
  if (partsEnd > groupsEnd) writeParts(view, groupsEnd, body.configParts);
  if (used > partsEnd) writeAsks(view, partsEnd, body.asksFor);
  return bytes;
}

/** Room for the extension; none when there is nothing to say or the groups leave no room: it is only for people. */
function partsBytes({ configParts }: Body, from: number): number {
  const bytes = configParts.length === 0 ? 0 : 2 + configParts.length * CONFIG_PART_BYTES;
  return from + bytes > BODY_BYTES_MAX ? 0 : bytes;
}

/** None when there is no room: then nobody hands over, which is what happens to a request at worst anyway. */
function asksBytes({ asksFor }: Body, from: number): number {
  const bytes = asksFor.length === 0 ? 0 : 2 + Math.min(asksFor.length, ASKED_GROUPS_MAX) * ASKED_GROUP_BYTES;
  return from + bytes > BODY_BYTES_MAX ? 0 : bytes;
}

function writeAsks(view: DataView, at: number, groups: readonly GroupId[]): void {
  const asked = groups.slice(0, ASKED_GROUPS_MAX);
  view.setUint8(at, ASKS_FOR_TYPE);
  writeU8(view, at + 1, asked.length * ASKED_GROUP_BYTES);
  asked.forEach((id, index) => writeId(view, at + 2 + index * ASKED_GROUP_BYTES, id));
}

function writeParts(view: DataView, at: number, parts: readonly string[]): void {
  view.setUint8(at, CONFIG_PARTS_TYPE);
  writeU8(view, at + 1, parts.length * CONFIG_PART_BYTES);
  parts.forEach((part, index) => writeU32(view, at + 2 + index * CONFIG_PART_BYTES, parseInt(part, 16)));
}

function writeGroup(view: DataView, at: number, group: GroupRecord): void {
  writeId(view, at + GROUP.id, group.id);
  writeU8(view, at + GROUP.role, ROLES.indexOf(group.role));
  writeU8(view, at + GROUP.priority, group.priority);
  writeU8(view, at + GROUP.base, group.base);
  writeU8(view, at + GROUP.flags, groupFlagsOf(group));
  writeU8(view, at + GROUP.heir, group.heir);
  writeU8(view, at + GROUP.holder, group.holder);
  writeU8(view, at + GROUP.holderRole, ROLES.indexOf(group.holderRole));
  writeU8(view, at + GROUP.holderPriority, group.holderPriority);
  writeU16(view, at + GROUP.freezeCounter, group.freezeCounter);
  writeU64(view, at + GROUP.epoch, group.epoch);
}

/** Bytes from a peer's box → a body, or undefined for anything that a correct sender of this version never writes. */
export function decodeBody(bytes: Uint8Array): Body | undefined {
  if (bytes.length < BODY.groups || bytes.length > BODY_BYTES_MAX || bytes.length % BODY_STEP !== 0)
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(BODY.flags);
  const here = view.getUint8(BODY.groupsHere);
  const groupsEnd = BODY.groups + here * GROUP_BYTES;
  if ((flags & ~FLAGS_KNOWN) !== 0 || here > GROUPS_PER_FRAME || groupsEnd > bytes.length) return undefined;
  if (!isZero(bytes, BODY.reserved, BODY.groups) || !restIsWellFormed(bytes, groupsEnd)) return undefined;

  const numbers = {
    session: readU64(view, BODY.session),
    seq: readU64(view, BODY.seq),
    sentUs: readU64(view, BODY.sentUs),
    ack: readU64(view, BODY.ack),
    ackDelayUs: readU64(view, BODY.ackDelayUs),
  };
  if (!(
    numbers.session > 0 &&
    numbers.seq > 0 &&
    numbers.sentUs >= 0 &&
    numbers.ack >= 0 &&
    numbers.ackDelayUs >= 0
  )) {
    return undefined;
  }
  const intervalUs = view.getUint32(BODY.intervalUs);
  const timeoutUs = view.getUint32(BODY.timeoutUs);
  const groupsInAll = view.getUint16(BODY.groupsInAll);
  if (intervalUs === 0 || timeoutUs === 0 || groupsInAll < here) return undefined;

  const groups: GroupRecord[] = [];
  const seen = new Set<string>();
  for (let index = 0; index < here; index++) {
    const group = readGroup(view, BODY.groups + index * GROUP_BYTES);
    if (group === undefined || seen.has(group.id)) return undefined;
    seen.add(group.id);
    groups.push(group);
  }
  return {
    hello: (flags & FLAG.hello) !== 0,
    probe: (flags & FLAG.probe) !== 0,
    answer: (flags & FLAG.answer) !== 0,
    hearsYou: (flags & FLAG.hearsYou) !== 0,
    canReceive: (flags & FLAG.canReceive) !== 0,
    versionMax: view.getUint8(BODY.versionMax),
    path: view.getUint8(BODY.path),
    intervalUs,
    timeoutUs,
    ...numbers,
    echo: readId(view, BODY.echo),
    ackedHigh: view.getUint32(BODY.ackedHigh),
    ackedLow: view.getUint32(BODY.ackedLow),
    yourKey: readId(view, BODY.yourKey) as NodeId,
    digest: readId(view, BODY.digest),
    promiseMs: view.getUint16(BODY.promiseMs),
    groupsInAll,
    groups,
    configParts: readParts(view, groupsEnd),
    asksFor: readAsks(view, groupsEnd),
  };
}

function readGroup(view: DataView, at: number): GroupRecord | undefined {
  const role = ROLES[view.getUint8(at + GROUP.role)];
  const holderRole = ROLES[view.getUint8(at + GROUP.holderRole)];
  const flags = view.getUint8(at + GROUP.flags);
  const epoch = readU64(view, at + GROUP.epoch);
  const priority = view.getUint8(at + GROUP.priority);
  const base = view.getUint8(at + GROUP.base);
  const holderPriority = view.getUint8(at + GROUP.holderPriority);
  const reserved = view.getUint16(at + GROUP.reserved);
  if (role === undefined || holderRole === undefined || Number.isNaN(epoch)) return undefined;
  if ((flags & ~GROUP_FLAGS_KNOWN) !== 0 || reserved !== 0) return undefined;
  if (Math.max(priority, base, holderPriority) > PRIORITY_MAX) return undefined;
  return {
    id: readId(view, at + GROUP.id) as GroupId,
    role,
    priority,
    base,
    has: (flags & GROUP_FLAG.has) !== 0,
    sticky: (flags & GROUP_FLAG.sticky) !== 0,
    frozen: (flags & GROUP_FLAG.frozen) !== 0,
    overlap: (flags & GROUP_FLAG.overlap) !== 0,
    checksOnly: (flags & GROUP_FLAG.checksOnly) !== 0,
    heir: view.getUint8(at + GROUP.heir),
    holder: view.getUint8(at + GROUP.holder),
    holderRole,
    holderPriority,
    freezeCounter: view.getUint16(at + GROUP.freezeCounter),
    epoch,
  };
}

/** A sender of a later version may say more parts, and one without this extension says none. */
function readParts(view: DataView, from: number): readonly string[] {
  const found = findExtension(view, from, CONFIG_PARTS_TYPE, CONFIG_PART_BYTES);
  return Array.from({ length: found.length / CONFIG_PART_BYTES }, (_, index) =>
    view
      .getUint32(found.at + index * CONFIG_PART_BYTES)
      .toString(16)
      .padStart(2 * CONFIG_PART_BYTES, '0'),
  );
}

function readAsks(view: DataView, from: number): readonly GroupId[] {
  const found = findExtension(view, from, ASKS_FOR_TYPE, ASKED_GROUP_BYTES);
  return Array.from(
    { length: found.length / ASKED_GROUP_BYTES },
    (_, index) => readId(view, found.at + index * ASKED_GROUP_BYTES) as GroupId,
  );
}

/** The value of the first extension of this type that consists of whole items; length 0 for none. */
function findExtension(
  view: DataView,
  from: number,
  type: number,
  itemBytes: number,
): { readonly at: number; readonly length: number } {
  for (let at = from; at + 2 <= view.byteLength && view.getUint8(at) !== 0; at += 2 + view.getUint8(at + 1)) {
    const length = view.getUint8(at + 1);
    if (view.getUint8(at) === type && length % itemBytes === 0) return { at: at + 2, length };
  }
  return { at: 0, length: 0 };
}

/** After the groups: extensions (type, length, value; unknown types are skipped) up to type 0, then nothing but zeros. */
function restIsWellFormed(bytes: Uint8Array, from: number): boolean {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) {
    if (at + 2 > bytes.length) return false;
    at += 2 + bytes[at + 1]!;
    if (at > bytes.length) return false;
  }
  return isZero(bytes, at, bytes.length);
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}
