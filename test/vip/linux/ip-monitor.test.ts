import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Log, type VipChange } from '../../../src/core/ports.ts';
import { type MonoMs } from '../../../src/core/units.ts';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { ipMonitor } from '../../../src/vip/linux/ip-monitor.ts';
import { until } from '../../lab/wait.ts';
import { standIn, tempFolder } from '../lab.ts';
import { vipOf } from '../vip-of.ts';

const vip = vipOf('10.77.0.100/32', 'v0');
const LINES = `
2: v0    inet 10.77.0.100/32 scope global v0\\\\       valid_lft 2sec preferred_lft 2sec
2: v0    inet 10.77.0.1/24 scope global v0\\\\       valid_lft forever preferred_lft forever
3: v1    inet 10.77.0.100/32 scope global v1\\\\       valid_lft 2sec preferred_lft 2sec
2: v0@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
2: v0@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
[{"garbage":true}]
Deleted 2: v0    inet 10.77.0.100/32 scope global v0\\\\       valid_lft 0sec preferred_lft 0sec
2: v0@if2: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN`.trim();

const expected: readonly VipChange[] = [
  { kind: 'added', vip },
  { kind: 'carrier', link: 'v0', up: true },
  { kind: 'removed', vip },
  { kind: 'carrier', link: 'v0', up: false },
];

function standInMonitor(script: string) {
  const folder = tempFolder();
  const starts = join(folder, 'starts');
  appendFileSync(starts, '');
  const warnings: object[] = [];
  const waits: number[] = [];
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: (fields) => void warnings.push(fields),
    error: () => {},
  };
  // Pauses are noted and take no time.
  const clock = {
    ...systemClock,
    wakeAt(atMs: MonoMs, wake: () => void) {
      waits.push(Math.round(atMs - systemClock.nowMs()));
      return systemClock.wakeAt(systemClock.nowMs(), wake);
    },
  };
  const program = standIn(folder, 'ip', `echo "$@" >> ${starts}\n${script}`);
  const monitor = ipMonitor({ spawn: systemSpawn, clock, log, program, onStart: () => {} });
  after(() => monitor.close());
  return { monitor, warnings, waits, starts: () => readFileSync(starts, 'utf8').split('\n').slice(0, -1) };
}

test(
  'monitor: only our VIPs and interfaces are told, to all who watch, by one process',
  { timeout: 20_000 },
  async () => {
    const go = join(tempFolder(), 'go');
    const { monitor, starts } = standInMonitor(
      `while [ ! -e ${go} ]; do sleep 0.01; done; printf '%s\\n' '${LINES.replaceAll('\\\\', '\\')}'; exec cat`,
    );
    const heard: VipChange[][] = [[], [], []];
    monitor.watch([vip], (change) => heard[0]?.push(change));
    monitor.watch([vip, vipOf('10.0.0.1/32', 'v7')], (change) => heard[1]?.push(change));
    const stop = monitor.watch([vip], (change) => heard[2]?.push(change));
    stop();
    appendFileSync(go, '');
    await until('all of it', 10_000, () => heard[1]?.length === expected.length);
    assert.deepEqual(heard, [expected, expected, []]);
    assert.deepEqual(starts(), ['-o monitor address link']);
  },
);

test(
  'monitor: one that ends is started again, later each time, up to a bound',
  { timeout: 20_000 },
  async () => {
    const { monitor, waits, warnings } = standInMonitor('exit 1');
    monitor.watch([vip], () => {});
    await until('twelve ends', 15_000, () => waits.length >= 12);
    assert.deepEqual(
      waits.slice(0, 12),
      [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 30_000],
    );
    assert.ok(warnings.length >= 12);
  },
);

test('monitor: what it tells after a restart is heard', { timeout: 20_000 }, async () => {
  const folder = tempFolder();
  const { monitor } = standInMonitor(
    `mkdir ${folder}/first 2> /dev/null && exit 1; echo '2: v0    inet 10.77.0.100/32 scope global'; exec cat`,
  );
  const heard: VipChange[] = [];
  monitor.watch([vip], (change) => heard.push(change));
  await until('the change', 10_000, () => heard.length === 1);
});

test(
  'monitor: without a watcher there is no process, and the next watcher has one',
  { timeout: 20_000 },
  async () => {
    const { monitor, starts, waits } = standInMonitor('exec cat');
    for (const round of [1, 2]) {
      const stop = monitor.watch([vip], () => {});
      await until(`start ${round}`, 10_000, () => starts().length === round);
      stop();
    }
    assert.deepEqual(waits, []);
  },
);

test(
  'monitor: while it pauses there is no process, whoever begins to watch',
  { timeout: 20_000 },
  async () => {
    const { monitor, starts, waits } = standInMonitor('exec cat');
    monitor.watch([vip], () => {});
    await until('the start', 10_000, () => starts().length === 1);
    const [first, second] = [monitor.pause(), monitor.pause()];
    monitor.watch([vip], () => {});
    first();
    assert.equal(starts().length, 1);
    second();
    await until('the second start', 10_000, () => starts().length === 2);
    assert.deepEqual(waits, [], 'one that was ended on purpose is no failure');
  },
);

test('monitor: what a look showed is told where the last word was another', { timeout: 20_000 }, async () => {
  const { monitor } = standInMonitor(`echo '2: v0@if2: <BROADCAST,UP,LOWER_UP> mtu 1500'; exec cat`);
  const heard: VipChange[] = [];
  monitor.watch([vip], (change) => heard.push(change));
  monitor.seen('v0', false); // nothing was said of it so far
  await until('the first word', 10_000, () => heard.length > 0);
  for (const carrier of [true, false, false]) monitor.seen('v0', carrier);
  monitor.seen('v1', false);
  assert.deepEqual(heard, [
    { kind: 'carrier', link: 'v0', up: true },
    { kind: 'carrier', link: 'v0', up: false },
  ]);
});
