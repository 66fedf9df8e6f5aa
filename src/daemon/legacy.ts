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
        const now = boot.uptimeMs();
        const isGood = stored.boot === (await boot.id()) && now < stored.untilUptimeMs;
        // An uptime far below the marker's is another boot's, where boots have no names.
        if (!isGood || stored.untilUptimeMs - now > MAX_AHEAD_MS) return new Map();
        return new Map(stored.groups);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          log.warn({ err: error, path }, 'what the last process left is unreadable and is not used');
        return new Map();
      }
    },
  };
}

/** Nobody may announce a longer absence. */
const MAX_AHEAD_MS = 10 * SECOND_MS;
