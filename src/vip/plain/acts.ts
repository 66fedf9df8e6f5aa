import { OperatorError } from '../../core/errors.ts';
import type { Clock, Exec, Ran, Vip } from '../../core/ports.ts';
import type { Slots } from './slots.ts';
import { COMMAND_MS, type Command } from './tools.ts';

/** A command that said no. Whether that matters, the next look shows. */
export interface Failure {
  readonly command: Command;
  readonly ran: Ran;
}
export type Failures = ReadonlyMap<Vip, Failure>;

export interface Acts {
  /**
   * Adds, or renews by adding again. Nothing is begun any more `withinMs` after the call, whatever it had to wait for, and
   * nothing after `close`: what comes late could bring back what the guard or the kernel has taken down meanwhile.
   */
  add(vips: readonly Vip[], commandsOf: CommandsOf, withinMs?: number): Promise<Failures>;
  remove(vips: readonly Vip[], commandsOf: CommandsOf): Promise<Failures>;
  /** Settles when no addition is under way any more. */
  close(): Promise<void>;
}

type CommandsOf = (vip: Vip) => readonly Command[];

/** All VIPs side by side; the commands of one VIP one after the other, up to the first that fails. */
export function newActs({ exec, clock, slots }: { exec: Exec; clock: Clock; slots: Slots }): Acts {
  const additions = new Set<Promise<unknown>>();
  let closed = false;

  /** `leftMs` says how long a command may take that begins now; 0 for not at all. */
  const actOn = async (
    vip: Vip,
    commands: readonly Command[],
    leftMs: () => number,
  ): Promise<readonly (readonly [Vip, Failure])[]> => {
    for (const command of commands) {
      const [file, ...args] = command;
      const ran = await slots.use(async () => {
        const timeoutMs = Math.min(COMMAND_MS, leftMs());
        return timeoutMs > 0 ? exec.run(file, args, { timeoutMs }) : undefined;
      });
      if (ran === undefined) return [];
      if (ran.exitCode !== 0) return [[vip, { command, ran }]];
    }
    return [];
  };
  const act = async (vips: readonly Vip[], commandsOf: CommandsOf, leftMs: () => number): Promise<Failures> =>
    new Map((await Promise.all(vips.map((vip) => actOn(vip, commandsOf(vip), leftMs)))).flat());

  return {
    async add(vips, commandsOf, withinMs = Infinity) {
      if (closed)
        throw new OperatorError('VIP_FAILED', 'the adapter has been closed', {
          hint: 'start sealbeat again',
        });
      const endMs = clock.nowMs() + withinMs;
      const adding = act(vips, commandsOf, () => (closed ? 0 : endMs - clock.nowMs()));
      additions.add(adding);
      try {
        return await adding;
      } finally {
        additions.delete(adding);
      }
    },
    remove: (vips, commandsOf) => act(vips, commandsOf, () => COMMAND_MS),
    async close() {
      closed = true;
      await Promise.allSettled(additions);
    },
  };
}
