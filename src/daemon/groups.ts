import type { CallResult } from '../core/group/state.ts';
import type { Log, Vip } from '../core/ports.ts';
import type { GroupSettings, Settings } from '../core/settings.ts';
import type { GroupId, NodeName } from '../core/units.ts';
import { vipsOn } from '../config/vips-on.ts';
import type { Adapters } from './adapters.ts';
import type { Happening } from './loop.ts';
import { newVipQueue, type VipQueue } from './vip-queue.ts';

/** The groups of the running config with what acts for them: VIPs here, a queue of adapter calls, a watch. */
export interface Groups {
  queueOf(group: GroupId): VipQueue | undefined;
  vipsOf(group: GroupId): readonly Vip[];
  announce(group: GroupId): void;
  /** Interfaces of all VIPs, each once. */
  links(): readonly string[];
  /** Whether a look finds any of the group's VIPs; true when it cannot tell. */
  isFound(group: GroupId): Promise<boolean>;
  /** Takes another config: new groups get a queue, VIPs that are no longer in it are taken down. */
  configure(settings: Settings): void;
  idle(): Promise<void>;
  stop(): void;
}

interface Placed {
  readonly settings: GroupSettings;
  readonly vips: readonly Vip[];
  readonly queue: VipQueue;
  readonly unwatch: () => void;
}

export function openGroups({
  self,
  adapters,
  log,
  tell,
}: {
  self: NodeName;
  adapters: Adapters;
  log: Log;
  tell: (happening: Happening) => void;
}): Groups {
  let leaseSeconds = 0;
  const placed = new Map<GroupId, Placed>();
  const called = (group: GroupId) => (result: CallResult) => tell({ kind: 'called', group, result });

  const place = (settings: GroupSettings): void => {
    const { id } = settings;
    const old = placed.get(id);
    const vips = vipsOn(settings, self);
    const adapter = adapters.of(settings);
    const sameKind =
      old?.settings.adapter === settings.adapter && old.settings.announce.method === settings.announce.method;
    const queue =
      old !== undefined && sameKind
        ? old.queue
        : newVipQueue({
            adapter,
            vips: () => placed.get(id)?.vips ?? [],
            leaseSeconds: () => leaseSeconds,
            onDone: called(id),
          });
    if (old !== undefined) {
      const gone = old.vips.filter(
        (vip) => !vips.some((kept) => kept.address === vip.address && kept.link === vip.link),
      );
      if (gone.length > 0) old.queue.drop(gone);
      old.unwatch();
    }
    const unwatch = adapter.watch(vips, (change) => {
      if (change.kind === 'carrier') tell({ kind: 'carrier', up: change.up });
      else if (change.kind === 'removed') tell({ kind: 'hint', group: id });
    });
    placed.set(id, { settings, vips, queue, unwatch });
    if (old !== undefined) tell({ kind: 'hint', group: id });
  };

  return {
    queueOf: (group) => placed.get(group)?.queue,
    vipsOf: (group) => placed.get(group)?.vips ?? [],
    announce(group) {
      const found = placed.get(group);
      if (found !== undefined) adapters.of(found.settings).announce(found.vips);
    },
    links: () => [...new Set([...placed.values()].flatMap(({ vips }) => vips.map(({ link }) => link)))],
    async isFound(group) {
      const found = placed.get(group);
      if (found === undefined || found.vips.length === 0) return false;
      try {
        return (await adapters.of(found.settings).look(found.vips)).length > 0;
      } catch (error) {
        log.warn(
          { err: error, group: found.settings.name },
          `${found.settings.name}: could not look for the VIP`,
        );
        return true;
      }
    },
    configure(settings) {
      leaseSeconds = settings.leaseSeconds;
      for (const [id, { vips, queue, unwatch }] of placed) {
        if (settings.groups.some((group) => group.id === id)) continue;
        queue.drop(vips);
        unwatch();
        placed.delete(id);
      }
      for (const group of settings.groups) place(group);
    },
    async idle() {
      await Promise.all([...placed.values()].map(({ queue }) => queue.idle()));
    },
    stop() {
      for (const { unwatch } of placed.values()) unwatch();
    },
  };
}
