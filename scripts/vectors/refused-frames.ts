import type { Reject } from '../../src/core/frame.ts';
import { encodeBody } from '../../src/wire/body.ts';
import { fromHex, toHex } from '../../src/wire/hex.ts';
import { BODY, BODY_AT, BODY_STEP, BOX_AT, GROUP, GROUP_BYTES, SENDER_AT } from '../../src/wire/layout.ts';
import { actors, bodyOf, directionOf, groupOf, helloOf, sealAs } from './actors.ts';
import { withExtension } from './good-frames.ts';

/** What lb2, which knows lb1 and lb3, refuses in steps 1 to 5 of the receive path. */
export interface RefusedFrame {
  readonly name: string;
  readonly expect: Reject;
  readonly frame: string;
}

const GROUPS_AT = BODY.groups;
const beat = (): Uint8Array => sealAs(bodyOf(), 'refused');

export function refusedFrames(): readonly RefusedFrame[] {
  return [...ofTheHeader(), ...ofTheBox(), ...malformed()].map(({ name, expect, frame }) => ({
    name,
    expect,
    frame: toHex(frame),
  }));
}

type Row = { readonly name: string; readonly expect: Reject; readonly frame: Uint8Array };

const row = (name: string, expect: Reject, frame: Uint8Array): Row => ({ name, expect, frame });

function ofTheHeader(): readonly Row[] {
  const largest = new Uint8Array(1_205);
  largest.set(beat());
  return [
    row('empty', 'length', new Uint8Array(0)),
    ...[1, 115, 116, 179, 181, 243].map((length) =>
      row(`cut to ${length} bytes`, 'length', beat().subarray(0, length)),
    ),
    row('one byte more', 'length', largest.subarray(0, 245)),
    row('1,203 bytes', 'length', largest.subarray(0, 1_203)),
    row('1,205 bytes', 'length', largest),
    row('one step above the largest', 'length', new Uint8Array(1_268)),
    row('another protocol', 'magic', patched(beat(), 0, [0x56, 0x52, 0x52])),
    row('nothing but zeros', 'magic', new Uint8Array(244)),
    row('version 0', 'version', patched(beat(), 3, [0])),
    row('version 2', 'version', patched(beat(), 3, [2])),
    row('a node of no config', 'unknown-sender', sealAs(bodyOf(), 'refused', directionOf('stranger', 'lb2'))),
    row('an id of zeros', 'unknown-sender', patched(beat(), SENDER_AT, new Array<number>(8).fill(0))),
    row('our own frame to lb1', 'reflected', sealAs(bodyOf(), 'refused', directionOf('lb2', 'lb1'))),
  ];
}

function ofTheBox(): readonly Row[] {
  const ours = sealAs(bodyOf(), 'refused', directionOf('lb2', 'lb1'));
  const theirs = [...fromHex(actors.lb1.public.id)];
  const wrongPair = { ...directionOf('stranger', 'lb2'), sender: actors.lb1.public.id };
  return [
    row('our own frame to lb1, under the name of lb1', 'box', patched(ours, SENDER_AT, theirs)),
    row('for lb3', 'box', sealAs(bodyOf(), 'refused', directionOf('lb1', 'lb3'))),
    row('from lb3, under the name of lb1', 'box', patched(sealFromLb3(), SENDER_AT, theirs)),
    row(
      'for a cluster of another name',
      'box',
      sealAs(bodyOf(), 'refused', directionOf('lb1', 'lb2', 'silver')),
    ),
    row('under the name of lb1, by other keys', 'box', sealAs(bodyOf(), 'refused', wrongPair)),
    row('nonce changed', 'box', flipped(beat(), BOX_AT - 1)),
    row('tag changed', 'box', flipped(beat(), BOX_AT)),
    row('signature changed', 'box', flipped(beat(), BODY_AT - 1)),
    row('last byte changed', 'box', flipped(beat(), 243)),
    row('cut by one step', 'box', sealAs(helloOf(), 'refused').subarray(0, 500)),
    row(
      'header and noise',
      'box',
      patched(new Uint8Array(244).fill(0xa5), 0, [...beat().subarray(0, BOX_AT)]),
    ),
  ];
}

const sealFromLb3 = (): Uint8Array => sealAs(bodyOf(), 'refused', directionOf('lb3', 'lb2'));

/** Sealed and signed by lb1 as it should be, and still nothing that a node of version 1 says. */
function malformed(): readonly Row[] {
  const twice = bodyOf({ groupsInAll: 2, groups: [groupOf('web'), groupOf('web')] });
  const above = [0, 32, 0, 0, 0, 0, 0, 0]; // 2^53
  const bodies: Readonly<Record<string, Uint8Array>> = {
    'body of 64 bytes': encodeBody(bodyOf()).subarray(0, BODY_STEP),
    'unknown flag': patchedBody(BODY.flags, [0, 32]),
    'highest flag': patchedBody(BODY.flags, [128, 0]),
    'interval 0': patchedBody(BODY.intervalUs, [0, 0, 0, 0]),
    'timeout 0': patchedBody(BODY.timeoutUs, [0, 0, 0, 0]),
    'session 0': patchedBody(BODY.session, new Array<number>(8).fill(0)),
    'seq 0': patchedBody(BODY.seq, new Array<number>(8).fill(0)),
    'session 2^53': patchedBody(BODY.session, above),
    'seq 2^53': patchedBody(BODY.seq, above),
    'seq of all ones': patchedBody(BODY.seq, new Array<number>(8).fill(255)),
    'sent 2^53': patchedBody(BODY.sentUs, above),
    'ack 2^53': patchedBody(BODY.ack, above),
    'ack delay 2^53': patchedBody(BODY.ackDelayUs, above),
    'epoch 2^53': patchedBody(GROUPS_AT + GROUP.epoch, above),
    'reserved byte 1': patchedBody(BODY.reserved, [1]),
    'reserved byte 3': patchedBody(BODY.reserved + 2, [1]),
    'more groups than in all': patchedBody(BODY.groupsInAll, [0, 0]),
    'a group beyond the frame': patchedBody(BODY.groupsHere, [2]),
    '36 groups': patchedBody(BODY.groupsHere, [36]),
    'the same group twice': encodeBody(twice),
    'role 5': patchedBody(GROUPS_AT + GROUP.role, [5]),
    'holder of role 255': patchedBody(GROUPS_AT + GROUP.holderRole, [255]),
    'unknown group flag': patchedBody(GROUPS_AT + GROUP.flags, [32]),
    'priority 255': patchedBody(GROUPS_AT + GROUP.priority, [255]),
    'base 255': patchedBody(GROUPS_AT + GROUP.base, [255]),
    'holder of priority 255': patchedBody(GROUPS_AT + GROUP.holderPriority, [255]),
    'reserved byte of a group': patchedBody(GROUPS_AT + GROUP.reserved + 1, [1]),
    'last byte not zero': patchedBody(127, [1]),
    'something behind type 0': patchedBody(GROUPS_AT + GROUP_BYTES + 1, [1]),
    'extension longer than the frame': withExtension(bodyOf(), [1, 7, 1, 1, 1, 1, 1, 1]),
    'extension without a length': withExtension(bodyOf(), [1, 5, 1, 1, 1, 1, 1, 1]),
  };
  return Object.entries(bodies).map(([name, body]) => row(name, 'malformed', sealAs(body, name)));
}

const patchedBody = (at: number, bytes: readonly number[]): Uint8Array =>
  patched(encodeBody(bodyOf()), at, bytes);

function patched(original: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(original);
  copy.set(bytes, at);
  return copy;
}

export const flipped = (original: Uint8Array, at: number): Uint8Array =>
  patched(original, at, [original[at]! ^ 1]);
