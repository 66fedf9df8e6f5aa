import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Wanted } from '../service/plan.ts';
import type { CliHost } from './host.ts';

/** What makes this host a node of a cluster. Directories go only when nothing else is left in them. */
export async function purge(
  host: CliHost,
  { config, identity, state }: Wanted,
  { root, dryRun }: { root: string; dryRun: boolean },
): Promise<void> {
  for (const path of [config, identity, state]) {
    if (!existsSync(join(root, path))) continue;
    host.out(`${dryRun ? 'would be deleted' : 'deleted'}    ${path}`);
    if (!dryRun) await rm(join(root, path), { recursive: path === state });
  }
  if (dryRun) return;
  for (const directory of new Set([dirname(config), dirname(identity)])) {
    await rmdir(join(root, directory)).catch(() => undefined); // something of the operator's is in it
  }
}
