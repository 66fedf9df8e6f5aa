import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { EventRecord } from '../../core/report.ts';
import { controlOption } from '../control-option.ts';
import { eventText } from '../event-text.ts';
import type { CliHost } from '../host.ts';
import { example, jsonOption } from '../options.ts';
import { screenOn, type Screen } from '../screen.ts';
import { tell } from '../talk.ts';
import { untilStopped } from '../until-stopped.ts';

export interface EventsOptions {
  readonly control: string;
  readonly json?: boolean;
  readonly follow?: boolean;
}

export const eventsCommand = (host: CliHost, run = events): Command =>
  new Command('events')
    .summary('the last transitions, each with its cause')
    .description(
      'Asks the daemon on this host; prints one line per event on standard output, the oldest first.',
    )
    .option('--follow', 'go on with every new event, until Ctrl-C')
    .addOption(jsonOption())
    .addOption(controlOption())
    .addHelpText('after', example('sealbeat events --follow'))
    .action((options: EventsOptions) => run(host, options));

export async function events(
  host: Pick<CliHost, 'out' | 'err' | 'env'>,
  { control, json = false, follow = false }: EventsOptions,
  makeScreen: () => Screen = () => screenOn(process.stdout, host.env),
): Promise<void> {
  const { fetchEvents } = await import('../../control/client.ts');
  const line = (record: EventRecord): string => (json ? JSON.stringify(record) : eventText(record));
  if (follow) return untilStopped((signal) => followed(control, { signal, screen: makeScreen(), line }));
  const records = await fetchEvents(control);
  if (records.length === 0) tell(host, 'nothing has happened since the daemon started');
  else host.out(records.map(line).join('\n'));
}

interface Following {
  readonly signal: AbortSignal;
  readonly screen: Screen;
  readonly line: (record: EventRecord) => string;
}

/** Waits for each line to be taken, so that a slow reader is felt by the daemon, which drops it, and not by us. */
async function followed(control: string, { signal, screen, line }: Following): Promise<void> {
  const { followEvents } = await import('../../control/client.ts');
  const following = followEvents(control, { signal });
  for (;;) {
    const said = await following.next();
    if (said.done === true) return ended(control, said.value?.end, signal);
    if ((await screen.write(`${line(said.value)}\n`)) === 'gone') return void following.return(undefined);
  }
}

function ended(control: string, end: 'slow-reader' | 'shutdown' | undefined, signal: AbortSignal): void {
  if (signal.aborted) return;
  if (end === 'slow-reader') {
    throw new OperatorError('REFUSED', 'the daemon dropped this reader: too much was left unread', {
      hint: 'read faster, or ask again from time to time without --follow',
    });
  }
  throw new OperatorError(
    'CONTROL_UNREACHABLE',
    end === 'shutdown'
      ? `the daemon on ${control} has stopped`
      : `the daemon on ${control} is gone without a word`,
    { hint: 'see its log; start it with: sealbeat run' },
  );
}
