import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { OperatorError } from '../core/errors.ts';
import { base32Length, fromBase32, strangerInBase32, toBase32 } from '../wire/base32.ts';
import { identityFrom, type SecretIdentity } from '../wire/identity.ts';
import { readSecretFile } from './secret-file.ts';

/**
 * Identity file, version 1: text, `#` starts a comment line, blank lines don't count. One line per identity, the newest
 * first; the second exists only while the node's key is being rotated. A line is `sealbeat-secret1` and 109 characters
 * of base32 over 68 bytes: 32 Ed25519 seed, 32 X25519 secret, 4 checksum (first bytes of SHA-512 over all before).
 */
const PREFIX = 'sealbeat-secret1';
const SEED_BYTES = 32;
const SECRETS_BYTES = 2 * SEED_BYTES;
const LINE_BYTES = SECRETS_BYTES + 4;
const LINE_CHARACTERS = PREFIX.length + base32Length(LINE_BYTES);
const IDENTITIES_MAX = 2;

const RESTORE = 'restore the file from where it was written, or make a new identity with "sealbeat keygen"';

export function formatKeyFile(identities: readonly SecretIdentity[]): string {
  return [
    '# sealbeat identity: the secret keys of one node.',
    '# Whoever has this file is this node. Never copy it to another host, a chat, a ticket or a repository;',
    '# another node makes its own with "sealbeat keygen".',
    ...identities.flatMap((identity) => [`# public: ${identity.public.line}`, secretLine(identity)]),
    '',
  ].join('\n');
}

/** Throws OperatorError IDENTITY_UNREADABLE with file and line, and never with anything of the content. */
export function parseKeyFile(content: Uint8Array, path: string): readonly SecretIdentity[] {
  const bad = (message: string, hint: string): OperatorError =>
    new OperatorError('IDENTITY_UNREADABLE', `${path}: ${message}`, { hint });
  if (!isUtf8(content) || content.includes(0)) throw bad('binary content, not an identity file', RESTORE);
  const identities: SecretIdentity[] = [];
  for (const [index, line] of Buffer.from(content).toString('utf8').split(/\r?\n/).entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const secrets = secretsOf(text);
    if ('problem' in secrets) throw bad(`line ${index + 1} ${secrets.problem}`, secrets.hint);
    const identity = identityFrom(secrets);
    if (identities.some(({ public: { id } }) => id === identity.public.id)) {
      throw bad(`line ${index + 1} repeats the identity above`, `delete line ${index + 1}`);
    }
    identities.push(identity);
  }
  if (identities.length === 0) throw bad('no secret key in it: empty, or cut short', RESTORE);
  if (identities.length > IDENTITIES_MAX) {
    throw bad(
      `${identities.length} identities; a node has one, or two while its key is rotated`,
      'delete the lines of the oldest, which are the last',
    );
  }
  return identities;
}

/**
 * The identities in a file that only the running user can read; see secret-file.ts for what is refused.
 * Throws OperatorError IDENTITY_UNREADABLE or IDENTITY_UNSAFE.
 */
export async function loadIdentities(path: string, euid: number): Promise<readonly SecretIdentity[]> {
  return parseKeyFile(await readSecretFile(path, euid), path);
}

function secretLine({ signSeed, boxSecret }: SecretIdentity): string {
  const secrets = Buffer.concat([signSeed, boxSecret]);
  return PREFIX + toBase32(Buffer.concat([secrets, checksumOf(secrets)]));
}

type Secrets = { signSeed: Uint8Array; boxSecret: Uint8Array } | { problem: string; hint: string };

function secretsOf(text: string): Secrets {
  if (!text.startsWith(PREFIX)) return { problem: otherThing(text), hint: RESTORE };
  const missing = LINE_CHARACTERS - text.length;
  if (missing > 0) return { problem: `is cut short: ${missing} characters are missing`, hint: RESTORE };
  if (missing < 0) return { problem: `is ${-missing} characters too long`, hint: RESTORE };
  const body = text.slice(PREFIX.length);
  const bytes = strangerInBase32(body) < 0 ? fromBase32(body) : undefined;
  if (!bytes || !checksumOf(bytes.subarray(0, SECRETS_BYTES)).equals(bytes.subarray(SECRETS_BYTES))) {
    return { problem: 'is damaged: its checksum is wrong', hint: RESTORE };
  }
  return { signSeed: bytes.slice(0, SEED_BYTES), boxSecret: bytes.slice(SEED_BYTES, SECRETS_BYTES) };
}

function otherThing(text: string): string {
  if (/^sealbeat-secret\d/.test(text)) return 'is of a later version of the identity file: upgrade sealbeat';
  if (text.startsWith('sealbeat1')) return 'is a public line; the secret key is in another file';
  if (text.startsWith('-----BEGIN')) return 'starts a PEM file, which is not a sealbeat identity';
  return 'is neither a comment nor a secret key of sealbeat';
}

const checksumOf = (secrets: Uint8Array): Buffer =>
  createHash('sha512')
    .update(PREFIX)
    .update(secrets)
    .digest()
    .subarray(0, LINE_BYTES - SECRETS_BYTES);
