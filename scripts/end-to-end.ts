// Runs the end-to-end tests: npm run test:e2e [-- FILE …]. With SEALBEAT_PROGRAM=FILE against that program, on a PATH without
// Node, so that nothing of what they start can be helped by one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { argv, env, execPath, stderr } from 'node:process';

const NODE = new Set(['node', 'nodejs', 'npm', 'npx', 'corepack']);

/** A folder with links to every program of this PATH but those of Node; the first of a name wins, as there. */
function pathWithoutNode(folder: string): string {
  const taken = new Set(NODE);
  for (const place of (env['PATH'] ?? '').split(':')) {
    for (const name of namesIn(place)) {
      if (taken.has(name) || place.includes('node_modules')) continue;
      taken.add(name);
      symlinkSync(resolve(place, name), join(folder, name));
    }
  }
  return folder;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // a PATH may name what is not there
  }
}

/** They test what they make themselves, and making it needs npm. */
const OF_PACKAGES = new Set(['deb.test.ts', 'install.test.ts', 'packages.test.ts']);

const filesFor = (program: string | undefined): readonly string[] =>
  readdirSync('test/e2e', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && (program === undefined || !OF_PACKAGES.has(name)))
    .map((name) => join('test/e2e', name));

const program = env['SEALBEAT_PROGRAM'];
const files = argv.length > 2 ? argv.slice(2) : filesFor(program);
const folder = mkdtempSync(join(tmpdir(), 'sealbeat-path-'));
try {
  const own =
    program === undefined ? {} : { SEALBEAT_PROGRAM: resolve(program), PATH: pathWithoutNode(folder) };
  if (program !== undefined) stderr.write(`end to end with ${program}, without Node on PATH\n`);
  const ran = spawnSync(execPath, ['--test', '--test-concurrency=2', ...files], {
    stdio: 'inherit',
    env: { ...env, ...own },
  });
  process.exitCode = ran.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
