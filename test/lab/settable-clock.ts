import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

const FOLDERS = ['/usr/lib', '/usr/local/lib'];

/** libfaketime, where it is installed: a namespace has no wall clock of its own. */
function library(): string | undefined {
  const found = FOLDERS.filter(existsSync).flatMap((folder) =>
    ['.', ...readdirSync(folder)].map((below) => join(folder, below, 'faketime/libfaketimeMT.so.1')),
  );
  return found.find(existsSync);
}

export const hasSettableClocks = (): boolean => library() !== undefined;

/** The wall clock of one host's agent, as `date -s` or a careless NTP would step it. The monotonic clock goes on. */
export class SettableClock {
  readonly #offsetFile: string;

  constructor(lab: Lab, host: string) {
    this.#offsetFile = join(lab.folder, `${host}.clock`);
    this.set(0);
  }

  /** What an agent must be started with. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: library() ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#offsetFile,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** So many seconds from the true time, at once. */
  set(offsetSeconds: number): void {
    writeFileSync(this.#offsetFile, `${offsetSeconds < 0 ? '-' : '+'}${Math.abs(offsetSeconds)}\n`);
  }
}
