import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import { CONTROL_DIRECTORIES } from '../core/places.ts';
import { daemonPid } from './client.ts';
import { groupIdOf } from './group-file.ts';

/** sun_path holds 104 bytes on BSD and 108 on Linux and illumos, the ending zero included. */
const MAX_PATH_BYTES = 103;
const SOCKET_MODE = 0o660;
const DIRECTORY_MODE = 0o750;
const PROBE_TIMEOUT_MS = 1_000;

export interface SocketPlace {
  readonly path: string;
  /** Group that may use the socket, a name or a number; empty leaves it with the daemon's own. */
  readonly group: string;
}

/**
 * Makes `server` listen at the path, with mode and group in place before the path shows the socket. What a dead daemon
 * left there is replaced; a live daemon's socket and anything that is not a socket is left alone.
 * Returns what removes the path again, unless another daemon has put its own socket there since.
 * Throws OperatorError: PORT_TAKEN, USAGE.
 */
export async function listenAt(
  server: Server,
  { path, group }: SocketPlace,
  warn: (text: string) => void,
): Promise<() => void> {
  const gid = group === '' ? undefined : groupIdOf(group);
  // Bound under another name and moved into place: that is atomic, and closing removes the name it was bound under,
  // not the path, which may belong to a successor by then.
  const birthPath = join(dirname(path), `.sealbeat-${process.pid}`);
  for (const one of [path, birthPath]) {
    if (Buffer.byteLength(one) <= MAX_PATH_BYTES) continue;
    throw new OperatorError(
      'USAGE',
      `the control socket's path is longer than ${MAX_PATH_BYTES} bytes: ${one}`,
      {
        hint: 'give a shorter one with --control',
      },
    );
  }
  try {
    makeDirectory(dirname(path), gid, { isOurs: CONTROL_DIRECTORIES.includes(dirname(path)), warn });
    const left = await leftBehind(path);
    rmSync(birthPath, { force: true });
    await listening(server, birthPath);
    chmodSync(birthPath, SOCKET_MODE);
    if (gid !== undefined) chownSync(birthPath, -1, gid);
    // Looked at again without a pause in between: whoever came first in the meantime keeps the path.
    if (statsOf(path)?.ino !== left?.ino) throw await taken(path);
    renameSync(birthPath, path);
  } catch (error) {
    rmSync(birthPath, { force: true });
    throw error instanceof OperatorError ? error : unusable(path, error);
  }
  const own = lstatSync(path).ino;
  return () => {
    if (statsOf(path)?.ino === own) rmSync(path, { force: true });
  };
}

/**
 * The group gets in by a directory that we made, now or in an earlier run. One that is somebody else's (`isOurs` false, or
 * another owner) is left as it is, and `warn` is told the command when it keeps the group out.
 */
export function makeDirectory(
  directory: string,
  gid: number | undefined,
  { isOurs, warn }: { isOurs: boolean; warn: (text: string) => void },
): void {
  const made = mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  if (made === undefined) {
    if (gid === undefined) return;
    const found = lstatSync(directory);
    if (!isOurs || !found.isDirectory() || found.uid !== process.geteuid?.()) {
      if (!letsIn(gid, directory)) {
        warn(`${directory} keeps the control group out: chgrp ${gid} ${directory} && chmod g+x ${directory}`);
      }
      return;
    }
  }
  chmodSync(directory, DIRECTORY_MODE); // a strict umask would lock the group out
  if (gid !== undefined) chownSync(directory, -1, gid);
}

function letsIn(gid: number, directory: string): boolean {
  const { mode, gid: own } = statSync(directory);
  return (mode & (own === gid ? 0o010 : 0o001)) !== 0;
}

/** The dead socket at the path, or undefined for nothing. */
async function leftBehind(path: string): Promise<Stats | undefined> {
  const found = statsOf(path);
  if (found === undefined) return undefined;
  if (!found.isSocket()) {
    throw new OperatorError('USAGE', `${path} exists and is not a socket`, {
      hint: 'move it away, or give another path with --control',
    });
  }
  if (await isLive(path)) throw await taken(path);
  return found;
}

/** Whether something accepts there. Only a refusal proves that it is dead: a stopped daemon still has its queue. */
function isLive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (live: boolean): void => {
      socket.destroy();
      resolve(live);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      settle(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

async function taken(path: string): Promise<OperatorError> {
  const pid = await daemonPid(path, PROBE_TIMEOUT_MS);
  const who = pid === undefined ? 'another program' : `a sealbeat daemon (pid ${pid})`;
  return new OperatorError('PORT_TAKEN', `${who} already answers on ${path}`, {
    hint: 'one daemon per host is enough; stop that one first, or give this one its own --control',
  });
}

function unusable(path: string, error: unknown): OperatorError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const hint =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? 'run as root, or give a path that you may write to with --control'
      : 'give another path with --control';
  return new OperatorError('USAGE', `cannot make the control socket ${path}: ${message}`, {
    hint,
    cause: error,
  });
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
