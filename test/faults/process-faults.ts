import { commandOf, descendantsOf } from '../lab/process-tree.ts';
import { signalQuietly } from '../lab/program.ts';
import { until, watchFor } from '../lab/wait.ts';
import { BOTH_SIZES, TIMING, handedOver, stays, takenOver } from './fault.ts';
import type { Fault } from './fault.ts';
import { TRANSPORTS } from './settings.ts';
import type { Stage } from './stage.ts';

const SHORT_PAUSE_MS = 300;
const LONG_PAUSE_MS = 4_000;

/** The children through which the agent changes addresses. */
const adaptersOf = (stage: Stage, host: string): readonly number[] =>
  descendantsOf(stage.pair.agent(host).pid).filter((pid) => /^ip .*-batch/.test(commandOf(pid)));

/** The agent, its guard and its children, or the agent alone, are killed or stopped while their host lives on. */
export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: 'holder-agent-killed',
    title: "SIGKILL to the holder's agent",
    sizes: BOTH_SIZES,
    settings: TRANSPORTS,
    strike: (stage) => stage.pair.agent('h1').signal('SIGKILL'),
    expected: () => takenOver('Its guard takes the VIP away at once, and h2 has it after the timeout.'),
  },
  {
    name: 'holder-all-killed',
    title: "SIGKILL to the holder's agent, its guard and its children",
    sizes: BOTH_SIZES,
    strike: (stage) => stage.pair.agent('h1').signalTree('SIGKILL'),
    expected: () => takenOver('The lease takes the VIP away, and h2 has it after the timeout.'),
  },
  {
    name: 'holder-paused-briefly',
    title: `SIGSTOP to the holder's agent for ${SHORT_PAUSE_MS} ms`,
    sizes: BOTH_SIZES,
    async strike(stage) {
      stage.pair.agent('h1').signal('SIGSTOP');
      await watchFor(SHORT_PAUSE_MS);
      stage.pair.agent('h1').signal('SIGCONT');
    },
    expected: () => stays('Nothing moves: the pause is shorter than the lease.'),
  },
  {
    name: 'holder-paused',
    title: "SIGSTOP to the holder's agent, until the heal",
    sizes: BOTH_SIZES,
    settings: TRANSPORTS,
    strike: (stage) => stage.pair.agent('h1').signal('SIGSTOP'),
    expected: () => takenOver('The lease takes the VIP away, and h2 has it after the timeout.'),
  },
  {
    name: 'holder-all-paused',
    title: "SIGSTOP to the holder's agent, its guard and its children, until the heal",
    sizes: BOTH_SIZES,
    strike: (stage) => stage.pair.agent('h1').signalTree('SIGSTOP'),
    expected: () => takenOver('The lease takes the VIP away, and h2 has it after the timeout.'),
  },
  {
    name: 'holder-adapter-hangs',
    title: 'SIGSTOP to the children through which the holder changes addresses',
    sizes: BOTH_SIZES,
    strike(stage) {
      const adapters = adaptersOf(stage, 'h1');
      if (adapters.length === 0) throw new Error('the agent on h1 has no such child');
      for (const pid of adapters) signalQuietly(pid, 'SIGSTOP');
    },
    expected: () => ({
      ...takenOver(
        'The agent notices that it cannot renew and starts another one, or h2 takes over; never both.',
      ),
      holders: 'one',
    }),
  },
  {
    name: 'holder-crashes',
    title: "SIGKILL to the holder's agent, which is started again at once",
    sizes: BOTH_SIZES,
    async strike(stage) {
      stage.pair.agent('h1').signal('SIGKILL');
      await until('the agent on h1 to be gone', 5_000, () => !stage.pair.isRunning('h1'));
      await stage.start('h1');
    },
    expected: () => ({
      ...takenOver('h1 has the VIP again as soon as it has asked the others.', 'h1'),
      takeovers: 0,
    }),
  },
  {
    name: 'holder-terminated',
    title: "SIGTERM to the holder's agent",
    sizes: BOTH_SIZES,
    settings: TRANSPORTS,
    strike: (stage) => stage.pair.agent('h1').signal('SIGTERM'),
    expected: () => handedOver('h1 hands over to h2 before it ends.'),
  },
  {
    name: 'standby-agent-killed',
    title: "SIGKILL to the standby's agent",
    sizes: BOTH_SIZES,
    strike: (stage) => stage.pair.agent('h2').signal('SIGKILL'),
    expected: () => stays('Nothing moves.'),
  },
  {
    name: 'standby-paused',
    title: "SIGSTOP to the standby's agent, until the heal",
    sizes: BOTH_SIZES,
    strike: (stage) => stage.pair.agent('h2').signal('SIGSTOP'),
    expected: () => stays('Nothing moves, and the standby accuses nobody when it wakes up.'),
  },
  {
    name: 'standby-terminated',
    title: "SIGTERM to the standby's agent",
    sizes: BOTH_SIZES,
    strike: (stage) => stage.pair.agent('h2').signal('SIGTERM'),
    expected: () => stays('Nothing moves.'),
  },
  {
    name: 'everybody-paused',
    title: `SIGSTOP to all processes of all agents for ${LONG_PAUSE_MS / 1_000} s, as when a machine with all of them stalls`,
    sizes: BOTH_SIZES,
    async strike(stage) {
      for (const host of stage.hosts) stage.pair.agent(host).signalTree('SIGSTOP');
      await watchFor(LONG_PAUSE_MS);
      for (const host of stage.hosts) stage.pair.agent(host).signalTree('SIGCONT');
    },
    expected: () => ({
      ...takenOver(
        'The lease takes the VIP away; awake again, h1 has it as soon as it has asked the others.',
        'h1',
      ),
      takeovers: 0,
      gapMs: LONG_PAUSE_MS + TIMING.timeoutMs,
    }),
  },
  {
    name: 'everybody-killed',
    title: 'SIGKILL to all processes of all agents; the heal starts them again',
    sizes: BOTH_SIZES,
    strike(stage) {
      for (const host of stage.hosts) stage.pair.agent(host).signalTree('SIGKILL');
    },
    expected: () => ({
      says: 'The lease takes the VIP away; started again, h1 has it as soon as it has asked the others.',
      ...{ holders: [], takeovers: 0, bothMs: 0, gapMs: Infinity },
    }),
  },
];
