import sea from '@yao-pkg/pkg/lib-es5/sea.js';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { programFlags, seaSettings } from './sea-settings.ts';
import { type Target } from './target.ts';

/** One that is made with the same code cache each time; pkg starts Node without it. */
const GENERATOR_FLAGS = ['--random-seed=1', ...programFlags];

/**
 * The program and Node in one file, by pkg. pkg has no way to say how the Node that makes the blob is started, and takes the
 * one that runs pkg itself where the target is not of this machine's kind. So it is told another kind (`linuxstatic`, which
 * changes nothing else), and that the one that runs it is a script.
 */
export async function byPkg(target: Target, { base, output }: { base: string; output: string }): Promise<void> {
  const folder = resolve(dirname(base));
  const generator = join(folder, 'generator');
  writeFileSync(generator, `#!/bin/sh\nexec '${process.execPath}' ${GENERATOR_FLAGS.join(' ')} "$@"\n`);
  chmodSync(generator, 0o755);

  // pkg works in a folder of its own in here. The path to the program gets into the binary: relative, it is the same everywhere.
  const work = join(folder, 'pkg');
  mkdirSync(work, { recursive: true });
  const before = { execPath: process.execPath, temporary: process.env['TMPDIR'] };
  process.execPath = generator;
  process.env['TMPDIR'] = work;
  try {
    await sea('dist/sealbeat.cjs', {
      nodePath: resolve(base),
      signature: false,
      seaConfig: seaSettings({ main: join('../../..', 'sealbeat.cjs'), hasCodeCache: true }),
      targets: [{ nodeRange: `node${process.versions.node}`, platform: 'linuxstatic', arch: target.arch, output }],
    });
  } finally {
    process.execPath = before.execPath;
    if (before.temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before.temporary;
    rmSync(work, { recursive: true, force: true });
  }
}
