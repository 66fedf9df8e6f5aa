import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arch, execPath, platform } from 'node:process';
import { type Target, isHere, nameOf } from './target.ts';

/** What npm says of a package that it has packed. */
interface Packed {
  readonly filename: string;
  readonly integrity: string;
}

/**
 * Node itself, without its symbols where `strip` can read it: they are a seventh of it, and nobody debugs it here. Before
 * the program is put in, never afterwards: a binary that was stripped with it does not start.
 */
export function baseFor(target: Target, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const base = join(folder, `node-${nameOf(target)}`);
  copyFileSync(nodeFor(target, folder), base);
  chmodSync(base, 0o755);
  if (isHere(target)) strip(base);
  return base;
}

/** Without options: GNU's and the other systems' have no other word in common for it. */
function strip(file: string): void {
  try {
    execFileSync('strip', [file], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    const why = code === 'ENOENT' ? 'it is not installed' : String(stderr ?? error).trim();
    throw new Error(`strip, which takes Node's symbols out, did not work: ${why}; binutils has one`, {
      cause: error,
    });
  }
}

/** Of the Node that is put in; each of its packages and installations has it in another place. */
export function nodeLicence(): string {
  const places = [
    `node_modules/node-${platform}-${arch}/LICENSE`,
    join(execPath, '../../LICENSE'),
    join(execPath, '../../share/doc/node/LICENSE'),
    join(execPath, '../../share/licenses/node/LICENSE'),
  ];
  const found = places.find((place) => existsSync(place));
  return found === undefined
    ? 'https://github.com/nodejs/node/blob/main/LICENSE'
    : readFileSync(found, 'utf8');
}

function nodeFor(target: Target, folder: string): string {
  const name = `node-${nameOf(target)}`;
  const installed = `node_modules/${name}/bin/node`;
  if (existsSync(installed)) return installed;
  return target.platform === 'linux' && !isHere(target) ? fetched(name, folder) : execPath;
}

/** For another processor: the tarball that the lock file names, and no other. */
function fetched(name: string, folder: string): string {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const locked = packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json does not name ${name}`);
  const words = ['pack', `${name}@${locked.version}`, '--json', '--pack-destination', folder];
  const said = execFileSync('npm', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const answer = JSON.parse(said) as Record<string, Packed> | readonly Packed[];
  const [packed] = Object.values(answer) as Packed[];
  if (packed === undefined || packed.integrity !== locked.integrity)
    throw new Error(`${name}@${locked.version}: the registry has another one than package-lock.json names`);
  const into = join(folder, 'fetched');
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['xzf', join(folder, packed.filename), '-C', into, 'package/bin/node']);
  return join(into, 'package/bin/node');
}
