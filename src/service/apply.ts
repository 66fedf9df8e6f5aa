import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import type { ServiceFile } from './plan.ts';
import { originOf, stamped } from './stamp.ts';

/** `root` is put before every path: empty, or where a package is made. */
export interface Where {
  readonly root: string;
  readonly dryRun: boolean;
  /** Also what was changed by hand. */
  readonly force: boolean;
}

export type FileState = 'absent' | 'current' | 'older' | 'changed' | 'foreign';
export type Outcome = 'written' | 'updated' | 'unchanged' | 'replaced' | 'removed' | 'absent' | 'kept';
export interface FileReport {
  readonly path: string;
  readonly outcome: Outcome;
}

/** How a file of ours is on the disk, compared with what we would write today. */
export function stateOf(file: ServiceFile, root: string): FileState {
  const path = join(root, file.path);
  if (!existsSync(path)) return 'absent';
  const content = readFileSync(path, 'utf8');
  if (content === stamped(file)) return 'current';
  const origin = originOf(content);
  return origin === 'ours' ? 'older' : origin;
}

/** Every file, or none when one of them is somebody else's. Throws OperatorError FILE_EXISTS, FILE_UNWRITABLE. */
export async function writeFiles(
  files: readonly ServiceFile[],
  { root, dryRun, force }: Where,
): Promise<readonly FileReport[]> {
  const found = files.map((file) => ({ file, state: stateOf(file, root) }));
  const strange = found.find(({ state }) => state === 'changed' || state === 'foreign');
  if (strange !== undefined && !force) throw refusal(strange.file.path, strange.state);
  const reports: FileReport[] = [];
  for (const { file, state } of found) {
    if (!dryRun) await writeOne(file, state, root);
    reports.push({ path: file.path, outcome: OUTCOME[state] });
  }
  return reports;
}

const OUTCOME: Readonly<Record<FileState, Outcome>> = {
  absent: 'written',
  current: 'unchanged',
  older: 'updated',
  changed: 'replaced',
  foreign: 'replaced',
};

async function writeOne(file: ServiceFile, state: FileState, root: string): Promise<void> {
  const path = join(root, file.path);
  try {
    if (state === 'current') {
      if (((await stat(path)).mode & 0o7777) !== file.mode) await chmod(path, file.mode);
      return;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    const draft = `${path}.sealbeat-new`;
    await rm(draft, { force: true });
    await writeFile(draft, stamped(file), { flag: 'wx' });
    await chmod(draft, file.mode);
    if (state === 'changed' || state === 'foreign') await rename(path, `${path}.old`);
    await rename(draft, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** What we wrote goes; what was changed since, or is not ours, stays unless forced. */
export async function removeFiles(
  files: readonly ServiceFile[],
  { root, dryRun, force }: Where,
): Promise<readonly FileReport[]> {
  const reports: FileReport[] = [];
  for (const file of files) {
    const state = stateOf(file, root);
    const goes = state === 'current' || state === 'older' || (force && state === 'changed');
    if (goes && !dryRun) await rm(join(root, file.path));
    reports.push({ path: file.path, outcome: goes ? 'removed' : state === 'absent' ? 'absent' : 'kept' });
  }
  return reports;
}

function refusal(path: string, state: FileState): OperatorError {
  const what =
    state === 'changed' ? 'was changed by hand since it was installed' : 'is there, and is not ours';
  return new OperatorError('FILE_EXISTS', `${path} ${what}; nothing was written`, {
    hint: `compare it with "sealbeat service print"; --force replaces it and keeps it as ${path}.old`,
  });
}

function unwritable(path: string, cause: unknown): OperatorError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OperatorError('FILE_UNWRITABLE', `${path} cannot be written: ${why}`, {
    hint: isDenied(cause)
      ? 'run it as root; or look at what it would write with "sealbeat service print"'
      : 'put that right, or give another --root; "sealbeat service print" shows what would be written',
    cause,
  });
}

const isDenied = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM');
