import { Command, CommanderError } from 'commander';
import { OperatorError } from '../core/errors.ts';
import type { CliHost } from './host.ts';
import { example } from './options.ts';
import { systemHost } from './system-host.ts';
import { complain, hint, tellError } from './talk.ts';
import { commit, version } from './version.ts';
import { VERSION as WIRE_VERSION } from '../wire/layout.ts';

// Put in by scripts/build.ts, so that there is one in the bundle alone.
declare const SEALBEAT_VERSION: string | undefined;

/** Exit codes, the same for every command. */
export const DONE = 0;
export const FAILED = 1;
export const USAGE = 2;

/**
 * In the order of the help: from the first day of a cluster to its every day. Each is loaded when it is wanted: a daemon has
 * no use for the others, and they are a third of its start and of its memory.
 */
const commands = {
  init: async () => (await import('./commands/init.ts')).initCommand,
  keygen: async () => (await import('./commands/keygen.ts')).keygenCommand,
  key: async () => (await import('./commands/key.ts')).keyCommand,
  import: async () => (await import('./commands/import.ts')).importCommand,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  run: async () => (await import('./commands/run.ts')).runCommand,
  service: async () => (await import('./commands/services.ts')).serviceCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  checks: async () => (await import('./commands/checks.ts')).checksCommand,
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  events: async () => (await import('./commands/events.ts')).eventsCommand,
  metrics: async () => (await import('./commands/metrics.ts')).metricsCommand,
  switchover: async () => (await import('./commands/placement.ts')).switchoverCommand,
  failback: async () => (await import('./commands/placement.ts')).failbackCommand,
  drain: async () => (await import('./commands/placement.ts')).drainCommand,
  undrain: async () => (await import('./commands/placement.ts')).undrainCommand,
  freeze: async () => (await import('./commands/placement.ts')).freezeCommand,
  thaw: async () => (await import('./commands/placement.ts')).thawCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  alert: async () => (await import('./commands/alert.ts')).alertCommand,
  drill: async () => (await import('./commands/drill.ts')).drillCommand,
  reload: async () => (await import('./commands/reload.ts')).reloadCommand,
  restart: async () => (await import('./commands/restart.ts')).restartCommand,
  release: async () => (await import('./commands/release.ts')).releaseCommand,
  vip: async () => (await import('./commands/vip.ts')).vipCommand,
  hook: async () => (await import('./commands/hook.ts')).hookCommand,
  completion: async () => (await import('./commands/completion.ts')).completionCommand,
} satisfies Record<string, () => Promise<(host: CliHost) => Command>>;
type CommandName = keyof typeof commands;
/** Speaks of all the others. */
const DESCRIBES_ALL: ReadonlySet<string> = new Set(['completion']);

const isCommand = (word: string | undefined): word is CommandName =>
  word !== undefined && Object.hasOwn(commands, word);

/**
 * Runs one command line, `argv` without program and script, and returns the exit code. What an operator can put right is
 * said on standard error; anything else is a bug of ours and is thrown.
 */
export async function main(argv: readonly string[], host: CliHost): Promise<number> {
  if (argv[0] === '--version' || argv[0] === '-V') return printVersion(argv.slice(1), host);
  try {
    const program = await (isCommand(argv[0]) && !DESCRIBES_ALL.has(argv[0])
      ? programWith([argv[0]], host)
      : programFor(host));
    await program.parseAsync(argv, { from: 'user' });
    return DONE;
  } catch (error) {
    if (error instanceof CommanderError) return explainUsage(error, host);
    if (!(error instanceof OperatorError)) throw error;
    tellError(host, error);
    return error.code === 'USAGE' ? USAGE : FAILED;
  }
}

/** The whole command line, for its help and for whatever describes it. */
export const programFor = async (host: CliHost): Promise<Command> =>
  await programWith(Object.keys(commands).filter(isCommand), host);

async function programWith(names: readonly CommandName[], host: CliHost): Promise<Command> {
  const program = new Command('sealbeat')
    .description('Moves virtual IP addresses between hosts with signed and encrypted heartbeats.')
    .option('-V, --version', 'print the version; with --json also the build')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => host.out(text.replace(/\n$/, '')),
      writeErr: (text) => host.err(text.replace(/\n$/, '')),
      outputError: () => {}, // explainUsage says it, once and in our words
      getOutHelpWidth: () => host.columns,
      getErrHelpWidth: () => host.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', example('sealbeat help keygen'));
  for (const name of names) {
    const added = (await commands[name]())(host);
    program.addCommand(added);
    inheritSettings(added, program);
  }
  return program;
}

/** commander copies settings to commands that it makes itself, not to those that are handed to it. */
function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

function explainUsage(error: CommanderError, host: CliHost): number {
  if (error.exitCode === 0) return DONE;
  if (error.code === 'commander.help') return USAGE; // no command given; the help has been printed
  const [sentence = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  complain(host, sentence);
  const near = /\(Did you mean (.*)\?\)/.exec(suggestion ?? '')?.[1];
  hint(
    host,
    near === undefined
      ? 'sealbeat --help lists the commands, sealbeat COMMAND --help their options'
      : `did you mean ${near}?`,
  );
  return USAGE;
}

function printVersion(rest: readonly string[], host: CliHost): number {
  const { platform, arch } = process;
  const { node } = process.versions;
  if (rest.length === 0) host.out(`sealbeat ${version} (${commit})`);
  else if (rest.length === 1 && rest[0] === '--json') {
    host.out(JSON.stringify({ version, commit, wire: WIRE_VERSION, node, platform, arch }));
  } else {
    complain(host, `unexpected argument ${rest.find((word) => word !== '--json') ?? '--json'}`);
    hint(host, 'sealbeat --version, or sealbeat --version --json');
    return USAGE;
  }
  return DONE;
}

// The bundle is the program; from source, only the file that node was started with is. (`import.meta.main` would say so
// too, but a CommonJS bundle has no import.meta.)
if (typeof SEALBEAT_VERSION === 'string' || process.argv[1]?.endsWith('/src/cli/main.ts') === true) {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(DONE); // whoever read us, such as head(1), has seen enough
  });
  void main(process.argv.slice(2), systemHost()).then((exitCode) => {
    // A command that speaks to a service manager has set its own.
    process.exitCode ||= exitCode;
  });
}
