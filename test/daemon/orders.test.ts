import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlCommand } from '../../src/control/messages.ts';
import type { GroupState } from '../../src/core/group/state.ts';
import type { Link } from '../../src/core/peer/link.ts';
import type { GroupName, MonoMs } from '../../src/core/units.ts';
import type { Happening } from '../../src/daemon/loop.ts';
import { obey } from '../../src/daemon/orders.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { acquaint, benchOf, named, settingsWith } from './two-nodes.ts';

type Order = Exclude<ControlCommand, { kind: 'reload' | 'restart' }>;

const web = 'web' as GroupName;
const switchover = (to: string): Order => ({ kind: 'switchover', group: web, to: to as Order & '' });
const failback: Order = { kind: 'failback', group: web };

/** lb1 with the group, and lb2 heard both ways as a standby, unless the row says otherwise. */
function asked(
  command: Order,
  {
    group = {},
    peer = {},
    record = {},
    isStopping = false,
  }: { group?: Partial<GroupState>; peer?: Partial<Link>; record?: object; isStopping?: boolean } = {},
) {
  const settings = settingsWith();
  const clock = new ManualClock();
  const lb1 = benchOf(settings, 'lb1', clock);
  const lb2 = benchOf(settings, 'lb2', clock);
  acquaint(lb1, lb2, clock);
  const { id } = settings.groups[0]!;
  lb1.node.groups.set(id, { ...lb1.node.groups.get(id)!, role: 'active', has: true, ...group });
  const link = lb1.node.links[0]!;
  Object.assign(link, peer);
  const heard = link.groups.get(id)!;
  link.groups.set(id, { ...heard, record: { ...heard.record, role: 'standby', ...record } });
  const told: Happening[] = [];
  const tell = (event: Happening): void => void told.push(event);
  const answer = obey(command, { node: lb1.node, settings, now: clock.nowMs(), isStopping, tell });
  return { answer, told, id };
}

const refused: readonly (readonly [
  name: string,
  command: Order,
  state: Parameters<typeof asked>[1],
  message: string,
  hint: string,
])[] = [
  [
    'a group that is not there',
    { kind: 'drain', group: 'mail' as GroupName },
    {},
    'there is no group mail',
    'the config has web',
  ],
  ['a node that is not there', switchover('lb9'), {}, 'there is no node lb9', 'the config has lb1, lb2'],
  [
    'a switchover at a node that does not hold',
    switchover(''),
    { group: { role: 'standby' } },
    'this node does not hold web (it is standby)',
    'say it on the holder: "sealbeat status" names it',
  ],
  [
    'a failback at a node that does not hold',
    failback,
    { group: { role: 'init' } },
    'this node does not hold web (it is init)',
    'say it on the holder: "sealbeat status" names it',
  ],
  [
    'a frozen group',
    switchover('lb2'),
    { group: { frozen: true } },
    'web is frozen',
    '"sealbeat thaw web" first',
  ],
  ['to ourselves', switchover('lb1'), {}, 'this node holds web already', 'name another node'],
  ...(
    [
      ['to a node that is silent', { peer: { alive: false } }],
      ['to a node that does not hear us', { peer: { ackedTx: undefined } }],
      ['to a node that cannot', { record: { priority: 0 } }],
      ['to a node that is no standby', { record: { role: 'init' } }],
      ['to a node that still has the VIPs', { record: { has: true } }],
      ['to a node that hands over itself', { record: { heir: 1 } }],
    ] as const
  ).flatMap(([name, state]) =>
    [switchover('lb2'), switchover('')].map(
      (command) =>
        [
          `${command.kind} ${name} (${(command as { to: string }).to || 'any'})`,
          command,
          state,
          'nobody could take over web now',
          'the other node must be alive, hear us and be standby: see "sealbeat status"',
        ] as const,
    ),
  ),
  [
    'anything while the daemon stops',
    { kind: 'undrain', group: '' },
    { isStopping: true },
    'this node is stopping',
    'say it on the node that takes over',
  ],
];
for (const [name, command, state, message, hint] of refused) {
  test(`orders: refused: ${name}`, () => {
    const { answer, told } = asked(command, state);
    assert.deepEqual(answer, { ok: false, code: 'REFUSED', message, hint });
    assert.deepEqual(told, [], 'nothing was ordered');
  });
}

for (const [name, state] of [
  ['the other has a lower priority', {}],
  ['the other has the same', { record: { priority: 101 } }],
  ['the better one is silent', { peer: { alive: false }, record: { priority: 200 } }],
  ['the better one still has the VIPs', { record: { priority: 200, has: true } }],
] as const) {
  test(`orders: failback is refused at once when ${name}, and yet ends the placement by hand`, () => {
    const { answer, told, id } = asked(failback, state);
    assert.deepEqual(answer, {
      ok: false,
      code: 'REFUSED',
      message: 'nobody with a higher priority could take over',
      hint: 'web stays; it no longer counts as placed by hand, and fails back as its config says',
    });
    assert.deepEqual(told, [{ kind: 'ordered', group: id, order: { kind: 'failback' } }]);
  });
}

const done: readonly (readonly [command: Order, order: object, who: string])[] = [
  [switchover('lb2'), { kind: 'switchover', to: 2 }, 'web'],
  [switchover(''), { kind: 'switchover', to: 0 }, 'web'],
  [failback, { kind: 'failback' }, 'web'],
  [{ kind: 'drain', group: web }, { kind: 'drain' }, 'web'],
  [{ kind: 'drain', group: '' }, { kind: 'drain' }, 'every group'],
  [{ kind: 'undrain', group: '' }, { kind: 'undrain' }, 'every group'],
  [{ kind: 'freeze', group: web }, { kind: 'freeze' }, 'web'],
  [{ kind: 'thaw', group: '' }, { kind: 'thaw' }, 'every group'],
];
for (const [command, order, who] of done) {
  test(`orders: ${command.kind} of ${who} reaches the machine`, () => {
    const { answer, told, id } = asked(command, { record: { priority: 200 } });
    assert.deepEqual(answer, {
      ok: true,
      text: `${command.kind} ${who}: ordered; "sealbeat events" shows what follows`,
    });
    assert.deepEqual(told, [{ kind: 'ordered', group: who === 'web' ? id : undefined, order }]);
  });
}

test('orders: draining, freezing and the like need nobody else', () => {
  for (const kind of ['drain', 'undrain', 'freeze', 'thaw'] as const) {
    const { answer } = asked({ kind, group: web }, { group: { role: 'standby' }, peer: { alive: false } });
    assert.equal(answer.ok, true, kind);
  }
});

test('orders: a config without groups says so', () => {
  const settings = { ...settingsWith(), groups: [] };
  const clock = new ManualClock();
  const { node } = benchOf(settings, 'lb1', clock);
  const answer = obey(
    { kind: 'drain', group: web },
    { node, settings, now: 0 as MonoMs, isStopping: false, tell: () => assert.fail('nothing to order') },
  );
  assert.deepEqual(answer, {
    ok: false,
    code: 'REFUSED',
    message: 'there is no group web',
    hint: 'the config has none',
  });
  assert.equal(named('lb1'), node.policy.self.name);
});
