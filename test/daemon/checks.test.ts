// Goal: what a check says moves the group, at once, and can be read afterwards.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { until } from '../lab/wait.ts';
import { newCluster, PATIENCE_MS } from './cluster.ts';

const EVERY = { interval: '100ms', fall: 1 };

test('checks: a vital one that fails moves the group, and its report says why', async (t) => {
  const cluster = await newCluster(t);
  const well = (node: string): string => cluster.file(`${node}.well`);
  for (const node of ['n1', 'n2']) writeFileSync(well(node), 'yes\n');
  cluster.write(({ groups }) => {
    groups['web']!.checks = {
      one: { file: well('n1'), is: 'yes', nodes: ['n1'], ...EVERY },
      two: { file: well('n2'), is: 'yes', nodes: ['n2'], ...EVERY },
    };
  });
  await Promise.all(['n1', 'n2'].map((node) => cluster.start(node)));
  await cluster.untilActive('n1');
  const before = await cluster.untilStatus(
    'n1',
    'the check is up',
    ({ groups }) => groups[0]?.checks?.[0]?.state === 'up',
  );
  const { runs, ranAgoMs, tookMs, ...report } = before.groups[0]!.checks![0]!;
  assert.ok(runs > 0 && ranAgoMs! >= 0 && tookMs! >= 0);
  const subject = well('n1');
  assert.deepEqual(
    { ...report, sinceMs: 0, behind: 0, slow: 0 },
    {
      ...{
        name: 'one',
        kind: 'file',
        subject,
        state: 'up',
        vital: true,
        weight: 0,
        numeric: false,
        adds: 0,
        sinceMs: 0,
      },
      ...{ output: 'is "yes"', slow: 0, behind: 0, withoutResult: 0 },
    },
  );
  assert.deepEqual(before.groups[0]?.arithmetic?.failed, []);

  rmSync(well('n1'));
  await cluster.untilActive('n2');
  await until('the giver to be without it', PATIENCE_MS, () => !cluster.holds('n1'));
  const after = await cluster.status('n1');
  assert.deepEqual(after.groups[0]?.arithmetic?.failed, ['one']);
  assert.equal(after.groups[0]?.priority, 0);
  assert.ok(
    after.alarms.includes(`web: the vital check one fails: ${subject} does not exist`),
    after.alarms.join(),
  );
  const events = (await cluster.events('n1')).filter(({ kind }) => kind === 'check');
  assert.deepEqual(
    events.map(({ subject: group, text, cause }) => [group, text, cause]),
    [
      ['web', 'check one is up', 'is "yes"'],
      ['web', 'check one is down', `${subject} does not exist`],
    ],
  );
  const peer = await cluster.untilStatus(
    'n2',
    'n1 to say why',
    ({ groups }) => groups[0]?.failingElsewhere?.includes('n1' as never) === true,
  );
  assert.deepEqual(
    peer.groups[0]?.checks?.map(({ name }) => name),
    ['two'],
  );
});

test('checks: weights add to the priority, and a reload keeps what did not change', async (t) => {
  const cluster = await newCluster(t);
  const score = cluster.file('score');
  writeFileSync(score, '-7');
  const write = (weight: number): void =>
    cluster.write(({ groups }) => {
      groups['web']!.checks = {
        score: { file: score, adds: true, interval: '100ms' },
        here: { file: score, is: '-7', weight, ...EVERY },
      };
    });
  write(3);
  const { daemon } = await cluster.start('n1');
  const counted = (sum: number) =>
    cluster.untilStatus('n1', `priority ${sum}`, ({ groups }) => groups[0]?.priority === sum);
  const first = await counted(200 - 7 + 3);
  assert.deepEqual(first.groups[0]?.arithmetic?.terms, [
    { name: 'here', adds: 3 },
    { name: 'score', adds: -7 },
  ]);
  write(5);
  await daemon.reload();
  const second = await counted(200 - 7 + 5);
  const runsOf = ({ groups }: typeof first): number => groups[0]!.checks![1]!.runs;
  assert.ok(runsOf(second) >= runsOf(first), 'not begun anew');
  cluster.write();
  await daemon.reload();
  const last = await counted(200);
  assert.equal(last.groups[0]?.checks, undefined);
});
