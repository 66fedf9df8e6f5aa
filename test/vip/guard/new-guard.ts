import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { type OperatorError } from '../../../src/core/errors.ts';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { guard, type GuardOptions } from '../../../src/vip/guard/guard.ts';
import { tempFolder } from '../lab.ts';

/** Writes what it is given to a file, so that a test sees what the guard would run. */
export function newGuard(options: Partial<GuardOptions> = {}) {
  const path = join(tempFolder(), 'taken-down');
  const problems: OperatorError[] = [];
  const fired: (readonly string[])[] = [];
  const watchman = guard({
    spawn: systemSpawn,
    clock: systemClock,
    takeDown: writeTo(path),
    onProblem: (problem) => problems.push(problem),
    onFired: (lines) => fired.push(lines),
    ...options,
  });
  after(() => watchman.close());
  return {
    watchman,
    /** The lines of the last run; undefined when there was none. */
    takenDown: () => linesIn(path),
    ranAtMs: () => ranAtMs(path),
    forgetRuns: () => rmSync(path, { force: true }),
    problems,
    fired,
  };
}

export const writeTo = (path: string): [string, ...string[]] => [
  'sh',
  '-c',
  `cat > "$1.$$" && mv "$1.$$" "$1"`,
  'take-down',
  path,
];

/** By the wall clock of files, so that a test that is late itself does not see it later than it was. */
export const ranAtMs = (path: string): number => statSync(path).mtimeMs;

/** The clock of files is some milliseconds behind. */
export function assertBetween(ms: number, leastMs: number, mostMs: number): void {
  assert.ok(ms >= leastMs - 10 && ms <= mostMs, `${ms} ms is not between ${leastMs} and ${mostMs} ms`);
}

export const linesIn = (path: string): readonly string[] | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : undefined;
