import { constants } from 'node:fs';
import { chown, link, lstat, mkdir, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import type { Random } from '../core/ports.ts';

/**
 * Writes a file that wasn't there, mode 0600, all or nothing: whoever looks sees no file or the whole of it, also after
 * a power cut, and of two that do it at once one gets FILE_EXISTS. A missing last directory is made, mode 0700;
 * directories above it are not, because a missing one is more often a typo than a wish.
 */
export async function writeNewFile(path: string, text: string, random: Random): Promise<void> {
  await makeDirectory(dirname(path));
  const draft = await writeDraft(path, { text, mode: 0o600, random });
  try {
    await linkOrCopy(draft, path, text);
  } catch (error) {
    throw await writeFailure(path, error);
  } finally {
    await unlink(draft);
  }
  await syncDirectory(dirname(path));
}

/**
 * Replaces the text of an existing file, all or nothing; mode and owner stay, a symlink keeps pointing to it.
 * Throws REFUSED when the file no longer holds `before`: somebody else has edited it meanwhile.
 */
export async function replaceFileText(
  path: string,
  { before, after }: { before: string; after: string },
  random: Random,
): Promise<void> {
  const real = await realpath(path);
  const { mode, uid, gid } = await stat(real);
  const draft = await writeDraft(real, { text: after, mode: mode & 0o7777, random });
  try {
    const made = await stat(draft);
    if (made.uid !== uid || made.gid !== gid) await chown(draft, uid, gid);
    if ((await readFile(real, 'utf8')) !== before) {
      throw new OperatorError('REFUSED', `${path} was changed by somebody else meanwhile`, {
        hint: 'look at the file and run the command again',
      });
    }
    await rename(draft, real);
  } catch (error) {
    await unlink(draft);
    throw error instanceof OperatorError ? error : await writeFailure(path, error);
  }
  await syncDirectory(dirname(real));
}

/** A complete copy beside the target, so that one rename or link puts it in place. */
async function writeDraft(
  path: string,
  { text, mode, random }: { text: string; mode: number; random: Random },
): Promise<string> {
  const suffix = Buffer.from(random.bytes(6)).toString('hex');
  const draft = join(dirname(path), `.${basename(path)}.${suffix}.draft`);
  await writeExclusively(draft, { text, mode }).catch(async (error: unknown) => {
    throw await writeFailure(path, error);
  });
  return draft;
}

async function writeExclusively(path: string, { text, mode }: { text: string; mode: number }): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, mode & 0o700);
  try {
    await file.chmod(mode); // the umask may have taken bits away
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    await file.close();
  }
}

async function linkOrCopy(draft: string, path: string, text: string): Promise<void> {
  try {
    await link(draft, path); // fails when the name is taken, which rename() would not
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error))) throw error;
    await writeExclusively(path, { text, mode: 0o600 }); // a file system without hard links, such as FAT
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw await writeFailure(join(path, '.'), error);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(codeOf(error))) throw error; // not every file system can
  } finally {
    await directory.close();
  }
}

async function writeFailure(path: string, cause: unknown): Promise<OperatorError> {
  const code = codeOf(cause);
  if (code === 'EEXIST') return existsAlready(path, cause);
  const [why, hint] = whyUnwritable(path, code);
  return new OperatorError('FILE_UNWRITABLE', `${path} cannot be written: ${why}`, { hint, cause });
}

function whyUnwritable(path: string, code: string): [why: string, hint: string] {
  const directory = dirname(path);
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return [`not permitted (${code})`, 'run as root, or name a file in a directory of your own'];
    case 'ENOENT':
      return [`${directory} does not exist`, `make the directory first: mkdir -p ${directory}`];
    case 'ENOTDIR':
      return [`${directory} is not a directory`, 'name another file'];
    case 'ENOSPC':
    case 'EDQUOT':
      return ['the disk is full', 'make room and run the command again'];
    default:
      return [`the system says ${code}`, 'name another file'];
  }
}

async function existsAlready(path: string, cause: unknown): Promise<OperatorError> {
  const isDirectory = await lstat(path).then(
    (found) => found.isDirectory(),
    () => false, // gone again; that it was there is all that matters
  );
  return isDirectory
    ? new OperatorError('FILE_EXISTS', `${path} is a directory`, {
        hint: `name a file: ${join(path, 'identity')}`,
        cause,
      })
    : new OperatorError('FILE_EXISTS', `${path} exists and is never overwritten`, {
        hint: `name another file, or move this one away: mv ${path} ${path}.old`,
        cause,
      });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
