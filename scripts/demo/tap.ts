import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs wiretap.ts, behind a command such as `ip netns exec NAME` where it is to stand elsewhere. */
export class Tap {
  readonly #children = new Set<ChildProcess>();

  #start(prefix: readonly string[], args: readonly string[]): ChildProcess {
    const program = fileURLToPath(new URL('wiretap.ts', import.meta.url));
    const [file = '', ...rest] = [...prefix, process.execPath, program, ...args];
    const child = spawn(file, rest, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  record(
    prefix: readonly string[],
    address: string,
    port: number,
    count: number,
  ): Promise<readonly Uint8Array[]> {
    const child = this.#start(prefix, ['record', address, `${port}`, `${count}`]);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.on('message', (message: { frames?: readonly string[] }) => {
        if (message.frames === undefined) return;
        resolve(message.frames.map((frame) => Buffer.from(frame, 'base64')));
        child.disconnect();
      });
    });
  }

  inject(
    prefix: readonly string[],
    address: string,
    port: number,
    frames: readonly Uint8Array[],
  ): Promise<void> {
    const child = this.#start(prefix, ['inject', address, `${port}`]);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.on('message', (message: { ready?: true; sent?: true }) => {
        if (message.ready) child.send(frames.map((frame) => Buffer.from(frame).toString('base64')));
        if (!message.sent) return;
        resolve();
        child.disconnect();
      });
    });
  }

  dispose(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}
