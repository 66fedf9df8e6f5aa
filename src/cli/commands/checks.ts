import { Command } from 'commander';
import { checksOn, type CheckSettings } from '../../core/checks/settings.ts';
import type { CheckAnswer } from '../../core/checks/standing.ts';
import { OperatorError } from '../../core/errors.ts';
import type { NodeName } from '../../core/units.ts';
import { durationText } from '../duration-text.ts';
import type { CliHost } from '../host.ts';
import { pad } from '../layout.ts';
import { configOption, example, identityOption, jsonOption } from '../options.ts';
import { printable } from '../../system/printable.ts';

export interface ChecksTestOptions {
  readonly config: string;
  readonly identity: string;
  readonly json?: boolean;
}

export const checksCommand = (host: CliHost): Command =>
  new Command('checks')
    .summary('ask the health checks of a group by hand')
    .description(
      'What the daemon asks is shown by "sealbeat status"; this is for a check that is new, or that fails.',
    )
    .addCommand(checksTestCommand(host))
    .addHelpText('after', example('sealbeat checks test web'));

export const checksTestCommand = (host: CliHost, run = checksTest): Command =>
  new Command('test')
    .argument('<group>', 'a group of the config')
    .argument('[name]', 'one of its checks; all that this node asks, unless given')
    .summary('ask each once, as the daemon would')
    .description(
      'Asks each check once, as the daemon would: the same program with the same rights, the same time limit. ' +
        'Nobody else is told. Exits with 1 unless all are good.',
    )
    .addOption(configOption())
    .addOption(identityOption())
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat checks test web haproxy'))
    .action((group: string, name: string | undefined, options: ChecksTestOptions) =>
      run(host, group, name, options),
    );

export type AskOnce = (check: CheckSettings) => Promise<CheckAnswer>;

interface Asked {
  readonly check: CheckSettings;
  readonly answer: CheckAnswer;
  readonly tookMs: number;
}

export async function checksTest(
  host: CliHost,
  group: string,
  name: string | undefined,
  { config, identity, json = false }: ChecksTestOptions,
  askerFor: (host: CliHost, node: NodeName) => Promise<AskOnce> = askOnce,
): Promise<void> {
  const { checks, node } = await checksHere(host, { group, name, config, identity });
  const ask = await askerFor(host, node);
  const { subjectText } = await import('../../check/subject-text.ts');
  const asked: Asked[] = [];
  // One after the other: what each takes is to be seen without the others.
  for (const check of checks) {
    const startMs = performance.now();
    asked.push({ check, answer: await ask(check), tookMs: performance.now() - startMs });
  }
  if (json) {
    const rows = asked.map(({ check, answer: { said, text, number }, tookMs }) => ({
      ...{ name: check.name, kind: check.question.kind, subject: subjectText(check.question, node) },
      ...{
        said,
        ...(number === undefined ? {} : { number }),
        output: text,
        tookMs: Math.round(tookMs * 10) / 10,
      },
    }));
    host.out(JSON.stringify(rows));
  } else {
    const width = Math.max(...checks.map((check) => check.name.length));
    for (const { check, answer, tookMs } of asked) {
      const subject = `${check.question.kind} ${printable(subjectText(check.question, node))}`;
      const took = tookMs < 10 ? `${tookMs.toFixed(1)} ms` : durationText(tookMs);
      host.out(
        `${pad(check.name, width)}  ${WORDS[answer.said]}  ${subject}: ${printable(answer.text)} (${took})`,
      );
    }
  }
  const wrong = asked.filter(({ answer }) => answer.said !== 'good').map(({ check }) => check.name);
  if (wrong.length === 0) return;
  throw new OperatorError('HOST_UNFIT', `${wrong.join(', ')}: not good on this host now`, {
    hint: 'what each said stands above; a command can be run by hand as it stands in the config',
  });
}

const WORDS: { readonly [said in CheckAnswer['said']]: string } = {
  good: 'good   ',
  bad: 'BAD    ',
  late: 'SLOW   ',
  unclear: 'UNCLEAR',
  unknown: 'UNKNOWN',
};

async function checksHere(
  host: CliHost,
  {
    group: groupName,
    name,
    config,
    identity,
  }: { group: string; name: string | undefined; config: string; identity: string },
): Promise<{ checks: readonly CheckSettings[]; node: NodeName }> {
  const [{ loadSettings }, { findSelf }, { loadIdentities }, { closest }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/self.ts'),
    import('../../keys/keyfile.ts'),
    import('../../config/closest.ts'),
  ]);
  const { settings } = await loadSettings(config);
  const unknown = (what: string, wanted: string, known: readonly string[]): OperatorError => {
    const near = closest(wanted, known);
    const hint = near === undefined ? `there are ${known.join(', ') || 'none'}` : `did you mean ${near}?`;
    return new OperatorError('USAGE', `${what} "${wanted}"`, { hint });
  };
  const group = settings.groups.find((one) => one.name === groupName);
  if (group === undefined)
    throw unknown(
      `${config} has no group`,
      groupName,
      settings.groups.map((one) => one.name),
    );
  const node = findSelf(settings, await loadIdentities(identity, host.euid)).name;
  const here = checksOn(group.checks, node);
  const checks = name === undefined ? here : here.filter((check) => check.name === name);
  if (checks.length > 0) return { checks, node };
  if (name !== undefined)
    throw unknown(
      `${node} asks no check of ${groupName} that is called`,
      name,
      here.map((check) => check.name),
    );
  throw new OperatorError('USAGE', `${groupName} has no checks that ${node} asks`, {
    hint: `write them under groups.${groupName}.checks; see docs/checks.md`,
  });
}

/** What the daemon asks with, and a limit for what has none of its own. */
async function askOnce(host: CliHost, node: NodeName): Promise<AskOnce> {
  const [{ newAsker }, { newProber }, { systemClock: clock }, { late }, { after }] = await Promise.all([
    import('../../check/asker.ts'),
    import('../../probe/prober.ts'),
    import('../../system/clock.ts'),
    import('../../check/words.ts'),
    import('../../core/units.ts'),
  ]);
  const { exec, platform } = host;
  const ask = newAsker({ exec, clock, prober: newProber({ exec, clock }, platform), platform, node });
  return ({ question, timeoutMs }) => {
    const controller = new AbortController();
    return new Promise((resolve) => {
      const cancel = clock.wakeAt(after(clock.nowMs(), timeoutMs + GRACE_MS), () => {
        controller.abort();
        resolve(late(timeoutMs));
      });
      void ask(question, { timeoutMs, signal: controller.signal }).then((answer) => {
        cancel();
        resolve(answer);
      });
    });
  };
}

const GRACE_MS = 50;
