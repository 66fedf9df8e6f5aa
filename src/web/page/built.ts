// How the page's script and style are made of their sources. scripts/build.ts runs this, and puts the two texts in this
// file's place: the program that is shipped has neither esbuild nor files to read.
import { buildSync } from 'esbuild';
import { fileURLToPath } from 'node:url';

const made = (entry: string): string => {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0]!.text.trim();
};

export const script = made('browser/main.ts');
export const style = made('page.css');
