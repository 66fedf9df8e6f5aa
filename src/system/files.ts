import { realpathSync, statSync } from 'node:fs';
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
