import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import { vipKey } from '../address.ts';

/**
 * Which VIPs may be up, because `up` was run for them and `down` has not succeeded since; with the line that a guard holds
 * for each. Kept in a file, so that a process knows what the one before it did, however that ended.
 */
export interface Left {
  /** Undefined when nobody knows: there is no place for notes, or they cannot be read. */
  has(vip: Vip): boolean | undefined;
  /** The guard's lines of these VIPs, as they were when they were noted. */
  linesOf(vips: readonly Vip[]): readonly string[];
  add(vips: readonly Vip[], lineOf: (vip: Vip) => string): void;
  remove(vips: readonly Vip[]): void;
}

export interface LeftOptions {
  readonly directory: string | undefined;
  readonly group: string;
  readonly onProblem: (problem: OperatorError) => void;
}

export function leftIn({ directory, group, onProblem }: LeftOptions): Left {
  const path = directory === undefined ? undefined : join(directory, `script-${group}.json`);
  const read = path === undefined ? undefined : linesIn(path);
  let known = read !== undefined;
  const lines = new Map(read ?? []);

  const keep = (): void => {
    if (path === undefined || directory === undefined) return;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      rmSync(`${path}.new`, { force: true });
      writeFileSync(`${path}.new`, JSON.stringify([...lines]), { mode: 0o600, flag: 'wx' });
      renameSync(`${path}.new`, path);
    } catch (cause) {
      onProblem(notKept(path, cause));
    }
  };
  const changed = (change: () => void): void => {
    const before = JSON.stringify([...lines]);
    change();
    if (JSON.stringify([...lines]) !== before) keep();
  };

  return {
    has: (vip) => lines.has(vipKey(vip)) || (known ? false : undefined),
    linesOf: (vips) => vips.flatMap((vip) => lines.get(vipKey(vip)) ?? []),
    add: (vips, lineOf) => changed(() => vips.forEach((vip) => lines.set(vipKey(vip), lineOf(vip)))),
    remove(vips) {
      changed(() => vips.forEach((vip) => lines.delete(vipKey(vip))));
      known = true;
    },
  };
}

/** Empty where there is no file; undefined where it cannot be read. */
function linesIn(path: string): readonly (readonly [string, string])[] | undefined {
  try {
    const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? [] : undefined;
  }
}

const isEntry = (entry: unknown): entry is [string, string] =>
  Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === 'string');

const notKept = (path: string, cause: unknown): OperatorError =>
  new OperatorError('FILE_UNWRITABLE', `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    hint: 'the state directory must be writable; without it the next process does not know what this one brought up',
    cause,
  });
