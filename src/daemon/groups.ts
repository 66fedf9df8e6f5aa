import type { OperatorError } from '../core/errors.ts';
import type { CallResult } from '../core/group/state.ts';
import type { Clock, Log, Vip, VipAdapter } from '../core/ports.ts';
import type { GroupSettings, Settings } from '../core/settings.ts';
import type { GroupId, GroupName, MonoMs, NodeName } from '../core/units.ts';
import { systemPlatform } from '../vip/system-platform.ts';
import { adapterKind, type AdapterKind } from '../vip/system.ts';
import { CALL_MS, traitsOf, type Traits } from '../vip/traits.ts';
import { vipsOn } from '../config/vips-on.ts';
import { isBySection, type Adapters } from './adapters.ts';
import { vipName, type Leftovers } from './leftovers.ts';
import type { Happening } from './loop.ts';
import { lettingGo, newSuccession } from './succession.ts';
import { newVipQueue, type VipQueue } from './vip-queue.ts';

/** The groups of the running config with what acts for them: VIPs here, a queue of adapter calls, a watch. */
export interface Groups {
  queueOf(group: GroupId): VipQueue | undefined;
  vipsOf(group: GroupId): readonly Vip[];
  /** Whether a group that this node holds has this very VIP. */
  holds(vip: Vip): boolean;
  /** What the last look, or the last call that amounts to one, found here; undefined before the first. */
  lookOf(group: GroupId): Look | undefined;
  /** The last look found all of the group's VIPs. */
  isHere(group: GroupId): boolean;
  announce(group: GroupId, contested: boolean): void;
  /** What the group's adapter has to say beside the calls. */
  notesOf(group: GroupId): readonly string[];
  /** Interfaces of all VIPs, each once. */
  links(): readonly string[];
  /** What is wrong with the interfaces of VIPs now, one sentence each. */
  alarms(): readonly string[];
  /** Whether a look finds any of the VIPs that the group would have here; true when it cannot tell. */
  isFound(group: GroupSettings): Promise<boolean>;
  /** Throws OperatorError when a group wants an adapter that this system has not; changes nothing. */
  check(settings: Settings): void;
  /**
   * Takes another config, which `check` has let pass. VIPs of the groups in `had` that are no longer in it are taken
   * down; those that a group holds and that changed, or that are brought up in another way, are brought up anew. The
   * node's machine must know the config already.
   */
  configure(settings: Settings, had: ReadonlySet<GroupId>): void;
  stop(): void;
}

export interface Look {
  readonly at: MonoMs;
  isFound(vip: Vip): boolean;
}

interface Placed {
  readonly settings: GroupSettings;
  readonly adapter: VipAdapter;
  readonly vips: readonly Vip[];
  readonly queue: VipQueue;
  /** Interfaces of its VIPs that the system has reported to be without a carrier. */
  readonly dark: Set<string>;
  readonly unwatch: () => void;
}

interface Drop {
  readonly from: VipQueue;
  readonly vips: readonly Vip[];
  readonly done: Promise<void>;
}

export interface GroupsPorts {
  readonly self: NodeName;
  readonly adapters: Adapters;
  readonly leftovers: Leftovers;
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: (happening: Happening) => void;
  /** For the log and the events. */
  readonly onCarrier: (group: GroupName, text: string, cause: string) => void;
  readonly onProblem: (problem: OperatorError) => void;
  /** Whether this node holds the group now, or is about to. */
  readonly isHeld: (group: GroupId) => boolean;
  /** What a claim waits for; undefined when there is nothing. */
  readonly beforeUp?: (group: GroupId) => Promise<void> | undefined;
  readonly platform?: NodeJS.Platform;
}

export function openGroups(ports: GroupsPorts): Groups {
  const { self, adapters, leftovers, clock, log, tell, onCarrier, isHeld } = ports;
  const { platform = systemPlatform } = ports;
  let leaseSeconds = 0;
  let placed = new Map<GroupId, Placed>();
  const looks = new Map<GroupId, Look>();
  const vipsOf = (group: GroupId): readonly Vip[] => placed.get(group)?.vips ?? [];
  const traits = (settings: GroupSettings): Traits => traitsOf(settings, self, platform);
  const callMsOf = (id: GroupId): number => {
    const settings = placed.get(id)?.settings;
    return settings === undefined ? CALL_MS : traits(settings).callMs;
  };
  const kindOf = ({ adapters: byNode }: GroupSettings): AdapterKind =>
    adapterKind(byNode.get(self) ?? 'auto', platform);
  const succession = newSuccession(ports);
  const noteLook = (group: GroupId, found: readonly Vip[]): void => {
    let names: ReadonlySet<string> | undefined; // looks are many, and few are asked
    const isFound = (vip: Vip): boolean => (names ??= namesOf(found)).has(vipName(vip));
    looks.set(group, { at: clock.nowMs(), isFound });
  };

  const newQueue = ({ id, name }: GroupSettings, adapter: VipAdapter): VipQueue =>
    newVipQueue({
      adapter,
      clock,
      vips: () => vipsOf(id),
      leaseSeconds: () => leaseSeconds,
      callMs: () => callMsOf(id),
      beforeUp: () => ports.beforeUp?.(id),
      onSeen: (found) => noteLook(id, found),
      onDone: (result: CallResult) => tell({ kind: 'called', group: id, result }),
      onRefreshed(text) {
        if (text !== '')
          log.warn({ group: name, cause: text }, `${name}: the new config's VIPs could not be brought up`);
        // What failed is seen by the look that a hint causes, and is then the machine's to deal with.
        tell({ kind: 'hint', group: id });
        // Neighbours have to hear of a VIP that came with a reload: the machine announces again when a link is back.
        if (text === '') tell({ kind: 'carrier', up: true });
      },
    });
  const carrierFault = (id: GroupId, name: GroupName): string =>
    isHeld(id) ? `${name} is held here but nobody can reach it` : `${name} could not be reached here`;
  const noteCarrier = ({ id, name }: GroupSettings, dark: Set<string>, link: string, up: boolean): void => {
    if (up === !dark.has(link)) return;
    if (up) dark.delete(link);
    else dark.add(link);
    if (up) onCarrier(name, `carrier on ${link}`, 'it is back');
    else onCarrier(name, `no carrier on ${link}`, carrierFault(id, name));
  };
  const watch = (
    group: GroupSettings,
    adapter: VipAdapter,
    vips: readonly Vip[],
    dark: Set<string>,
  ): (() => void) =>
    vips.length === 0
      ? () => undefined
      : adapter.watch(vips, (change) => {
          if (change.kind === 'carrier') {
            noteCarrier(group, dark, change.link, change.up);
            tell({ kind: 'carrier', up: change.up });
            return;
          }
          // Each renewal of our own adds the address once more; only where it should not be is that news.
          if (change.kind === 'removed' || !isHeld(group.id)) tell({ kind: 'hint', group: group.id });
        });
  const place = (settings: GroupSettings, old: Placed | undefined, had: boolean): Placed => {
    const adapter = adapters.of(settings);
    const wanted = vipsOn(settings, self);
    // A holder that the new config gives no interface hands over first; what it lets go then is what it has now.
    const vips = wanted.length === 0 && had ? (old?.vips ?? []) : wanted;
    if (old !== undefined && old.adapter === adapter && sameVips(old.vips, vips)) return { ...old, settings };
    old?.unwatch();
    const queue = old?.adapter === adapter ? old.queue : newQueue(settings, adapter);
    const dark = new Set([...(old?.dark ?? [])].filter((link) => vips.some((vip) => vip.link === link)));
    return { settings, adapter, vips, queue, dark, unwatch: watch(settings, adapter, vips, dark) };
  };

  const dropGone = (
    before: ReadonlyMap<GroupId, Placed>,
    had: ReadonlySet<GroupId>,
    isWanted: (vip: Vip, now: Placed | undefined, old: Placed) => boolean,
  ): readonly Drop[] => {
    const drops: Drop[] = [];
    for (const [id, old] of before) {
      const now = placed.get(id);
      const stay = namesOf(now?.vips ?? []);
      const gone = old.vips.filter((vip) => !stay.has(vipName(vip)) && isWanted(vip, now, old));
      if (gone.length === 0 || !had.has(id)) continue;
      log.info(
        { group: old.settings.name, vips: gone.map(vipName) },
        'VIPs that left the config are taken down',
      );
      const done = new Promise<void>((resolve) => {
        old.queue.inTurn(async () => {
          leftovers.add(old.adapter, gone);
          await leftovers.attempted();
          resolve();
        });
      });
      drops.push({ from: old.queue, vips: gone, done });
    }
    return drops;
  };

  /**
   * Closes an adapter that acted for this group alone, when it has nothing left to do. Those of the system stay open for
   * whoever wants the same again: a few, shared by groups, whose guards may hold what another one renews.
   */
  const closing = ({ adapter, settings }: Placed): (() => Promise<void>) => {
    const isUsed = [...placed.values()].some((now) => now.adapter === adapter);
    if (isUsed || !isBySection(kindOf(settings))) return async () => undefined;
    const close = adapters.retire(adapter);
    return () => {
      const closed = leftovers.doneWith(adapter).then(() => succession.close(settings.name, close));
      return leftovers.isDoneWith(adapter) ? closed : Promise.resolve();
    };
  };
  const inTurnOf = (queue: VipQueue, work: () => Promise<void>): Promise<void> =>
    new Promise((resolve) => queue.inTurn(() => work().finally(resolve)));

  /** Nothing of the adapter before acts behind the other's back: it has let go and is closed before that one begins. */
  const takeOverFrom = (old: Placed, now: Placed, had: boolean): void => {
    const kept = old.vips.filter((vip) => isAmong(vip, now.vips));
    const how = had ? lettingGo(kindOf(old.settings), kindOf(now.settings), leaseSeconds) : 'none';
    const { id, name: group } = old.settings;
    const who = { group, adapter: old.adapter, callMs: traits(old.settings).callMs };
    const close = closing(old);
    // A third config may have come meanwhile.
    const isHeldSo = (): boolean => isHeld(id) && placed.get(id)?.queue === now.queue;
    if (how === 'none' && !isBySection(kindOf(old.settings))) return now.queue.refresh(isHeldSo);
    const gone = inTurnOf(old.queue, async () => {
      await succession.letGo(how, kept, who, leaseSeconds);
      await close();
    });
    now.queue.refreshAfter(gone, isHeldSo);
  };

  return {
    queueOf: (group) => placed.get(group)?.queue,
    vipsOf,
    lookOf: (group) => looks.get(group),
    isHere(group) {
      const look = looks.get(group);
      return look !== undefined && vipsOf(group).every(look.isFound);
    },
    holds: (vip) => [...placed].some(([id, { vips }]) => isHeld(id) && isAmong(vip, vips)),
    notesOf(group) {
      const found = placed.get(group);
      return found === undefined || found.vips.length === 0 ? [] : found.adapter.notes(found.vips);
    },
    announce(group, contested) {
      const found = placed.get(group);
      if (found === undefined || found.vips.length === 0 || found.queue.changesHands()) return;
      found.adapter.announce(found.vips, { contested });
    },
    links: () => [...new Set([...placed.values()].flatMap(({ vips }) => vips.map(({ link }) => link)))],
    alarms: () =>
      [...placed].flatMap(([id, { settings, dark }]) =>
        [...dark].map((link) => `no carrier on ${link}: ${carrierFault(id, settings.name)}`),
      ),
    async isFound(group) {
      const vips = vipsOn(group, self);
      if (vips.length === 0) return false;
      try {
        const found = await adapters.of(group).look(vips);
        noteLook(group.id, found);
        return found.length > 0;
      } catch (error) {
        log.warn({ err: error, group: group.name }, `${group.name}: could not look for the VIP`);
        return true;
      }
    },
    check(settings) {
      for (const group of settings.groups) adapters.of(group);
    },
    configure(settings, had) {
      const before = placed;
      const leaseChanged = before.size > 0 && leaseSeconds !== settings.leaseSeconds;
      leaseSeconds = settings.leaseSeconds;
      placed = new Map(
        settings.groups.map((group) => [group.id, place(group, before.get(group.id), had.has(group.id))]),
      );
      for (const id of before.keys()) if (!placed.has(id)) looks.delete(id);
      for (const [id, old] of before) if (!placed.has(id)) old.unwatch();
      const moves = (vip: Vip, now: Placed | undefined, old: Placed): boolean =>
        movesHere(vip, now, old) && traits(old.settings).overlap;
      const drops = dropGone(before, had, (vip, now, old) => !moves(vip, now, old));
      for (const { from, vips, done } of drops) {
        // An address that went from group to group, or got another length, is brought up only after it was taken down.
        for (const { queue, vips: here } of placed.values()) {
          const again = vips.some(({ address }) => here.some((vip) => vip.address === address));
          if (again && queue !== from) queue.inTurn(() => done);
        }
      }
      for (const [id, now] of placed) {
        const old = before.get(id);
        if (old === undefined) continue;
        if (now.adapter !== old.adapter) takeOverFrom(old, now, had.has(id));
        else if (leaseChanged || !sameVips(now.vips, old.vips)) now.queue.refresh(() => isHeld(id));
      }
      // Made before broken, where that can be: one that goes to another interface is there before it leaves the old one.
      dropGone(before, had, moves);
      for (const [id, old] of before) if (!placed.has(id)) old.queue.inTurn(closing(old));
    },
    stop() {
      for (const { unwatch } of placed.values()) unwatch();
    },
  };
}

/** The same address stays with its group, on another interface. */
const movesHere = (vip: Vip, now: Placed | undefined, old: Placed): boolean =>
  now?.queue === old.queue &&
  now.vips.some(({ address, link }) => address === vip.address && link !== vip.link) &&
  !now.vips.some(({ address, link }) => address === vip.address && link === vip.link);

const namesOf = (vips: readonly Vip[]): ReadonlySet<string> => new Set(vips.map(vipName));

const isAmong = (vip: Vip, vips: readonly Vip[]): boolean =>
  vips.some((other) => vipName(other) === vipName(vip));

function sameVips(some: readonly Vip[], others: readonly Vip[]): boolean {
  const names = namesOf(others);
  return some.length === others.length && some.every((vip) => names.has(vipName(vip)));
}
