import { spawn } from 'node:child_process';
import { type Exec, type Ran } from '../core/ports.ts';
import { childEnvironment, isMissing } from './child.ts';

/** Of each stream the last MiB is kept: enough for the addresses of a large host, and bounded whatever runs. */
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** node:child_process and not execa: this one is loaded by the daemon, whose memory and start count. */
export const systemExec: Exec = {
  run: (file, args, { timeoutMs, stdin }) =>
    new Promise<Ran>((resolve) => {
      const stdout = tail();
      const stderr = tail();
      let timedOut = false;
      let missing = false;

      const child = spawn(file, args, { stdio: 'pipe', env: childEnvironment() });
      const timer = setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
        // A grandchild may hold the pipes open for ever; what the program itself said has been read by now.
        child.stdout.destroy();
        child.stderr.destroy();
      }, timeoutMs);

      child.stdout.on('data', stdout.add);
      child.stderr.on('data', stderr.add);
      child.stdin.on('error', () => {}); // it may end before it has read everything; its exit code says whether that matters
      child.stdin.end(stdin);
      child.on('error', (error) => {
        missing = isMissing(error);
        if (!missing) stderr.add(Buffer.from(error.message));
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({
          exitCode: code !== null && code >= 0 ? code : -1,
          stdout: stdout.text(),
          stderr: stderr.text(),
          timedOut,
          missing,
        });
      });
    }),
};

function tail() {
  let chunks: Buffer[] = [];
  let length = 0;
  return {
    add(chunk: Buffer) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > 2 * OUTPUT_BYTES_MAX) {
        chunks = [Buffer.concat(chunks).subarray(-OUTPUT_BYTES_MAX)];
        length = OUTPUT_BYTES_MAX;
      }
    },
    text: () => Buffer.concat(chunks).subarray(-OUTPUT_BYTES_MAX).toString('utf8'),
  };
}
