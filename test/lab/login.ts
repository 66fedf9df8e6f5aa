import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toolEnv } from './host-tool.ts';

const BOUND_MS = 30_000;
const call = promisify(execFile);

/** A way to the hosts of a lab like that of ssh: a host's name, and a line for a shell there. */
export interface Login {
  /** A program that scripts can use in the place of ssh. */
  readonly command: string;
  /** What the line prints on stdout there. Throws with all that it said when it fails. */
  type(host: string, line: string): Promise<string>;
}

/** `entrances`: by host, the words that have a command run there. What is in /run/bin there comes first on its PATH. */
export function loginTo(folder: string, entrances: Readonly<Record<string, readonly string[]>>): Login {
  const command = join(folder, 'login');
  const cases = Object.entries(entrances).map(
    ([host, words]) => `${host}) exec ${words.join(' ')} sh -c "$*" ;;`,
  );
  const script = [
    '#!/bin/sh',
    'host=$1',
    'shift',
    // Before the entrance: it looks a command up on the PATH that it has been given itself.
    'export PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'case $host in',
    ...cases,
    '*) echo "no host $host" >&2; exit 255 ;;',
    'esac',
  ];
  writeFileSync(command, script.map((line) => `${line}\n`).join(''), { mode: 0o755 });
  return {
    command,
    async type(host, line) {
      try {
        const options = { env: toolEnv, timeout: BOUND_MS, maxBuffer: 16 * 1024 * 1024 };
        return (await call(command, [host, line], options)).stdout.trim();
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
        throw new Error(`${host}# ${line}\n${stdout}\n${stderr}`, { cause: error });
      }
    },
  };
}
