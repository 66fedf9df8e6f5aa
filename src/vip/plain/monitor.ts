import type { Child, Clock, Log, Spawn } from '../../core/ports.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import type { Command } from './tools.ts';

const BACKOFF_FIRST_MS = SECOND_MS;
const BACKOFF_MAX_MS = 60 * SECOND_MS;
/** One that ran this long was in order; the next failure starts from the shortest pause again. */
const STEADY_MS = 10 * SECOND_MS;

/** A program that prints something whenever something changes, started again when it ends. */
export interface Monitor {
  start(): void;
  stop(): void;
}

export function newMonitor({
  spawn,
  clock,
  log,
  command,
  onLine,
}: {
  spawn: Spawn;
  clock: Clock;
  log: Log;
  command: Command;
  onLine: () => void;
}): Monitor {
  const [file, ...args] = command;
  let running: Child | undefined;
  let backoffMs = BACKOFF_FIRST_MS;
  let cancelRestart: (() => void) | undefined;

  const start = (): void => {
    if (running !== undefined) return;
    cancelRestart?.();
    cancelRestart = undefined;
    const startedAt = clock.nowMs();
    const child = spawn.start(file, args, {
      onStdout: onLine,
      onEnd({ exitCode, missing }) {
        if (running !== child) return;
        running = undefined;
        if (clock.nowMs() - startedAt >= STEADY_MS) backoffMs = BACKOFF_FIRST_MS;
        const fields = { exitCode, missing, againInMs: backoffMs };
        log.debug(
          fields,
          `${command.join(' ')} ended; changes made by others are seen by the regular look only`,
        );
        cancelRestart = clock.wakeAt(after(clock.nowMs(), backoffMs), start);
        backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS);
      },
    });
    running = child;
  };

  return {
    start() {
      if (cancelRestart === undefined) start();
    },
    stop() {
      cancelRestart?.();
      cancelRestart = undefined;
      const child = running;
      running = undefined;
      child?.kill();
    },
  };
}
