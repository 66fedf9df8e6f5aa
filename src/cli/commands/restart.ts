import { Command } from 'commander';
import { parseDuration } from '../../config/duration.ts';
import { OperatorError } from '../../core/errors.ts';
import { SECOND_MS } from '../../core/units.ts';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { example, jsonOption } from '../options.ts';
import { printAnswer, type OrderOptions } from '../order.ts';

export interface RestartOptions extends OrderOptions {
  readonly within?: string;
  readonly exit?: boolean;
}

/** No config lets a peer wait longer. */
const WITHIN_MS_MAX = 10 * SECOND_MS;

export const restartCommand = (host: CliHost, run = restart): Command =>
  new Command('restart')
    .summary('restart the daemon; its VIPs stay up meanwhile')
    .description(
      'The daemon tells the kernel and the other nodes how long it will be away, leaves its VIPs, and begins anew as ' +
        'the program is on the disk now: that is how an update is put into use. If it is not back in time, the VIPs go ' +
        'and another node takes over. When a node cannot be told, or the config allows no restart, the VIPs are handed over instead.',
    )
    .option(
      '--within <duration>',
      'how long the others wait, in whole seconds; without it, "restart" of the config',
    )
    .option('--exit', 'end with exit code 75 instead; whoever watches over the daemon starts it again')
    .addOption(jsonOption())
    .addOption(controlOption())
    .addHelpText('after', example('sealbeat restart'))
    .action((options: RestartOptions) => run(host, options));

export function restart(host: Pick<CliHost, 'out'>, options: RestartOptions): Promise<void> {
  const { within, exit = false } = options;
  return printAnswer(host, options, '/v1/restart', {
    within_ms: within === undefined ? 0 : readWithin(within),
    exit,
  });
}

function readWithin(within: string): number {
  const read = parseDuration(within, { minMs: SECOND_MS, maxMs: WITHIN_MS_MAX });
  if ('value' in read) return read.value;
  throw new OperatorError('USAGE', `--within: ${read.problem}`, { hint: 'for instance --within 3s' });
}
