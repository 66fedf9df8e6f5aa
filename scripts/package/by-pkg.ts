import sea from '@yao-pkg/pkg/lib-es5/sea.js';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { PROGRAM_FLAGS, seaSettings } from './sea-settings.ts';
import type { Target } from './target.ts';

/** One that makes the same code cache each time; pkg starts Node without it. */
const GENERATOR_FLAGS = ['--random-seed=1', ...PROGRAM_FLAGS];
/** Inside of the working folder, as pkg names it; what matters is how deep it is. */
const PKG_FOLDER = 'pkg-sea-xxxxxx';
/** A kind that pkg knows and its types do not. */
const NOT_THIS_KIND: string = 'linuxstatic';

export interface Order {
  readonly program: string;
  readonly base: string;
  readonly output: string;
}

/**
 * The program and Node in one file, by pkg. pkg has no way to say how the Node that makes the blob is started, and takes the
 * one that runs pkg itself where the target is not of this machine's kind. So it is told another kind (`linuxstatic`, which
 * changes nothing else), and that the one that runs it is a script.
 */
export async function byPkg(target: Target, { program, base, output }: Order): Promise<void> {
  const work = resolve(dirname(base), 'pkg');
  mkdirSync(work, { recursive: true });
  const generator = join(work, 'generator');
  writeFileSync(generator, `#!/bin/sh\nexec '${process.execPath}' ${GENERATOR_FLAGS.join(' ')} "$@"\n`);
  chmodSync(generator, 0o755);

  // The path to the program gets into the binary. Relative to the folder in which pkg works, it is the same on every machine.
  const main = relative(join(work, PKG_FOLDER), resolve(program));
  const before = { execPath: process.execPath, temporary: process.env['TMPDIR'] };
  process.execPath = generator;
  process.env['TMPDIR'] = work;
  try {
    await sea.default(program, {
      nodePath: resolve(base),
      signature: false,
      seaConfig: seaSettings(main, { hasCodeCache: true }),
      targets: [
        {
          nodeRange: `node${process.versions.node.split('.')[0]}`,
          platform: NOT_THIS_KIND as 'linux',
          arch: target.arch,
          output: resolve(output),
        },
      ],
    });
  } finally {
    process.execPath = before.execPath;
    if (before.temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before.temporary;
    rmSync(work, { recursive: true, force: true });
  }
}
