import type { AgentSetup, Pair } from '../../test/lab/agent.ts';
import type { SealbeatCluster, SealbeatConfig } from '../../test/lab/sealbeat.ts';
import { until } from '../../test/lab/wait.ts';
import { ADDED_VIP, SECOND_DEVICE } from './move.ts';
import type { Move } from './move.ts';

type SealbeatPair = Pair<SealbeatCluster>;
type Group = SealbeatConfig['groups'][string];

const BOUND_MS = 15_000;
/** Peers believe one announcement in ten timeouts, so a younger process does not leave its VIPs. */
const OLD_TIMEOUTS = 11;

/** An order that must be obeyed. */
async function order(pair: SealbeatPair, host: string, path: string, body?: object): Promise<unknown> {
  const answer = await pair.cluster.order(host, path, body);
  if (answer.status !== 200) throw new Error(`${host} refused ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function reload(pair: SealbeatPair, change: (config: SealbeatConfig) => unknown): Promise<void> {
  pair.cluster.rewrite(change);
  for (const host of pair.lab.hosts) await order(pair, host, '/v1/reload');
}

const inGroup =
  (change: Partial<Group>) =>
  ({ groups }: SealbeatConfig): unknown =>
    Object.assign(groups['web'] ?? {}, change);

async function untilPresent(pair: SealbeatPair, wanted: readonly string[]): Promise<void> {
  await until(`h1 with ${wanted.join()}`, BOUND_MS, async () => {
    const vips = (await pair.cluster.status('h1')).groups[0]?.vips ?? [];
    const present = vips.filter((vip) => vip.present).map(({ address, link }) => `${address} on ${link}`);
    return present.sort().join() === [...wanted].sort().join();
  });
  await pair.untilServedBy('h1');
}

async function untilOld(pair: SealbeatPair, { timeoutMs }: AgentSetup): Promise<void> {
  const oldMs = OLD_TIMEOUTS * timeoutMs;
  await until('the process to be old enough', oldMs + BOUND_MS, async () => {
    return (await pair.cluster.status('h1')).upForMs > oldMs;
  });
}

async function leave(pair: SealbeatPair, body: object): Promise<void> {
  const said = JSON.stringify(await order(pair, 'h1', '/v1/restart', body));
  if (!said.includes('"left":true')) throw new Error(`the VIP was not left: ${said}`);
}

async function restartInPlace(pair: SealbeatPair): Promise<void> {
  const { upForMs } = await pair.cluster.status('h1');
  await leave(pair, {});
  await until('the new process to hold', BOUND_MS, async () => {
    const status = await pair.cluster.status('h1').catch(() => undefined);
    return status !== undefined && status.upForMs < upForMs && status.groups[0]?.role === 'active';
  });
  await pair.untilServedBy('h1');
}

async function restartOutside(pair: SealbeatPair): Promise<void> {
  await leave(pair, { exit: true });
  await until('the process to end', BOUND_MS, () => !pair.isRunning('h1'));
  await pair.start('h1');
  await until('the new process to hold', BOUND_MS, async () => {
    return (await pair.cluster.status('h1')).groups[0]?.role === 'active';
  });
  await pair.untilServedBy('h1');
}

const handovers: readonly Move<SealbeatCluster>[] = [
  {
    name: 'switchover',
    async make(pair) {
      await order(pair, 'h1', '/v1/groups/web/switchover', { to: 'h2' });
      await pair.untilServedBy('h2');
    },
  },
  {
    name: 'failback',
    async make(pair) {
      await order(pair, 'h2', '/v1/groups/web/failback');
      await pair.untilServedBy('h1');
    },
  },
  {
    name: 'drain',
    async make(pair) {
      await order(pair, 'h1', '/v1/drain');
      await pair.untilServedBy('h2');
    },
  },
  {
    name: 'undrain and failback by itself',
    async make(pair) {
      await order(pair, 'h1', '/v1/undrain');
      await pair.untilServedBy('h1');
    },
  },
];

const reloads = ({ intervalMs, vips }: AgentSetup): readonly Move<SealbeatCluster>[] => {
  const asBefore = async (pair: SealbeatPair): Promise<void> => {
    await reload(pair, () => undefined);
    await untilPresent(
      pair,
      vips.map((vip) => `${vip} on eth0`),
    );
  };
  const changed = (name: string, change: (config: SealbeatConfig) => unknown, wanted: readonly string[]) => ({
    ...{ name, after: asBefore, staysOn: 'h1' },
    async make(pair: SealbeatPair): Promise<void> {
      await reload(pair, change);
      await untilPresent(pair, wanted);
    },
  });
  const onEth0 = vips.map((vip) => `${vip} on eth0`);
  return [
    changed(
      'reload with another interval',
      ({ heartbeat }) => (heartbeat.interval = `${1.5 * intervalMs}ms`),
      onEth0,
    ),
    changed('reload that adds a VIP', inGroup({ vips: [...vips, ADDED_VIP] }), [
      ...onEth0,
      `${ADDED_VIP} on eth0`,
    ]),
    changed(
      'reload that moves the VIP to another interface',
      inGroup({ interface: SECOND_DEVICE }),
      vips.map((vip) => `${vip} on ${SECOND_DEVICE}`),
    ),
  ];
};

const restarts = (setup: AgentSetup): readonly Move<SealbeatCluster>[] => [
  {
    ...{ name: 'restart in place', staysOn: 'h1', make: restartInPlace },
    before: (pair) => untilOld(pair, setup),
  },
  {
    ...{ name: 'restart by exit and start', staysOn: 'h1', make: restartOutside },
    before: (pair) => untilOld(pair, setup),
  },
];

/** From h1 as the holder; the last one ends its agent. */
export const sealbeatMoves = (setup: AgentSetup): readonly Move<SealbeatCluster>[] => [
  ...handovers,
  ...reloads(setup),
  ...restarts(setup),
  {
    name: 'SIGTERM',
    async make(pair) {
      pair.agent('h1').signal('SIGTERM');
      await pair.untilServedBy('h2');
    },
  },
];
