import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import type { GroupSettings, Settings } from '../../core/settings.ts';
import { SECOND_MS, type NodeName } from '../../core/units.ts';
import { adapterByHand, daemonBehind } from '../by-hand.ts';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { configOption, example, identityOption, stateOption } from '../options.ts';
import { hint, tell, warn } from '../talk.ts';

export interface ReleaseOptions {
  readonly config: string;
  readonly identity: string;
  readonly control: string;
  readonly state: string;
}

/** A service manager waits for it; a cloud's tool that hangs must not keep the host from shutting down. */
const GROUP_MS_MAX = 8 * SECOND_MS;

export const releaseCommand = (host: CliHost, run = release): Command =>
  new Command('release')
    .summary('take down what a daemon that has ended left behind')
    .description(
      'Takes every VIP of this node off this host, for service managers to run after the daemon ' +
        'has ended in whatever way. Does nothing while a daemon runs, and nothing as long as an ' +
        'announced restart may still be completed.',
    )
    .addOption(configOption())
    .addOption(identityOption())
    .addOption(controlOption())
    .addOption(stateOption())
    .addHelpText('after', example('sealbeat release'))
    .action((options: ReleaseOptions) => run(host, options));

export async function release(host: CliHost, options: ReleaseOptions): Promise<void> {
  const node = await daemonBehind(options.control, 'end it first (SIGKILL will do), then run this again');
  if (node !== undefined)
    return tell(host, `the daemon of ${node} runs and looks after its VIPs; nothing is done`);
  const { restartLeftMs } = await import('../../daemon/legacy.ts');
  const leftMs = await restartLeftMs(options.state);
  if (leftMs > 0) {
    return tell(
      host,
      `a restart was announced; the VIPs stay for another ${(leftMs / SECOND_MS).toFixed(1)} s`,
    );
  }
  const known = await settingsHere(host, options);
  const { settings, self } = known;
  const failed = await Promise.all(settings.groups.map((group) => releaseGroup(host, group, self)));
  if (!failed.includes(true)) return;
  throw new OperatorError('VIP_FAILED', 'not every VIP could be taken down', {
    hint: 'look at the lines above; "sealbeat vip show GROUP" says what is there',
  });
}

/** With a config that is broken now the VIPs of the one that was in force have to go all the same. */
async function settingsHere(
  host: CliHost,
  { config, identity, state }: ReleaseOptions,
): Promise<{ settings: Settings; self: NodeName }> {
  const [{ loadSettings }, { findSelf }, { loadIdentities }, { configInForcePath }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/self.ts'),
    import('../../keys/keyfile.ts'),
    import('../../daemon/config-in-force.ts'),
  ]);
  const read = async (path: string) => {
    const { settings } = await loadSettings(path);
    return { settings, self: findSelf(settings, await loadIdentities(identity, host.euid)).name };
  };
  try {
    return await read(config);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const kept = configInForcePath(state);
    const before = await read(kept).catch((): undefined => undefined); // what is wrong with the config is what matters
    if (before === undefined) throw error;
    warn(host, `${error.message}; so ${kept} is used, which the daemon had in force`);
    return before;
  }
}

/** True when it failed, which has been said then. */
async function releaseGroup(host: CliHost, group: GroupSettings, self: NodeName): Promise<boolean> {
  const { vipsOn } = await import('../../config/vips-on.ts');
  const vips = vipsOn(group, self);
  if (vips.length === 0) return false;
  const adapter = await adapterByHand(host, group, self);
  try {
    await inTime(async () => {
      const there = await adapter.look(vips);
      if (there.length === 0) return;
      await adapter.down(vips);
      for (const vip of there) host.out(taken(group.name, vip));
    });
    return false;
  } catch (error) {
    warn(host, `${group.name}: ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof OperatorError) hint(host, error.hint);
    return true;
  } finally {
    await adapter.close();
  }
}

const taken = (group: string, { address, prefixLength, link }: Vip): string =>
  `${group}: took ${address}/${prefixLength} off ${link}`;

async function inTime(work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not done within ${GROUP_MS_MAX / SECOND_MS} s`)),
      GROUP_MS_MAX,
    );
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
