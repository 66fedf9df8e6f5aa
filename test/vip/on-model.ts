import type { OperatorError } from '../../src/core/errors.ts';
import assert from 'node:assert/strict';
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
import type { HostModel, Outcome } from '../systems/model.ts';
import { passTime } from '../systems/pass-time.ts';
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
  /** One more agent, whose commands may go wrong, and whose guard may die with it. */
  agentThat(spoil?: Spoil, how?: { readonly guardDies: boolean }): ModelAgent;
  /** What an operator types, split at blanks. */
  type(line: string): Promise<Outcome>;
  pass(ms: number): Promise<void>;
  /** Time that passes while all agents stand still, as by SIGSTOP. Their guards go on. */
  freeze(ms: number): void;
  /** An operator adds an address by hand, and waits until the kernel is content. */
  addByHand(vip: Vip): Promise<void>;
  /** What a look comes to for somebody who may not look. */
  readonly denied: Partial<Ran>;
  /** The monitor of every agent prints a line, or ends. */
  monitor(event: 'prints' | 'ends'): void;
  /** How many are running. */
  monitors(): number;
}

export interface ModelStageOptions {
  readonly host: HostModel;
  readonly clock: ManualClock;
  readonly vips: readonly [Vip, Vip];
  readonly missingLink: string;
  readonly open: (ports: ModelPorts) => VipAdapter;
  /** What an operator would type to take the VIP away. */
  readonly removal: (vip: Vip) => string;
  /** And to add it. */
  readonly addition: (vip: Vip) => string;
  readonly denied: Partial<Ran>;
  readonly others: () => readonly string[];
}

const STEP_MS = 20;
/** No kernel probes for longer. */
const PROBING_MS = 10_000;
/** Longer than anything that an adapter waits for. */
const NEVER_MS = 60_000;

export function stageOnModel(options: ModelStageOptions): ModelStage {
  const { host, clock, vips, missingLink, removal, addition, denied, others } = options;
  const guards = guardsOn(host, clock);
  const monitors = new Set<ChildEvents>();
  const late: (() => void)[] = [];
  let isFrozen = false;
  const whenAwake = (wake: () => void): void => void (isFrozen ? late.push(wake) : wake());
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
  const agentThat: ModelStage['agentThat'] = (
    spoil = () => undefined,
    { guardDies } = { guardDies: false },
  ) => modelAgent({ ...options, guards, monitors, whenAwake, spoil, guardDies, another: () => agentThat() });
  return {
    agent: agentThat(),
    ...{ agentThat, vips, missingLink, others, type, monitor, denied },
    async takeAway(vip) {
      await type(removal(vip));
      monitor('prints');
    },
    async addByHand(vip) {
      const { rc, stderr } = await type(addition(vip));
      assert.equal(rc, 0, stderr);
      await passTime(clock, PROBING_MS, PROBING_MS / 100);
    },
    monitors: () => monitors.size,
    pass: (ms) => passTime(clock, ms, STEP_MS),
    freeze(ms) {
      isFrozen = true;
      clock.goOn(ms);
      isFrozen = false;
      for (let wake = late.shift(); wake !== undefined; wake = late.shift()) wake();
    },
    async until(what, boundMs, condition) {
      const endMs = clock.nowMs() + boundMs;
      while (!(await condition())) {
        if (clock.nowMs() > endMs) throw new Error(`${what}: not within ${boundMs} ms`);
        await passTime(clock, STEP_MS, STEP_MS);
      }
    },
    nowMs: () => clock.nowMs(),
  };
}

interface AgentOptions extends ModelStageOptions {
  readonly guards: ModelGuards;
  readonly monitors: Set<ChildEvents>;
  readonly whenAwake: (wake: () => void) => void;
  readonly spoil: Spoil;
  readonly guardDies: boolean;
  readonly another: () => ModelAgent;
}

function modelAgent(options: AgentOptions): ModelAgent {
  const { host, clock, open, guards, monitors, whenAwake, spoil, guardDies, another } = options;
  let alive = true;
  const problems: OperatorError[] = [];
  const changes: VipChange[] = [];
  const ran: string[] = [];
  const isAlive = (): boolean => alive;
  const guard = guards.openFor(isAlive);
  const kill = async (): Promise<void> => {
    alive = false;
    guard.end({ runsLines: !guardDies });
  };
  const adapter = open({
    clock: mortalClock(clock, (wake) => whenAwake(() => isAlive() && wake())),
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

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

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

const mortalClock = (clock: Clock, run: (wake: () => void) => void): Clock => ({
  nowMs: () => clock.nowMs(),
  wallMs: () => clock.wallMs(),
  wakeAt: (atMs, wake) => clock.wakeAt(atMs, () => run(wake)),
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
