import { Command, Option } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import { placesOf } from '../../core/places.ts';
import { removeFiles, stateOf, writeFiles, type FileReport } from '../../service/apply.ts';
import { managerOf, planFor, platformOf } from '../../service/for-host.ts';
import { MANAGERS, type ManagerName, type Plan, type Wanted } from '../../service/plan.ts';
import { stamped } from '../../service/stamp.ts';
import { runSteps, saysYes } from '../../service/steps.ts';
import { networkdDropIn, PACKAGED_UNIT } from '../../service/systemd.ts';
import type { CliHost } from '../host.ts';
import { example, jsonOption } from '../options.ts';
import { ownProgram } from '../invocation.ts';
import { purge } from '../purge.ts';
import { note, tell } from '../talk.ts';
import { serviceLeaveCommand } from './service-leave.ts';

export interface ServiceOptions {
  readonly manager?: ManagerName;
  readonly program?: string;
  readonly config?: string;
  readonly identity?: string;
  readonly state?: string;
  readonly control?: string;
}
export interface ServiceChangeOptions extends ServiceOptions {
  readonly root?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly start?: boolean;
  readonly purge?: boolean;
}

export const serviceCommand = (host: CliHost): Command =>
  new Command('service')
    .summary("run sealbeat by this host's service manager")
    .description(
      `Knows ${MANAGERS.join(', ')}. What is installed starts the program that you run now, from ` +
        'where it is; see docs/services.md.',
    )
    .addCommand(servicePrintCommand(host))
    .addCommand(serviceInstallCommand(host))
    .addCommand(serviceUninstallCommand(host))
    .addCommand(serviceStatusCommand(host))
    .addCommand(serviceLeaveCommand(host))
    .addHelpText('after', example('sealbeat service install --start'));

export const servicePrintCommand = (host: CliHost, run = servicePrint): Command =>
  withPlaces(new Command('print'))
    .summary('print what "install" would write')
    .description('Prints every file, with its path as a comment above. Changes nothing.')
    .addHelpText('after', example('sealbeat service print --manager systemd'))
    .action((options: ServiceOptions) => run(host, options));

export const serviceInstallCommand = (host: CliHost, run = serviceInstall): Command =>
  withChanges(withPlaces(new Command('install')))
    .summary('write the files and enable the service')
    .description(
      'May be repeated: says of every file whether it was written, updated or is unchanged. A file ' +
        'that was changed by hand is refused. With systemd it also makes the user sealbeat, who ' +
        'then owns the identity.',
    )
    .option('--start', 'start it as well')
    .option('--force', 'replace files that were changed by hand, and keep them as FILE.old')
    .addHelpText('after', example('sealbeat service install --start'))
    .action((options: ServiceChangeOptions) => run(host, options));

export const serviceUninstallCommand = (host: CliHost, run = serviceUninstall): Command =>
  withChanges(withPlaces(new Command('uninstall')))
    .summary('stop and disable the service, and remove its files')
    .description('The config, the identity and what the daemon remembers stay, unless --purge is given.')
    .option('--force', 'remove also what was changed by hand')
    .option('--purge', 'delete the config, the identity and the state as well, and say so')
    .addHelpText('after', example('sealbeat service uninstall'))
    .action((options: ServiceChangeOptions) => run(host, options));

export const serviceStatusCommand = (host: CliHost, run = serviceStatus): Command =>
  withPlaces(new Command('status'))
    .summary('say whether the service is installed, enabled and running')
    .description('Asks the service manager, not the daemon. Exit code 0 when it runs, 1 when it does not.')
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat service status --json'))
    .action((options: ServiceOptions & { json?: boolean }) => run(host, options));

const withPlaces = (command: Command): Command =>
  command
    .addOption(new Option('--manager <name>', 'instead of the one that runs this host').choices(MANAGERS))
    .option('--program <file>', 'the program to start, instead of this one')
    .option('-c, --config <file>', 'the config of the cluster; by the custom of the system')
    .option('--identity <file>', 'the secret identity of this node; likewise')
    .option('--control <socket>', "the daemon's control socket; likewise")
    .option('--state <directory>', 'where epochs are kept over restarts; likewise');

const withChanges = (command: Command): Command =>
  command
    .option('--root <directory>', 'put it there, for a package; no command is run')
    .option('--dry-run', 'say what would be done, and do nothing');

export function planOf(host: CliHost, options: ServiceOptions): { plan: Plan; wanted: Wanted } {
  const manager = options.manager ?? managerOf(host.platform, existsSync);
  const places = placesOf(platformOf(manager));
  const { config, identity, state, control } = { ...places, ...defined(options) };
  const program = options.program === undefined ? ownProgram() : [options.program];
  const wanted = { program, config, identity, state, control };
  for (const [name, path] of Object.entries({
    config,
    identity,
    state,
    control,
    program: program[0] ?? '',
  })) {
    if (path.startsWith('/')) continue;
    throw new OperatorError('USAGE', `--${name}: a service has no current directory: "${path}"`, {
      hint: 'give the whole path, from /',
    });
  }
  return { plan: planFor(manager, wanted), wanted };
}

const defined = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

export async function servicePrint(host: CliHost, options: ServiceOptions): Promise<void> {
  const { plan } = planOf(host, options);
  for (const file of plan.files) {
    host.out(`# ${file.path}, mode ${file.mode.toString(8).padStart(4, '0')}`);
    host.out(stamped(file));
  }
  if (plan.manager !== 'systemd') return;
  tell(host, 'if systemd-networkd has the interface, put this beside its .network file:');
  tell(host, `NAME.network.d/sealbeat.conf: ${networkdDropIn().trim().replace('\n', ' / ')}`);
}

/** Whether the files are a package's, so that the manager is all that is left to be spoken to. */
const isPackaged = ({ manager, files }: Plan, root: string): boolean =>
  manager === 'systemd' &&
  root === '' &&
  existsSync(PACKAGED_UNIT) &&
  files.every((file) => stateOf(file, root) === 'absent');

export async function serviceInstall(host: CliHost, options: ServiceChangeOptions): Promise<void> {
  const { root = '', dryRun = false, force = false, start = false } = options;
  const { plan: whole, wanted } = planOf(host, options);
  const plan = isPackaged(whole, root) ? { ...whole, files: [] } : whole;
  refuseUnstartable(plan, wanted);
  if (!dryRun) refuseWithoutRoot(host, root);
  if (plan.files.length === 0) tell(host, `its files came with a package: ${PACKAGED_UNIT}`);
  report(host, await writeFiles(plan.files, { root, dryRun, force }), dryRun);
  if (root !== '') return;
  const run = { exec: host.exec, dryRun, say: (text: string) => tell(host, text) };
  await runSteps([...plan.register, ...plan.enable, ...(start ? plan.start : [])], run);
  if (plan.enable.length === 0 && !start && plan.manager === 'smf')
    note(host, 'SMF has no service that is enabled and does not run; --start does both');
  tell(host, `its log: ${plan.log}`);
}

export async function serviceUninstall(host: CliHost, options: ServiceChangeOptions): Promise<void> {
  const { plan, wanted } = planOf(host, options);
  const { root = '', dryRun = false, force = false } = options;
  if (isPackaged(plan, root)) {
    throw new OperatorError('REFUSED', `the service came with a package: ${PACKAGED_UNIT}`, {
      hint: 'remove that, for instance with "apt remove sealbeat"; or "systemctl disable --now sealbeat"',
    });
  }
  if (!dryRun) refuseWithoutRoot(host, root);
  const run = { exec: host.exec, dryRun, say: (text: string) => tell(host, text) };
  const isThere = plan.files.some((file) => stateOf(file, root) !== 'absent');
  if (root === '' && isThere) await runSteps([...plan.stop, ...plan.disable], run);
  const reports = await removeFiles(plan.files, { root, dryRun, force });
  report(host, reports, dryRun);
  if (root === '' && isThere) await runSteps(plan.forget, run);
  if (reports.some(({ outcome }) => outcome === 'kept'))
    note(host, 'what was changed by hand is kept; --force removes it');
  if (options.purge === true) return await purge(host, wanted, { root, dryRun });
  tell(host, `${wanted.config}, ${wanted.identity} and ${wanted.state} stay; --purge deletes them`);
}

export async function serviceStatus(
  host: CliHost,
  { json = false, ...options }: ServiceOptions & { json?: boolean },
): Promise<void> {
  const { plan } = planOf(host, options);
  const ofPackage = isPackaged(plan, '');
  const files = (ofPackage ? [] : plan.files).map((file) => ({ path: file.path, state: stateOf(file, '') }));
  const isInstalled = files.every(({ state }) => state !== 'absent');
  const enabled = isInstalled && (await saysYes(plan.isEnabled, host.exec));
  const running = isInstalled && (await saysYes(plan.isRunning, host.exec));
  const facts = { manager: plan.manager, installed: isInstalled, enabled, running, files, log: plan.log };
  if (json) host.out(JSON.stringify(facts));
  else {
    const yes = (is: boolean): string => (is ? 'yes' : 'no');
    host.out(`manager    ${plan.manager}`);
    host.out(`installed  ${yes(isInstalled)}`);
    host.out(`enabled    ${yes(enabled)}`);
    host.out(`running    ${yes(running)}`);
    if (ofPackage) host.out(`file       ${PACKAGED_UNIT}  of a package`);
    for (const { path, state } of files) host.out(`file       ${path}  ${state}`);
    host.out(`log        ${plan.log}`);
  }
  if (!running) process.exitCode = 1;
}

const NOTHING_DONE: readonly string[] = ['unchanged', 'absent', 'kept'];

function report(host: CliHost, files: readonly FileReport[], dryRun: boolean): void {
  for (const { path, outcome } of files) {
    const would = dryRun && !NOTHING_DONE.includes(outcome) ? 'would be ' : '';
    host.out(`${would}${outcome.padEnd(10)} ${path}`);
  }
}

function refuseWithoutRoot(host: CliHost, root: string): void {
  if (host.euid === 0 || root !== '') return;
  throw new OperatorError('FILE_UNWRITABLE', "a service is the host's, and only root may change it", {
    hint: 'run the same command as root; --dry-run shows what it would do',
  });
}

/** The unit's own sandbox would hide it. */
function refuseUnstartable({ manager }: Plan, { program }: Wanted): void {
  const hidden = program.find((word) => /^\/(home|root|run\/user|tmp|var\/tmp)\//.test(word));
  if (manager !== 'systemd' || hidden === undefined) return;
  throw new OperatorError('REFUSED', `the service could not see ${hidden}`, {
    hint: `put the program where programs are, for instance ${join('/usr/local/bin', 'sealbeat')}, and run it from there`,
  });
}
