import { createHash } from 'node:crypto';
import { OperatorError } from '../core/errors.ts';
import type { PublicIdentity } from '../core/settings.ts';
import type { NodeId } from '../core/units.ts';
import { base32Length, fromBase32, strangerInBase32, toBase32 } from './base32.ts';
import { isSmallOrderBoxKey, isSmallOrderSignKey } from './low-order.ts';
import { selfSignatureHolds } from './self-signature.ts';

/**
 * Public line, version 1: `sealbeat1` and 212 characters of base32 (base32.ts) over 132 bytes.
 *    0 32 Ed25519 public key    32 32 X25519 public key    64 64 Ed25519 signature (self-signature.ts)
 *  128  4 checksum: first bytes of SHA-512 over the prefix and the 128 bytes before
 */
const PREFIX = 'sealbeat1';
const SECRET_PREFIX = 'sealbeat-secret';
const KEY_BYTES = 32;
const SIGNATURE_AT = 2 * KEY_BYTES;
const CHECKSUM_AT = SIGNATURE_AT + 64;
const LINE_BYTES = CHECKSUM_AT + 4;
const BODY_CHARACTERS = base32Length(LINE_BYTES);
const LINE_CHARACTERS = PREFIX.length + BODY_CHARACTERS;

const FINGERPRINT_BYTES = 15;
const COPY_AGAIN = 'copy the whole line again; "sealbeat key show" prints it on the node that it belongs to';

type PublicKeys = { readonly signKey: Uint8Array; readonly boxKey: Uint8Array };

/** First 8 bytes of SHA-512 over signing key ‖ box key, as 16 hex digits: the sender id of PROTOCOL.md 1. */
export const nodeIdOf = (keys: PublicKeys): NodeId => hashOf(keys).subarray(0, 8).toString('hex') as NodeId;

/**
 * What two people read to each other: 6 groups of 4 base32 characters, the first 120 bits of SHA-512 over
 * signing key ‖ box key. Finding another key with the same fingerprint takes 2^120 attempts.
 */
export function fingerprintOf(keys: PublicKeys): string {
  const text = toBase32(hashOf(keys).subarray(0, FINGERPRINT_BYTES));
  return text.match(/.{4}/g)?.join(' ') ?? text;
}

/** Expects the signature of `selfSign` over the same keys; only identity.ts has the seed to make one. */
export function formatPublicLine({ signKey, boxKey }: PublicKeys, signature: Uint8Array): string {
  const bytes = Buffer.concat([signKey, boxKey, signature]);
  return PREFIX + toBase32(Buffer.concat([bytes, checksumOf(bytes)]));
}

/**
 * A public line as it came from a person: blanks around it and one word of comment behind it are allowed, as after an
 * ssh key. The result's `line` has neither. Throws OperatorError KEY_INVALID, which names the first thing that is wrong.
 */
export function parsePublicLine(text: string): PublicIdentity {
  const [line = '', comment, ...more] = text.trim().split(/\s+/);
  refuseOtherThings(line);
  if (comment?.startsWith(PREFIX)) throw invalid('these are two public lines', 'give one line at a time');
  if (more.length > 0) {
    throw invalid(
      `there is text behind the public line: "${printable(more.join(' '))}"`,
      'at most one word of comment may follow it',
    );
  }
  const bytes = bytesOf(line.slice(PREFIX.length));
  const signKey = bytes.slice(0, KEY_BYTES);
  const boxKey = bytes.slice(KEY_BYTES, SIGNATURE_AT);
  refuseWeakPoints({ signKey, boxKey });
  if (!selfSignatureHolds({ signKey, boxKey }, bytes.subarray(SIGNATURE_AT, CHECKSUM_AT))) {
    throw invalid(
      'the signature in the public line does not match its keys: "sealbeat keygen" did not make this line',
      'somebody put it together from parts; do not trust it, and ask its owner for the line again',
    );
  }
  return { signKey, boxKey, id: nodeIdOf({ signKey, boxKey }), line };
}

/** What a public line carries without its prefix and checksum: keys and signature, for a text that has its own. */
export const PACKED_BYTES = CHECKSUM_AT;
export function packPublicLine({ line }: Pick<PublicIdentity, 'line'>): Uint8Array {
  return bytesOf(line.slice(PREFIX.length)).slice(0, PACKED_BYTES);
}

/** The opposite, with every check of `parsePublicLine`. Throws OperatorError KEY_INVALID. */
export function unpackPublicLine(bytes: Uint8Array): PublicIdentity {
  const signKey = bytes.slice(0, KEY_BYTES);
  const boxKey = bytes.slice(KEY_BYTES, SIGNATURE_AT);
  return parsePublicLine(formatPublicLine({ signKey, boxKey }, bytes.slice(SIGNATURE_AT, PACKED_BYTES)));
}

function refuseOtherThings(line: string): void {
  if (line === '') throw invalid('the public line is empty', COPY_AGAIN);
  if (line.toLowerCase().startsWith(SECRET_PREFIX)) {
    // Without the text itself: errors end up in logs and tickets.
    throw invalid(
      'this is a SECRET key, not a public line',
      'it must never leave its file; if it was sent anywhere, make a new identity with "sealbeat keygen"',
    );
  }
  if (line.startsWith(PREFIX)) return;
  if (line.toLowerCase().startsWith(PREFIX)) {
    throw invalid('a public line is written in lower case', COPY_AGAIN);
  }
  const version = /^sealbeat(\d+)/.exec(line)?.[1];
  if (version !== undefined) {
    throw invalid(
      `the public line is of version ${version.slice(0, 8)}; this sealbeat knows version 1`,
      'upgrade sealbeat on this node, or make the other node use version 1',
    );
  }
  throw invalid(`a public line starts with "${PREFIX}", this starts with "${printable(line)}"`, COPY_AGAIN);
}

function bytesOf(body: string): Uint8Array {
  const stranger = strangerInBase32(body);
  if (stranger >= 0) {
    throw invalid(
      `the public line has "${printable([...body][stranger] ?? '')}" as character ${PREFIX.length + stranger + 1}, which cannot be in one`,
      'it consists of lower-case letters and digits without 1, b, i and o; ' + COPY_AGAIN,
    );
  }
  const surplus = body.length - BODY_CHARACTERS;
  if (surplus !== 0) {
    const found = `${LINE_CHARACTERS + surplus} of ${LINE_CHARACTERS} characters`;
    throw surplus < 0
      ? invalid(`the public line is cut short: ${found}, ${-surplus} missing`, COPY_AGAIN)
      : invalid(`the public line is too long: ${found}, ${surplus} too many`, COPY_AGAIN);
  }
  const bytes = fromBase32(body);
  if (!bytes || !checksumOf(bytes.subarray(0, CHECKSUM_AT)).equals(bytes.subarray(CHECKSUM_AT))) {
    throw invalid('the checksum of the public line is wrong: there is a typo in it', COPY_AGAIN);
  }
  return bytes;
}

function refuseWeakPoints({ signKey, boxKey }: PublicKeys): void {
  const weak = isSmallOrderSignKey(signKey) ? 'signing' : isSmallOrderBoxKey(boxKey) ? 'box' : undefined;
  if (weak === undefined) return;
  throw invalid(
    `the ${weak} key in the public line is a point of small order, with which nothing is secret`,
    '"sealbeat keygen" never makes one: do not trust the line, and ask where it comes from',
  );
}

const hashOf = ({ signKey, boxKey }: PublicKeys): Buffer =>
  createHash('sha512').update(signKey).update(boxKey).digest();

const checksumOf = (bytes: Uint8Array): Buffer =>
  createHash('sha512')
    .update(PREFIX)
    .update(bytes)
    .digest()
    .subarray(0, LINE_BYTES - CHECKSUM_AT);

/** Short, and without control characters: the text may come from a web page or a terminal escape. */
const printable = (text: string): string => text.slice(0, 16).replace(/[^\x20-\x7e]/g, '?');

const invalid = (message: string, hint: string): OperatorError =>
  new OperatorError('KEY_INVALID', message, { hint });
