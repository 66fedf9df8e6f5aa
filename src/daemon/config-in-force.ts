import { copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../core/ports.ts';

/** What the daemon last ran with: `release` needs it when the config has been broken since. */
export const configInForcePath = (stateDirectory: string): string =>
  join(stateDirectory, 'config-in-force.yaml');

/** Keeps a copy. Never rejects: without it only that command does less. */
export async function keepConfigInForce(stateDirectory: string, configPath: string, log: Log): Promise<void> {
  const path = configInForcePath(stateDirectory);
  try {
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
    await copyFile(configPath, `${path}.new`);
    await rename(`${path}.new`, path);
  } catch (error) {
    log.warn({ err: error }, 'no copy of the config could be kept for "sealbeat release"');
  }
}
