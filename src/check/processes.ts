import { readdir, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { readSome } from './read-some.ts';

/** Which processes run on a Linux host. */
export interface Processes {
  /** The number of a process of this name; undefined when there is none. */
  find(name: string): Promise<string | undefined>;
}

/** The kernel keeps so much of a name (TASK_COMM_LEN). */
const SHORT_CHARACTERS = 15;
const STAT_BYTES = 512;
const COMMAND_BYTES = 4_096;
/** Each of these takes a moment of one of four threads, which others need, too. */
const READS_AT_ONCE = 8;
/** For one that was here and is gone: its successor may have begun since. */
const FRESH_MS = 20;
/** For one that was not here, a look is as good for ten times as long as it took: so looking takes a tenth of the time. */
const REST_FACTOR = 10;
const REST_MAX_MS = 1_000;
/** Of what has ended, and of a process that is not quite begun. */
const NOT_RUNNING = new Set(['Z', 'X', 'x']);

type ByName = ReadonlyMap<string, readonly string[]>;
interface Look {
  readonly atMs: number;
  readonly found: Promise<ByName>;
  /** Until then it is good for one that was not here; for ever while it is under way. */
  goodUntilMs: number;
}

/**
 * A process that was found is looked at again before anything else, which costs one small file; only for one that is gone, all
 * are gone through, once for all who ask in the same moment, and never in one go.
 */
export function newProcesses(nowMs: () => number, folder = '/proc'): Processes {
  const lastFound = new Map<string, string>();
  let look: Look | undefined;

  const nameOf = async (pid: string): Promise<string | undefined> => {
    const stat = await readSome(`${folder}/${pid}/stat`, STAT_BYTES).catch(() => '');
    // `123 (name) S …`, and a name may hold anything, brackets too.
    const end = stat.lastIndexOf(')');
    const state = stat[end + 2];
    if (end < 0 || state === undefined || NOT_RUNNING.has(state)) return undefined;
    return stat.slice(stat.indexOf('(') + 1, end);
  };
  const lookAtAll = async (): Promise<ByName> => {
    const pids = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
    const found = new Map<string, string[]>();
    const walk = async (): Promise<void> => {
      for (let pid = pids.pop(); pid !== undefined; pid = pids.pop()) {
        const name = await nameOf(pid);
        if (name !== undefined) found.set(name, [...(found.get(name) ?? []), pid]);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, walk));
    return found;
  };
  const all = (wasHere: boolean): Promise<ByName> => {
    const atMs = nowMs();
    const isGood = look !== undefined && (wasHere ? atMs - look.atMs <= FRESH_MS : atMs <= look.goodUntilMs);
    if (look !== undefined && isGood) return look.found;
    const begun: Look = { atMs, found: lookAtAll(), goodUntilMs: Number.POSITIVE_INFINITY };
    const end = (): void => {
      const now = nowMs();
      begun.goodUntilMs = now + Math.min(REST_MAX_MS, REST_FACTOR * (now - atMs));
    };
    begun.found.then(end, end);
    look = begun;
    return begun.found;
  };
  /** Where the kernel's name is cut off, the executable or the first word of the command line says the rest. */
  const isWhole = async (pid: string, name: string): Promise<boolean> => {
    if (name.length <= SHORT_CHARACTERS) return true;
    const executable = await readlink(`${folder}/${pid}/exe`).catch(() => '');
    if (basename(executable) === name) return true;
    const command = await readSome(`${folder}/${pid}/cmdline`, COMMAND_BYTES).catch(() => '');
    return command
      .split('\0')
      .slice(0, 2)
      .some((word) => basename(word) === name);
  };
  const isIt = async (pid: string, name: string): Promise<boolean> =>
    (await nameOf(pid)) === name.slice(0, SHORT_CHARACTERS) && (await isWhole(pid, name));

  return {
    async find(name) {
      const before = lastFound.get(name);
      if (before !== undefined && (await isIt(before, name))) return before;
      lastFound.delete(name);
      for (const pid of (await all(before !== undefined)).get(name.slice(0, SHORT_CHARACTERS)) ?? []) {
        if (!(await isWhole(pid, name))) continue;
        lastFound.set(name, pid);
        return pid;
      }
      return undefined;
    },
  };
}
