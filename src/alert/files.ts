import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const BYTES_MAX = 256 * 1024;
const MORE_THAN_OWNER_READS_AND_WRITES = 0o177;

/*
 * Files are read whenever a message is sent: a password that was changed is good at once, and one that is missing at boot
 * costs nothing but another attempt. Errors are sentences, and show nothing of a secret.
 */

export const readSecret = async (path: string): Promise<string> => (await readText(path, true)).trim();

/** PEM certificates; undefined for no file. */
export async function readAuthorities(path: string): Promise<string | undefined> {
  if (path === '') return undefined;
  const text = await readText(path, false);
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${path} holds no certificate`);
  return text;
}

async function readText(path: string, isSecret: boolean): Promise<string> {
  // A FIFO must not make us wait.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new Error(`${path} ${whyUnreadable(error)}`, { cause: error });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error(`${path} is not a file`);
    if (stats.size > BYTES_MAX) throw new Error(`${path} is too long`);
    if (isSecret && (stats.mode & MORE_THAN_OWNER_READS_AND_WRITES) !== 0)
      throw new Error(`${path} is a secret that others may read or use: chmod 0600 ${path}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return 'does not exist';
  return code === 'EACCES' ? 'may not be read by this user' : `cannot be read (${code})`;
}
