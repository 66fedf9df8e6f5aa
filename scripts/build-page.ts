import type { Plugin } from 'esbuild';
import { script, style } from '../src/web/page/built.ts';

/** The status page's script and style are made here once, and not by the program when it runs. */
export const page: Plugin = {
  name: 'page',
  setup({ onLoad }) {
    const contents = Object.entries({ script, style })
      .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`)
      .join('\n');
    onLoad({ filter: /\/src\/web\/page\/built\.ts$/ }, () => ({ contents, loader: 'js' }));
  },
};
