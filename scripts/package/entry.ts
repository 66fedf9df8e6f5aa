import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One file of a package; its path has no slash in front. */
export interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

export const textEntry = (path: string, text: string, mode = 0o644): Entry => ({
  path,
  mode,
  content: Buffer.from(text),
});

/** As `gzip -9n`: neither name nor time get into it. */
export const zipped = ({ path, mode, content }: Entry): Entry => ({
  path: `${path}.gz`,
  mode,
  content: gzipSync(content, { level: 9 }),
});

export const sorted = (entries: readonly Entry[]): readonly Entry[] =>
  entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));

/** Every folder above these paths, each once, those above first. */
export function foldersOf(paths: readonly string[]): readonly string[] {
  const all = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, at) => all.add(parts.slice(0, at + 1).join('/')));
  }
  return [...all].toSorted();
}

/** Whatever umask this process has. */
export function writeTree(root: string, entries: readonly Entry[]): void {
  mkdirSync(root, { recursive: true });
  chmodSync(root, 0o755);
  for (const folder of foldersOf(entries.map(({ path }) => path))) {
    mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, folder), 0o755);
  }
  for (const { path, mode, content } of entries) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), mode);
  }
}
