// A drill with whole daemons on loopback, and addresses that are files: what the order does, refuses and reports.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchDrill, sendOrder } from '../../src/control/client.ts';
import type { DrillReport } from '../../src/core/drill-report.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { until } from '../lab/wait.ts';
import { newCluster, PATIENCE_MS, type Cluster } from './cluster.ts';

const drill = (cluster: Cluster, node: string, body: Readonly<Record<string, unknown>> = {}) =>
  sendOrder(cluster.file(`${node}.sock`), '/v1/groups/web/drill', body);

async function overOn(cluster: Cluster, node: string): Promise<DrillReport> {
  let last: DrillReport | undefined;
  await until(
    'the drill to be over',
    PATIENCE_MS,
    async () => {
      ({ last } = await fetchDrill(cluster.file(`${node}.sock`), 'web', false));
      return last?.phase === 'over';
    },
    () => JSON.stringify(last),
  );
  return last!;
}

async function startedPair(...[t, nodes]: Parameters<typeof newCluster>): Promise<Cluster> {
  const cluster = await newCluster(t, nodes);
  await Promise.all((nodes ?? ['n1', 'n2']).map((node) => cluster.start(node)));
  await cluster.untilActive('n1');
  await cluster.untilStatus('n1', 'all heard', ({ peers }) => peers.every(({ hearsUs }) => hearsUs));
  const drillable = async (): Promise<boolean> =>
    (await fetchDrill(cluster.file('n1.sock'), 'web', false)).plan !== undefined;
  await until('a drill to be possible', PATIENCE_MS, drillable);
  return cluster;
}

const words = async (cluster: Cluster, node: string): Promise<string> =>
  (await cluster.events(node)).map(({ text, cause }) => `${text}: ${cause}`).join('\n');

const refusedWith = (pattern: RegExp) => (error: unknown) =>
  error instanceof OperatorError && error.code === 'REFUSED' && pattern.test(error.message);

test('drill: there and back, and both say why', async (t) => {
  const cluster = await startedPair(t);
  const { plan } = await fetchDrill(cluster.file('n1.sock'), 'web', false);
  assert.equal(plan?.heir, 'n2');
  assert.deepEqual(plan.addresses, []);
  assert.match(plan.whyNoAddresses, /simulated/);
  await drill(cluster, 'n1');
  const { alarms } = await cluster.status('n1');
  assert.match(alarms.join('\n'), /^a drill: this node plays dead/m);
  assert.doesNotMatch(alarms.join('\n'), /one-way cut|nobody is known/);
  await assert.rejects(
    sendOrder(cluster.file('n1.sock'), '/v1/reload'),
    refusedWith(/drill of web is under way/),
  );
  await assert.rejects(drill(cluster, 'n1'), refusedWith(/drill of web is under way/));
  const report = await overOn(cluster, 'n1');
  assert.equal(report.passed, true, JSON.stringify(report));
  const [move] = report.moves;
  assert.equal(move?.taker, 'n2');
  const steps = [move.offMs, move.missedMs, move.activeMs, report.aliveMs, move.askedBackMs, move.backMs];
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity)),
  );
  assert.ok(cluster.holds('n1'));
  assert.match(await words(cluster, 'n1'), /drill passed: drill: failover in/);
  assert.match(await words(cluster, 'n1'), /active → init: drill: plays dead/);
  assert.match(await words(cluster, 'n2'), /n1 asks for it back after a drill/);
});

test('drill: it stays where it went', async (t) => {
  const cluster = await startedPair(t);
  await drill(cluster, 'n1', { stay: true });
  const report = await overOn(cluster, 'n1');
  assert.equal(report.passed, true, JSON.stringify(report));
  assert.equal(report.holder, 'n2');
  assert.equal(report.moves[0]?.askedBackMs, undefined);
  await cluster.untilActive('n2');
});

test('drill, planned: a switchover there and back, and nobody is without it', async (t) => {
  const cluster = await startedPair(t);
  await drill(cluster, 'n1', { planned: true });
  const report = await overOn(cluster, 'n1');
  assert.equal(report.passed, true, JSON.stringify(report));
  assert.deepEqual([report.moves[0]?.gapMs, report.moves[0]?.backGapMs, report.holder], [0, 0, 'n1']);
  assert.doesNotMatch(await words(cluster, 'n2'), /is silent/);
});

test('drill: the heir dies meanwhile: it fails, and the old holder has it again', async (t) => {
  const cluster = await startedPair(t);
  await drill(cluster, 'n1');
  await cluster.stop('n2');
  const report = await overOn(cluster, 'n1');
  assert.equal(report.passed, false);
  assert.match(report.failure, /n2/);
  await cluster.untilActive('n1');
  assert.match(await words(cluster, 'n1'), /drill failed: drill: /);
});

test('drill: of three, the best of the others takes over and gives it back', async (t) => {
  const cluster = await startedPair(t, ['n1', 'n2', 'n3']);
  await drill(cluster, 'n1');
  const report = await overOn(cluster, 'n1');
  assert.equal(report.passed, true, JSON.stringify(report));
  assert.deepEqual([report.moves[0]?.taker, report.holder], ['n2', 'n1']);
});

test('drill: refused where it would prove nothing or cost too much', async (t) => {
  const cluster = await startedPair(t);
  await assert.rejects(drill(cluster, 'n2'), (error: OperatorError) => {
    assert.match(error.message, /this node does not hold web; n1 does/);
    assert.equal(error.hint, 'on n1: sealbeat drill web');
    return true;
  });
  await sendOrder(cluster.file('n1.sock'), '/v1/freeze');
  await assert.rejects(drill(cluster, 'n1'), refusedWith(/web is frozen/));
  await sendOrder(cluster.file('n1.sock'), '/v1/thaw');
  await sendOrder(cluster.file('n2.sock'), '/v1/drain');
  await cluster.untilStatus('n2', 'drained', ({ groups }) => groups[0]?.drained === true);
  const refused = async (): Promise<boolean> =>
    (await fetchDrill(cluster.file('n1.sock'), 'web', false)).plan === undefined;
  await until('n1 to hear it', PATIENCE_MS, refused);
  await assert.rejects(
    drill(cluster, 'n1'),
    refusedWith(/nobody could take over web now: n2 says that it cannot/),
  );
  assert.ok(cluster.holds('n1'));
});
