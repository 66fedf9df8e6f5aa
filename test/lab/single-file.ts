import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chdir, cwd } from 'node:process';
import { baseFor } from '../../scripts/package/base.ts';
import { byPkg } from '../../scripts/package/by-pkg.ts';
import { here } from '../../scripts/package/target.ts';
import { PROJECT, requireBuilt } from './sealbeat.ts';

/**
 * Makes the single file of the program as it was built, under another version if one is given: the same program otherwise, as
 * the next release of it.
 */
export async function makeSingleFile(output: string, version?: string): Promise<void> {
  requireBuilt();
  const bundle = readFileSync(join(PROJECT, 'dist/sealbeat.cjs'), 'utf8');
  const { version: own } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-package-'));
  const program = join(folder, 'sealbeat.cjs');
  writeFileSync(program, version === undefined ? bundle : bundle.replaceAll(`"${own}"`, `"${version}"`));
  const before = cwd();
  chdir(PROJECT); // where the packages are that Node comes from
  try {
    await byPkg(here, { program, base: baseFor(here, join(folder, 'work')), output });
  } finally {
    chdir(before);
    rmSync(folder, { recursive: true, force: true });
  }
}
