import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../core/ports.ts';
import type { GroupName } from '../core/units.ts';

/** The highest epoch of each group, kept over restarts. Best effort: without it, wall time is the floor. */
export interface EpochStore {
  get(group: GroupName): number;
  /** Written soon, never waited for. */
  put(group: GroupName, epoch: number): void;
  settled(): Promise<void>;
}

const FILE = 'epochs.json';

export async function openEpochs(stateDirectory: string, log: Log): Promise<EpochStore> {
  const path = join(stateDirectory, FILE);
  const epochs = await read(path, log);
  let writing = Promise.resolve();
  let waiting = false;
  const write = async (): Promise<void> => {
    waiting = false;
    try {
      await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
      const file = await open(`${path}.new`, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(Object.fromEntries(epochs)));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
    } catch (error) {
      log.warn({ err: error, path }, 'epochs could not be stored; the clock is the floor of the next one');
    }
  };
  return {
    get: (group) => epochs.get(group) ?? 0,
    put(group, epoch) {
      epochs.set(group, epoch);
      if (waiting) return;
      waiting = true;
      writing = writing.then(write);
    },
    settled: () => writing,
  };
}

async function read(path: string, log: Log): Promise<Map<string, number>> {
  try {
    const stored: unknown = JSON.parse(await readFile(path, 'utf8'));
    const entries = Object.entries(stored as object).filter(
      (entry): entry is [string, number] => Number.isSafeInteger(entry[1]) && (entry[1] as number) >= 0,
    );
    return new Map(entries);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      log.warn({ err: error, path }, 'stored epochs are unreadable and are left out');
    }
    return new Map();
  }
}
