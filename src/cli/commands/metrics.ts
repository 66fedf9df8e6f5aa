import { Command } from 'commander';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { example } from '../options.ts';

export interface MetricsOptions {
  readonly control: string;
  readonly output?: string;
}

export const metricsCommand = (host: CliHost, run = metrics): Command =>
  new Command('metrics')
    .summary("the daemon's metrics, as Prometheus reads them")
    .description(
      'Asks the daemon on this host; prints its metrics in the text format of Prometheus on standard output. With ' +
        '--output they go into a file for the textfile collector of node_exporter, which is replaced as a whole, and ' +
        'removed when no daemon answers.',
    )
    .option('-o, --output <file>', 'where node_exporter looks; the name ends in .prom')
    .addOption(controlOption())
    .addHelpText('after', example('sealbeat metrics | grep sealbeat_group_active'))
    .action((options: MetricsOptions) => run(host, options));

export async function metrics(
  host: Pick<CliHost, 'out'>,
  { control, output }: MetricsOptions,
): Promise<void> {
  const { fetchMetrics } = await import('../../control/client.ts');
  if (output === undefined) return host.out((await fetchMetrics(control)).trimEnd());
  const { removeTextfile, writeTextfile } = await import('../textfile.ts');
  try {
    await writeTextfile(output, await fetchMetrics(control));
  } catch (error) {
    // What a dead daemon last said of itself would go on being true for whoever reads the file.
    await removeTextfile(output);
    throw error;
  }
}
