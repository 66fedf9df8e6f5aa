import { hostname, networkInterfaces } from 'node:os';
import { factsOf, firstLine, realPath } from '../system/files.ts';
import { systemRandom } from '../system/random.ts';
import { systemPlatform } from '../vip/system-platform.ts';
import { interfaceSysctl, isOn } from '../vip/linux/interface-sysctl.ts';
import type { CliHost } from './host.ts';

/** This process, its terminal and its machine. What costs time to load is loaded when it's asked for. */
export function systemHost(): CliHost {
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    async ask(question) {
      const { createInterface } = await import('node:readline/promises');
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      const hungUp = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
      try {
        return await Promise.race([terminal.question(question), hungUp]);
      } finally {
        terminal.close();
      }
    },
    canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
    isTTY: process.stdout.isTTY === true,
    columns: process.stdout.columns || 80,
    env: process.env,
    platform: systemPlatform,
    hostname: hostname(),
    euid: process.geteuid?.() ?? 0,
    random: systemRandom,
    exec: {
      run: async (...call) => (await import('../system/exec.ts')).systemExec.run(...call),
    },
    interfaces: () =>
      new Map(
        Object.entries(networkInterfaces()).map(([name, addresses]) => [
          name,
          (addresses ?? []).map(({ address, cidr }) => ({
            address,
            prefixLength: Number(cidr?.split('/')[1] ?? 0),
          })),
        ]),
      ),
    answersPing,
    files: { factsOf, firstLine, realPath },
    promotesSecondaries: (link) => isOn(interfaceSysctl(), 'ipv4', link, 'promote_secondaries'),
  };
}

const PING_MS = 1_000;

async function answersPing(host: string): Promise<boolean> {
  const [{ askPing }, { asked }, { systemExec: exec }, { systemClock }] = await Promise.all([
    import('../probe/ping.ts'),
    import('../probe/question.ts'),
    import('../system/exec.ts'),
    import('../system/clock.ts'),
  ]);
  const probe = { kind: 'ping', host, text: `ping://${host}` } as const;
  const { answered } = await asked(systemClock, PING_MS, (question) =>
    askPing(probe, { exec, platform: systemPlatform }, question),
  );
  return answered;
}
