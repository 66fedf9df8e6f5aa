import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import { SECOND_MS } from '../../core/units.ts';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { example } from '../options.ts';
import { printAnswer } from '../order.ts';
import { hint, tell, warn } from '../talk.ts';

export interface ServiceLeaveOptions {
  readonly unit: string;
  readonly control: string;
}

const ASK_MS_MAX = 3 * SECOND_MS;
const RESTARTS: readonly string[] = ['restart', 'try-restart'];

export const serviceLeaveCommand = (host: CliHost, run = serviceLeave): Command =>
  new Command('leave')
    .summary('for systemd: let a restart keep the VIPs')
    .description(
      'The unit runs this before it stops the daemon. If systemd is about to start it again, the ' +
        'daemon announces the restart and leaves its VIPs. Otherwise nothing is done, and the ' +
        'signal that follows hands over.',
    )
    .option('--unit <name>', 'the unit', 'sealbeat.service')
    .addOption(controlOption())
    .addHelpText('after', example('sealbeat service leave --unit sealbeat.service'))
    .action((options: ServiceLeaveOptions) => run(host, options));

export async function serviceLeave(host: CliHost, { unit, control }: ServiceLeaveOptions): Promise<void> {
  // systemd names it as long as the daemon lives; one that ended by itself has nobody left to ask.
  if ((host.env['MAINPID'] ?? '') === '') return;
  const { exitCode, stdout, stderr } = await host.exec.run(
    'systemctl',
    ['list-jobs', '--no-legend', '--plain', '--no-pager', unit],
    { timeoutMs: ASK_MS_MAX },
  );
  if (exitCode !== 0) return warn(host, `systemd does not say whether this is a restart: ${stderr.trim()}`);
  const jobs = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  const restarts = jobs.some(([, name, type]) => name === unit && RESTARTS.includes(type ?? ''));
  if (!restarts) return tell(host, 'this is no restart: the VIPs are handed over or released');
  try {
    await printAnswer(host, { control }, '/v1/restart', { within_ms: 0, exit: true });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    tell(host, `the VIPs are handed over or released: ${error.message}`);
    hint(host, error.hint);
  }
}
