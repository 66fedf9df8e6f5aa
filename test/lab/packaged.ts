import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolEnv } from './host-tool.ts';
import { PROJECT } from './sealbeat.ts';
import { until } from './wait.ts';

/** What `npm run package` makes of the sources as they are, for this processor, with less compression. */
export interface Packaged {
  readonly version: string;
  readonly binary: string;
  readonly deb: string;
  readonly tarball: string;
  /** The one for the system's own Node. */
  readonly portable: string;
}

const LOCK = join(PROJECT, 'dist/tested.lock');
const SOURCES = ['src', 'scripts', 'config', 'docs/man'];
const SINGLE = ['package.json', 'package-lock.json', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'];

/** Each is made once, where it is missing or older than its sources, whoever asks first. */
export async function ensurePackaged(): Promise<Packaged> {
  const version = ownVersion();
  const folder = await ensureMade(version, 'binary,deb,tarball,node');
  const own = `linux-${process.arch}`;
  return {
    version,
    binary: join(folder, `sealbeat-${own}`),
    deb: named(folder, '.deb'),
    tarball: named(folder, `${own}.tar.gz`),
    portable: named(folder, '-node.tar.gz'),
  };
}

/** The same program under another version, to upgrade to. */
export const ensureDeb = async (version: string): Promise<string> =>
  named(await ensureMade(version, 'deb'), '.deb');

async function ensureMade(version: string, only: string): Promise<string> {
  const folder = join(PROJECT, 'dist/tested', version);
  if (isFresh(folder)) return folder;
  await locked(() => {
    if (isFresh(folder)) return;
    rmSync(folder, { recursive: true, force: true });
    const words = ['--into', `dist/tested/${version}`, '--version', version, '--only', only, '--fast'];
    const ran = spawnSync(
      join(PROJECT, 'node_modules/.bin/node'),
      ['scripts/package.ts', ...words, `linux-${process.arch}`],
      { cwd: PROJECT, env: toolEnv, encoding: 'utf8' },
    );
    if (ran.status !== 0) throw new Error(`scripts/package.ts failed: ${ran.stdout}${ran.stderr}`);
  });
  return folder;
}

const ownVersion = (): string =>
  (JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string }).version;

function named(folder: string, end: string): string {
  const name = readdirSync(folder).find((one) => one.endsWith(end));
  if (name === undefined) throw new Error(`${folder} has no file that ends in ${end}`);
  return join(folder, name);
}

/** The sums are written last. */
function isFresh(folder: string): boolean {
  const sums = join(folder, 'SHA256SUMS');
  if (!existsSync(sums)) return false;
  const below = SOURCES.flatMap((source) =>
    readdirSync(join(PROJECT, source), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(source, name),
    ),
  );
  return [...below, ...SINGLE].every(
    (path) => statSync(join(PROJECT, path)).mtimeMs <= statSync(sums).mtimeMs,
  );
}

/** One process at a time; a lock whose owner is gone counts for nothing. */
async function locked(body: () => void): Promise<void> {
  mkdirSync(join(PROJECT, 'dist'), { recursive: true });
  await until('the lock of the packages', 180_000, () => {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return true;
    } catch {
      if (!isAlive(LOCK)) rmSync(LOCK, { force: true });
      return false; // somebody makes them now
    }
  });
  try {
    body();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function isAlive(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return pid === 0 || existsSync(`/proc/${pid}`);
  } catch {
    return true; // it has just been given back: try again
  }
}
