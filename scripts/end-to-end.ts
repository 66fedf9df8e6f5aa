// Runs the end-to-end tests: npm run test:e2e [-- FILE …]. With E2E_PROGRAM=FILE against that program, on a PATH without
// Node, so that nothing of what they start can be helped by one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
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
/** Most of the time of these tests is waiting. */
const AT_ONCE = 4;

const allFiles = (): readonly string[] =>
  readdirSync('test/e2e', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test/e2e', name));

function passes(files: readonly string[], own: Readonly<Record<string, string>>): boolean {
  if (files.length === 0) return true;
  const { E2E_PROGRAM: _, ...inherited } = env;
  const ran = spawnSync(execPath, ['--test', `--test-concurrency=${AT_ONCE}`, ...files], {
    stdio: 'inherit',
    env: { ...inherited, ...own },
  });
  return ran.status === 0;
}

const program = env['E2E_PROGRAM'];
const files = argv.length > 2 ? argv.slice(2) : allFiles();
const isOfPackages = (file: string): boolean => OF_PACKAGES.has(basename(file));
const folder = mkdtempSync(join(tmpdir(), 'sealbeat-path-'));
try {
  if (program === undefined) {
    process.exitCode = passes(files, {}) ? 0 : 1;
  } else {
    stderr.write(`end to end with ${program}, without Node on PATH\n`);
    const own = { SEALBEAT_PROGRAM: resolve(program), PATH: pathWithoutNode(folder) };
    const rest = files.filter((file) => !isOfPackages(file));
    const areGood = [passes(rest, own), passes(files.filter(isOfPackages), {})];
    process.exitCode = areGood.includes(false) ? 1 : 0;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
