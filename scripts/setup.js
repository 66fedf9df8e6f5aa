// Installs the locked dependencies and builds, each only when its result is missing or older than its sources.
// Plain JavaScript on purpose: it is the one file that runs on whatever Node the machine has.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (path) => join(root, path);
const changed = (path) => (existsSync(at(path)) ? statSync(at(path)).mtimeMs : 0);

function newestIn(folder) {
  return Math.max(
    ...readdirSync(at(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs),
  );
}

function run(what, command, args) {
  process.stderr.write(`sealbeat: ${what}\n`);
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}\n`);
  process.stderr.write(`sealbeat: error: ${command} ${args.join(' ')} failed\n`);
  process.exit(1);
}

// npm writes this file last, so an interrupted install is repeated.
const installed = changed('node_modules/.package-lock.json');
if (installed < changed('package-lock.json') || installed === 0) {
  run('installing dependencies (npm ci), about 10 s', 'npm', [
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
}

const built = changed('dist/sealbeat.cjs');
if (built < newestIn('src') || built < changed('package.json') || built < changed('scripts/build.ts')) {
  const local = at('node_modules/.bin/node');
  run('building dist/sealbeat.cjs', existsSync(local) ? local : process.execPath, [at('scripts/build.ts')]);
}
