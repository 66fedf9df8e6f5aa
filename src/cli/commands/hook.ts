import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { HookMoment } from '../../core/hooks.ts';
import type { RoleName } from '../../core/frame.ts';
import { shownWords } from '../../core/shown-words.ts';
import type { NodeSettings } from '../../core/settings.ts';
import { SECOND_MS } from '../../core/units.ts';
import type { Told } from '../../hook/call.ts';
import type { HookEnd } from '../../hook/run.ts';
import { controlOption } from '../control-option.ts';
import { hooksNamed, namedHooks, type NamedHook } from '../hook-names.ts';
import type { CliHost } from '../host.ts';
import { configOption, example, identityOption, jsonOption } from '../options.ts';
import { printable } from '../../system/printable.ts';
import { pad } from '../layout.ts';
import { note } from '../talk.ts';

export interface HookListOptions {
  readonly config: string;
  readonly json?: boolean;
}
export interface HookTestOptions extends HookListOptions {
  readonly identity: string;
  readonly control: string;
}

export const hookCommand = (host: CliHost): Command =>
  new Command('hook')
    .summary('show the hooks of the config, or run one as the daemon would')
    .description('Hooks are programs of yours that are run when something happens to a group on a node.')
    .addCommand(hookListCommand(host))
    .addCommand(hookTestCommand(host))
    .addHelpText('after', example('sealbeat hook test web.post_up'));

export const hookListCommand = (host: CliHost, run = hookList): Command =>
  new Command('list')
    .summary('every hook, with what is run')
    .description('Reads the config; prints one line per hook on standard output.')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat hook list'))
    .action((options: HookListOptions) => run(host, options));

export const hookTestCommand = (host: CliHost, run = hookTest): Command =>
  new Command('test')
    .argument('<hook>', 'GROUP.MOMENT, as "sealbeat hook list" prints it')
    .summary('run a hook exactly as the daemon would')
    .description(
      'It is really run: by its user, with its words, environment and time limit. Epoch, peer and cause ' +
        'are those of the daemon on this host, if one answers. Exits with 1 when the hook does not end with 0.',
    )
    .addOption(configOption())
    .addOption(identityOption())
    .addOption(controlOption())
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat hook test web.post_up'))
    .action((name: string, options: HookTestOptions) => run(host, name, options));

export async function hookList(host: CliHost, { config, json = false }: HookListOptions): Promise<void> {
  const { loadSettings } = await import('../../config/load.ts');
  const hooks = namedHooks((await loadSettings(config)).settings);
  if (json)
    return host.out(
      JSON.stringify(hooks.map(({ name, group, hook }) => ({ name, ...hook, of: group.name }))),
    );
  if (hooks.length === 0) return note(host, `${config} has no hooks; docs/hooks.md tells what they are`);
  const width = Math.max(...hooks.map(({ name }) => name.length));
  for (const { name, hook } of hooks)
    host.out(`${pad(name, width)}  ${shownWords(hook.words)}  (${limitsOf(hook)})`);
}

const limitsOf = ({ user, group, timeoutMs, style }: NamedHook['hook']): string =>
  [
    ...(user === '' ? [] : [`as ${user}`]),
    ...(group === '' ? [] : [`with group ${group}`]),
    `at most ${timeoutMs / SECOND_MS} s`,
    ...(style === 'sealbeat' ? [] : [`called as by ${style}`]),
  ].join(', ');

/** Throws OperatorError HOOK_FAILED after everything has been said. */
export async function hookTest(
  host: CliHost,
  name: string,
  { config, identity, control, json = false }: HookTestOptions,
): Promise<void> {
  const [{ loadSettings }, { findSelf }, { vipsOn }, { loadIdentities }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/self.ts'),
    import('../../config/vips-on.ts'),
    import('../../keys/keyfile.ts'),
  ]);
  const { settings } = await loadSettings(config);
  const hooks = await hooksNamed(name, settings);
  const self = findSelf(settings, await loadIdentities(identity, host.euid));
  const failed: string[] = [];
  for (const one of hooks) {
    const vips = vipsOn(one.group, self.name);
    const told = { ...(await toldFor(host, one, self, control)), vips };
    const done = await runAsDaemon(host, one, told);
    if (json)
      host.out(JSON.stringify({ name: one.name, user: done.user, environment: done.env, ...done.end }));
    else show(host, one, done);
    if (done.end.state !== 'done') failed.push(`${one.name}: ${done.end.text}`);
  }
  if (failed.length === 0) return;
  throw new OperatorError('HOOK_FAILED', failed.join('; '), {
    hint: '"sealbeat check" says whether its path and its rights are good; the rest is up to the program',
  });
}

/** The role that a node has when the moment comes. */
const ROLES: { readonly [moment in HookMoment]: RoleName } = {
  pre_up: 'claiming',
  post_up: 'active',
  pre_down: 'active',
  post_down: 'standby',
  on_fault: 'standby',
  on_standby: 'standby',
};

async function toldFor(
  host: CliHost,
  { group, moment }: NamedHook,
  { name: node, priority }: NodeSettings,
  control: string,
): Promise<Omit<Told, 'vips'>> {
  const { fetchStatus } = await import('../../control/client.ts');
  const by = { group: group.name, node, role: ROLES[moment], cause: 'run by hand' };
  try {
    const report = await fetchStatus(control);
    const known = report.groups.find((one) => one.name === group.name);
    const peer = known === undefined || known.holder === node ? '' : known.holder;
    return { errand: { ...by, epoch: known?.epoch ?? 0, peer }, priority: known?.priority ?? 0 };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    note(host, 'no daemon was asked, so the epoch is 0 and the priority is the one of the config');
    return { errand: { ...by, epoch: 0, peer: '' }, priority: group.priority.get(node) ?? priority };
  }
}

interface Done {
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly end: HookEnd;
}

async function runAsDaemon(host: CliHost, { hook }: NamedHook, told: Told): Promise<Done> {
  const [{ newAccounts, ownAccount }, { toldEnvironment }, { runHook }, { systemClock }] = await Promise.all([
    import('../../hook/account.ts'),
    import('../../hook/call.ts'),
    import('../../hook/run.ts'),
    import('../../system/clock.ts'),
  ]);
  const own = ownAccount();
  const ports = { exec: host.exec, clock: systemClock, accounts: newAccounts({ exec: host.exec }), own };
  const limits = { limitMs: hook.timeoutMs, signal: new AbortController().signal };
  const end = await runHook(ports, hook, { told, ...limits });
  return { user: hook.user === '' ? own.name : hook.user, env: toldEnvironment(hook, told), end };
}

function show(host: CliHost, { name, hook }: NamedHook, { user, env, end }: Done): void {
  host.out(`${name}: ${shownWords(end.words)}`);
  host.out(
    `  run as ${user}, for at most ${hook.timeoutMs / SECOND_MS} s, with nothing but its own environment and`,
  );
  for (const [key, value] of Object.entries(env)) host.out(`  ${key}=${printable(value)}`);
  host.out(`${name}: ${end.text}, after ${(end.tookMs / SECOND_MS).toFixed(2)} s`);
  const said = end.output.replace(/\n$/, '');
  if (said !== '') for (const line of said.split('\n')) host.out(`  | ${printable(line)}`);
}
