import { realpathSync, statSync } from 'node:fs';

/** What is at a path: enough to say whether it can be run, and who can change it. */
export type PathFacts =
  | { readonly is: 'missing' | 'unreadable' }
  | {
      readonly is: 'file' | 'directory' | 'other';
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

export function factsOf(path: string): PathFacts {
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
