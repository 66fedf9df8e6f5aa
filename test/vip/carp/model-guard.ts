import type { Clock } from '../../../src/core/ports.ts';
import { OperatorError } from '../../../src/core/errors.ts';
import { after, SECOND_MS } from '../../../src/core/units.ts';
import type { Guard } from '../../../src/vip/guard/guard.ts';
import type { HostModel } from '../../systems/model.ts';

/** The guard's contract on a clock of ours: runs what it holds when a lease passes, or when the agent is gone. */
export interface ModelGuard extends Guard {
  readonly held: () => readonly string[];
  /** The agent is no more, in whatever way. */
  agentGone(): Promise<void>;
}

/** As `commandLine` makes it. */
export const wordsOf = (line: string): string[] => line.split('\x1f').slice(0, -1);

export function modelGuard(host: HostModel, clock: Clock): ModelGuard {
  const held = new Map<string, () => void>();
  let running = Promise.resolve();
  const run = (lines: readonly string[]): void => {
    for (const line of lines) {
      held.get(line)?.();
      held.delete(line);
      running = running.then(async () => void (await host.run(wordsOf(line))));
    }
  };
  const hold = (lines: readonly string[], leaseSeconds: number): void => {
    for (const line of lines) {
      held.get(line)?.();
      const stop =
        leaseSeconds === 0
          ? () => undefined
          : clock.wakeAt(after(clock.nowMs(), leaseSeconds * SECOND_MS), () => run([line]));
      held.set(line, stop);
    }
  };
  return {
    held: () => [...held.keys()],
    hold: async (lines, leaseSeconds = 0) => hold(lines, leaseSeconds),
    async renew(lines, leaseSeconds) {
      if (lines.some((line) => !held.has(line)))
        throw new OperatorError('VIP_FAILED', 'the guard does not hold it', { hint: 'claim anew' });
      hold(lines, leaseSeconds);
    },
    async drop(lines) {
      for (const line of lines) {
        held.get(line)?.();
        held.delete(line);
      }
    },
    async leave(lines, leaseSeconds) {
      for (const line of lines) {
        held.get(line)?.();
        held.delete(line);
        clock.wakeAt(after(clock.nowMs(), leaseSeconds * SECOND_MS), () => run([line]));
      }
    },
    setChildren: () => undefined,
    prepare: () => undefined,
    pid: () => undefined,
    async close() {
      run([...held.keys()]);
      await running;
    },
    async agentGone() {
      run([...held.keys()]);
      await running;
    },
  };
}
