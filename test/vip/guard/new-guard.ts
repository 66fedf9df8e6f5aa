import { existsSync, readFileSync, rmSync } from 'node:fs';
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

export const linesIn = (path: string): readonly string[] | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : undefined;
