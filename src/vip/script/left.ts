import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import { canonicalAddress } from '../address.ts';

/**
 * Which VIPs may be up, because `up` was run for them and `down` has not succeeded since: a file for each, so that a process
 * knows what the one before it did, however that ended. In it stands the line that a guard holds. A guard that has run
 * `down` removes it as well.
 */
export interface Left {
  /** Undefined when nobody knows: there is no place for notes, or it cannot be read. */
  has(vip: Vip): boolean | undefined;
  /** Undefined where there is no place for notes. */
  pathOf(vip: Vip): string | undefined;
  /** The guard's lines of these VIPs, as they were when they were noted. */
  linesOf(vips: readonly Vip[]): readonly string[];
  add(vip: Vip, line: string): void;
  remove(vip: Vip): void;
}

export interface LeftOptions {
  readonly directory: string | undefined;
  readonly group: string;
  readonly onProblem: (problem: OperatorError) => void;
}

export const leftIn = ({ directory, group, onProblem }: LeftOptions): Left =>
  directory === undefined ? leftInMemory() : leftInFiles(join(directory, `script-${group}`), onProblem);

function leftInFiles(folder: string, onProblem: LeftOptions['onProblem']): Left {
  const pathOf = ({ link, address, family, prefixLength }: Vip): string =>
    join(folder, `${link.replaceAll('/', '%')}_${canonicalAddress(address, family)}_${prefixLength}`);
  const lineOf = (vip: Vip): string | undefined => {
    try {
      return readFileSync(pathOf(vip), 'utf8');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const noting = (work: () => void): void => {
    try {
      work();
    } catch (cause) {
      onProblem(notNoted(folder, cause));
    }
  };
  return {
    pathOf,
    has(vip) {
      try {
        return lineOf(vip) !== undefined;
      } catch {
        return undefined; // it says so itself
      }
    },
    linesOf: (vips) =>
      vips.flatMap((vip) => {
        try {
          return lineOf(vip) ?? [];
        } catch {
          return []; // what cannot be read was held by nobody under other words
        }
      }),
    add: (vip, line) =>
      noting(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        rmSync(pathOf(vip), { force: true });
        writeFileSync(pathOf(vip), line, { mode: 0o600, flag: 'wx' });
      }),
    remove: (vip) => noting(() => rmSync(pathOf(vip), { force: true })),
  };
}

/** For commands by hand, which leave nothing and find nothing. */
function leftInMemory(): Left {
  const known = new Map<string, boolean>();
  const keyOf = ({ link, address }: Vip): string => `${link} ${address}`;
  return {
    pathOf: () => undefined,
    has: (vip) => known.get(keyOf(vip)),
    linesOf: () => [],
    add: (vip) => void known.set(keyOf(vip), true),
    remove: (vip) => void known.set(keyOf(vip), false),
  };
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const notNoted = (folder: string, cause: unknown): OperatorError =>
  new OperatorError(
    'FILE_UNWRITABLE',
    `${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      hint: 'the state directory must be writable; without it the next process does not know what this one brought up',
      cause,
    },
  );
