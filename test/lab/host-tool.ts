import { spawnSync } from 'node:child_process';

/** Plain messages, and times that do not depend on where the machine stands. */
export const toolEnv = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };

/**
 * Runs a short system command to its end (at most 10 s) and returns its stdout. Throws with its words when it fails.
 * Synchronous on purpose: when it returns, the fault is in place or the lab is gone, also inside an exit handler.
 */
export function runTool(file: string, args: readonly string[], stdin = ''): string {
  const ran = spawnSync(file, args, { input: stdin, encoding: 'utf8', timeout: 10_000, env: toolEnv });
  if (ran.error === undefined && ran.status === 0) return ran.stdout;
  const words = ran.error?.message ?? ran.stderr.trim();
  throw new Error(
    `${[file, ...args].join(' ')} failed (${ran.status ?? ran.signal ?? 'not started'}): ${words}`,
  );
}

export function hasTool(file: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', file], { stdio: 'ignore' }).status === 0;
}
