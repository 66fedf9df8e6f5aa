import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { Supervisor } from '../../core/ports.ts';
import type { Ending } from '../../daemon/shutdown.ts';
import type { CliHost } from '../host.ts';
import { invocation } from '../invocation.ts';
import { configOption, DEFAULT_CONTROL, example, identityOption, stateOption } from '../options.ts';
import { failureCode, failurePauseMs } from '../start-failure.ts';
import { tell } from '../talk.ts';
import { version } from '../version.ts';

export interface RunOptions {
  readonly config: string;
  readonly identity: string;
  readonly control: string;
  readonly controlGroup: string;
  readonly state: string;
  readonly logLevel: string;
  readonly logFormat: string;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const LOG_FORMATS = ['auto', 'json', 'text', 'journal', 'syslog'] as const;
/** After the daemon has ended in good order nothing should be left to wait for; if something is, this is long enough. */
const LEFTOVERS_MS = 500;

export const runCommand = (host: CliHost, start = run): Command =>
  new Command('run')
    .summary('run the daemon, in the foreground')
    .description(
      'Sends and verifies heartbeats and brings the VIPs of this node up and down. Logs to ' +
        "standard error: text at a terminal, in the journal and in SMF's log, JSON lines elsewhere. SIGTERM and SIGINT hand over or " +
        'release every VIP and end it; SIGHUP reads the config again. Needs root, or ' +
        'CAP_NET_ADMIN and CAP_NET_RAW, to change addresses on Linux.',
    )
    .addOption(configOption())
    .addOption(identityOption())
    .option('--control <socket>', 'where "sealbeat status" and others find it', DEFAULT_CONTROL)
    .addOption(
      new Option('--control-group <name>', 'the group of users that may use the socket').default(
        '',
        'nobody but its owner',
      ),
    )
    .addOption(stateOption())
    .addOption(new Option('--log-level <level>', 'how much is logged').choices(LOG_LEVELS).default('info'))
    .addOption(
      new Option('--log-format <format>', 'how; text has the time, journal and syslog leave it to them')
        .choices(LOG_FORMATS)
        .default('auto', 'by who reads it'),
    )
    .addHelpText(
      'after',
      example('sealbeat run -c ./sealbeat.yaml --identity ./identity --control ./control.sock'),
    )
    .action((options: RunOptions) => start(host, options));

export async function run(host: CliHost, options: RunOptions): Promise<void> {
  const { leaveOutCompilers, trimMemory } = await import('../../system/heap.ts');
  leaveOutCompilers();
  const [
    { startDaemon },
    { runUnderSignals, systemSignals },
    { systemLog },
    { systemClock },
    { systemExec },
    { systemSpawn },
    { systemSupervisor },
  ] = await Promise.all([
    import('../../daemon/main.ts'),
    import('../../daemon/signals.ts'),
    import('../../system/log.ts'),
    import('../../system/clock.ts'),
    import('../../system/exec.ts'),
    import('../../system/child.ts'),
    import('../../system/supervisor.ts'),
  ]);
  const level = LOG_LEVELS.find((known) => known === options.logLevel) ?? 'info';
  const format = LOG_FORMATS.find((known) => known === options.logFormat) ?? 'auto';
  const log = systemLog({ level, format, clock: systemClock, environment: host.env });
  const daemonOptions = {
    configPath: options.config,
    identityPath: options.identity,
    controlPath: options.control,
    controlGroup: options.controlGroup,
    stateDirectory: options.state,
    version,
    euid: host.euid,
  };
  const signals = systemSignals(process);
  const supervisor = systemSupervisor({
    ...{ exec: systemExec, env: host.env, pid: process.pid },
    onTrouble: (cause) =>
      log.error({ cause }, `systemd cannot be told how this daemon is, and may end it: ${cause}`),
  });
  const ports = {
    ...{ clock: systemClock, random: host.random, exec: systemExec, spawn: systemSpawn },
    ...{ log, supervisor },
    trimMemory: (when: { timeoutMs: number; quietMs: () => number }) =>
      trimMemory({ clock: systemClock, ...when }),
  };
  let ending: Ending;
  try {
    ending = await runUnderSignals(signals, log, (cancelled) => startDaemon(daemonOptions, ports, cancelled));
  } catch (error) {
    if (error instanceof OperatorError) await failed(error, host, supervisor);
    throw error;
  } finally {
    await log.close();
  }
  if (ending === 'again') beginAnew(host);
  // Whoever watches over this process starts it again.
  const code = ending === 'stopped' ? 0 : EX_TEMPFAIL;
  process.exitCode = code;
  setTimeout(() => signals.exit(code), LEFTOVERS_MS).unref();
}

/** So that the manager above us shows why, does not try too often, and gives up where that is right. */
async function failed(
  { code, message }: OperatorError,
  host: CliHost,
  supervisor: Supervisor,
): Promise<void> {
  supervisor.tell({ STATUS: `cannot start: ${code}: ${message}` });
  const exitCode = failureCode(code, host.env);
  if (exitCode !== undefined) process.exitCode = exitCode;
  const pauseMs = failurePauseMs(host.env);
  await sleep(pauseMs);
}

/** sysexits(3): temporary failure, the user is invited to retry. */
const EX_TEMPFAIL = 75;

/**
 * The process becomes a new one of the program as it is on the disk now, with the number that it has: nobody who watches over
 * it notices. Where the system cannot do that, it ends.
 */
function beginAnew(host: CliHost): void {
  const command = [...invocation(), ...process.argv.slice(2)];
  try {
    process.execve?.(process.execPath, command, process.env);
  } catch (error) {
    tell(host, `cannot begin anew, so it ends: ${error instanceof Error ? error.message : String(error)}`);
  }
}
