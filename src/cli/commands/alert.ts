import { Command } from 'commander';
import type { AlertTarget, SendOutcome } from '../../alert/message.ts';
import { OperatorError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { AlertSettings, NodeSettings, Settings } from '../../core/settings.ts';
import type { CliHost } from '../host.ts';
import { configOption, example, identityOption, jsonOption } from '../options.ts';
import { complain, tell } from '../talk.ts';
import { version } from '../version.ts';

export interface AlertTestOptions {
  readonly config: string;
  readonly identity: string;
  readonly as?: string;
  readonly json?: boolean;
}

export const alertCommand = (host: CliHost): Command =>
  new Command('alert')
    .summary('try out mails and webhooks')
    .description('Whom the daemon tells of failovers, faults and alarms stands in the config at "alerts".')
    .addCommand(testCommand(host))
    .addHelpText('after', example('sealbeat alert test'));

export const testCommand = (host: CliHost, run = alertTest): Command =>
  new Command('test')
    .argument('[name]', '"mail", or the name of a webhook (default: all)')
    .summary('send a test message')
    .description(
      'Sends a test message to every place that the config names, or to one, as the daemon of this node would: ' +
        'with its sender, its passwords and its certificates. Prints what each server said. Needs no daemon. Exits ' +
        'with 1 when one was not told.',
    )
    .addOption(configOption())
    .addOption(identityOption())
    .option('--as <node>', 'send it as this node, without an identity')
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat alert test mail'))
    .action((name: string | undefined, options: AlertTestOptions) => run(host, name, options));

interface Result {
  readonly target: AlertTarget;
  readonly outcome: SendOutcome;
  readonly tookMs: number;
}

/** Throws OperatorError ALERT_FAILED after everything has been said. */
export async function alertTest(
  host: CliHost,
  name: string | undefined,
  options: AlertTestOptions,
  givenClock?: Clock,
): Promise<void> {
  const [{ loadSettings }, { openTargets }, { messageMaker, testDraft }, { systemClock }] = await Promise.all(
    [
      import('../../config/load.ts'),
      import('../../alert/open.ts'),
      import('../../daemon/alert-message.ts'),
      import('../../system/clock.ts'),
    ],
  );
  const clock = givenClock ?? systemClock;
  const { settings } = await loadSettings(options.config);
  const { alerts } = settings;
  if (alerts === undefined)
    throw new OperatorError(
      'CONFIG_INVALID',
      `${options.config} has no "alerts", so nobody is told anything`,
      {
        hint: 'write "alerts:" with "mail:" or "webhooks:" below it; sealbeat.example.yaml shows how',
      },
    );
  const node = (await whoAmI(host, settings, options)).name;
  const message = messageMaker({ cluster: settings.cluster, node, clock })(testDraft());
  const targets = chosen(openTargets(alerts, { node, version, clock }), name);
  // All at once, as the daemon would: one that hangs holds up nobody else.
  const results = await Promise.all(
    targets.map(async (target): Promise<Result> => {
      const startedAt = clock.nowMs();
      const outcome = await target.send(message, { lost: 0, signal: new AbortController().signal });
      return { target, outcome, tookMs: Math.round(clock.nowMs() - startedAt) };
    }),
  );
  if (options.json === true) host.out(JSON.stringify(results.map(asJson)));
  else for (const result of results) say(host, result, alerts);
  const failed = results.filter(({ outcome }) => !isFine(outcome));
  if (failed.length === 0) return;
  throw new OperatorError('ALERT_FAILED', `not told: ${failed.map(({ target }) => target.name).join(', ')}`, {
    hint: 'the words of the server are above; "sealbeat check" looks at the files that the config names',
  });
}

async function whoAmI(host: CliHost, settings: Settings, options: AlertTestOptions): Promise<NodeSettings> {
  if (options.as !== undefined) return (await import('./check.ts')).nodeNamed(options.as, settings);
  const [{ loadIdentities }, { findSelf }] = await Promise.all([
    import('../../keys/keyfile.ts'),
    import('../../config/self.ts'),
  ]);
  return findSelf(settings, await loadIdentities(options.identity, host.euid));
}

function chosen(targets: readonly AlertTarget[], name: string | undefined): readonly AlertTarget[] {
  const found = targets.filter((target) => name === undefined || target.name === name);
  if (found.length > 0) return found;
  throw new OperatorError('USAGE', `the config names no "${name}" to tell`, {
    hint: `there are ${targets.map((target) => target.name).join(', ')}`,
  });
}

const isFine = (outcome: SendOutcome): boolean => outcome.kind === 'sent' && outcome.refused === undefined;

function say(host: CliHost, { target, outcome, tookMs }: Result, { mail }: AlertSettings): void {
  const to = target.kind === 'mail' ? ` (to ${mail?.to.join(', ')})` : '';
  if (outcome.kind === 'sent') {
    tell(host, `${target.name}${to}: told in ${tookMs} ms; it said: ${outcome.said}`);
    if (outcome.refused !== undefined) complain(host, `${target.name}: but not all: ${outcome.refused}`);
    return;
  }
  const again = outcome.kind === 'later' ? 'the daemon would try again' : 'the daemon would not try again';
  complain(host, `${target.name}${to}: ${outcome.why}; ${again}`);
}

const asJson = ({ target, outcome, tookMs }: Result): object => ({
  name: target.name,
  kind: target.kind,
  told: isFine(outcome),
  outcome: outcome.kind,
  said: outcome.kind === 'sent' ? outcome.said : outcome.why,
  ...(outcome.kind === 'sent' && outcome.refused !== undefined ? { refused: outcome.refused } : {}),
  tookMs,
});
