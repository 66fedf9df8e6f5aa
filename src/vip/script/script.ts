import type { Errand, Vip, VipAdapter } from '../../core/ports.ts';
import type { ScriptSettings } from '../../core/settings.ts';
import { type GroupName, SECOND_MS, type NodeName } from '../../core/units.ts';
import { vipText } from '../address.ts';
import { guard, noGuard } from '../guard/guard.ts';
import { runInTurn } from '../guard/run-each.ts';
import { assertMayLeave } from '../leaving.ts';
import type { VipOptions } from '../options.ts';
import { newUpkeep } from '../program/upkeep.ts';
import { shownWords } from '../../core/shown-words.ts';
import { guardLine, wordsFor } from './calls.ts';
import { leftIn } from './left.ts';
import { cannotTell } from './problems.ts';
import { scriptPrograms } from './programs.ts';

export interface ScriptVipOptions extends VipOptions {
  readonly settings: ScriptSettings;
  readonly group: GroupName;
  readonly node: NodeName;
  readonly errand: () => Errand;
}

/** A `show` that takes longer keeps no renewal waiting: what it says is known at the next look. */
const LOOK_MS = 250;
/** Within what the daemon waits for an adapter to close; a program that runs longer is ended. */
const CLOSE_MS = 4 * SECOND_MS;

/**
 * An operator's own programs put the VIPs on the host. They are run one at a time, in the order of the config for `up` and
 * in reverse for `down`. Without a `show` it is believed that what was last done is so; a file keeps that for the next
 * process. A guard stands for the lease: it runs `down` when nobody renews.
 */
export function scriptVip(options: ScriptVipOptions): VipAdapter {
  const { spawn, clock, settings, group, node, onProblem, stateDirectory, guarded = true } = options;
  const left = leftIn({ directory: stateDirectory, group, onProblem });
  const lineOf = (vip: Vip): string => guardLine(settings.down, vip, { group, node, note: left.pathOf(vip) });
  const programs = scriptPrograms(options);
  const upkeep = newUpkeep({
    ...{ clock, bringUp: programs.up, show: programs.show?.here, onProblem },
    showAgainMs: () => 0,
  });
  const held = new Map<string, Vip>();
  let lease = 0;
  const watchman = guarded
    ? guard({
        ...{ spawn, clock, onProblem, takeDown: runInTurn, silence: true },
        onFired: (lines) => upkeep.lose(lines.flatMap((line) => held.get(line) ?? [])),
        ...(stateDirectory === undefined ? {} : { notes: stateDirectory }),
      })
    : noGuard;

  /** Last in, first out, as `down` is run. What an earlier process left under other words is taken over and let go. */
  const holdByGuard = async (vips: readonly Vip[], leaseSeconds: number): Promise<void> => {
    const lines = vips.toReversed().map(lineOf);
    const others = left.linesOf(vips).filter((line) => !lines.includes(line));
    vips.forEach((vip) => held.set(lineOf(vip), vip));
    await watchman.hold(lines, leaseSeconds);
    if (others.length === 0) return;
    await watchman.hold(others);
    await watchman.drop(others);
  };
  /** While programs run nobody renews, and the guard's `down` must not run beside them. */
  const holdWhileTheyRun = (vips: readonly Vip[]): Promise<void> =>
    holdByGuard(vips, lease === 0 ? 0 : lease + Math.ceil(programs.limitMs / SECOND_MS));

  return {
    async up(vips, leaseSeconds) {
      lease = leaseSeconds;
      const first = async (): Promise<void> => {
        await holdWhileTheyRun(vips);
        for (const vip of vips) left.add(vip, lineOf(vip));
      };
      await upkeep.up(vips, options.errand().epoch, first);
      await watchman.hold(vips.toReversed().map(lineOf), leaseSeconds);
    },
    async renew(vips, leaseSeconds) {
      await watchman.renew(vips.map(lineOf), leaseSeconds);
      upkeep.putBack();
    },
    async down(vips) {
      const lines = vips.map(lineOf);
      const takeDown = async (signal: AbortSignal): Promise<void> => {
        // Going on without a guard is the better choice: what it would take down is taken down now.
        if (lines.some((line) => held.has(line))) await holdWhileTheyRun(vips).catch(onProblem);
        await programs.down(vips, signal);
      };
      await upkeep.down(vips, takeDown, { background: false });
      vips.forEach(left.remove);
      lines.forEach((line) => held.delete(line));
      await watchman.drop(lines);
    },
    supersede: upkeep.supersede,
    async look(vips) {
      watchman.prepare();
      const wanted = vips.filter(upkeep.isWanted);
      const others = vips.filter((vip) => !upkeep.isWanted(vip));
      const seen = await upkeep.seen(wanted, LOOK_MS);
      const found = others.length === 0 ? [] : await lookFor(others);
      return vips.filter((vip) => seen.includes(vip) || found.includes(vip));
    },
    async leave(vips, leaseSeconds) {
      const seen = await upkeep.seen(vips, SECOND_MS);
      for (const vip of vips)
        assertMayLeave(vip, { leaseSeconds, mayVanish: true, isThere: seen.includes(vip) });
      await watchman.leave(vips.toReversed().map(lineOf), leaseSeconds);
    },
    announce(vips, why) {
      if (why?.contested === true && vips.some(upkeep.isWanted)) upkeep.doubt();
    },
    watch: () => () => undefined,
    plan: (vips) => ({
      up: vips.map((vip) => shownWords(wordsFor(settings.up, vip))),
      down: vips.toReversed().map((vip) => shownWords(wordsFor(settings.down, vip))),
    }),
    notes() {
      if (settings.show === undefined)
        return [
          'the config has no `show`: that they are here, or are not, is what was last done and not what was seen',
        ];
      const unclear = upkeep.unclear();
      const since = Math.round((unclear?.sinceMs ?? 0) / SECOND_MS);
      return unclear === undefined
        ? []
        : [`it cannot be seen for ${since} s whether they are here: ${unclear.text}`];
    },
    async close() {
      await upkeep.close(CLOSE_MS);
      await watchman.close();
    },
  };

  async function lookFor(vips: readonly Vip[]): Promise<readonly Vip[]> {
    if (programs.show !== undefined) return await upkeep.ask(vips);
    const unknown = vips.find((vip) => left.has(vip) === undefined);
    if (unknown !== undefined) throw cannotTell(vipText(unknown));
    return vips.filter((vip) => left.has(vip) === true);
  }
}
