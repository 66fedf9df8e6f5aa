import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { OperatorError } from '../../core/errors.ts';
import type { Secret } from './command.ts';

const FILE_BYTES_MAX = 4_096;
const MORE_THAN_OWNER_READS_AND_WRITES = 0o177;
/** CARP_KEY_LEN less the final zero: all three systems cut what is longer, without a word. */
const CHARACTERS_MAX = 19;

/** Undefined when no file is named. Throws OperatorError, which shows nothing of the secret. */
export async function readPassword(path: string): Promise<Secret | undefined> {
  if (path === '') return undefined;
  const secret = (await readSecret(path)).replace(/\r?\n$/, '');
  const wrong =
    secret === ''
      ? 'is empty'
      : secret.includes('\n')
        ? 'has more than one line'
        : !/^[\x20-\x7e]+$/.test(secret)
          ? 'has characters in it that are not on every keyboard'
          : secret.length > CHARACTERS_MAX
            ? `has ${secret.length} characters, of which CARP uses ${CHARACTERS_MAX}`
            : undefined;
  if (wrong === undefined) return { secret };
  throw new OperatorError('CONFIG_INVALID', `the CARP password in ${path} ${wrong}`, {
    hint: `write one line of at most ${CHARACTERS_MAX} printable ASCII characters, the same on every node`,
  });
}

async function readSecret(path: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a FIFO must not make us wait
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new Error('it is not a file');
      if ((stats.mode & MORE_THAN_OWNER_READS_AND_WRITES) !== 0) throw exposed(path, stats.mode);
      if (stats.size > FILE_BYTES_MAX) throw new Error('it is too long');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError('CONFIG_UNREADABLE', `${path} cannot be read: ${why}`, {
      hint: 'it is `password_file` in the carp section of the group; write the password of the virtual host there',
      cause,
    });
  }
}

function exposed(path: string, mode: number): OperatorError {
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  const message = `${path} holds the CARP password, but others may read or use it (mode ${octal})`;
  return new OperatorError('IDENTITY_UNSAFE', message, { hint: `chmod 0600 ${path}` });
}
