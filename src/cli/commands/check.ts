import { Command } from 'commander';
import type { Problem } from '../../config/problems.ts';
import type { Finding } from '../../config/shape-problems.ts';
import { OperatorError } from '../../core/errors.ts';
import type { AdapterName, GroupSettings, NodeSettings, Settings } from '../../core/settings.ts';
import type { NodeName } from '../../core/units.ts';
import type { CliHost } from '../host.ts';
import { configOption, DEFAULT_IDENTITY, example, jsonOption } from '../options.ts';
import { planOn, platformFor, type GroupPlan, type PlanFor } from '../plan.ts';
import { complain, note, tellError, warn } from '../talk.ts';

export interface CheckOptions {
  readonly config: string;
  /** Absent: the default file if it's there, and no complaint if it isn't. */
  readonly identity?: string;
  readonly as?: string;
  readonly plan?: boolean;
  readonly platform?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

export const checkCommand = (host: CliHost, run = check): Command =>
  new Command('check')
    .summary('validate the config, all of it at once')
    .description(
      'Reads the config as the daemon would and reports every problem with its line and column. On a ' +
        'node of the cluster it also looks whether the addresses fit the interfaces of this host. ' +
        'Writes nothing; exits with 1 when the daemon would refuse the config.',
    )
    .addOption(configOption())
    .option(
      '--identity <file>',
      `the secret identity of this node (default: "${DEFAULT_IDENTITY}", if it is there)`,
    )
    .option('--as <node>', 'look at it as this node, without an identity and without this host')
    .option('--plan', 'print the commands that would bring the addresses up and down')
    .option(
      '--platform <system>',
      'the plan as on another system: linux, illumos, freebsd, openbsd or netbsd (default: this one)',
    )
    .option('--strict', 'take warnings as errors')
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat check --config sealbeat.yaml --as lb1 --plan'))
    .action((options: CheckOptions) => run(host, options));

/** Throws OperatorError CONFIG_UNREADABLE, or CONFIG_INVALID after everything has been said. */
export async function check(host: CliHost, options: CheckOptions, planFor: PlanFor = planOn): Promise<void> {
  const [{ examine, readConfigText }, { inFileOrder }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/problems.ts'),
  ]);
  const { settings, problems: inFile, at } = examine(await readConfigText(options.config));
  const platform = options.platform === undefined ? host.platform : await platformFor(options.platform);
  const self = settings ? await whoAmI(host, settings, options) : { node: undefined };
  const onHost =
    settings && self.node && options.as === undefined
      ? (await onThisHost(host, settings, self.node)).map(at)
      : [];
  const problems = inFileOrder([...inFile, ...onHost]);
  const bad = problems.filter(
    ({ severity }) => severity === 'error' || (options.strict === true && severity === 'warning'),
  );
  const ok = bad.length === 0 && self.refusal === undefined;
  const plan =
    settings && self.node && options.plan === true
      ? await planFor(settings, self.node.name, platform)
      : undefined;

  const result: Result = {
    ok,
    options,
    settings,
    problems,
    self,
    plan,
    lostBeats: await lostBeats(settings),
  };
  if (options.json === true) host.out(JSON.stringify(asJson(result)));
  else print(host, result);
  if (options.plan === true && settings && !self.node) {
    throw new OperatorError(
      'USAGE',
      'the plan differs from node to node, and which node this is, is not known',
      {
        hint: `name the node: --as ${settings.nodes.map(({ name }) => name).join(' or --as ')}`,
      },
    );
  }
  if (ok) return;
  throw new OperatorError(
    'CONFIG_INVALID',
    `${options.config} is not good: ${count(bad.length || 1, 'problem')}`,
    {
      hint: 'put right what stands above; "sealbeat.example.yaml" shows every key',
    },
  );
}

interface Result {
  readonly ok: boolean;
  readonly options: CheckOptions;
  readonly settings: Settings | undefined;
  readonly problems: readonly Problem[];
  readonly self: Self;
  readonly plan: readonly GroupPlan[] | undefined;
  readonly lostBeats: number | undefined;
}

interface Self {
  readonly node: NodeSettings | undefined;
  /** Why the daemon would not start here with this identity. */
  readonly refusal?: OperatorError;
  /** Why it isn't known, where that is no fault: the config may be checked on any machine. */
  readonly unknown?: string;
}

async function whoAmI(host: CliHost, settings: Settings, { as, identity }: CheckOptions): Promise<Self> {
  if (as !== undefined) return { node: await nodeNamed(as, settings) };
  const [{ loadIdentities }, { findSelf }] = await Promise.all([
    import('../../keys/keyfile.ts'),
    import('../../config/self.ts'),
  ]);
  try {
    return { node: findSelf(settings, await loadIdentities(identity ?? DEFAULT_IDENTITY, host.euid)) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (identity === undefined && error.code === 'IDENTITY_UNREADABLE')
      return { node: undefined, unknown: error.message };
    return { node: undefined, refusal: error };
  }
}

/** What of the config does not fit this host. */
export async function onThisHost(
  host: CliHost,
  settings: Settings,
  node: NodeSettings,
): Promise<readonly Finding[]> {
  const [{ hostFindings }, { hostProgramFindings }, { hostPasswordFindings }, { hostCheckFindings }] =
    await Promise.all([
      import('../../config/host-rules.ts'),
      import('../../config/program-host-rules.ts'),
      import('../../config/password-host-rules.ts'),
      import('../../config/check-host-rules.ts'),
    ]);
  const files = { ...host.files, euid: host.euid };
  return [
    ...hostFindings(settings, node, {
      platform: host.platform,
      interfaces: host.interfaces(),
      promotesSecondaries: (link) => host.promotesSecondaries(link),
      whyNoAdapter: await adapterRefusals(host.platform, node.name),
    }),
    ...hostProgramFindings(settings, node, files),
    ...hostPasswordFindings(settings, node, files),
    ...hostCheckFindings(settings, node, {
      platform: host.platform,
      interfaces: host.interfaces(),
      files,
    }),
    ...(await hookFindingsHere(host, settings)),
  ];
}

async function hookFindingsHere(host: CliHost, settings: Settings): Promise<readonly Finding[]> {
  if (settings.groups.every(({ hooks }) => hooks.length === 0)) return [];
  const [{ hostHookFindings }, { hookFilesOn }] = await Promise.all([
    import('../../config/hook-host-rules.ts'),
    import('../hook-accounts.ts'),
  ]);
  return hostHookFindings(settings, await hookFilesOn(host, settings));
}

/** Why an adapter cannot work on this host, as the daemon would say it. */
async function adapterRefusals(
  platform: NodeJS.Platform,
  node: NodeName,
): Promise<(name: AdapterName, group: GroupSettings) => string | undefined> {
  const [{ adapterKind }, { assertCarpFits }] = await Promise.all([
    import('../../vip/system.ts'),
    import('../../vip/carp/carp-for-system.ts'),
  ]);
  return (name, group) => {
    try {
      if (adapterKind(name, platform) === 'carp') assertCarpFits(group, node, platform);
      return undefined;
    } catch (error) {
      if (error instanceof OperatorError) return `${error.message}; ${error.hint}`;
      throw error;
    }
  };
}

/** Throws OperatorError USAGE. */
export async function nodeNamed(name: string, { nodes }: Settings): Promise<NodeSettings> {
  const found = nodes.find((node) => node.name === name);
  if (found) return found;
  const { closest } = await import('../../config/closest.ts');
  const names = nodes.map((node) => node.name);
  const near = closest(name, names);
  throw new OperatorError('USAGE', `--as ${name}: the config has no such node`, {
    hint: near === undefined ? `the nodes are ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

async function lostBeats(settings: Settings | undefined): Promise<number | undefined> {
  if (!settings) return undefined;
  const { lostBeatsCovered } = await import('../../config/timing.ts');
  return lostBeatsCovered({ ...settings.heartbeat, leaseSeconds: settings.leaseSeconds });
}

function print(host: CliHost, { ok, options, settings, problems, self, plan, lostBeats }: Result): void {
  const say = { error: complain, warning: options.strict === true ? complain : warn, note };
  for (const { severity, line, column, text } of problems)
    say[severity](host, `${options.config}:${line}:${column}: ${text}`);
  if (self.refusal) tellError(host, self.refusal);
  if (self.unknown !== undefined) note(host, `which node this is was not checked: ${self.unknown}`);
  if (ok && settings) for (const line of summary(options.config, settings, self, lostBeats)) host.out(line);
  if (plan && options.as !== undefined && options.platform === undefined)
    note(host, `the plan is for the system of this host; if ${options.as} runs another: --platform SYSTEM`);
  for (const { group, up, down } of plan ?? []) {
    host.out(`group ${group}: ${up.length === 0 ? 'this node has no interface for it' : 'up'}`);
    for (const command of up) host.out(`  ${command}`);
    if (down.length > 0) host.out(`group ${group}: down`);
    for (const command of down) host.out(`  ${command}`);
  }
}

function summary(
  path: string,
  settings: Settings,
  { node }: Self,
  lostBeats: number | undefined,
): readonly string[] {
  const { cluster, nodes, groups, leaseSeconds, heartbeat, digest } = settings;
  const vips = groups.reduce((sum, group) => sum + group.vips.length, 0);
  const lease = leaseSeconds === 0 ? 'no lease' : `lease ${leaseSeconds} s`;
  return [
    `${path} is good: cluster ${cluster}, ${count(nodes.length, 'node')}, ${count(groups.length, 'group')}, ${count(vips, 'address', 'addresses')}`,
    ...(node ? [`this node: ${node.name}`] : []),
    `timing: interval ${heartbeat.intervalMs} ms, timeout ${heartbeat.timeoutMs} ms, ${lease}${covered(lostBeats)}`,
    `digest: ${digest}`,
  ];
}

function covered(lostBeats: number | undefined): string {
  if (lostBeats === undefined) return '';
  if (lostBeats < 0) return '; two nodes may hold an address after a freeze';
  return `; ${count(lostBeats, 'heartbeat')} may be lost just before a crash, and no two nodes hold an address after it`;
}

const asJson = ({ ok, options, settings, problems, self, plan, lostBeats }: Result): object => ({
  ok,
  config: options.config,
  digest: settings?.digest ?? null,
  node: self.node?.name ?? null,
  lostBeatsCovered: lostBeats ?? null,
  identityProblem: self.refusal
    ? { code: self.refusal.code, text: self.refusal.message, hint: self.refusal.hint }
    : null,
  problems,
  ...(plan ? { plan } : {}),
});

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
