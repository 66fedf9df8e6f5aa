// Bundles src/cli/main.ts and everything it needs into one CommonJS file, which bin/sealbeat runs.
// node scripts/build.ts [FILE [VERSION]]
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { page } from './build-page.ts';

const [outfile = 'dist/sealbeat.cjs', wanted] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown'; // a tarball, not a checkout
  }
}

await build({
  entryPoints: ['src/cli/main.ts'],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  minifySyntax: true,
  minifyWhitespace: true, // not names: a stack trace in a log has to be read by people
  legalComments: 'none',
  plugins: [page],
  outfile,
  define: { SEALBEAT_VERSION: JSON.stringify(wanted ?? version), SEALBEAT_COMMIT: JSON.stringify(commit()) },
  logLevel: 'warning',
});
