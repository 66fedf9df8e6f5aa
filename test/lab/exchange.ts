import { spawn } from 'node:child_process';
import { toolEnv } from './host-tool.ts';

/** Sends a text over TCP from inside a namespace; what comes back until the other side closes. Empty where nobody answers. */
export function exchange(namespace: string, address: string, port: number, text: string): Promise<string> {
  const words = ['netns', 'exec', namespace, 'busybox', 'nc', '-w', '5', address, `${port}`];
  const child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'ignore'], env: toolEnv, timeout: 10_000 });
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  // It stays open: some take a half-closed connection for one that nobody waits on any more.
  child.stdin.on('error', () => undefined).write(text);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(answer));
  });
}
