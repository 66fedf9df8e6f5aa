import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { OperatorError } from '../core/errors.ts';
import type { ArbiterSettings } from '../core/settings.ts';
import type { UserPassword } from './etcd-call.ts';
import type { TlsFiles } from './request.ts';

const FILE_BYTES_MAX = 256 * 1024;
const MORE_THAN_OWNER_READS_AND_WRITES = 0o177;

/** Reads the files that TLS needs. Throws OperatorError when one cannot be read or they do not fit. */
export async function readTlsFiles({ caFile, certFile, keyFile }: ArbiterSettings): Promise<TlsFiles> {
  const pemOf = async (path: string, isSecret = false): Promise<string | undefined> =>
    path === '' ? undefined : await readText(path, isSecret);
  const tls = { ca: await pemOf(caFile), cert: await pemOf(certFile), key: await pemOf(keyFile, true) };
  if (tls.ca !== undefined && !tls.ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw invalid(
      `${caFile} holds no certificate`,
      'arbiter.ca names a PEM file with the authority of the endpoints',
    );
  }
  try {
    const { ca = [], cert = [], key = [] } = tls;
    createSecureContext({ ca, cert, key });
  } catch (cause) {
    const files = [caFile, certFile, keyFile].filter((path) => path !== '').join(', ');
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalid(
      `these are no PEM files that go together: ${files} (${why})`,
      'compare the key with the certificate',
      cause,
    );
  }
  return tls;
}

/** etcd's `USER:PASSWORD`; undefined when no file is named. Throws OperatorError, which shows nothing of the secret. */
export async function readUserPassword(path: string): Promise<UserPassword | undefined> {
  if (path === '') return undefined;
  const text = (await readText(path, true)).trim();
  const colonAt = text.indexOf(':');
  if (colonAt < 1 || text.includes('\n')) {
    throw invalid(`${path} does not say USER:PASSWORD`, 'write both in one line with a colon between them');
  }
  return { user: text.slice(0, colonAt), password: text.slice(colonAt + 1) };
}

/** Consul's token; empty when no file is named. Throws OperatorError, which shows nothing of the secret. */
export async function readToken(path: string): Promise<string> {
  if (path === '') return '';
  const text = (await readText(path, true)).trim();
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw invalid(`${path} does not hold a token`, 'write the SecretID of an ACL token in one line');
}

async function readText(path: string, isSecret: boolean): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a FIFO must not make us wait
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new Error('it is not a file');
      if (stats.size > FILE_BYTES_MAX) throw new Error('it is too long');
      if (isSecret && (stats.mode & MORE_THAN_OWNER_READS_AND_WRITES) !== 0) throw exposed(path, stats.mode);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = 'look at the files that `arbiter` names in the config';
    throw new OperatorError('CONFIG_UNREADABLE', `${path} cannot be read: ${why}`, { hint, cause });
  }
}

function exposed(path: string, mode: number): OperatorError {
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  const message = `${path} is a secret, but others may read or use it (mode ${octal})`;
  return new OperatorError('IDENTITY_UNSAFE', message, { hint: `chmod 0600 ${path}` });
}

const invalid = (message: string, hint: string, cause?: unknown): OperatorError =>
  new OperatorError('CONFIG_INVALID', message, { hint, cause });
