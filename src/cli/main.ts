import { Command, CommanderError } from 'commander';
import { OperatorError } from '../core/errors.ts';
import { checkCommand } from './commands/check.ts';
import { keyCommand } from './commands/key.ts';
import { eventsCommand } from './commands/events.ts';
import { explainCommand } from './commands/explain.ts';
import { keygenCommand } from './commands/keygen.ts';
import {
  drainCommand,
  failbackCommand,
  freezeCommand,
  switchoverCommand,
  thawCommand,
  undrainCommand,
} from './commands/placement.ts';
import { reloadCommand } from './commands/reload.ts';
import { releaseCommand } from './commands/release.ts';
import { restartCommand } from './commands/restart.ts';
import { runCommand } from './commands/run.ts';
import { serviceCommand } from './commands/services.ts';
import { statusCommand } from './commands/status.ts';
import { vipCommand } from './commands/vip.ts';
import type { CliHost } from './host.ts';
import { example } from './options.ts';
import { systemHost } from './system-host.ts';
import { complain, hint, tellError } from './talk.ts';
import { commit, version } from './version.ts';

// Put in by scripts/build.ts, so that there is one in the bundle alone.
declare const SEALBEAT_VERSION: string | undefined;

/** Exit codes, the same for every command. */
export const DONE = 0;
export const FAILED = 1;
export const USAGE = 2;

/** In the order of the help: from the first day of a cluster to its every day. */
const commands: readonly ((host: CliHost) => Command)[] = [
  keygenCommand,
  keyCommand,
  checkCommand,
  runCommand,
  serviceCommand,
  statusCommand,
  explainCommand,
  eventsCommand,
  switchoverCommand,
  failbackCommand,
  drainCommand,
  undrainCommand,
  freezeCommand,
  thawCommand,
  reloadCommand,
  restartCommand,
  vipCommand,
  releaseCommand,
];

/**
 * Runs one command line, `argv` without program and script, and returns the exit code. What an operator can put right is
 * said on standard error; anything else is a bug of ours and is thrown.
 */
export async function main(argv: readonly string[], host: CliHost): Promise<number> {
  if (argv[0] === '--version' || argv[0] === '-V') return printVersion(argv.slice(1), host);
  try {
    await programFor(host).parseAsync(argv, { from: 'user' });
    return DONE;
  } catch (error) {
    if (error instanceof CommanderError) return explainUsage(error, host);
    if (!(error instanceof OperatorError)) throw error;
    tellError(host, error);
    return error.code === 'USAGE' ? USAGE : FAILED;
  }
}

export function programFor(host: CliHost): Command {
  const program = new Command('sealbeat')
    .description('Moves virtual IP addresses between hosts with signed and encrypted heartbeats.')
    .option('-V, --version', 'print the version; with --json also the build')
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
  for (const command of commands) {
    const added = command(host);
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
  const { node } = process.versions;
  if (rest.length === 0) host.out(`sealbeat ${version} (${commit})`);
  else if (rest.length === 1 && rest[0] === '--json') {
    host.out(JSON.stringify({ version, commit, node, platform: process.platform, arch: process.arch }));
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
