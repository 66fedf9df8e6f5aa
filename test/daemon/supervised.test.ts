import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeState } from '../../src/core/node/state.ts';
import type { Settings } from '../../src/core/settings.ts';
import { statusLine } from '../../src/daemon/status-line.ts';
import { newSupervised } from '../../src/daemon/supervised.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const names = ['web', 'db', 'mail', 'dns', 'ntp', 'log'];
const settings = {
  heartbeat: { intervalMs: 100 },
  groups: names.map((name, id) => ({ name, id })),
} as unknown as Settings;
const nodeWith = (roles: readonly string[], alive: readonly boolean[] = [true]): NodeState =>
  ({
    groups: new Map(roles.map((role, id) => [id, { role, drained: false }])),
    links: alive.map((one) => ({ alive: one })),
    nextBeatAt: 0,
  }) as unknown as NodeState;

const lines = [
  { roles: ['active'], alive: [true], says: 'active in web; 1 of 1 peers heard' },
  {
    roles: ['standby', 'active'],
    alive: [true, false],
    says: 'active in db; standby in web; 1 of 2 peers heard',
  },
  { roles: names.map(() => 'init'), alive: [], says: 'starting in 6 groups; 0 of 0 peers heard' },
];
for (const { roles, alive, says } of lines) {
  test(`status line: ${says}`, () => assert.equal(statusLine(nodeWith(roles, alive), settings), says));
}

function stage(watchdogMs: number) {
  const clock = new ManualClock();
  const told: string[] = [];
  const roles = ['standby'];
  const node = nodeWith(roles);
  const supervised = newSupervised({
    supervisor: { tell: (words) => void told.push(JSON.stringify(words)), watchdogMs },
    ...{ clock, node, settings: () => settings },
  });
  return { clock, told, node, supervised };
}

test('supervised: the watchdog is fed at a third of its time, while beats are sent', () => {
  const { clock, told, node, supervised } = stage(15_000);
  supervised.ready();
  told.length = 0;
  for (let second = 0; second < 10; second += 1) {
    clock.goOn(1_000);
    node.nextBeatAt = clock.nowMs();
    supervised.stepped(clock.nowMs());
  }
  assert.deepEqual(told, ['{"WATCHDOG":"1"}', '{"WATCHDOG":"1"}']);
  for (let second = 0; second < 60; second += 1) {
    clock.goOn(1_000);
    supervised.stepped(clock.nowMs());
  }
  assert.ok(told.length <= 3, 'a loop in which no beat has its turn is left to the watchdog');
  supervised.stop();
});

test('supervised: a status is said when it changed, once for a bunch of events', () => {
  const { clock, told, node, supervised } = stage(0);
  supervised.changed();
  clock.goOn(1_000);
  assert.deepEqual(told, [], 'nothing before it is ready');
  supervised.ready();
  told.length = 0;
  for (const [, group] of node.groups) (group as { role: string }).role = 'active';
  for (let nth = 0; nth < 5; nth += 1) supervised.changed();
  clock.goOn(1_000);
  assert.deepEqual(told, ['{"STATUS":"active in web; 1 of 1 peers heard"}']);
  supervised.changed();
  clock.goOn(1_000);
  assert.equal(told.length, 1);
});

test('supervised: a reload is over when it is over, also when it fails', async () => {
  const { told, supervised } = stage(0);
  await assert.rejects(supervised.reloading(() => Promise.reject(new Error('no'))));
  assert.match(told[0]!, /RELOADING/);
  assert.match(told[1]!, /READY/);
});
