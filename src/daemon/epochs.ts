import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Log } from '../core/ports.ts';
import { after, SECOND_MS, type GroupName } from '../core/units.ts';
import { replaceFile } from './replace-file.ts';

/** The highest epoch of each group, kept over restarts. Best effort: without it, wall time is the floor. */
export interface EpochStore {
  get(group: GroupName): number;
  /** Written soon, never waited for. */
  put(group: GroupName, epoch: number): void;
  /** Settles when all of it is written, or could not be. */
  settled(): Promise<void>;
}

const FILE = 'epochs.json';
const FILE_BYTES_MAX = 64 * 1024;
const GROUPS_MAX = 1_024;
/** However fast claims follow each other, the disk is asked this often. */
const WRITE_EVERY_MS = SECOND_MS;

export async function openEpochs(
  stateDirectory: string,
  { clock, log }: { clock: Clock; log: Log },
): Promise<EpochStore> {
  const path = join(stateDirectory, FILE);
  const epochs = await read(path, log);
  let writing = Promise.resolve();
  let isDue = false;
  let cancel: (() => void) | undefined;
  let notBefore = clock.nowMs();
  let failedWith = '';

  const write = async (): Promise<void> => {
    if (!isDue) return;
    isDue = false;
    notBefore = after(clock.nowMs(), WRITE_EVERY_MS);
    try {
      await replaceFile(stateDirectory, path, JSON.stringify(Object.fromEntries(epochs)));
      failedWith = '';
    } catch (error) {
      const { message } = error as Error;
      const text = 'epochs cannot be stored; after a restart the clock is the floor of the next one';
      if (message !== failedWith) log.warn({ err: error, path }, text);
      failedWith = message;
    }
  };
  const writeNow = (): void => {
    cancel?.();
    cancel = undefined;
    writing = writing.then(write);
  };
  return {
    get: (group) => epochs.get(group) ?? 0,
    put(group, epoch) {
      if (epoch <= (epochs.get(group) ?? 0)) return;
      epochs.set(group, epoch);
      isDue = true;
      if (cancel !== undefined) return;
      if (clock.nowMs() >= notBefore) writeNow();
      else cancel = clock.wakeAt(notBefore, writeNow);
    },
    settled() {
      writeNow();
      return writing;
    },
  };
}

async function read(path: string, log: Log): Promise<Map<string, number>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > FILE_BYTES_MAX) throw new RangeError(`${size} bytes are too many`);
    const stored: unknown = JSON.parse(await file.readFile('utf8'));
    if (typeof stored !== 'object' || stored === null || Array.isArray(stored))
      throw new TypeError('not an object');
    const entries = Object.entries(stored).filter(
      (entry): entry is [string, number] => Number.isSafeInteger(entry[1]) && entry[1] >= 0,
    );
    return new Map(entries.slice(0, GROUPS_MAX));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      log.warn({ err: error, path }, 'stored epochs are unreadable and are left out');
    }
    return new Map();
  } finally {
    await file?.close();
  }
}
