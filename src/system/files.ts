import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import type { FileFacts } from '../core/ports.ts';

export function factsOf(path: string): FileFacts {
  try {
    const stat = statSync(path);
    const { mode, uid, gid } = stat;
    return { is: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other', mode, uid, gid };
  } catch (error) {
    const isAbsent =
      error instanceof Error && 'code' in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code));
    return { is: isAbsent ? 'missing' : 'unreadable' };
  }
}

/** Without symbolic links; the path itself where there is nothing. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // what is wrong with it is found at its parts
  }
}

const LINE_BYTES_MAX = 256; // no kernel reads more of a script's first line

/** The first line of a file without its end; empty when it cannot be read. */
export function firstLine(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const start = Buffer.alloc(LINE_BYTES_MAX);
      const length = readSync(file, start);
      return start.toString('latin1', 0, length).split('\n')[0] ?? '';
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
