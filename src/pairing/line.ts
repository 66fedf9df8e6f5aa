import { createHash } from 'node:crypto';
import { OperatorError } from '../core/errors.ts';
import type { NodeId } from '../core/units.ts';
import { base32Length, fromBase32, strangerInBase32, toBase32 } from '../wire/base32.ts';
import type { Common, Member } from './cluster.ts';
import { lineContent, readContent } from './line-content.ts';

/**
 * Pairing line, version 1: `sealbeatpair1` and base32 (wire/base32.ts) over
 *    0  2 how many bytes there are, these and the checksum included    2  … content (line-content.ts)
 *   -4  4 checksum: first bytes of SHA-512 over the prefix and all bytes before
 * One word for a double click, and nothing in it that a shell would touch. docs/first-pair.md describes it.
 */
export const PAIR_PREFIX = 'sealbeatpair1';
const LENGTH_BYTES = 2;
const CHECKSUM_BYTES = 4;
/** Whole bytes, and enough for the length to be read. */
const HEAD_CHARACTERS = 8;
const BYTES_MIN = 150;
const BYTES_MAX = 8_192;

export interface PairLine {
  readonly common: Common;
  /** The node that printed it first. A line for somebody new has all the others too. */
  readonly members: readonly [Member, ...Member[]];
  /** Nodes that whoever is answered knows already, by their ids alone: that keeps an answer short. */
  readonly known: readonly NodeId[];
}

export function formatPairLine(line: PairLine): string {
  const content = lineContent(line);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(LENGTH_BYTES + content.length + CHECKSUM_BYTES);
  const bytes = Buffer.concat([length, content]);
  return PAIR_PREFIX + toBase32(Buffer.concat([bytes, checksumOf(bytes)]));
}

/** As it came from a person: blanks and line breaks in it don't count. Throws OperatorError KEY_INVALID. */
export function parsePairLine(text: string): PairLine {
  const line = text.replace(/\s+/g, '');
  refuseOtherThings(line);
  const body = line.slice(PAIR_PREFIX.length);
  const stranger = strangerInBase32(body);
  if (stranger >= 0) {
    throw invalid(
      `the line has "${printable([...body][stranger] ?? '')}" as character ${PAIR_PREFIX.length + stranger + 1}, which cannot be in one`,
    );
  }
  const bytes = wholeBytes(body);
  const content = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  if (!checksumOf(content).equals(bytes.subarray(content.length))) throw typo();
  return readContent(content.subarray(LENGTH_BYTES));
}

function refuseOtherThings(line: string): void {
  if (line.startsWith(PAIR_PREFIX)) return;
  const small = line.toLowerCase();
  if (small.startsWith('sealbeat-secret')) {
    // Without the text itself: errors end up in logs and tickets.
    throw new OperatorError('KEY_INVALID', 'this is a SECRET key, not the line of another node', {
      hint: 'it must never leave its file; if it was sent anywhere, make a new identity with "sealbeat keygen"',
    });
  }
  if (small.startsWith(PAIR_PREFIX)) throw invalid('the line is written in lower case');
  if (/^sealbeat1/.test(line)) {
    throw new OperatorError('KEY_INVALID', 'this is a public line, which says a key and nothing else', {
      hint: `"sealbeat init" on the other node prints the line that is needed; it begins with ${PAIR_PREFIX}`,
    });
  }
  const version = /^sealbeatpair(\d+)/.exec(line)?.[1];
  if (version !== undefined) {
    throw new OperatorError(
      'KEY_INVALID',
      `the line is of version ${version.slice(0, 8)}; this sealbeat knows version 1`,
      { hint: 'install the same version of sealbeat on both nodes' },
    );
  }
  const found = line === '' ? 'this is empty' : `this begins with "${printable(line)}"`;
  throw invalid(`the line of another node begins with "${PAIR_PREFIX}", ${found}`);
}

function wholeBytes(body: string): Uint8Array {
  if (body.length < HEAD_CHARACTERS) throw invalid('the line is cut short: hardly anything is left of it');
  const head = fromBase32(body.slice(0, HEAD_CHARACTERS)) ?? new Uint8Array(LENGTH_BYTES);
  const byteCount = Buffer.from(head).readUInt16BE(0);
  if (byteCount < BYTES_MIN || byteCount > BYTES_MAX) throw typo();
  const surplus = body.length - base32Length(byteCount);
  if (surplus !== 0) {
    const found = `${PAIR_PREFIX.length + body.length} of ${PAIR_PREFIX.length + body.length - surplus} characters`;
    throw surplus < 0
      ? invalid(`the line is cut short: ${found}, ${-surplus} missing`)
      : invalid(`the line is too long: ${found}, ${surplus} too many`);
  }
  const bytes = fromBase32(body);
  if (!bytes) throw typo();
  return bytes;
}

const checksumOf = (bytes: Uint8Array): Buffer =>
  createHash('sha512').update(PAIR_PREFIX).update(bytes).digest().subarray(0, CHECKSUM_BYTES);

const typo = (): OperatorError => invalid('the checksum of the line is wrong: there is a typo in it');

const printable = (text: string): string => text.slice(0, 16).replace(/[^\x20-\x7e]/g, '?');

const invalid = (message: string): OperatorError =>
  new OperatorError('KEY_INVALID', message, {
    hint: 'copy the whole line again, and put it in quotes; "sealbeat init" prints it once more on its node',
  });
