import { realpathSync } from 'node:fs';
import { isSea } from 'node:sea';

/** What a process says of how it was started. */
export interface Started {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly isSingleFile: boolean;
}

/**
 * How to start this program once more, up to its own arguments: the single file alone, or Node, its flags and the bundle. The
 * single file has its flags inside, and calls its own name where the bundle's would stand.
 */
export function invocationOf({ execPath, execArgv, argv, isSingleFile }: Started): readonly string[] {
  return isSingleFile ? [execPath] : [execPath, ...execArgv, ...argv.slice(1, 2)];
}

export const invocation = (): readonly string[] =>
  invocationOf({
    execPath: process.execPath,
    execArgv: process.execArgv,
    argv: process.argv,
    isSingleFile: isSea(),
  });

/** The same for a service manager: real paths, which stay when a link to them goes. */
export const ownProgram = (): readonly string[] =>
  invocation().map((word, at, { length }) => (at === 0 || at === length - 1 ? realpathSync(word) : word));
