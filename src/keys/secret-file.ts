import { constants, type Stats } from 'node:fs';
import { lstat, open, readlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, parse, resolve, sep } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import { serviceUid } from './service-user.ts';

const BYTES_MAX = 65_536;
/** As the kernel follows at most (Linux, path_resolution(7)). */
const LINKS_MAX = 40;
const OTHERS_WRITE = 0o022;
const MORE_THAN_OWNER_READS_AND_WRITES = 0o177;
const STICKY = 0o1000;

/**
 * The content of a file that nobody but the running user can read, and that nobody else could have put there.
 * Refused with the exact remedy: a mode above 0600, another owner, and on the way to it, through every symlink, a
 * component of another user (the service's own user may own the file itself when root reads) or a directory in which others can write (the sticky bit makes that one safe).
 * Throws OperatorError IDENTITY_UNREADABLE or IDENTITY_UNSAFE; no error shows any of the content.
 */
export async function readSecretFile(path: string, euid: number): Promise<Uint8Array> {
  const owners = new Set([euid, ...(euid === 0 ? [serviceUid() ?? 0] : [])]);
  const real = await followSafely(path, euid, owners);
  let file: FileHandle;
  try {
    // No link any more, since `real` has none; and a FIFO must not make us wait for its writer.
    file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const stats = await file.stat();
    refuseUnsafeFile(real, stats, euid, owners);
    return await readBounded(file, path);
  } finally {
    await file.close();
  }
}

/** Walks to the file as the kernel does, looking at every directory, link and link target; returns the final path. */
async function followSafely(path: string, euid: number, owners: ReadonlySet<number>): Promise<string> {
  let { root: at } = parse(resolve(path));
  let ahead = resolve(path).slice(at.length).split(sep);
  refuseLooseDirectory(at, await look(at, path), euid);
  for (let links = 0; ahead.length > 0;) {
    const next = join(at, ahead[0] ?? '');
    const stats = await look(next, path);
    const isLast = ahead.length === 1 && !stats.isSymbolicLink();
    const mayOwn = stats.uid === 0 || stats.uid === euid || (isLast && owners.has(stats.uid));
    if (!mayOwn) throw foreign(next, stats, euid);
    if (stats.isSymbolicLink()) {
      if (++links > LINKS_MAX) throw unreadable(path, { code: 'ELOOP' });
      const target = resolve(at, await readlink(next));
      ahead = [...target.slice(parse(target).root.length).split(sep), ...ahead.slice(1)];
      at = parse(target).root;
      continue;
    }
    if (ahead.length > 1) refuseLooseDirectory(next, stats, euid);
    at = next;
    ahead = ahead.slice(1);
  }
  return at;
}

async function look(component: string, path: string): Promise<Stats> {
  try {
    return await lstat(component);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function refuseLooseDirectory(directory: string, stats: Stats, euid: number): void {
  if (stats.uid !== 0 && stats.uid !== euid) throw foreign(directory, stats, euid);
  if ((stats.mode & OTHERS_WRITE) === 0 || (stats.mode & STICKY) !== 0) return;
  throw new OperatorError(
    'IDENTITY_UNSAFE',
    `others can write in ${directory} (mode ${octal(stats)}), so they can replace the identity file`,
    { hint: `chmod go-w ${directory}` },
  );
}

function refuseUnsafeFile(path: string, stats: Stats, euid: number, owners: ReadonlySet<number>): void {
  if (!stats.isFile()) throw unreadable(path, { code: stats.isDirectory() ? 'EISDIR' : 'not a file' });
  if (!owners.has(stats.uid)) throw foreign(path, stats, euid);
  if ((stats.mode & MORE_THAN_OWNER_READS_AND_WRITES) === 0) return;
  throw new OperatorError(
    'IDENTITY_UNSAFE',
    `${path} is open to others (mode ${octal(stats)}), and it holds a secret key`,
    { hint: `chmod 600 ${path}; if somebody may have read it, make a new identity` },
  );
}

async function readBounded(file: FileHandle, path: string): Promise<Uint8Array> {
  const content = Buffer.alloc(BYTES_MAX + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(content, length, content.length - length);
    length += bytesRead;
    if (bytesRead === 0) return content.subarray(0, length);
    if (length > BYTES_MAX) {
      throw new OperatorError('IDENTITY_UNREADABLE', `${path} is too large for an identity file`, {
        hint: 'name the file that "sealbeat keygen" wrote',
      });
    }
  }
}

function foreign(path: string, stats: Stats, euid: number): OperatorError {
  const wanted = euid === 0 ? 'root' : `user ${euid}`;
  return new OperatorError(
    'IDENTITY_UNSAFE',
    `${path} belongs to ${stats.uid === 0 ? 'root' : `user ${stats.uid}`}, but sealbeat runs as ${wanted}`,
    { hint: stats.uid === 0 ? 'run sealbeat as root' : `chown ${euid === 0 ? 'root' : euid} ${path}` },
  );
}

function unreadable(path: string, cause: unknown): OperatorError {
  const [why, hint] = whyUnreadable(path, errorCode(cause));
  return new OperatorError('IDENTITY_UNREADABLE', `${path} ${why}`, { hint, cause });
}

function whyUnreadable(path: string, code: string): [why: string, hint: string] {
  switch (code) {
    case 'ENOENT':
      return ['does not exist', `make this node's identity with "sealbeat keygen -o ${path}"`];
    case 'EACCES':
    case 'EPERM':
      return ['may not be read by this user', 'run as the user that runs the daemon, usually root'];
    case 'EISDIR':
      return ['is a directory', `name the file in it, for instance ${join(path, 'identity')}`];
    case 'ENOTDIR':
      return ['does not exist: a part of the path is not a directory', `look at ${dirname(path)}`];
    default:
      return [`cannot be read (${code})`, 'name the file that "sealbeat keygen" wrote'];
  }
}

const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';

const octal = (stats: Stats): string => (stats.mode & 0o7777).toString(8).padStart(4, '0');
