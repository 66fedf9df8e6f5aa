import { OperatorError } from '../../core/errors.ts';
import type { Clock, Log, Spawn, Vip, VipChange } from '../../core/ports.ts';
import { after, type MonoMs, SECOND_MS } from '../../core/units.ts';
import { vipKey } from '../address.ts';
import { isHeldState, stateIn } from './found.ts';
import type { Looks } from './looks.ts';
import { newMonitor } from './monitor.ts';
import type { Command, ShownLink } from './tools.ts';

/** So many lines belong to one change. */
const DEBOUNCE_MS = 20;
/** A busy router prints lines all the time. */
const LOOK_AGAIN_MS = 500;
/** Where nobody else has looked for so long, as at a standby, and the monitor says nothing. */
const UNSEEN_MAX_MS = 5 * SECOND_MS;
const ASK_AGAIN_MS = SECOND_MS;

export interface Watch {
  watch(vips: readonly Vip[], onChange: (change: VipChange) => void): () => void;
  /** Something may have changed: looks soon, if anybody watches. */
  hint(): void;
  close(): void;
}

interface Watcher {
  readonly vips: readonly Vip[];
  readonly held: Map<string, boolean>;
  readonly carriers: Map<string, boolean>;
  readonly onChange: (change: VipChange) => void;
}

/**
 * Tells of what changes from one look to the next, whoever looks. The monitor's lines are only a reason to look: what they
 * say differs between systems and releases, and is not read.
 */
export function newWatch({
  looks,
  monitor: command,
  ...ports
}: {
  spawn: Spawn;
  clock: Clock;
  log: Log;
  looks: Looks;
  monitor: Command;
}): Watch {
  const { clock } = ports;
  const watchers = new Set<Watcher>();
  const seenAtMs = new Map<string, MonoMs>();
  let looking = false;
  let again = false;
  let mayLookAt = clock.nowMs();
  let cancelSoon: (() => void) | undefined;
  let cancelAnyway: () => void = () => undefined;

  const watched = (): readonly Vip[] => [...watchers].flatMap(({ vips }) => vips);
  const look = async (vips: readonly Vip[]): Promise<void> => {
    looking = true;
    mayLookAt = after(clock.nowMs(), LOOK_AGAIN_MS);
    try {
      await looks.at(vips);
    } catch (problem) {
      // Only a hint: the same look is made, and its failure told, by whoever has to know.
      if (!(problem instanceof OperatorError)) throw problem;
    } finally {
      looking = false;
    }
    if (again) lookSoon();
    again = false;
  };
  const lookSoon = (): void => {
    if (cancelSoon !== undefined || watchers.size === 0) return;
    const soon = after(clock.nowMs(), DEBOUNCE_MS);
    cancelSoon = clock.wakeAt(soon > mayLookAt ? soon : mayLookAt, () => {
      cancelSoon = undefined;
      if (looking) again = true;
      else void look(watched());
    });
  };
  const lookAnyway = (): void => {
    cancelAnyway = clock.wakeAt(after(clock.nowMs(), ASK_AGAIN_MS), () => {
      const unseenSince = clock.nowMs() - UNSEEN_MAX_MS;
      const unseen = watched().filter(({ link }) => (seenAtMs.get(link) ?? -Infinity) <= unseenSince);
      if (unseen.length > 0 && !looking) void look(unseen);
      lookAnyway();
    });
  };

  const monitor = newMonitor({ ...ports, command, onLine: lookSoon });
  const stopListening = looks.onLook((link, shown) => {
    seenAtMs.set(link, clock.nowMs());
    for (const watcher of watchers) tell(watcher, link, shown);
  });
  const rest = (): void => {
    monitor.stop();
    cancelAnyway();
    cancelSoon?.();
    cancelSoon = undefined;
  };

  return {
    watch(vips, onChange) {
      const watcher: Watcher = { vips, held: new Map(), carriers: new Map(), onChange };
      if (watchers.size === 0) {
        monitor.start();
        lookAnyway();
      }
      watchers.add(watcher);
      lookSoon();
      return () => {
        if (watchers.delete(watcher) && watchers.size === 0) rest();
      };
    },
    hint: lookSoon,
    close() {
      watchers.clear();
      stopListening();
      rest();
    },
  };
}

/** The first look tells nothing: it is what later ones are compared with. */
function tell({ vips, held, carriers, onChange }: Watcher, link: string, shown: ShownLink | undefined): void {
  const onLink = vips.filter((vip) => vip.link === link);
  if (onLink.length === 0) return;
  const up = shown !== undefined && shown.up && shown.carrier;
  const wasUp = carriers.get(link);
  carriers.set(link, up);
  if (wasUp !== undefined && wasUp !== up) onChange({ kind: 'carrier', link, up });
  for (const vip of onLink) {
    const isHeld = isHeldState(stateIn(vip, new Map([[link, shown]])));
    const wasHeld = held.get(vipKey(vip));
    held.set(vipKey(vip), isHeld);
    if (wasHeld !== undefined && wasHeld !== isHeld) onChange({ kind: isHeld ? 'added' : 'removed', vip });
  }
}
