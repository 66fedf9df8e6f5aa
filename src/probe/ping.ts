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

/** One echo, numeric, in the words of each system's own ping. They share no two options besides `-n`. */
const ARGUMENTS: Partial<Readonly<Record<NodeJS.Platform, (echo: Echo) => readonly string[]>>> = {
  // iputils and BusyBox
  linux: ({ host, family, seconds }) => [
    ...(family === undefined ? [] : [`-${family}`]),
    ...['-n', '-c', '1', '-W', String(seconds), '--', host],
  ],
};

export async function askPing(
  { host }: PingProbe,
  { exec, platform }: { exec: Exec; platform: NodeJS.Platform },
  question: Question,
): Promise<void> {
  const { timeoutMs } = question;
  const argumentsFor = ARGUMENTS[platform];
  if (argumentsFor === undefined) return question.answer(false, `how to ping on ${platform} is not known`);
  const kind = isIP(host);
  const family = kind === 4 || kind === 6 ? kind : undefined;
  const args = argumentsFor({ host, family, seconds: Math.ceil(timeoutMs / SECOND_MS) });
  const ran = await exec.run('ping', args, { timeoutMs });
  if (ran.exitCode === 0) return question.answer(true, 'echo answered');
  if (ran.missing) return question.answer(false, 'ping is not installed');
  // Who got no echo has nothing to complain of; a name without address, a missing route or privilege is complained of.
  const complaint = lastLine(ran.stderr).replace(/^\S*ping6?: /, '');
  if (!ran.timedOut && complaint !== '') return question.answer(false, `ping: ${complaint}`);
  if (/unreachable/i.test(ran.stdout)) return question.answer(false, 'host unreachable');
  question.answer(false, `no answer in ${secondsText(timeoutMs)}`);
}
