import { Command } from 'commander';
import type { DrillReport, DrillState } from '../../core/drill-report.ts';
import { OperatorError } from '../../core/errors.ts';
import { isName, NAME_RULE } from '../../core/names.ts';
import type { Clock, Prober } from '../../core/ports.ts';
import { after, MINUTE_MS } from '../../core/units.ts';
import { controlOption } from '../control-option.ts';
import { startAsker, type Asker } from '../drill/asker.ts';
import { clientFailure, clientViews } from '../drill/client.ts';
import type { CliHost } from '../host.ts';
import { example, jsonOption } from '../options.ts';
import { tell, warn } from '../talk.ts';

export interface DrillOptions {
  readonly control: string;
  readonly yes?: boolean;
  readonly stay?: boolean;
  readonly planned?: boolean;
  readonly json?: boolean;
}

/** What measures: the clock, and questions to addresses. */
export interface DrillPorts {
  readonly clock: Clock;
  readonly prober: Prober;
}

export const drillCommand = (host: CliHost, run = drill): Command =>
  new Command('drill')
    .argument('<group>', 'a group that this node holds')
    .summary('rehearse a failover and the way back, and measure both')
    .description(
      'Said on the node that holds the group. That node plays dead: it takes its addresses off and says nothing until ' +
        'another node has taken over, which finds out by the silence, as it would of a death. Then the group comes back ' +
        'as in a switchover. Both are measured and compared with what the config promises. Says beforehand what will ' +
        'happen, and asks for consent. Exits with 1 when the promise was not kept.',
    )
    .option('--yes', 'begin without asking, for scripts')
    .option('--stay', 'leave the group where it went')
    .option('--planned', 'a switchover there and back instead: nobody plays dead')
    .addOption(jsonOption())
    .addOption(controlOption())
    .addHelpText('after', example('sealbeat drill web'))
    .action((group: string, options: DrillOptions) => run(host, group, options));

const POLL_MS = 100;
/** Questions before it begins, so that the first silence has an answer before it. */
const WARM_UP_MS = 300;
/** The daemon's own bounds come first. */
const DRILL_MS_MAX = 20 * MINUTE_MS;

export async function drill(
  host: CliHost,
  group: string,
  options: DrillOptions,
  ports?: DrillPorts,
): Promise<void> {
  if (!isName(group)) {
    throw new OperatorError('USAGE', `"${group}" is not the name of a group`, {
      hint: `a name ${NAME_RULE}; "sealbeat status" shows the groups`,
    });
  }
  const { control, stay = false, planned = false, json = false } = options;
  const [{ fetchDrill, sendOrder }, { planText, reportText }] = await Promise.all([
    import('../../control/client.ts'),
    import('../drill/text.ts'),
  ]);
  const { plan, refusal } = await fetchDrill(control, group, planned);
  if (plan === undefined)
    throw new OperatorError('REFUSED', refusal?.message ?? 'there can be no drill now', {
      hint: refusal?.hint ?? `"sealbeat explain ${group}" tells more`,
    });
  for (const line of planText(plan, { stay, planned })) tell(host, line);
  await askConsent(host, group, options);

  const measuring = ports ?? (await systemPorts(host));
  const { clock } = measuring;
  const asker = startAsker(plan.addresses, measuring);
  try {
    if (asker.addresses.length > 0) await pause(clock, WARM_UP_MS);
    const startedAt = clock.nowMs();
    await sendOrder(control, `/v1/groups/${group}/drill`, { stay, planned });
    const { report, answeredBy } = await follow(host, () => fetchDrill(control, group, planned), {
      clock,
      asker,
    });
    asker.stop();
    const clients = clientViews(asker, report, startedAt, answeredBy);
    for (const { address } of clients.unasked) warn(host, `${address} was not measured: it never answered`);
    const failure = report.failure || clientFailure(clients.views, report);
    const { painter } = await import('../layout.ts');
    const { wantsColour } = await import('../screen.ts');
    const page = { columns: host.columns, paint: painter(wantsColour(host)) };
    if (json) host.out(JSON.stringify({ passed: failure === '', failure, report, clients: clients.views }));
    else for (const line of reportText(report, clients.views, failure, page)) host.out(line);
    if (failure !== '') throw failed(report, failure);
  } finally {
    asker.stop();
  }
}

function failed({ plan, holder }: DrillReport, failure: string): OperatorError {
  const who = holder === '' ? `nobody holds ${plan.group} now` : `${holder} holds ${plan.group}`;
  return new OperatorError('DRILL_FAILED', `the drill failed: ${failure}; ${who}`, {
    hint: `"sealbeat events" here and on ${plan.heir} tells what happened`,
  });
}

async function askConsent(host: CliHost, group: string, { yes = false }: DrillOptions): Promise<void> {
  if (yes) return;
  if (!host.canAsk)
    throw new OperatorError('USAGE', 'there is no terminal at which to ask for consent', {
      hint: `if it shall begin all the same: sealbeat drill ${group} --yes`,
    });
  const answer = (await host.ask(`type ${group} or yes to begin: `)).trim();
  if (answer === group || answer === 'yes') return;
  throw new OperatorError('REFUSED', 'not begun', { hint: 'nothing has changed' });
}

/** Says what happens as it happens, until it is over. */
async function follow(
  host: CliHost,
  state: () => Promise<DrillState>,
  { clock, asker }: { clock: Clock; asker: Asker },
): Promise<{ readonly report: DrillReport; readonly answeredBy: ReadonlyMap<string, string> }> {
  const giveUpAt = clock.nowMs() + DRILL_MS_MAX;
  let answeredBy: ReadonlyMap<string, string> = new Map();
  let phase = '';
  for (;;) {
    const { last: report } = await state().catch((error: unknown) => {
      throw isGone(error) ? endedMeanwhile(error) : error;
    });
    if (report === undefined || clock.nowMs() > giveUpAt)
      throw new OperatorError('REFUSED', 'the daemon knows nothing of this drill any more', {
        hint: 'it was started anew meanwhile; see: sealbeat status, sealbeat events',
      });
    if (report.phase !== phase) {
      phase = report.phase;
      tell(host, phaseWords(report));
    }
    // Once, as soon as another has it: later it is ours again.
    if (answeredBy.size === 0 && report.moves.some(({ taker }) => taker !== ''))
      answeredBy = await neighbours(host, asker.addresses);
    if (report.phase === 'over') return { report, answeredBy };
    await pause(clock, POLL_MS);
  }
}

/** Not one that hangs: there the system has nothing to say, and the hint of that error is the better one. */
const isGone = (error: unknown): boolean =>
  error instanceof OperatorError && error.code === 'CONTROL_UNREACHABLE' && error.cause !== undefined;

/** Its addresses were off already, or went with it: nothing is left to put right but the daemon itself. */
const endedMeanwhile = (cause: unknown): OperatorError =>
  new OperatorError('DRILL_FAILED', 'the daemon of this node ended in the middle of the drill', {
    hint: 'start it again; another node that could take over has done so: "sealbeat status" there',
    cause,
  });

function phaseWords({ phase, plan, moves }: DrillReport): string {
  const taker = moves.find(({ group }) => group === plan.group)?.taker || plan.heir;
  switch (phase) {
    case 'dead':
      return `${plan.node} plays dead`;
    case 'moving':
      return `${plan.group} is being handed to ${plan.heir}`;
    case 'greeting':
      return `${taker} holds ${plan.group}; ${plan.node} speaks again`;
    case 'returning':
      return `${taker} is asked to hand it back`;
    case 'recovering':
      return `it failed; waiting until somebody holds ${plan.group}`;
    case 'over':
      return 'over';
  }
}

/** Which hardware addresses answer, as this host's kernel has learned them. */
async function neighbours(
  { exec, platform }: CliHost,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (platform !== 'linux') return new Map();
  const found = await Promise.all(
    addresses.map(async (address) => {
      const { stdout } = await exec.run('ip', ['neigh', 'show', 'to', address], { timeoutMs: 1_000 });
      return [address, /lladdr (\S+)/.exec(stdout)?.[1] ?? ''] as const;
    }),
  );
  return new Map(found);
}

const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.wakeAt(after(clock.nowMs(), ms), resolve));

async function systemPorts({ exec, platform }: CliHost): Promise<DrillPorts> {
  const [{ newProber }, { systemClock }] = await Promise.all([
    import('../../probe/prober.ts'),
    import('../../system/clock.ts'),
  ]);
  return { clock: systemClock, prober: newProber({ exec, clock: systemClock }, platform) };
}
