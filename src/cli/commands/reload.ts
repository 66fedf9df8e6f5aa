import { Command } from 'commander';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { example, jsonOption } from '../options.ts';
import { printAnswer, type OrderOptions } from '../order.ts';

export const reloadCommand = (host: CliHost, run = reload): Command =>
  new Command('reload')
    .summary('make the daemon read its config file again')
    .description(
      'Prints what changed. A file with a mistake is refused with the reason, and the daemon goes on with the old ' +
        'one. VIPs that both files have stay up meanwhile.',
    )
    .addOption(jsonOption())
    .addOption(controlOption())
    .addHelpText('after', example('sealbeat check && sealbeat reload'))
    .action((options: OrderOptions) => run(host, options));

export const reload = (host: Pick<CliHost, 'out'>, options: OrderOptions): Promise<void> =>
  printAnswer(host, options, '/v1/reload');
