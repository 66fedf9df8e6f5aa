import { type Entry, foldersOf, sorted } from './entry.ts';

const BLOCK = 512;

/**
 * A ustar archive (POSIX.1-1988, which every tar reads): sorted, owned by 0, with one date. Written here, because the options that
 * make a reproducible archive are GNU tar's alone.
 */
export function tarOf(folder: string, entries: readonly Entry[], epochSeconds: number): Buffer {
  const below = sorted(entries).map((entry) => ({ ...entry, path: `${folder}/${entry.path}` }));
  const folders = foldersOf(below.map(({ path }) => path));
  const parts = [
    ...folders.map((path) => header({ path: `${path}/`, mode: 0o755, kind: '5', size: 0 }, epochSeconds)),
    ...below.flatMap(({ path, mode, content }) => [
      header({ path, mode, kind: '0', size: content.length }, epochSeconds),
      content,
      Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
    ]),
  ];
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

interface Head {
  readonly path: string;
  readonly mode: number;
  readonly kind: '0' | '5';
  readonly size: number;
}

function header({ path, mode, kind, size }: Head, epochSeconds: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for the archive`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  block.write(path, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(epochSeconds, 12), 136);
  block.write(' '.repeat(8), 148); // what the sum is made with
  block.write(kind, 156);
  block.write('ustar\x0000', 257);
  block.write('root', 265);
  block.write('root', 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
