import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import nacl from 'tweetnacl';
import type { Body, Reject } from '../core/frame.ts';
import type { PublicIdentity } from '../core/settings.ts';
import type { NodeId } from '../core/units.ts';
import { decodeBody } from './body.ts';
import { boxShared } from './box.ts';
import { publicKeyObject, secretKeyObject } from './der.ts';
import { fromHex, readId, toHex } from './hex.ts';
import { digest, hmacSha512, type Hmac } from './hmac.ts';
import type { SecretIdentity } from './identity.ts';
import {
  BODY_AT,
  BODY_STEP,
  BOX_AT,
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  ID_BYTES,
  MAGIC,
  NONCE_AT,
  NONCE_BYTES,
  SENDER_AT,
  SIGNATURE_BYTES,
  VERSION,
} from './layout.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const FRAME_CONTEXT = text('sealbeat 1 frame');
const SIGNATURE_CONTEXT = text('sealbeat 1 signature');
const NONCE_CONTEXT = text('sealbeat 1 nonce');

/** Everything that two nodes need for frames from one to the other, computed once per pair of keys. */
export interface Direction {
  readonly sender: NodeId;
  readonly recipient: NodeId;
  /** NaCl secretbox key, 32 bytes. */
  readonly boxKey: Uint8Array;
  /** What is signed before the clear header: context and cluster. */
  readonly before: Uint8Array;
  /** What is signed between header and body: both identities. */
  readonly between: Uint8Array;
}

export interface OutboundDirection extends Direction {
  readonly signKey: KeyObject;
  readonly nonceKey: Hmac;
}

export interface InboundDirection extends Direction {
  readonly verifyKey: KeyObject;
}

const sha512 = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash('sha512').update(bytes).digest());

const identityBytes = (identity: PublicIdentity): Uint8Array =>
  Buffer.concat([identity.signKey, identity.boxKey]);

function directionOf(
  [sender, recipient]: readonly [PublicIdentity, PublicIdentity],
  shared: Uint8Array,
  cluster: string,
): Direction {
  const name = text(cluster);
  if (name.length > 255) throw new RangeError(`cluster name of ${name.length} bytes`);
  const named = Buffer.concat([Uint8Array.of(name.length), name]);
  const between = Buffer.concat([identityBytes(sender), identityBytes(recipient)]);
  return {
    sender: sender.id,
    recipient: recipient.id,
    boxKey: sha512(Buffer.concat([FRAME_CONTEXT, shared, between, named])).slice(0, nacl.secretbox.keyLength),
    before: Buffer.concat([SIGNATURE_CONTEXT, named]),
    between,
  };
}

/**
 * Keys for frames between us and `peer`, both ways. Source: NaCl crypto_box, RFC 8032; PROTOCOL.md, keys of a direction.
 *
 * Throws: RangeError for a cluster name above 255 bytes; config/ allows 32.
 */
export function directionsBetween(
  own: SecretIdentity,
  peer: PublicIdentity,
  cluster: string,
): { readonly inbound: InboundDirection; readonly outbound: OutboundDirection } {
  const shared = boxShared(peer.boxKey, own.boxSecret); // the same for both ways
  const signKey = secretKeyObject('ed25519', own.signSeed);
  const verifyKey = publicKeyObject('ed25519', peer.signKey);
  const nonceKey = hmacSha512(sha512(Buffer.concat([NONCE_CONTEXT, own.boxSecret])));
  return {
    inbound: { ...directionOf([peer, own.public], shared, cluster), verifyKey },
    outbound: { ...directionOf([own.public, peer], shared, cluster), signKey, nonceKey },
  };
}

/**
 * A nonce that stays unlike all others even when a virtual machine is resumed from a snapshot with the same entropy:
 * clocks and body go into it too.
 *
 * Shape: 24 bytes. `random` must be 32 fresh bytes. A repeat under one key with another body leaks plaintext.
 */
export function deriveNonce(
  direction: OutboundDirection,
  random: Uint8Array,
  clocks: { readonly wallMs: number; readonly monoMs: number },
  body: Uint8Array,
): Uint8Array {
  const times = new Uint8Array(new Float64Array([clocks.wallMs, clocks.monoMs]).buffer);
  return digest(direction.nonceKey, random, times, text(direction.recipient), body).subarray(0, NONCE_BYTES);
}

/**
 * Signs `body` and seals it for the recipient of `direction`.
 *
 * Shape:  116 bytes more than the body (layout.ts).
 * Signed: context, cluster, clear header, both identities, body. The header because secretbox does not cover it; the
 *         recipient because otherwise it could pass the frame on in our name.
 * Throws: never for a body of encodeBody and a nonce of 24 bytes.
 */
export function sealFrame(body: Uint8Array, nonce: Uint8Array, direction: OutboundDirection): Uint8Array {
  const frame = new Uint8Array(BODY_AT + body.length);
  frame.set([(MAGIC >> 16) & 255, (MAGIC >> 8) & 255, MAGIC & 255, VERSION]);
  frame.set(fromHex(direction.sender), SENDER_AT);
  frame.set(nonce, NONCE_AT);
  const signature = sign(null, signed(direction, frame.subarray(0, BOX_AT), body), direction.signKey);
  frame.set(nacl.secretbox(Buffer.concat([signature, body]), nonce, direction.boxKey), BOX_AT);
  return frame;
}

const signed = (direction: Direction, header: Uint8Array, body: Uint8Array): Uint8Array =>
  Buffer.concat([direction.before, header, direction.between, body]);

/** First 8 bytes of a frame's nonce: what its recipient echoes. */
export const nonceEcho = (nonce: Uint8Array): string => toHex(nonce.subarray(0, ID_BYTES));

export interface Opened {
  readonly ok: true;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly body: Body;
  readonly echo: string;
  /** The signature check, left to the caller: 0.13 ms that only a frame about to be accepted may cost. */
  readonly verify: () => boolean;
}
export type Refused = { readonly ok: false; readonly reject: Reject; readonly from: NodeId | undefined };

/** Directions by sender: one per own key, at most two; empty for a stranger; 'self' for our own id. */
export type InboundLookup = (sender: NodeId) => readonly InboundDirection[] | 'self';

/** Bytes from anyone → a body that only a holder of the peer's box secret or ours can have sealed. Never throws. */
export function openFrame(frame: Uint8Array, inbound: InboundLookup): Opened | Refused {
  if (
    frame.length < FRAME_BYTES_MIN ||
    frame.length > FRAME_BYTES_MAX ||
    (frame.length - BODY_AT) % BODY_STEP !== 0
  ) {
    return { ok: false, reject: 'length', from: undefined };
  }
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0) >>> 8 !== MAGIC) return { ok: false, reject: 'magic', from: undefined };
  if (view.getUint8(3) !== VERSION) return { ok: false, reject: 'version', from: undefined };
  const from = readId(view, SENDER_AT) as NodeId;
  const directions = inbound(from);
  if (directions === 'self') return { ok: false, reject: 'reflected', from: undefined };
  if (directions.length === 0) return { ok: false, reject: 'unknown-sender', from: undefined };
  const nonce = frame.subarray(NONCE_AT, BOX_AT);
  for (const direction of directions) {
    const plain = nacl.secretbox.open(frame.subarray(BOX_AT), nonce, direction.boxKey);
    if (plain === null) continue;
    const bodyBytes = plain.subarray(SIGNATURE_BYTES);
    const body = decodeBody(bodyBytes);
    if (body === undefined) return { ok: false, reject: 'malformed', from };
    // A copy, also of a Buffer, whose own slice() shares memory with what the socket may reuse before verify() is called.
    const header = Uint8Array.from(frame.subarray(0, BOX_AT));
    return {
      ok: true,
      from,
      to: direction.recipient,
      body,
      echo: nonceEcho(nonce),
      verify: () =>
        verify(
          null,
          signed(direction, header, bodyBytes),
          direction.verifyKey,
          plain.subarray(0, SIGNATURE_BYTES),
        ),
    };
  }
  return { ok: false, reject: 'box', from };
}
