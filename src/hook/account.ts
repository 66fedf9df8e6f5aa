import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Exec } from '../core/ports.ts';
import { SECOND_MS } from '../core/units.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Users and groups by name. An answer is kept until `forget`, so that no directory service is asked during a failover. */
export interface Accounts {
  user(name: string): Promise<Account | undefined>;
  /** Its number. */
  group(name: string): Promise<number | undefined>;
  /** Names of the users in the local file. */
  users(): Promise<readonly string[]>;
  forget(): void;
}

const GETENT_MS = 2 * SECOND_MS;

/** Node has no getpwnam(3): the local files are asked first, and then whatever else nsswitch.conf names, by getent(1). */
export function newAccounts({
  exec,
  read = (path) => readFile(path, 'utf8'),
}: {
  readonly exec: Exec;
  readonly read?: (path: string) => Promise<string>;
}): Accounts {
  const known = new Map<string, string>();
  const lineOf = async (database: 'passwd' | 'group', name: string): Promise<string | undefined> => {
    const key = `${database} ${name}`;
    const found = known.get(key) ?? findLine(await read(`/etc/${database}`).catch(() => ''), name);
    const line = found ?? findLine(await asked(exec, database, name), name);
    if (line !== undefined) known.set(key, line);
    return line;
  };
  return {
    async user(name) {
      const [, , uid, gid, , home] = (await lineOf('passwd', name))?.split(':') ?? [];
      const numbers = [numberOf(uid), numberOf(gid)] as const;
      if (numbers[0] === undefined || numbers[1] === undefined) return undefined;
      return { name, uid: numbers[0], gid: numbers[1], home: home || '/' };
    },
    async group(name) {
      return numberOf((await lineOf('group', name))?.split(':')[2]);
    },
    users: async () =>
      (await read('/etc/passwd').catch(() => '')).split('\n').flatMap((line) => line.split(':')[0] || []),
    forget: () => known.clear(),
  };
}

/** Whoever runs this process. */
export function ownAccount(): Account {
  try {
    const { username: name, uid, gid, homedir: home } = userInfo();
    return { name, uid, gid, home };
  } catch {
    // A user without an entry, as containers have them.
    const uid = process.geteuid?.() ?? 0;
    return { name: String(uid), uid, gid: process.getegid?.() ?? 0, home: '/' };
  }
}

async function asked(exec: Exec, database: string, name: string): Promise<string> {
  const { stdout } = await exec.run('getent', [database, name], { timeoutMs: GETENT_MS });
  return stdout;
}

const findLine = (text: string, name: string): string | undefined =>
  text.split('\n').find((line) => line.startsWith(`${name}:`));

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
