import { spawn } from 'node:child_process';
import { type Readable } from 'node:stream';
import { type Child, type Spawn } from '../core/ports.ts';
import { lineSplitter } from './lines.ts';

/** What a program sees of our environment: all of it, in the one language whose messages we know. */
export const childEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: 'C' });

export function isMissing(error: Error): boolean {
  return 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Node opens every pipe close-on-exec, so that no other child holds an end of this one's stdin. */
export const systemSpawn: Spawn = {
  start(file, args, { onStdout, onStderr, onEnd }, how = { detached: false }): Child {
    const child = spawn(file, args, {
      stdio: ['pipe', onStdout ? 'pipe' : 'ignore', onStderr ? 'pipe' : 'ignore'],
      env: childEnvironment(),
      detached: how.detached,
    });
    let missing = false;
    let ended = false;

    const onLines = (stream: Readable | null, onLine: (line: string) => void) => {
      if (stream === null) return;
      const lines = lineSplitter(onLine);
      stream.setEncoding('utf8');
      stream.on('data', lines.add);
      stream.on('end', lines.end);
    };
    if (onStdout) onLines(child.stdout, onStdout);
    if (onStderr) onLines(child.stderr, onStderr);

    // A child is no reason to stay: whoever keeps it closes it.
    child.unref();

    const end = (exitCode: number) => {
      if (ended) return;
      ended = true;
      onEnd?.({ exitCode, missing });
    };
    child.stdin?.on('error', () => {}); // each write reports its own
    child.on('error', (error) => {
      missing = isMissing(error);
      if (child.pid === undefined) end(-1);
    });
    child.on('close', (code) => end(code ?? -1));

    return {
      pid: child.pid,
      write: (text) =>
        new Promise((resolve, reject) => {
          if (ended || child.stdin === null) return reject(new Error(`${file} has ended`));
          child.stdin.write(text, (error) => (error ? reject(error) : resolve()));
        }),
      endInput: () => void child.stdin?.end(),
      kill: () => void child.kill('SIGKILL'),
    };
  },
};
