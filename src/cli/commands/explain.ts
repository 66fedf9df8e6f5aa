import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import { isName, NAME_RULE } from '../../core/names.ts';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { example, jsonOption } from '../options.ts';

export interface ExplainOptions {
  readonly control: string;
  readonly json?: boolean;
}

export const explainCommand = (host: CliHost, run = explain): Command =>
  new Command('explain')
    .argument('<group>', 'a group of the config')
    .summary('who holds a group, why, and what would change it')
    .description(
      'Asks the daemon on this host; prints who holds the group and why, who could take over and who could not, who ' +
        'would be next and whom it would have to ask, and what would move the group. All of it as this node knows it.',
    )
    .addOption(jsonOption())
    .addOption(controlOption())
    .addHelpText('after', example('sealbeat explain web'))
    .action((group: string, options: ExplainOptions) => run(host, group, options));

export async function explain(
  host: Pick<CliHost, 'out' | 'columns'>,
  group: string,
  { control, json = false }: ExplainOptions,
): Promise<void> {
  // It becomes a part of the request's path, so it must be a name before the daemon sees it.
  if (!isName(group)) {
    throw new OperatorError('USAGE', `"${group}" is not the name of a group`, {
      hint: `a name ${NAME_RULE}; "sealbeat status" shows the groups`,
    });
  }
  const { fetchExplanation } = await import('../../control/client.ts');
  const { explainText } = await import('../explain-text.ts');
  const report = await fetchExplanation(control, group);
  host.out(json ? JSON.stringify(report) : explainText(report, host.columns).trimEnd());
}
