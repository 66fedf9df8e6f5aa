import { inject } from 'postject';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { execPath } from 'node:process';
import type { Order } from './by-pkg.ts';
import { PROGRAM_FLAGS, seaSettings } from './sea-settings.ts';

/** Node looks for this word in itself to see whether it carries a program. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * The same by Node's own steps, for another processor: pkg wants to run the Node that it puts the program into. The code
 * cache is left out, since one that was made here would be refused there, with a warning at every start.
 */
export async function byNode({ program, base, output }: Order): Promise<void> {
  const work = join(dirname(base), 'node');
  mkdirSync(work, { recursive: true });
  try {
    const settings = seaSettings(relative(work, program), { hasCodeCache: false });
    writeFileSync(join(work, 'sea.json'), JSON.stringify({ ...settings, output: 'sea.blob' }));
    execFileSync(execPath, [...PROGRAM_FLAGS, '--experimental-sea-config', 'sea.json'], {
      cwd: work,
      stdio: 'pipe',
    });
    copyFileSync(base, output);
    chmodSync(output, 0o755);
    await inject(output, 'NODE_SEA_BLOB', readFileSync(join(work, 'sea.blob')), { sentinelFuse: FUSE });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
