import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One call of one command, and everything that it leaves behind. */
export interface RecordedCall {
  readonly case: string;
  readonly argv: readonly string[];
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

const fixture = (system: string, file: string): string =>
  readFileSync(join(import.meta.dirname, '..', system, 'fixtures', file), 'utf8');

export const recordedCalls = (system: string): readonly RecordedCall[] =>
  JSON.parse(fixture(system, 'commands.json')) as RecordedCall[];

export const recordedListing = (system: string, file: string): string => fixture(system, `${file}.txt`);
