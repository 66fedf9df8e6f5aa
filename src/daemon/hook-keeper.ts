import { effectivePriority } from '../core/group/election.ts';
import { hookBudgetMs, hooksAt, type HookMoment, type HookSettings } from '../core/hooks.ts';
import type { GroupState } from '../core/group/state.ts';
import type { NodeState } from '../core/node/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { Clock, Errand, Exec, Vip } from '../core/ports.ts';
import type { GroupSettings } from '../core/settings.ts';
import { after, type GroupId, type GroupName } from '../core/units.ts';
import { newAccounts, ownAccount } from '../hook/account.ts';
import type { Told } from '../hook/call.ts';
import { newPace } from '../hook/pace.ts';
import { newHookQueue, type HookQueue } from '../hook/queue.ts';
import { newHookRecords, type HookRecords } from '../hook/record.ts';
import { runHook } from '../hook/run.ts';
import type { ProgramReport } from '../vip/options.ts';
import { newMoments, type Moments, type Seen } from './hook-moments.ts';
import { droppedReport, hookAlarms, programReport } from './hook-words.ts';
import { HOOKS_CLOSE_MS, HOOKS_LEAVE_MS, type Hooks } from './hooks.ts';
import type { VipQueue } from './vip-queue.ts';

export type HookKeeper = Hooks;

export interface HookKeeperPorts {
  readonly exec: Exec;
  readonly clock: Clock;
  /** Undefined before the start is complete. */
  readonly node: () => NodeState | undefined;
  readonly errandFor: (group: GroupSettings) => Errand;
  readonly vipsOf: (group: GroupId) => readonly Vip[];
  /** The last look found all of them here. */
  readonly isHere: (group: GroupId) => boolean;
  readonly queueOf: (group: GroupId) => VipQueue | undefined;
  readonly onProgram: (group: GroupName, report: ProgramReport) => void;
}

interface Kept {
  settings: GroupSettings;
  readonly queue: HookQueue<Told>;
  readonly records: HookRecords;
  readonly moments: Moments;
  /** The state that was last looked at; it is replaced when it changes. */
  state: unknown;
  stopSaid: boolean;
}

/** What is wrong, for whoever is run because of it: why the node has its role says something else. */
const faultOf = ({ fault, health: { failed } }: GroupState): string =>
  fault?.text ??
  (failed.length === 0 ? '' : `${failed.length === 1 ? 'check' : 'checks'} ${failed.join(', ')} failed`);

export function newHookKeeper(ports: HookKeeperPorts): HookKeeper {
  const { exec, clock, onProgram } = ports;
  const accounts = newAccounts({ exec });
  const runner = { exec, clock, accounts, own: ownAccount() };
  const pace = newPace(clock);
  const ending = new AbortController();
  let kept: ReadonlyMap<GroupId, Kept> = new Map();
  /** Of groups that have left the config: their last hooks are run to the end. */
  let leaving: readonly Kept[] = [];
  let hasTakenPart = false;

  const toldOf = (settings: GroupSettings, moment?: HookMoment): Told => {
    const node = ports.node();
    const state = node?.groups.get(settings.id);
    const priority =
      node === undefined || state === undefined
        ? 0
        : effectivePriority(state, viewOf(node, settings.id, clock.nowMs()));
    const errand = ports.errandFor(settings);
    const fault = moment === 'on_fault' && state !== undefined ? faultOf(state) : '';
    return {
      errand: fault === '' ? errand : { ...errand, cause: fault },
      vips: ports.vipsOf(settings.id),
      priority,
    };
  };
  const keep = (settings: GroupSettings): Kept => {
    const records = newHookRecords(clock);
    const group = settings.name;
    const queue = newHookQueue<Told>({
      clock,
      async run(hook, told, limitMs) {
        await pace();
        records.begun(hook);
        const end = await runHook(runner, hook, { told, limitMs, signal: ending.signal });
        records.ended(hook, end);
        onProgram(group, programReport(hook, end));
      },
      onDropped(hook, why) {
        records.dropped(hook);
        if (why === 'late') onProgram(group, droppedReport(hook));
      },
    });
    const moments = newMoments(seenOf(ports.node(), settings.id));
    return { settings, queue, records, moments, state: undefined, stopSaid: false };
  };
  const arrive = (
    { settings, queue }: Kept,
    moment: HookMoment,
    {
      told = toldOf(settings, moment),
      hooks = hooksAt(settings.hooks, moment),
    }: { told?: Told; hooks?: readonly HookSettings[] } = {},
  ): Promise<void> =>
    queue.arrive({
      ...{ moment, hooks, told },
      ...(isWaitedFor(moment) ? { withinMs: hookBudgetMs(hooks, moment) } : {}),
    });
  const say = (one: Kept, moments: readonly HookMoment[], stopping: boolean): void => {
    for (const moment of moments) {
      const hooks = hooksAt(one.settings.hooks, moment);
      if (moment === 'post_down' && stopping) one.stopSaid = true;
      // keepalived has a word for the end only: what else it means to be down is said as BACKUP or FAULT.
      const wanted = moment === 'post_down' && !stopping ? hooks.filter(isOurs) : hooks;
      void arrive(one, moment, { hooks: wanted });
    }
  };
  const look = (one: Kept): void => {
    const node = ports.node();
    const state = node?.groups.get(one.settings.id);
    if (state === undefined || state === one.state) return;
    one.state = state;
    const seen = seenOf(node, one.settings.id);
    say(one, one.moments.looked(seen), seen.stopping);
  };
  /** A group that leaves the config goes down without the machine: its hooks come behind what takes it down. */
  const letGo = (one: Kept): void => {
    const { settings, moments, queue } = one;
    const down = ports.queueOf(settings.id);
    leaving = [...leaving, one];
    const done = (): void => {
      leaving = leaving.filter((other) => other !== one);
    };
    if (!moments.isUp() || down === undefined) return void queue.settled().then(done);
    const told = toldOf(settings);
    // The config comes into force in this very turn, and with it what takes the group down.
    queueMicrotask(() =>
      down.inTurn(async () => {
        void arrive(one, 'post_down', { told, hooks: hooksAt(settings.hooks, 'post_down').filter(isOurs) });
        void queue.settled().then(done);
      }),
    );
  };
  const saysStop = (one: Kept): void => {
    if (one.stopSaid) return;
    one.stopSaid = true;
    const hooks = hooksAt(one.settings.hooks, 'post_down').filter((hook) => !isOurs(hook));
    if (hooks.length > 0) void arrive(one, 'post_down', { hooks });
  };
  const all = (): readonly Kept[] => [...kept.values(), ...leaving];
  const inTime = async (what: Promise<unknown>, limitMs: number): Promise<void> => {
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.wakeAt(after(clock.nowMs(), limitMs), resolve);
    });
    await Promise.race([what, late]);
    cancel();
  };

  return {
    async prepare({ groups }) {
      const wanted = groups.filter(({ hooks }) => hooks.length > 0);
      accounts.forget();
      const named = wanted.flatMap(({ hooks }) => hooks);
      await Promise.all(
        [...new Set(named.map(({ user }) => user).filter((user) => user !== ''))].map((user) =>
          accounts.user(user),
        ),
      );
      await Promise.all(
        [...new Set(named.map(({ group }) => group).filter((group) => group !== ''))].map((group) =>
          accounts.group(group),
        ),
      );
      return () => {
        const before = kept;
        kept = new Map(
          wanted.map((settings) => {
            const one = before.get(settings.id) ?? keep(settings);
            one.settings = settings;
            one.records.keep(settings.hooks);
            one.queue.replace(settings.hooks);
            return [settings.id, one];
          }),
        );
        for (const [id, one] of before) {
          if (kept.has(id)) continue;
          if (groups.some((group) => group.id === id)) one.queue.replace([]);
          else letGo(one);
        }
      };
    },
    onMoved(group, from, to) {
      const one = kept.get(group);
      if (one === undefined) return;
      const seen = seenOf(ports.node(), group);
      say(one, one.moments.moved(from, to, seen), seen.stopping);
    },
    async beforeDown(group) {
      const one = kept.get(group);
      if (one !== undefined) await arrive(one, 'pre_down');
    },
    staysUp(group) {
      const one = kept.get(group);
      if (one !== undefined) void arrive(one, 'post_up');
    },
    beforeUp(group) {
      const one = kept.get(group);
      if (one === undefined) return undefined;
      one.moments.wentUp();
      // What an earlier process left here, or what is to be renewed, does not come up now.
      if (ports.isHere(group)) return undefined;
      const done = arrive(one, 'pre_up');
      return hooksAt(one.settings.hooks, 'pre_up').length === 0 ? undefined : done;
    },
    onStep() {
      hasTakenPart = true;
      for (const one of kept.values()) look(one);
    },
    reportsOf(group) {
      const one = kept.get(group);
      return one?.records.reports(one.settings.hooks);
    },
    alarms: () =>
      [...kept.values()].flatMap(({ settings, records }) =>
        hookAlarms(settings.name, records.reports(settings.hooks)),
      ),
    async close() {
      // A second daemon by mistake is turned away at its start, and what serves beside the first must not hear STOP from it.
      const isStop = hasTakenPart && ports.node()?.leaving === undefined;
      if (isStop) for (const one of kept.values()) saysStop(one);
      const settled = Promise.all(all().map(({ queue }) => queue.settled()));
      const isLeaving = ports.node()?.leaving !== undefined;
      await inTime(settled, isLeaving ? HOOKS_LEAVE_MS : HOOKS_CLOSE_MS);
      for (const { queue } of all()) queue.dropAll();
      ending.abort();
      // The next process has to be here in time, and runs again what it finds wanting.
      await (isLeaving ? inTime(settled, HOOKS_LEAVE_MS) : settled);
    },
  };
}

const isOurs = ({ style }: HookSettings): boolean => style === 'sealbeat';

const isWaitedFor = (moment: HookMoment): boolean => moment === 'pre_up' || moment === 'pre_down';

function seenOf(node: NodeState | undefined, group: GroupId): Seen {
  const state = node?.groups.get(group);
  if (state === undefined) return { role: 'init', has: false, stopping: false, fault: '' };
  const { role, has, stopping, fault, health } = state;
  const [check] = health.failed;
  return {
    ...{ role, has, stopping },
    fault: fault?.text ?? (check === undefined ? '' : `the check ${check} fails`),
  };
}
