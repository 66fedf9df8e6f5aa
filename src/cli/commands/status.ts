import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { StatusReport } from '../../core/report.ts';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { example, jsonOption } from '../options.ts';
import { screenOn, wantsColour, type Screen } from '../screen.ts';

export interface StatusOptions {
  readonly control: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

export const statusCommand = (host: CliHost, run = status): Command =>
  new Command('status')
    .summary('what this node knows, and how old each fact is')
    .description(
      'Asks the daemon on this host; prints groups, peers, paths and alarms on standard output. ' +
        'Exits with 1 when no daemon answers.',
    )
    .addOption(jsonOption())
    .option('--watch', 'show it again on every change and every second, until Ctrl-C')
    .addOption(controlOption())
    .addHelpText('after', example('sealbeat status --json | jq ".groups[].holder"'))
    .action((options: StatusOptions) => run(host, options));

export async function status(
  host: Pick<CliHost, 'out' | 'isTTY' | 'columns' | 'env'>,
  { control, json = false, watch = false }: StatusOptions,
  makeScreen: () => Screen = () => screenOn(process.stdout, host.env),
): Promise<void> {
  const { fetchStatus } = await import('../../control/client.ts');
  const { statusText } = await import('../status-text.ts');
  const colour = wantsColour(host);
  const text = (report: StatusReport, columns: number): string =>
    json ? JSON.stringify(report) : statusText(report, { columns, colour }).trimEnd();
  const report = await fetchStatus(control);
  if (!watch) return host.out(text(report, host.columns));
  const screen = makeScreen();
  await watchStatus(control, { screen, json, text: (one) => text(one, screen.columns()) });
}

interface Watched {
  readonly screen: Screen;
  readonly json: boolean;
  readonly text: (report: StatusReport) => string;
}

/** The first report has come by now: whoever gives a wrong socket gets an error, not an empty screen. */
async function watchStatus(control: string, { screen, json, text }: Watched): Promise<void> {
  const { fetchStatus } = await import('../../control/client.ts');
  const { untilStopped } = await import('../until-stopped.ts');
  const { watch } = await import('../watch.ts');
  let lastAt = '';
  let between = '';
  const frame = async (): Promise<string> => {
    const before = between;
    if (!json && !screen.isTerminal) between = '\n';
    try {
      const report = await fetchStatus(control);
      lastAt = report.at;
      return `${before}${text(report)}\n`;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return `${before}${json ? noAnswerJson(error) : noAnswerText(error, lastAt)}\n`;
    }
  };
  await untilStopped((signal) => watch({ screen, signal, frame, onChange: changesOf(control) }));
}

/** Says when the last report was made instead of showing it: an old "active" is worse than none. */
function noAnswerText({ message, hint }: OperatorError, lastAt: string): string {
  const last = lastAt === '' ? '' : `\n\nthe last report was made at ${lastAt}`;
  return `NO ANSWER: ${message}\n${hint}${last}`;
}

const noAnswerJson = ({ code, message, hint }: OperatorError): string =>
  JSON.stringify({ code, message, hint });

const RETRY_MS = 1_000;
/** Above every number: only what happens from now on. */
const NEW_ONLY = 999_999_999_999_999;

const changesOf =
  (control: string) =>
  (changed: () => void, signal: AbortSignal): void => {
    const follow = async (): Promise<void> => {
      const { followEvents } = await import('../../control/client.ts');
      try {
        for await (const _ of followEvents(control, { after: NEW_ONLY, signal })) changed();
      } catch (error) {
        if (!(error instanceof OperatorError) && !signal.aborted) throw error; // else the frame itself shows it
      }
      if (signal.aborted) return;
      changed();
      const timer = setTimeout(() => void follow(), RETRY_MS);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    };
    void follow();
  };
