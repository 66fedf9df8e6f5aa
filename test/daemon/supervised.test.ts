import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeState } from '../../src/core/node/state.ts';
import type { Settings } from '../../src/core/settings.ts';
import { statusLine } from '../../src/daemon/status-line.ts';
import { newSupervised } from '../../src/daemon/supervised.ts';
import { after, type MonoMs } from '../../src/core/units.ts';
import { startLoop } from '../../src/daemon/loop.ts';
import { word } from '../core/group/around.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { nodeOf, settingsWith } from './two-nodes.ts';

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

/** For a long time: the other one is alive and able, and does not take it. */
function playsDead(node: NodeState, now: MonoMs): void {
  const awaits = node.policy.groups.map(({ id }) => id);
  node.playingDead = { since: now, until: after(now, 300_000), awaits };
  for (const link of node.links) {
    Object.assign(link, { alive: true, deadline: after(now, 300_000) });
    for (const id of awaits) link.groups.set(id, { frame: 1, record: word() });
  }
}

for (const [name, changes, isDrill] of [
  ['plays dead for a drill', [], true],
  [
    'has peers over TCP alone, and all of them are down',
    [
      ['udp://10.10.10.1', 'tcp://10.10.10.1'],
      ['udp://10.10.10.2', 'tcp://10.10.10.2'],
    ],
    false,
  ],
] as const) {
  test(`supervised: a node that says nothing is fed for, when it ${name}`, () => {
    const clock = new ManualClock();
    const real = settingsWith(...changes.map(([from, to]): [string, string] => [from, to]));
    const node = nodeOf(real, 'lb1', clock);
    let fed = 0;
    let sent = 0;
    const supervised = newSupervised({
      supervisor: {
        tell: ({ WATCHDOG: word }) => void (fed += word === undefined ? 0 : 1),
        watchdogMs: 15_000,
      },
      ...{ clock, node, settings: () => real },
    });
    const loop = startLoop(node, {
      ...{ clock, onOverflow: () => assert.fail('nothing comes in'), onStep: supervised.stepped },
      perform: ({ kind }) => void (sent += kind === 'send' ? 1 : 0),
    });
    supervised.ready();
    if (isDrill) playsDead(node, clock.nowMs());
    sent = 0;
    for (let tenth = 0; tenth < 400; tenth += 1) clock.goOn(100);
    assert.equal(sent, 0);
    assert.equal(fed, 8);
    supervised.stop();
    loop.stop();
  });
}
