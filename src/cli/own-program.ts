import { realpathSync } from 'node:fs';
import { isSea } from 'node:sea';

/** The words that start this program as it was started: one executable, or an interpreter with its options and a script. */
export function ownProgram(): readonly string[] {
  const { execPath, execArgv, argv } = process;
  return isSea()
    ? [realpathSync(execPath)]
    : [realpathSync(execPath), ...execArgv, realpathSync(argv[1] ?? '')];
}
