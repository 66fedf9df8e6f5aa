import { readFile, rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Legacy } from '../core/group/state.ts';
import type { Log } from '../core/ports.ts';
import { SECOND_MS, type GroupId } from '../core/units.ts';
import { replaceFile } from './replace-file.ts';

/*
 * What a process that restarts leaves for the next one, in the state directory: which groups it held and what the operator
 * had said. Good for the same boot only, and only until a little before the others stop waiting.
 */

export interface LegacyStore {
  /** Settles when it is on the disk; rejects when it cannot be. */
  write(groups: ReadonlyMap<GroupId, Legacy>, forMs: number): Promise<void>;
  /** What is there and still good; reading it takes it away, so that nobody adopts twice. */
  take(): Promise<ReadonlyMap<GroupId, Legacy>>;
}

/** Whoever adopts must be heard before the others may claim. */
const MARGIN_MS = 200;
const FILE = 'restart.json';

interface Stored {
  readonly boot: string;
  readonly untilUptimeMs: number;
  readonly groups: readonly (readonly [GroupId, Legacy])[];
}

/** How long this host has been up, whatever the wall clock says; and which of its lives this is. */
export interface Boot {
  uptimeMs(): number;
  id(): Promise<string>;
}

export const systemBoot: Boot = {
  uptimeMs: () => uptime() * SECOND_MS,
  // Other systems have no such name for a boot; there a marker from before one is older than the uptime allows.
  id: () =>
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
      (text) => text.trim(),
      () => '',
    ),
};

export function legacyStore(stateDirectory: string, log: Log, boot: Boot = systemBoot): LegacyStore {
  const path = join(stateDirectory, FILE);
  return {
    async write(groups, forMs) {
      const untilUptimeMs = boot.uptimeMs() + forMs - MARGIN_MS;
      const stored: Stored = { boot: await boot.id(), untilUptimeMs, groups: [...groups] };
      await replaceFile(stateDirectory, path, JSON.stringify(stored));
    },
    async take() {
      try {
        const stored = JSON.parse(await readFile(path, 'utf8')) as Stored;
        await rm(path);
        return (await leftMs(stored, boot)) > 0 ? new Map(stored.groups) : new Map();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          log.warn({ err: error, path }, 'what the last process left is unreadable and is not used');
        return new Map();
      }
    },
  };
}

/** For how long the next process may still take over what this one left; 0 when not at all. */
async function leftMs({ boot: name, untilUptimeMs }: Stored, boot: Boot): Promise<number> {
  const left = untilUptimeMs - boot.uptimeMs();
  // An uptime far below the marker's is another boot's, where boots have no names.
  return name === (await boot.id()) && left > 0 && left <= MAX_AHEAD_MS ? left : 0;
}

/** How much longer a restart that was announced may take, for whoever only looks; 0 when none was. */
export async function restartLeftMs(stateDirectory: string, boot: Boot = systemBoot): Promise<number> {
  try {
    return await leftMs(JSON.parse(await readFile(join(stateDirectory, FILE), 'utf8')) as Stored, boot);
  } catch {
    return 0; // no file, or none that the next process could read
  }
}

/** Nobody may announce a longer absence. */
const MAX_AHEAD_MS = 10 * SECOND_MS;
