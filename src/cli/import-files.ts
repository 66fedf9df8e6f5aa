import { readdirSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { OperatorError } from '../core/errors.ts';

const BYTES_MAX = 1_048_576;
const FILES_MAX = 256;

/** A config of another program; `-` is standard input. */
export async function readForeign(path: string): Promise<string> {
  const content = await (path === '-' ? readStream(process.stdin) : readPath(path));
  if (content.length > BYTES_MAX) {
    throw new OperatorError('CONFIG_UNREADABLE', `${path} is larger than 1 MiB`, {
      hint: 'import the part that is about addresses',
    });
  }
  if (content.includes(0)) {
    throw new OperatorError('CONFIG_UNREADABLE', `${path} is no text: it has a zero byte in it`, {
      hint: 'name the file that is to be imported, as the other program reads it',
    });
  }
  return content.toString('utf8');
}

async function readPath(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      return await readStream(file.createReadStream({ autoClose: false, end: BYTES_MAX }));
    } finally {
      await file.close();
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EACCES'
          ? 'may not be read by this user'
          : code === 'EISDIR'
            ? 'is a directory'
            : `cannot be read (${code})`;
    const hint =
      code === 'EACCES'
        ? 'run as root, or import a copy'
        : 'name the file that is to be imported, or - for standard input';
    throw new OperatorError('CONFIG_UNREADABLE', `${path} ${why}`, { hint, cause });
  }
}

async function readStream(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Buffer);
    chunks.push(bytes);
    length += bytes.length;
    if (length > BYTES_MAX) break;
  }
  return Buffer.concat(chunks);
}

/** Files that a pattern of glob(7) matches, sorted; relative to the file that names it. */
export function filesMatching(pattern: string, from: string): readonly string[] {
  const absolute = isAbsolute(pattern) ? pattern : join(from === '-' ? '.' : dirname(from), pattern);
  let found = [absolute.startsWith('/') ? '/' : '.'];
  for (const part of absolute.split('/').filter((one) => one !== '' && one !== '.')) {
    const next = /[*?[]/.test(part) ? partsMatching(found, part) : found.map((folder) => join(folder, part));
    found = next.slice(0, FILES_MAX);
  }
  return found.filter(isFile).toSorted();
}

function partsMatching(folders: readonly string[], part: string): string[] {
  const matches = matcherOf(part);
  return folders.flatMap((folder) =>
    namesIn(folder)
      .filter(matches)
      .map((name) => join(folder, name)),
  );
}

function matcherOf(part: string): (name: string) => boolean {
  const source = part
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replace(/\?/g, '[^/]')
    .replace(/\[!/g, '[^');
  try {
    const regex = new RegExp(`^${source}$`);
    return (name) => regex.test(name) && (part.startsWith('.') || !name.startsWith('.'));
  } catch {
    return () => false; // brackets that don't close match nothing, as for glob(7)
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Of a file that another one includes; undefined when it can't be read. */
export function readIncluded(path: string): string | undefined {
  try {
    return statSync(path).size > BYTES_MAX ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
