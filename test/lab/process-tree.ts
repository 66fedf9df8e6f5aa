import { readFileSync, readdirSync } from 'node:fs';

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it ended while we looked
  }
}

/** Everything below a process, parents before their children. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** What a process calls itself: its command line with blanks, or its short name in brackets; empty when it is gone. */
export function commandOf(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return line === '' ? `[${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}]` : line;
  } catch {
    return '';
  }
}

/** Memory of some processes in kB, each added up over them. */
export interface Memory {
  readonly rssKb: number;
  /** Shared pages count in part, by the number of processes that share them. */
  readonly pssKb: number;
  readonly anonymousKb: number;
}

export function memoryOf(pids: readonly number[]): Memory {
  const sum = { rssKb: 0, pssKb: 0, anonymousKb: 0 };
  for (const pid of pids) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kb = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
    sum.rssKb += kb('Rss');
    sum.pssKb += kb('Pss');
    sum.anonymousKb += kb('Anonymous');
  }
  return sum;
}
