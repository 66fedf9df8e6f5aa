import type { Clock, Vip, VipChange } from '../../core/ports.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { byLink, vipKey } from '../address.ts';
import type { Seat } from './carp-system.ts';

const LOOK_EVERY_MS = SECOND_MS;

/** Tells of what changes between two looks, and looks once a second: CARP tells no program of ours in the same way everywhere. */
export interface CarpWatch {
  /** Returns what stops it. */
  watch(vips: readonly Vip[], onChange: (change: VipChange) => void): () => void;
  /** Every look says what it saw, whoever asked for it. */
  seen(seat: Seat): void;
  close(): void;
}

interface Watcher {
  readonly vips: ReadonlyMap<string, readonly Vip[]>;
  readonly onChange: (change: VipChange) => void;
  readonly present: Map<string, boolean>;
  readonly carriers: Map<string, boolean>;
}

export function carpWatch({
  clock,
  look,
  isHere,
}: {
  readonly clock: Clock;
  /** Ends in a call of `seen` for each link; never rejects. */
  readonly look: (links: readonly string[]) => Promise<void>;
  readonly isHere: (seat: Seat, vip: Vip) => boolean;
}): CarpWatch {
  const watchers = new Set<Watcher>();
  let cancel: (() => void) | undefined;
  let isLooking = false;

  const lookLater = () => {
    if (isLooking || cancel !== undefined || watchers.size === 0) return;
    cancel = clock.wakeAt(after(clock.nowMs(), LOOK_EVERY_MS), () => {
      cancel = undefined;
      void lookNow();
    });
  };
  const lookNow = async () => {
    isLooking = true;
    await look([...new Set([...watchers].flatMap(({ vips }) => [...vips.keys()]))]);
    isLooking = false;
    lookLater();
  };
  const stop = () => {
    cancel?.();
    cancel = undefined;
  };
  const compare = ({ vips, onChange, present, carriers }: Watcher, seat: Seat): void => {
    for (const vip of vips.get(seat.link) ?? []) {
      const isNow = isHere(seat, vip);
      // At first nothing was here: what is found then is news.
      const wasBefore = present.get(vipKey(vip)) ?? false;
      present.set(vipKey(vip), isNow);
      if (isNow !== wasBefore) onChange({ kind: isNow ? 'added' : 'removed', vip });
    }
    if (seat.physical === undefined || !vips.has(seat.link)) return;
    const up = seat.physical.isThere && seat.physical.hasCarrier;
    const wasUp = carriers.get(seat.link) ?? true;
    carriers.set(seat.link, up);
    if (up !== wasUp) onChange({ kind: 'carrier', link: seat.link, up });
  };

  return {
    watch(vips, onChange) {
      const watcher: Watcher = { vips: byLink(vips), onChange, present: new Map(), carriers: new Map() };
      watchers.add(watcher);
      lookLater();
      return () => {
        watchers.delete(watcher);
        if (watchers.size === 0) stop();
      };
    },
    seen: (seat) => watchers.forEach((watcher) => compare(watcher, seat)),
    close() {
      watchers.clear();
      stop();
    },
  };
}
