import { CLIENT } from '../lab/addresses.ts';
import { signalQuietly } from '../lab/program.ts';
import { until, watchFor } from '../lab/wait.ts';
import { BOTH_SIZES, TIMING, handedOver, stays, takenOver } from './fault.ts';
import type { Fault } from './fault.ts';
import { isolate } from './network-faults.ts';
import type { Stage } from './stage.ts';

const ARBITER_TTL_MS = 10_000;

function signalArbiter(stage: Stage, signal: 'SIGSTOP' | 'SIGCONT'): void {
  const etcd = stage.lab.processesOn(CLIENT).find(({ command }) => command.startsWith('etcd '));
  if (etcd === undefined) throw new Error('there is no etcd to stop');
  signalQuietly(etcd.pid, signal);
}

/** What a witness, an arbiter and an announced restart are for. Left out as long as the program refuses such a config. */
export const THIRD_PARTY_FAULTS: readonly Fault[] = [
  {
    name: 'witness-gone',
    title: 'The witness answers nobody any more',
    sizes: BOTH_SIZES,
    settings: ['witness'],
    strike(stage) {
      for (const host of stage.hosts) stage.lab.faults.cut(host, CLIENT);
    },
    expected: () => ({
      says: 'Nothing moves: a holder that hears another node needs no witness.',
      holders: ['h1'],
      answers: 'nobody', // the client is the witness, and cut off
      takeovers: 0,
      bothMs: 0,
      gapMs: Infinity,
    }),
  },
  {
    name: 'holder-isolated',
    title: 'The holder reaches neither another node nor the witness',
    sizes: BOTH_SIZES,
    settings: ['witness'],
    strike(stage) {
      isolate(stage, 'h1');
      stage.lab.faults.cutBoth('h1', CLIENT);
    },
    expected: () => takenOver('h1 lets go before h2 takes over.'),
  },
  {
    name: 'arbiter-gone',
    title: 'The arbiter answers nobody any more; the nodes hear each other',
    sizes: BOTH_SIZES,
    settings: ['arbiter'],
    lastsMs: ARBITER_TTL_MS + 5_000,
    strike: (stage) => signalArbiter(stage, 'SIGSTOP'),
    heal: async (stage) => signalArbiter(stage, 'SIGCONT'),
    expected: () => stays('Nothing moves: the nodes agree, so nobody has to be asked.'),
  },
  {
    name: 'split-with-arbiter',
    title: 'The holder is cut from all others; all of them reach the arbiter',
    sizes: BOTH_SIZES,
    settings: ['arbiter'],
    lastsMs: ARBITER_TTL_MS + 5_000,
    strike: (stage) => isolate(stage, 'h1'),
    expected: () => stays('Nothing moves: h1 has the lock, and nobody else gets it.'),
  },
  {
    name: 'holder-dies-with-arbiter',
    title: "The holder's host dies while it has the lock",
    sizes: BOTH_SIZES,
    settings: ['arbiter'],
    strike(stage) {
      stage.lab.faults.unplug('h1');
      stage.pair.agent('h1').signalTree('SIGKILL');
    },
    // With three, h3 may be the first to ask after the lock's end, and hands over to h2 at once.
    expected: (size) => ({
      ...takenOver('h2 takes over when the lock of h1 has run out.'),
      takeovers: size - 1,
      gapMs: ARBITER_TTL_MS + TIMING.timeoutMs,
    }),
  },
  {
    name: 'restart-in-place',
    title: 'The holder is told to restart, as after an update',
    sizes: BOTH_SIZES,
    settings: ['restart'],
    async strike(stage) {
      await untilOldEnough(stage);
      const before = await upForMs(stage);
      await stage.order('h1', '/v1/restart');
      await until('the new process on h1', 15_000, async () => (await upForMs(stage)) < before);
    },
    expected: () => stays('The VIP stays where it is: the new process adopts it.'),
  },
  {
    name: 'restart-by-another',
    title: 'The holder is told to end for a restart, and is started again a second later',
    sizes: BOTH_SIZES,
    settings: ['restart'],
    async strike(stage) {
      await untilOldEnough(stage);
      await stage.order('h1', '/v1/restart', { exit: true });
      await until('the agent on h1 to end', 10_000, () => !stage.pair.isRunning('h1'));
      await watchFor(1_000);
      await stage.start('h1');
    },
    expected: () => stays('The VIP stays where it is, and nobody else claims: the others wait for 3 s.'),
  },
  {
    name: 'restart-too-late',
    title: 'The holder is told to end for a restart, and nobody starts it again',
    sizes: BOTH_SIZES,
    settings: ['restart'],
    async strike(stage) {
      await untilOldEnough(stage);
      await stage.order('h1', '/v1/restart', { exit: true });
      await until('the agent on h1 to end', 10_000, () => !stage.pair.isRunning('h1'));
    },
    expected: () => takenOver('The kernel takes the VIP down after 3 s, then h2 takes over.'),
  },
  {
    name: 'restart-too-young',
    title: 'The holder is told to restart twice in short order',
    sizes: BOTH_SIZES,
    settings: ['restart'],
    async strike(stage) {
      await stage.order('h1', '/v1/restart', { exit: true });
      await until('the agent on h1 to end', 10_000, () => !stage.pair.isRunning('h1'));
    },
    expected: () => handedOver('It cannot be away so often: the VIP is handed over to h2 instead.'),
  },
];

/** A process that is younger than that hands over instead of leaving its VIPs (core/node/leaving.ts). */
const OLD_ENOUGH_MS = 11 * TIMING.timeoutMs;

async function upForMs({ pair }: Stage): Promise<number> {
  return await pair.cluster.status('h1').then(
    (status) => status.upForMs,
    () => Infinity, // between two processes
  );
}

async function untilOldEnough(stage: Stage): Promise<void> {
  await until('the agent on h1 to be old enough', 2 * OLD_ENOUGH_MS, async () => {
    const forMs = await upForMs(stage);
    return forMs > OLD_ENOUGH_MS && forMs !== Infinity;
  });
}
