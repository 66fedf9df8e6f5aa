import { spawn, type SpawnOptionsWithoutStdio } from 'node:child_process';
import { Socket } from 'node:net';
import { type Readable } from 'node:stream';
import { type Exec, type Ran, type RunOptions } from '../core/ports.ts';
import { childEnvironment, isMissing } from './child.ts';

/** Of each stream the last MiB is kept: enough for the addresses of a large host, and bounded whatever runs. */
const OUTPUT_BYTES_MAX = 1024 * 1024;
/** For the last output of a program that has ended and left somebody in the background who holds its pipes open. */
const LAST_OUTPUT_MS = 100;

/** node:child_process and not execa: this one is loaded by the daemon, whose memory and start count. */
export const systemExec: Exec = {
  run: (file, args, how) =>
    new Promise<Ran>((resolve) => {
      const { timeoutMs, stdin, withOffspring = false, lastMs = 0, outputBytesMax, signal } = how;
      const stdout = tail(outputBytesMax);
      const stderr = tail(outputBytesMax);
      let timedOut = false;
      let missing = false;
      let lastMoment: NodeJS.Timeout | undefined;

      // A session of its own makes it the leader of a process group, which can be ended as a whole.
      const child = spawn(file, args, spawnOptions(how));
      const kill = () => {
        if (withOffspring && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
        // A grandchild may hold the pipes open for ever; what the program itself said has been read by now.
        child.stdout.destroy();
        child.stderr.destroy();
      };
      const end = () => {
        if (lastMoment !== undefined) return;
        if (lastMs === 0 || child.pid === undefined) return kill();
        lastMoment = setTimeout(kill, lastMs);
        signalGroup(child.pid, 'SIGTERM');
      };
      const timer = setTimeout(() => {
        timedOut = true;
        end();
      }, timeoutMs);
      if (signal?.aborted === true) end();
      signal?.addEventListener('abort', end, { once: true });

      child.stdout.on('data', stdout.add);
      child.stderr.on('data', stderr.add);
      child.stdin.on('error', () => {}); // it may end before it has read everything; its exit code says whether that matters
      child.stdin.end(stdin);
      child.on('error', (error) => {
        missing = isMissing(error);
        if (!missing) stderr.add(Buffer.from(error.message));
      });
      let lingering: NodeJS.Timeout | undefined;
      const settle = (code: number | null) => {
        clearTimeout(timer);
        clearTimeout(lingering);
        clearTimeout(lastMoment);
        signal?.removeEventListener('abort', end);
        resolve({
          exitCode: code !== null && code >= 0 ? code : -1,
          stdout: stdout.text(),
          stderr: stderr.text(),
          timedOut,
          missing,
        });
      };
      child.on('close', settle);
      child.on('exit', (code) => {
        if (!withOffspring) return;
        // It ended when it was asked to; others of its group may have paid no heed.
        if (lastMoment !== undefined && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
        lingering = setTimeout(() => {
          for (const stream of [child.stdout, child.stderr]) letFlow(stream);
          settle(code);
        }, LAST_OUTPUT_MS);
      });
    }),
};

/** Whoever was left in the background may go on writing: what it writes is read, but nobody waits for its end. */
function letFlow(stream: Readable): void {
  stream.removeAllListeners('data');
  stream.on('error', () => {});
  stream.resume();
  if (stream instanceof Socket) stream.unref();
}

const spawnOptions = ({
  env = {},
  bare = false,
  folder,
  as,
  withOffspring = false,
}: RunOptions): SpawnOptionsWithoutStdio => ({
  stdio: 'pipe',
  env: bare ? env : { ...childEnvironment(), ...env },
  detached: withOffspring,
  ...(folder === undefined ? {} : { cwd: folder }),
  // libuv takes all other groups away when it is told a user.
  ...(as === undefined ? {} : as),
});

function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody is left of it.
  }
}

function tail(bytesMax = OUTPUT_BYTES_MAX) {
  let chunks: Buffer[] = [];
  let length = 0;
  return {
    add(chunk: Buffer) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > 2 * bytesMax) {
        chunks = [Buffer.concat(chunks).subarray(-bytesMax)];
        length = bytesMax;
      }
    },
    text: () => Buffer.concat(chunks).subarray(-bytesMax).toString('utf8'),
  };
}
