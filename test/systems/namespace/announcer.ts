import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { isIPv6 } from 'node:net';

/** Announces addresses by programs that nobody waits for. */
export interface Announcer {
  announce(link: string, address: string): void;
  /** The address is about to go: what has not been said by now is not said any more. */
  hush(link: string, address: string): void;
}

export function announcer(): Announcer {
  const speaking = new Map<ChildProcess, string>();
  return {
    announce(link, address) {
      const [file, args] = isIPv6(address)
        ? ['ndptool', ['-t', 'na', '-U', '-i', link, '-T', address, 'send']]
        : ['arping', ['-q', '-U', '-c', '1', '-I', link, address]];
      const child = spawn(file, args, { stdio: 'ignore' });
      speaking.set(child, `${link} ${address}`);
      for (const end of ['exit', 'error']) child.once(end, () => speaking.delete(child));
      child.unref();
    },
    hush(link, address) {
      for (const [child, about] of speaking) if (about === `${link} ${address}`) child.kill('SIGKILL');
    },
  };
}
