import { describe, test, type TestContext } from 'node:test';
import { needs } from '../lab.ts';

export type Shell = readonly [string, ...string[]];

/** Those of Debian, Alpine, illumos (ksh93) and OpenBSD (a pdksh); FreeBSD's and NetBSD's descend from the same ash as dash. */
export const SHELLS: readonly Shell[] = [
  ['dash'],
  ['bash'],
  ['bash', '--posix'],
  ['busybox', 'ash'],
  ['ksh93'],
  ['mksh'],
];

/** Some of the checks at once, because most of the time is spent waiting for a lease to end; not all, or they would be late. */
export function together(name: string, checks: () => void): void {
  describe(name, { concurrency: 3 }, checks);
}

/** The same in every shell, all at once. */
export function inEachShell(what: string, check: (shell: Shell, t: TestContext) => Promise<void>): void {
  describe(what, { concurrency: true }, () => {
    for (const shell of SHELLS)
      test(`${what}: ${shell.join(' ')}`, { timeout: 60_000 }, async (t) => {
        if (needs(t, [shell[0]], { root: false })) await check(shell, t);
      });
  });
}
