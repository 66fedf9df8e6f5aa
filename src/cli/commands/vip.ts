import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { Vip, VipAdapter } from '../../core/ports.ts';
import type { GroupSettings } from '../../core/settings.ts';
import { after, SECOND_MS, type NodeName } from '../../core/units.ts';
import { adapterByHand, daemonBehind } from '../by-hand.ts';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { configOption, example, identityOption, jsonOption } from '../options.ts';
import { tell } from '../talk.ts';

export interface VipOptions {
  readonly config: string;
  readonly identity: string;
}
export interface VipChangeOptions extends VipOptions {
  readonly control: string;
  readonly force?: boolean;
}
export interface VipShowOptions extends VipOptions {
  readonly json?: boolean;
}

export const vipCommand = (host: CliHost): Command =>
  new Command('vip')
    .summary("put a group's VIPs on this host by hand, or take them off")
    .description(
      'Runs what the daemon would run, for a test before it runs for the first time, or for a ' +
        'rescue after it has gone. Nothing here asks the other nodes.',
    )
    .addCommand(vipUpCommand(host))
    .addCommand(vipDownCommand(host))
    .addCommand(vipShowCommand(host))
    .addHelpText('after', example('sealbeat vip show web'));

export const vipUpCommand = (host: CliHost, run = vipUp): Command =>
  changing('up')
    .summary('put the VIPs on this host and announce them')
    .description(
      'The VIPs get no lease and no guard: they stay until "sealbeat vip down", or until the host ' +
        'restarts. Refused while a daemon runs, which would take them off again.',
    )
    .addHelpText('after', example('sealbeat vip up web'))
    .action((group: string, options: VipChangeOptions) => run(host, group, options));

export const vipDownCommand = (host: CliHost, run = vipDown): Command =>
  changing('down')
    .summary('take the VIPs off this host')
    .description('Refused while a daemon runs, which would put them back; "sealbeat drain" is for that.')
    .addHelpText('after', example('sealbeat vip down web'))
    .action((group: string, options: VipChangeOptions) => run(host, group, options));

export const vipShowCommand = (host: CliHost, run = vipShow): Command =>
  new Command('show')
    .argument('<group>', 'a group of the config')
    .summary('look which of the VIPs are on this host')
    .description('Asks the system, not the daemon. Changes nothing.')
    .addOption(configOption())
    .addOption(identityOption())
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat vip show web --json'))
    .action((group: string, options: VipShowOptions) => run(host, group, options));

const changing = (verb: 'up' | 'down'): Command =>
  new Command(verb)
    .argument('<group>', 'a group of the config')
    .addOption(configOption())
    .addOption(identityOption())
    .addOption(controlOption())
    .option('--force', 'also while a daemon runs');

export async function vipUp(host: CliHost, group: string, options: VipChangeOptions): Promise<void> {
  await refuseBesideDaemon(group, options);
  await withAdapter(host, group, options, async (adapter, vips) => {
    await adapter.up(vips, 0);
    await announceAFewTimes(adapter, vips);
    for (const vip of vips) host.out(shown(vip, true));
  });
  tell(
    host,
    `nobody watches over them: they stay until "sealbeat vip down ${group}", even if another node takes them`,
  );
}

export async function vipDown(host: CliHost, group: string, options: VipChangeOptions): Promise<void> {
  await refuseBesideDaemon(group, options);
  await withAdapter(host, group, options, async (adapter, vips) => {
    await adapter.down(vips);
    for (const vip of vips) host.out(shown(vip, false));
  });
}

export async function vipShow(
  host: CliHost,
  group: string,
  { json = false, ...files }: VipShowOptions,
): Promise<void> {
  await withAdapter(host, group, files, async (adapter, vips) => {
    const there = await adapter.look(vips);
    const rows = vips.map((vip) => ({ vip, present: there.includes(vip) }));
    if (json) return host.out(JSON.stringify(rows.map(({ vip, present }) => ({ ...vip, present }))));
    for (const { vip, present } of rows) host.out(shown(vip, present));
  });
}

const shown = ({ address, prefixLength, link }: Vip, present: boolean): string =>
  `${address}/${prefixLength} on ${link}  ${present ? 'present' : 'absent'}`;

/** As the daemon does it: a switch that is still learning may lose the first. */
async function announceAFewTimes(adapter: VipAdapter, vips: readonly Vip[]): Promise<void> {
  const { systemClock } = await import('../../system/clock.ts');
  const startMs = systemClock.nowMs();
  for (const ms of [0, 100, 500, SECOND_MS]) {
    await new Promise<void>((resolve) => void systemClock.wakeAt(after(startMs, ms), resolve));
    adapter.announce(vips);
  }
  // The last one is given time to be sent, and its failure to be reported.
  await new Promise<void>((resolve) => void systemClock.wakeAt(after(startMs, 2 * SECOND_MS), resolve));
}

async function withAdapter(
  host: CliHost,
  name: string,
  files: VipOptions,
  work: (adapter: VipAdapter, vips: readonly Vip[]) => Promise<void>,
): Promise<void> {
  const { group, vips, self } = await groupHere(host, name, files);
  const adapter = await adapterByHand(host, group, self);
  try {
    await work(adapter, vips);
  } finally {
    await adapter.close();
  }
}

async function groupHere(
  host: CliHost,
  name: string,
  { config, identity }: VipOptions,
): Promise<{ group: GroupSettings; vips: readonly Vip[]; self: NodeName }> {
  const [{ loadSettings }, { findSelf }, { vipsOn }, { loadIdentities }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/self.ts'),
    import('../../config/vips-on.ts'),
    import('../../keys/keyfile.ts'),
  ]);
  const { settings } = await loadSettings(config);
  const group = settings.groups.find((one) => one.name === name);
  if (group === undefined) {
    throw new OperatorError('USAGE', `${config} has no group "${name}"`, {
      hint: `the groups are ${settings.groups.map((one) => one.name).join(', ') || 'still to be written'}`,
    });
  }
  const self = findSelf(settings, await loadIdentities(identity, host.euid));
  const vips = vipsOn(group, self.name);
  if (vips.length > 0) return { group, vips, self: self.name };
  throw new OperatorError(
    'VIP_NO_INTERFACE',
    `the config gives ${self.name} no interface for every VIP of ${name}`,
    {
      hint: `add ${self.name} under groups.${name}.interface`,
    },
  );
}

/** Whoever may not ask the daemon cannot know that there is none, and is refused too. */
async function refuseBesideDaemon(
  group: string,
  { control, force = false }: VipChangeOptions,
): Promise<void> {
  if (force) return;
  const node = await daemonBehind(control, 'or use --force');
  if (node === undefined) return;
  throw new OperatorError('REFUSED', `the daemon of ${node} runs, and decides where ${group} is`, {
    hint: `sealbeat switchover ${group}, sealbeat drain ${group}; or stop the daemon first`,
  });
}
