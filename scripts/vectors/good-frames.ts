import type { Body } from '../../src/core/frame.ts';
import { encodeBody } from '../../src/wire/body.ts';
import { toHex } from '../../src/wire/hex.ts';
import { GROUPS_PER_FRAME } from '../../src/core/frame.ts';
import { BODY, BODY_STEP, GROUP_BYTES } from '../../src/wire/layout.ts';
import { bodyOf, directionOf, EPOCH, groupOf, helloOf, NO_ECHO, nonceOf, sealAs } from './actors.ts';

/** Opens, and seals again to the same bytes. */
export interface GoodFrame {
  readonly name: string;
  readonly nonce: string;
  readonly body: Body;
  /** `body` as bytes; with `extended`, followed by something that version 1 skips. */
  readonly bodyHex: string;
  readonly extended: boolean;
  /** Of the direction, lb1 to lb2. */
  readonly boxKey: string;
  readonly frame: string;
}

const bodies: Readonly<Record<string, Body>> = {
  hello: helloOf(),
  beat: bodyOf(),
  'beat of a node that hears nothing': bodyOf({ hearsYou: false, canReceive: false }),
  probe: bodyOf({ probe: true, seq: 4_322 }),
  'answer to a probe': bodyOf({ answer: true, seq: 4_323 }),
  'answer to a hello, no session open': helloOf({
    answer: true,
    seq: 2,
    sentUs: 15_000,
    ack: 77,
    echo: '8899aabbccddeeff',
  }),
  'answer to a hello, session open': bodyOf({ answer: true, seq: 4_324, ack: 77, ackedLow: 0, ackedHigh: 0 }),
  'resigned: priority 0': bodyOf({
    seq: 4_325,
    groups: [groupOf('web', { priority: 0, base: 101, epoch: EPOCH })],
  }),
  'at 0 for no reason but checks': bodyOf({
    seq: 4_326,
    groups: [groupOf('web', { priority: 0, base: 101, checksOnly: true })],
  }),
  'handing over to node 2': bodyOf({
    seq: 4_327,
    groups: [
      groupOf('web', {
        role: 'releasing',
        priority: 0,
        base: 101,
        has: true,
        sticky: true,
        heir: 2,
        epoch: EPOCH,
      }),
    ],
  }),
  'claiming, beside a holder that it hears': bodyOf({
    seq: 4_328,
    groups: [
      groupOf('web', {
        role: 'claiming',
        has: true,
        holder: 3,
        holderRole: 'active',
        holderPriority: 90,
        epoch: EPOCH,
      }),
    ],
  }),
  'frozen group': bodyOf({ seq: 4_329, groups: [groupOf('web', { frozen: true, freezeCounter: 65_535 })] }),
  'no group here': bodyOf({ seq: 4_330, groupsInAll: 0, groups: [] }),
  'one step longer: 2 groups': bodyOf({
    seq: 4_331,
    groupsInAll: 2,
    groups: [groupOf('mail'), groupOf('web')],
  }),
  'promise to be back': bodyOf({ seq: 4_332, promiseMs: 3_000 }),
  'highest numbers': bodyOf({
    path: 255,
    versionMax: 255,
    intervalUs: 0xffff_ffff,
    timeoutUs: 0xffff_ffff,
    session: Number.MAX_SAFE_INTEGER,
    seq: Number.MAX_SAFE_INTEGER,
    sentUs: Number.MAX_SAFE_INTEGER,
    ack: Number.MAX_SAFE_INTEGER,
    ackDelayUs: Number.MAX_SAFE_INTEGER,
    promiseMs: 65_535,
    groupsInAll: 65_535,
    groups: [groupOf('web', { priority: 254, base: 254, epoch: Number.MAX_SAFE_INTEGER })],
  }),
  'lowest numbers': bodyOf({
    hearsYou: false,
    canReceive: false,
    versionMax: 0,
    intervalUs: 1,
    timeoutUs: 1,
    session: 1,
    seq: 1,
    sentUs: 0,
    ack: 0,
    echo: NO_ECHO,
    ackDelayUs: 0,
    ackedLow: 0,
    ackedHigh: 0,
    groupsInAll: 0,
    groups: [],
  }),
  'largest: 35 of 40 groups': bodyOf({
    seq: 4_333,
    groupsInAll: 40,
    groups: Array.from({ length: GROUPS_PER_FRAME }, (_, index) => groupOf(`group-${index}`)),
  }),
  'to a peer with another config': bodyOf({
    seq: 4_334,
    configParts: ['01234567', '89abcdef', '00000000', 'ffffffff', '1', '2', '3', '4'].map((part) =>
      part.padStart(8, '0'),
    ),
  }),
  'hello with 35 groups': helloOf({
    seq: 3,
    groupsInAll: GROUPS_PER_FRAME,
    groups: Array.from({ length: GROUPS_PER_FRAME }, (_, index) => groupOf(`group-${index}`)),
  }),
};

const extensions: Readonly<Record<string, readonly number[]>> = {
  'unknown extension of 3 bytes': [200, 3, 0xaa, 0xbb, 0xcc],
  'empty extension': [1, 0],
  'two extensions': [1, 1, 0xff, 255, 2, 0, 0],
  // One group: 120 bytes are used, so 8 are left.
  'extension to the very end': [9, 6, 1, 2, 3, 4, 5, 6],
};

export function goodFrames(): readonly GoodFrame[] {
  const plain = Object.entries(bodies).map(([name, body]) => goodFrame(name, body, encodeBody(body)));
  const extended = Object.entries(extensions).map(([name, extension]) => {
    const body = bodyOf({ seq: 5_000 });
    return { ...goodFrame(name, body, withExtension(body, extension)), extended: true };
  });
  return [...plain, ...extended];
}

function goodFrame(name: string, body: Body, bytes: Uint8Array): GoodFrame {
  return {
    name,
    nonce: toHex(nonceOf(name)),
    body,
    bodyHex: toHex(bytes),
    extended: false,
    boxKey: toHex(directionOf('lb1', 'lb2').boxKey),
    frame: toHex(sealAs(bytes, name)),
  };
}

/** `extension` behind the groups; the body grows by as many steps as it takes. */
export function withExtension(body: Body, extension: readonly number[]): Uint8Array {
  const used = BODY.groups + body.groups.length * GROUP_BYTES;
  const encoded = encodeBody(body);
  const bytes = new Uint8Array(
    Math.max(encoded.length, Math.ceil((used + extension.length) / BODY_STEP) * BODY_STEP),
  );
  bytes.set(encoded);
  bytes.set(extension, used);
  return bytes;
}
