import { isIP } from 'node:net';
import type { Exec } from '../core/ports.ts';
import type { ProbeSettings } from '../core/settings.ts';
import { SECOND_MS } from '../core/units.ts';
import { secondsText, type Question } from './question.ts';
import { lastLine } from './words.ts';

type PingProbe = Extract<ProbeSettings, { readonly kind: 'ping' }>;

interface Echo {
  readonly host: string;
  /** Of an address; a name has what the resolver gives. */
  readonly family: 4 | 6 | undefined;
  /** At least the limit; whole, because that is what all of them take. */
  readonly seconds: number;
}

type Command = readonly [program: string, ...args: string[]];
const inFamily = ({ family }: Echo): readonly string[] => (family === undefined ? [] : [`-${family}`]);

/**
 * One echo, numeric, in the words of each system's own ping. They share no two options besides `-n`. The time limit of the
 * call holds in any case; where ping knows one itself, it ends with a word.
 */
const COMMANDS: Partial<Readonly<Record<NodeJS.Platform, (echo: Echo) => Command>>> = {
  // iputils and BusyBox
  linux: (echo) => ['ping', ...inFamily(echo), '-n', '-c', '1', '-W', String(echo.seconds), '--', echo.host],
  // Without -s it asks until an answer or the end of the time, and says "HOST is alive".
  sunos: ({ host, family, seconds }) => [
    ...(['ping', '-n'] as const),
    ...(family === undefined ? [] : ['-A', family === 4 ? 'inet' : 'inet6']),
    ...[host, String(seconds)],
  ],
  // -W counts milliseconds there; -t ends the whole call.
  freebsd: (echo) => ['ping', ...inFamily(echo), '-n', '-c', '1', '-t', String(echo.seconds), echo.host],
  openbsd: (echo) => [pingOf(echo), '-n', '-c', '1', '-w', String(echo.seconds), echo.host],
  // ping6 has no limit of its own that ping shares.
  netbsd: (echo) => [pingOf(echo), '-n', '-c', '1', echo.host],
};

/** Where each family has a program of its own. */
const pingOf = ({ family }: Echo): string => (family === 6 ? 'ping6' : 'ping');

export async function askPing(
  { host }: PingProbe,
  { exec, platform }: { exec: Exec; platform: NodeJS.Platform },
  question: Question,
): Promise<void> {
  const { timeoutMs } = question;
  const commandFor = COMMANDS[platform];
  if (commandFor === undefined) return question.answer(false, `how to ping on ${platform} is not known`);
  const kind = isIP(host);
  const family = kind === 4 || kind === 6 ? kind : undefined;
  const [program, ...args] = commandFor({ host, family, seconds: Math.ceil(timeoutMs / SECOND_MS) });
  const ran = await exec.run(program, args, { timeoutMs });
  if (ran.exitCode === 0) return question.answer(true, 'echo answered');
  if (ran.missing) return question.answer(false, `${program} is not installed`);
  // Who got no echo has nothing to complain of; a name without address, a missing route or privilege is complained of.
  const complaint = lastLine(ran.stderr).replace(/^\S*ping6?: /, '');
  if (!ran.timedOut && complaint !== '') return question.answer(false, `ping: ${complaint}`);
  if (/unreachable/i.test(ran.stdout)) return question.answer(false, 'host unreachable');
  question.answerLate(`no answer in ${secondsText(timeoutMs)}`);
}
