import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type Entry, textEntry } from './entry.ts';
import { payload, USUAL } from './payload.ts';
import type { Release } from './release.ts';
import { tarOf } from './tar.ts';

export interface TarballOrder {
  /** `linux-x64`, or `node` for the one that brings none. */
  readonly name: string;
  readonly release: Release;
  readonly bundle: string;
  /** The single file; without one it is the bundle and a launcher. */
  readonly binary?: string;
  readonly folder: string;
  readonly fast: boolean;
}

export function tarball({ name, release, bundle, binary, folder, fast }: TarballOrder): string {
  const top = `sealbeat-${release.version}-${name}`;
  const files = filesOf(bundle, binary);
  // What install.sh goes by: how, and what.
  const list = files.map(({ path, mode }) => `${mode.toString(8).padStart(4, '0')} ${path}\n`).join('');
  const entries = [
    ...files,
    textEntry('FILES', list),
    textEntry('install.sh', readFileSync('scripts/package/install.sh', 'utf8'), 0o755),
  ];
  const path = `${folder}/${top}.tar.gz`;
  writeFileSync(path, gzipSync(tarOf(top, entries, release.epochSeconds), { level: fast ? 1 : 9 }));
  return path;
}

/** Below the prefix. */
export function filesOf(bundle: string, binary?: string): readonly Entry[] {
  const program: readonly Entry[] =
    binary === undefined
      ? [
          textEntry('bin/sealbeat', readFileSync('scripts/package/launcher.sh', 'utf8'), 0o755),
          { path: 'lib/sealbeat/sealbeat.cjs', mode: 0o644, content: readFileSync(bundle) },
        ]
      : [{ path: 'bin/sealbeat', mode: 0o755, content: readFileSync(binary) }];
  return [...program, ...payload(bundle, USUAL)];
}
