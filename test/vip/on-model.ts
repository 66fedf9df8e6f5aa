import type { OperatorError } from '../../src/core/errors.ts';
import type {
  Child,
  ChildEvents,
  Clock,
  Exec,
  Ran,
  Spawn,
  Vip,
  VipAdapter,
  VipChange,
} from '../../src/core/ports.ts';
import type { Guard, GuardOptions } from '../../src/vip/guard/guard.ts';
import type { VipOptions } from '../../src/vip/options.ts';
import type { ManualClock } from '../fakes/manual-clock.ts';
import { pass, settled } from '../systems/bsd/passing-time.ts';
import type { HostModel, Outcome } from '../systems/model.ts';
import type { ContractAgent, Stage } from './contract.ts';
import { guardsOn, type ModelGuards } from './guard-on-model.ts';

/** What an adapter is opened with on a model. */
export interface ModelPorts extends VipOptions {
  readonly openGuard: (options: GuardOptions) => Guard;
}

export interface ModelAgent extends ContractAgent {
  readonly problems: readonly OperatorError[];
  /** The commands that it has run, as typed. */
  readonly ran: readonly string[];
  announce(vips: readonly Vip[]): void;
  notes(vips: readonly Vip[]): readonly string[];
}

/**
 * What becomes of a command that the agent runs, counted from 1: `undefined` lets it run. `dies`: the agent is killed just
 * before or just after it.
 */
export type Spoil = (
  argv: readonly string[],
  count: number,
) => Partial<Ran> | 'dies before' | 'dies after' | undefined;

/** A host of another system in this process, with a clock that only moves when somebody waits. */
export interface ModelStage extends Stage {
  readonly agent: ModelAgent;
  /** One more agent, whose commands may go wrong. */
  agentThat(spoil?: Spoil): ModelAgent;
  /** What an operator types, split at blanks. */
  type(line: string): Promise<Outcome>;
  pass(ms: number): Promise<void>;
  /** The monitor of every agent prints a line, or ends. */
  monitor(event: 'prints' | 'ends'): void;
}

export interface ModelStageOptions {
  readonly host: HostModel;
  readonly clock: ManualClock;
  readonly vips: readonly [Vip, Vip];
  readonly missingLink: string;
  readonly open: (ports: ModelPorts) => VipAdapter;
  /** What an operator would type to take the VIP away. */
  readonly removal: (vip: Vip) => string;
  readonly others: () => readonly string[];
}

const STEP_MS = 20;
/** Longer than anything that an adapter waits for. */
const NEVER_MS = 60_000;

export function stageOnModel(options: ModelStageOptions): ModelStage {
  const { host, clock, vips, missingLink, removal, others } = options;
  const guards = guardsOn(host, clock);
  const monitors = new Set<ChildEvents>();
  const type = async (line: string): Promise<Outcome> => {
    const outcome = await host.run(line.split(' '));
    await settled();
    return outcome;
  };
  const monitor = (event: 'prints' | 'ends'): void => {
    for (const events of [...monitors]) {
      if (event === 'prints') events.onStdout?.('got message of size 200');
      else if (monitors.delete(events)) events.onEnd?.({ exitCode: 1, missing: false });
    }
  };
  const agentThat = (spoil: Spoil = () => undefined): ModelAgent =>
    modelAgent({ ...options, guards, monitors, spoil, another: () => agentThat() });
  return {
    agent: agentThat(),
    ...{ agentThat, vips, missingLink, others, type, monitor },
    async takeAway(vip) {
      await type(removal(vip));
      monitor('prints');
    },
    pass: (ms) => pass(clock, ms),
    async until(what, boundMs, condition) {
      const endMs = clock.nowMs() + boundMs;
      while (!(await condition())) {
        if (clock.nowMs() > endMs) throw new Error(`${what}: not within ${boundMs} ms`);
        await pass(clock, STEP_MS);
      }
    },
    nowMs: () => clock.nowMs(),
  };
}

interface AgentOptions extends ModelStageOptions {
  readonly guards: ModelGuards;
  readonly monitors: Set<ChildEvents>;
  readonly spoil: Spoil;
  readonly another: () => ModelAgent;
}

function modelAgent({ host, clock, open, guards, monitors, spoil, another }: AgentOptions): ModelAgent {
  let alive = true;
  const problems: OperatorError[] = [];
  const changes: VipChange[] = [];
  const ran: string[] = [];
  const isAlive = (): boolean => alive;
  const guard = guards.openFor(isAlive);
  const kill = async (): Promise<void> => {
    alive = false;
    guard.endOfInput();
  };
  const adapter = open({
    clock: mortalClock(clock, isAlive),
    exec: mortalExec({ host, ran, isAlive, kill: () => void kill(), spoil }),
    spawn: monitorSpawn(monitors),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    onProblem: (problem) => problems.push(problem),
    openGuard: guard.open,
    stateDirectory: '/var/db/sealbeat',
  });
  const driven = <Result>(work: Promise<Result>): Promise<Result> => drive(clock, work, isAlive);
  return {
    ...{ problems, changes, ran, another, kill },
    up: (vips, leaseSeconds) => driven(adapter.up(vips, leaseSeconds)),
    renew: (vips, leaseSeconds) => driven(adapter.renew(vips, leaseSeconds)),
    down: (vips) => driven(adapter.down(vips)),
    look: (vips) => driven(adapter.look(vips)),
    leave: (vips, leaseSeconds) => driven(adapter.leave(vips, leaseSeconds)),
    close: () => driven(adapter.close()),
    plan: async (vips, leaseSeconds) => adapter.plan(vips, leaseSeconds),
    watch: async (vips) => void adapter.watch(vips, (change) => changes.push(change)),
    announce: (vips) => adapter.announce(vips),
    notes: (vips) => adapter.notes(vips),
  };
}

/** The agent died while it was doing this. */
export class Died extends Error {
  override readonly name = 'Died';
}

/** Lets time go on until the work has ended. */
async function drive<Result>(
  clock: ManualClock,
  work: Promise<Result>,
  isAlive: () => boolean,
): Promise<Result> {
  let hasEnded = false;
  const end = (): void => void (hasEnded = true);
  work.then(end, end);
  for (let waitedMs = 0; ; waitedMs += STEP_MS) {
    await settled();
    if (!isAlive()) throw new Died('the agent is dead');
    if (hasEnded) return work;
    if (waitedMs > NEVER_MS) throw new Error(`not within ${NEVER_MS} ms`);
    clock.goOn(STEP_MS);
  }
}

const mortalClock = (clock: Clock, isAlive: () => boolean): Clock => ({
  nowMs: () => clock.nowMs(),
  wallMs: () => clock.wallMs(),
  wakeAt: (atMs, wake) =>
    clock.wakeAt(atMs, () => {
      if (isAlive()) wake();
    }),
});

const ended: Ran = { exitCode: 0, stdout: '', stderr: '', timedOut: false, missing: false };
const never = <Result>(): Promise<Result> => new Promise(() => {});

function mortalExec({
  host,
  ran,
  isAlive,
  kill,
  spoil,
}: {
  host: HostModel;
  ran: string[];
  isAlive: () => boolean;
  kill: () => void;
  spoil: Spoil;
}): Exec {
  return {
    async run(file, args) {
      if (!isAlive()) return never();
      const argv = [file, ...args];
      const spoilt = spoil(argv, ran.push(argv.join(' ')));
      if (typeof spoilt === 'object') return { ...ended, ...spoilt };
      if (spoilt === 'dies before') {
        kill();
        return never();
      }
      if (!host.commands.includes(file)) return { ...ended, exitCode: -1, missing: true };
      const { rc, stdout, stderr } = await host.run(argv);
      if (spoilt === 'dies after') kill();
      return isAlive() ? { ...ended, exitCode: rc, stdout, stderr } : never();
    },
  };
}

/** Programs that stay: all of them are monitors here. */
const monitorSpawn = (monitors: Set<ChildEvents>): Spawn => ({
  start(_file, _args, events): Child {
    monitors.add(events);
    return {
      pid: 1,
      write: () => Promise.resolve(),
      endInput: () => undefined,
      kill: () => void monitors.delete(events),
    };
  },
});
