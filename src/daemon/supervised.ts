import type { NodeState } from '../core/node/state.ts';
import type { Clock, Supervisor } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { after, type MonoMs } from '../core/units.ts';
import { statusLine } from './status-line.ts';

/** What a service manager is told of this daemon. Nothing of it is on the way of a beat. */
export interface Supervised {
  /** Everything listens; also after a restart in its own place. */
  ready(): void;
  /** Around a reload, which a manager waits for. */
  reloading<Answer>(reload: () => Promise<Answer>): Promise<Answer>;
  stopping(): void;
  /** After every event. It is alive as long as beats have their turn, also those that have no way out or are not said in a drill. */
  stepped(now: MonoMs): void;
  /** Something that the status line may speak of. */
  changed(): void;
  stop(): void;
}

/** Words come in bunches when roles change; one child says them all. */
const STATUS_AFTER_MS = 250;
/** As sd_watchdog_enabled(3) wants it, and once more, because a word may be late by a child's start. */
const PER_WATCHDOG = 3;
/** A node that beats this seldom is no worse for it. */
const BEATS_MISSED = 3;

export function newSupervised({
  supervisor,
  clock,
  node,
  settings,
}: {
  supervisor: Supervisor;
  clock: Clock;
  node: NodeState;
  settings: () => Settings;
}): Supervised {
  const everyMs = supervisor.watchdogMs / PER_WATCHDOG;
  let aliveAt = clock.nowMs();
  let nextBeatAt = node.nextBeatAt;
  let said = '';
  let isReady = false;
  let cancelWatchdog = (): void => undefined;
  let cancelStatus: (() => void) | undefined;

  const line = (): string => (said = statusLine(node, settings()));
  const feed = (): void => {
    const patienceMs = Math.max(everyMs, BEATS_MISSED * settings().heartbeat.intervalMs);
    // A loop that only turns, and in which no beat has its turn, is left to the watchdog.
    if (clock.nowMs() - aliveAt <= patienceMs) supervisor.tell({ WATCHDOG: '1' });
    cancelWatchdog = clock.wakeAt(after(clock.nowMs(), everyMs), feed);
  };
  const sayStatus = (): void => {
    cancelStatus = undefined;
    const before = said;
    if (line() !== before) supervisor.tell({ STATUS: said });
  };
  return {
    ready() {
      isReady = true;
      supervisor.tell({ READY: '1', STATUS: line() });
      if (everyMs > 0) cancelWatchdog = clock.wakeAt(after(clock.nowMs(), everyMs), feed);
    },
    async reloading(reload) {
      supervisor.tell({ RELOADING: '1', STATUS: 'reading the config' });
      try {
        return await reload();
      } finally {
        supervisor.tell({ READY: '1', STATUS: line() });
      }
    },
    stopping: () => supervisor.tell({ STOPPING: '1', STATUS: 'stopping: handing over or releasing' }),
    stepped(now) {
      if (node.nextBeatAt === nextBeatAt) return;
      nextBeatAt = node.nextBeatAt;
      aliveAt = now;
    },
    changed() {
      if (isReady) cancelStatus ??= clock.wakeAt(after(clock.nowMs(), STATUS_AFTER_MS), sayStatus);
    },
    stop() {
      isReady = false;
      cancelWatchdog();
      cancelStatus?.();
    },
  };
}
