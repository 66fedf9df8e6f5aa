import { OperatorError } from '../../core/errors.ts';
import type { Errand, Vip, VipAdapter } from '../../core/ports.ts';
import type { CommandSettings } from '../../core/settings.ts';
import { type GroupName, SECOND_MS } from '../../core/units.ts';
import { vipKey } from '../address.ts';
import type { VipOptions } from '../options.ts';
import { pause } from '../program/pause.ts';
import { newUpkeep } from '../program/upkeep.ts';
import { shownWords } from '../../core/shown-words.ts';
import { showAgainMs } from './back-off.ts';
import { newCloud } from './cloud.ts';
import { filledCommands } from './commands.ts';
import { cannotLeave } from './problems.ts';

export interface CommandVipOptions extends VipOptions {
  readonly settings: CommandSettings;
  readonly group: GroupName;
  readonly errand: () => Errand;
  /** Puts the address on the host as well; undefined for none. */
  readonly host: VipAdapter | undefined;
  /** Closed together with this one. */
  readonly ownsHost: boolean;
}

/**
 * How long `down` waits for the first answer of the cloud before it goes on in the background. Most have answered by then, so that an heir
 * which starts after it meets no change that is under way; and no API keeps the others waiting.
 */
const DOWN_WAIT_MS = 3 * SECOND_MS;
const CLOSE_MS = 4 * SECOND_MS;

/**
 * A cloud sends the address here because its command line tool has asked for it. The host gets the address as well: first
 * on the way up, so that it answers as soon as the cloud has switched, and last on the way down. What the cloud was last
 * heard to say is kept: an API that fails takes a VIP from nobody.
 */
export function commandVip(options: CommandVipOptions): VipAdapter {
  const { clock, settings, errand, host, onProblem } = options;
  const cloud = newCloud({ ...options, onUnsettled: () => upkeep.distrust() });
  const upkeep = newUpkeep({
    ...{ clock, bringUp: cloud.bringUp, show: cloud.show, onProblem },
    showAgainMs: (sinceUpMs) => showAgainMs(sinceUpMs, settings.show?.everyMs ?? 0),
  });
  /** The cloud does not send them here, because we have told it so. */
  const takenDown = new Set<string>();
  let begun = false;

  /** The host's part has a lease, which would end while the cloud takes its time. */
  const keepRenewed = async (
    vips: readonly Vip[],
    leaseSeconds: number,
    ended: AbortSignal,
  ): Promise<void> => {
    if (host === undefined || leaseSeconds === 0) return;
    for (;;) {
      await pause(clock, (leaseSeconds * SECOND_MS) / 3, ended);
      if (ended.aborted) return;
      // What it throws here it throws at the next renewal as well, where somebody acts on it.
      await host.renew(vips, leaseSeconds).catch(operatorsOnly);
    }
  };

  const takeDown = async (vips: readonly Vip[]): Promise<void> => {
    const left = vips.filter((vip) => !takenDown.has(vipKey(vip)));
    const ended = new AbortController();
    const done = upkeep
      .down(
        vips,
        async (signal) => {
          if (left.length === 0 || settings.down.length === 0) return;
          const onTryAgain = (): void => ended.abort();
          const worked = await cloud.takeDown(left, { staying: upkeep.wanted(), signal, onTryAgain });
          // Ended just now by an `up`, it says nothing any more.
          if (worked && !signal.aborted) for (const vip of left) takenDown.add(vipKey(vip));
        },
        { background: true },
      )
      .finally(() => ended.abort());
    await Promise.race([done, pause(clock, DOWN_WAIT_MS, ended.signal)]);
  };

  return {
    async up(vips, leaseSeconds) {
      begun = true;
      for (const vip of vips) takenDown.delete(vipKey(vip));
      const ended = new AbortController();
      const first = async (): Promise<void> => {
        await host?.up(vips, leaseSeconds);
        void keepRenewed(vips, leaseSeconds, ended.signal);
      };
      await upkeep.up(vips, errand().epoch, first).finally(() => ended.abort());
    },
    async renew(vips, leaseSeconds) {
      upkeep.putBack();
      await host?.renew(vips, leaseSeconds);
    },
    async down(vips) {
      begun = true;
      await takeDown(vips);
      await host?.down(vips);
    },
    supersede() {
      upkeep.supersede();
      host?.supersede?.();
    },
    async look(vips) {
      const wanted = vips.filter(upkeep.isWanted);
      const others = vips.filter((vip) => !upkeep.isWanted(vip));
      const seen = await upkeep.seen(wanted, 0);
      // Of those that nobody wants, only what is on this host has to go: the cloud is told, and may take its time.
      const onHost = host === undefined ? undefined : await host.look(vips);
      const found = onHost ?? (begun || others.length === 0 ? [] : await upkeep.ask(others));
      return vips.filter((vip) =>
        wanted.includes(vip) ? seen.includes(vip) && (onHost?.includes(vip) ?? true) : found.includes(vip),
      );
    },
    async leave(vips, leaseSeconds) {
      if (host === undefined) throw cannotLeave(options.group);
      await host.leave(vips, leaseSeconds);
    },
    announce(vips, why) {
      host?.announce(vips, why);
      if (why?.contested === true) upkeep.doubt();
    },
    watch: (vips, onChange) => host?.watch(vips, onChange) ?? (() => undefined),
    plan(vips, leaseSeconds) {
      const onHost = host?.plan(vips, leaseSeconds) ?? { up: [], down: [] };
      const move = { vips, errand: errand(), values: settings.values };
      const inCloud = (commands: CommandSettings['up']): readonly string[] =>
        filledCommands(commands, move).map(({ words }) => shownWords(words));
      return {
        up: [...onHost.up, ...inCloud(settings.up)],
        down: [...inCloud(settings.down), ...onHost.down],
      };
    },
    notes: (vips) => [...(host?.notes(vips) ?? []), ...cloudNotes()],
    async close() {
      await upkeep.close(CLOSE_MS);
      if (options.ownsHost) await host?.close();
    },
  };

  function cloudNotes(): readonly string[] {
    if (settings.show === undefined)
      return [
        'the config has no `show`: where the cloud sends them is what was last asked for, and not what was seen',
      ];
    const unclear = upkeep.unclear();
    if (unclear === undefined) return [];
    const since = Math.round(unclear.sinceMs / SECOND_MS);
    return [
      `the cloud has not said for ${since} s where it sends them, so what it said before is believed: ${unclear.text}`,
    ];
  }
}

function operatorsOnly(error: unknown): void {
  if (!(error instanceof OperatorError)) throw error;
}
