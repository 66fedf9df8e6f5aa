import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { toolEnv } from './host-tool.ts';
import type { Lab } from './lab.ts';
import { startProgram, type Program } from './program.ts';

const BOUND_MS = 60_000;
/** Where the program keeps its files, and packages theirs: empty at first, and this host's own. */
const FOLDERS = ['/etc', '/run', '/var/lib', '/usr/local'];
const call = promisify(execFile);

/** As root would find it at a terminal of the host: the name, then the command line, in a view of its own. */
const SHELL = `hostname "$1"; folder=$2; hidden=$3; shift 3
for path in ${FOLDERS.join(' ')}; do mount --bind "$folder$path" "$path" || exit 125; done
for path in $hidden; do mount --bind "$folder/nothing" "$path" || exit 125; done
exec "$@"`;

/** What a host's root types there. */
export interface Terminal {
  /** The host's own folder for a path below /etc, /run, /var/lib or /usr/local, as it is seen from outside. */
  outside(path: string): string;
  /** What it prints on stdout. Throws with all that it said when it fails. */
  type(...words: readonly string[]): Promise<string>;
  /** Something that stays, such as a daemon. */
  start(...words: readonly string[]): Program;
  /** The words before a command line that is to run there. */
  readonly enter: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Every Node that this PATH leads to. */
const nodes = (): readonly string[] =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => ['node', 'nodejs', 'npm', 'npx'].map((name) => join(folder, name)))
    .filter((path) => path.startsWith('/') && existsSync(path))
    .map((path) => realpathSync(path));

export interface TerminalOptions {
  /** With false it is as if Node were not installed. */
  readonly node: boolean;
  /** What the host calls itself; its name in the lab unless said otherwise. */
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function terminalOf(
  lab: Lab,
  host: string,
  { node, name = host, env = {} }: TerminalOptions,
): Terminal {
  const folder = join(lab.folder, host);
  for (const path of FOLDERS) mkdirSync(join(folder, path), { recursive: true, mode: 0o755 });
  writeFileSync(join(folder, 'nothing'), '', { mode: 0o644 });
  const hidden = node ? '' : [...new Set(nodes())].join(' ');
  const view = [
    '--uts',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    SHELL,
    'sh',
    name,
    folder,
    hidden,
  ];
  return {
    env,
    enter: ['ip', 'netns', 'exec', lab.namespace(host), 'unshare', ...view],
    outside: (path) => join(folder, path),
    async type(...words) {
      const args = ['netns', 'exec', lab.namespace(host), 'unshare', ...view, ...words];
      try {
        return (await call('ip', args, { env: { ...toolEnv, ...env }, timeout: BOUND_MS })).stdout.trim();
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
        throw new Error(`${name}# ${words.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
      }
    },
    start: (...words) =>
      startProgram({ namespace: lab.namespace(host), file: 'unshare', args: [...view, ...words], env }),
  };
}
