import type { Exec, RunAs } from '../core/ports.ts';

const ID_MS = 2_000;

/** The numbers of a user by its name, or why there are none. A user that was found is remembered. */
export type Users = (name: string) => Promise<RunAs | string>;

/** `id` asks whatever this host has for a user database, which no file of ours could know. */
export function newUsers(exec: Exec): Users {
  const known = new Map<string, RunAs>();
  const ask = async (flag: '-u' | '-g', name: string): Promise<number | undefined> => {
    const { exitCode, stdout } = await exec.run('id', [flag, name], { timeoutMs: ID_MS });
    return exitCode === 0 && /^\d+\n?$/.test(stdout) ? Number(stdout) : undefined;
  };
  return async (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const [uid, gid] = await Promise.all([ask('-u', name), ask('-g', name)]);
    if (uid === undefined || gid === undefined) return `there is no user ${name} on this host`;
    known.set(name, { uid, gid });
    return { uid, gid };
  };
}
