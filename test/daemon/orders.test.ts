import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlCommand } from '../../src/control/messages.ts';
import type { GroupState } from '../../src/core/group/state.ts';
import type { Link } from '../../src/core/peer/link.ts';
import type { GroupName, MonoMs } from '../../src/core/units.ts';
import type { Happening } from '../../src/daemon/loop.ts';
import type { Moved } from '../../src/daemon/moves.ts';
import { obey } from '../../src/daemon/orders.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { acquaint, benchOf, named, settingsWith } from './two-nodes.ts';

type Order = Exclude<ControlCommand, { kind: 'reload' | 'restart' | 'drill' }>;

const web = 'web' as GroupName;
const switchover = (to: string): Order => ({ kind: 'switchover', group: web, to: to as Order & '' });
const failback: Order = { kind: 'failback', group: web };

const over: Moved = {
  ...{ group: web, from: named('lb1'), to: named('lb2'), tookMs: 8, gapMs: 0, bothMs: 3 },
  ...{ failure: '', holder: named('lb2') },
};

/** lb1 with the group, and lb2 heard both ways as a standby, unless the row says otherwise. */
async function asked(
  command: Order,
  {
    group = {},
    peer = {},
    record = {},
    isStopping = false,
    moved = over,
  }: {
    group?: Partial<GroupState>;
    peer?: Partial<Link>;
    record?: object;
    isStopping?: boolean;
    moved?: Moved;
  } = {},
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
  let watched = 0;
  const watch = (): Promise<Moved> => {
    assert.deepEqual(told, [], 'watched from before the order on');
    watched += 1;
    return Promise.resolve(moved);
  };
  const ordered = { node: lb1.node, settings, now: clock.nowMs(), isStopping, tell, moves: { watch } };
  return { answer: await obey(command, ordered), told, id, watched };
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
    'nobody is known to hold it: "sealbeat explain web" tells more',
  ],
  [
    'a switchover at a node that does not hold, to itself',
    switchover('lb1'),
    { group: { role: 'standby', has: false }, record: { role: 'active', has: true } },
    'this node does not hold web (it is standby); lb2 does',
    'on lb2: sealbeat switchover web --to lb1',
  ],
  [
    'a switchover at a node that does not hold, to whom it may be',
    switchover(''),
    { group: { role: 'standby', has: false }, record: { role: 'active', has: true } },
    'this node does not hold web (it is standby); lb2 does',
    'on lb2: sealbeat switchover web',
  ],
  [
    'a switchover to the node that holds it',
    switchover('lb2'),
    { group: { role: 'standby', has: false }, record: { role: 'active', has: true } },
    'lb2 holds web already',
    'nothing is to be done',
  ],
  [
    'a failback at a node that does not hold, while another does',
    failback,
    { group: { role: 'standby', has: false }, record: { role: 'active', has: true } },
    'this node does not hold web (it is standby); lb2 does',
    'on lb2: sealbeat failback web',
  ],
  [
    'a failback at a node that does not hold',
    failback,
    { group: { role: 'init' } },
    'this node does not hold web (it is init)',
    'nobody is known to hold it: "sealbeat explain web" tells more',
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
      ['silent', { peer: { alive: false } }, 'is silent'],
      ['deaf to us', { peer: { ackedTx: undefined } }, 'is heard but does not hear this node'],
      [
        'unable',
        { record: { priority: 0 } },
        'says that it cannot hold (drained, stopping, in fault or deaf: its own status tells)',
      ],
      ['starting', { record: { role: 'init' } }, 'is starting and asks its peers first'],
      ['claiming', { record: { role: 'claiming' } }, 'is no standby now'],
      [
        'left with the VIPs',
        { record: { has: true } },
        'has the VIP on its interface though it does not hold the group',
      ],
      ['handing over to another', { record: { heir: 3 } }, 'is handing over itself'],
    ] as const
  ).flatMap(([name, state, why]) =>
    (
      [
        ['lb2', `lb2 could not take over web now: it ${why}`],
        ['', `nobody could take over web now: lb2 ${why}`],
      ] as const
    ).map(
      ([to, message]) =>
        [
          `a switchover to a node that is ${name} (${to || 'any'})`,
          switchover(to),
          state,
          message,
          '"sealbeat explain web" tells more; to leave it without a holder, "sealbeat drain web"',
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
  test(`orders: refused: ${name}`, async () => {
    const { answer, told, watched } = await asked(command, state);
    assert.deepEqual(answer, { ok: false, code: 'REFUSED', message, hint });
    assert.deepEqual(told, [], 'nothing was ordered');
    assert.equal(watched, 0);
  });
}

for (const [name, state, why] of [
  ['the other has a lower priority', {}, 'has priority 100, and this node 101'],
  ['the other has the same', { record: { priority: 101 } }, 'has priority 101, and this node 101'],
  ['the better one is silent', { peer: { alive: false }, record: { priority: 200 } }, 'is silent'],
  [
    'the better one still has the VIPs',
    { record: { priority: 200, has: true } },
    'has the VIP on its interface though it does not hold the group',
  ],
] as const) {
  test(`orders: failback is refused at once when ${name}, and yet ends the placement by hand`, async () => {
    const { answer, told, id } = await asked(failback, state);
    assert.deepEqual(answer, {
      ok: false,
      code: 'REFUSED',
      message: `nobody with a higher priority could take over: lb2 ${why}`,
      hint: 'web stays; it no longer counts as placed by hand, and fails back as its config says',
    });
    assert.deepEqual(told, [{ kind: 'ordered', group: id, order: { kind: 'failback' } }]);
  });
}

const noWait = { wait: false } as const;
const done: readonly (readonly [command: Order, order: object, who: string])[] = [
  [{ ...switchover('lb2'), ...noWait } as Order, { kind: 'switchover', to: 2 }, 'web'],
  [{ ...switchover(''), ...noWait } as Order, { kind: 'switchover', to: 0 }, 'web'],
  [{ ...failback, ...noWait } as Order, { kind: 'failback' }, 'web'],
  [{ kind: 'drain', group: web, ...noWait }, { kind: 'drain' }, 'web'],
  [{ kind: 'drain', group: '', ...noWait }, { kind: 'drain' }, 'every group'],
  [{ kind: 'undrain', group: '' }, { kind: 'undrain' }, 'every group'],
  [{ kind: 'freeze', group: web }, { kind: 'freeze' }, 'web'],
  [{ kind: 'thaw', group: '' }, { kind: 'thaw' }, 'every group'],
];
for (const [command, order, who] of done) {
  test(`orders: ${command.kind} of ${who} reaches the machine and is answered at once`, async () => {
    const { answer, told, id, watched } = await asked(command, { record: { priority: 200 } });
    assert.deepEqual(answer, {
      ok: true,
      text: `${command.kind} ${who}: ordered; "sealbeat events" shows what follows`,
    });
    assert.deepEqual(told, [{ kind: 'ordered', group: who === 'web' ? id : undefined, order }]);
    assert.equal(watched, 0);
  });
}

const line = 'web: lb1 → lb2 in 8 ms; on both for 3 ms, never on none';
const facts = { group: 'web', from: 'lb1', to: 'lb2', tookMs: 8, gapMs: 0, bothMs: 3 };
const failed: Moved = {
  ...over,
  ...{ to: '', failure: 'lb2 did not take over within 3.0 s', holder: named('lb1') },
};
const awaited: readonly (readonly [name: string, command: Order, moved: Moved, answer: object])[] = [
  ['a switchover', switchover('lb2'), over, { ok: true, text: line, facts }],
  ['a failback', failback, over, { ok: true, text: line, facts }],
  ['a drain of a group', { kind: 'drain', group: web }, over, { ok: true, text: line, facts }],
  ['a drain of all', { kind: 'drain', group: '' }, over, { ok: true, text: line, facts: { moves: [facts] } }],
  [
    'a switchover that failed',
    switchover('lb2'),
    failed,
    {
      ok: false,
      code: 'REFUSED',
      message: 'web: lb2 did not take over within 3.0 s; lb1 keeps it',
      hint: '"sealbeat explain web" tells what every node could do',
    },
  ],
  [
    'a drain that leaves nobody',
    { kind: 'drain', group: web },
    { ...failed, failure: 'nobody could take over', holder: '' },
    {
      ok: true,
      text: 'web: nobody could take over; nobody serves web now',
      facts: { ...facts, to: '' },
    },
  ],
];
for (const [name, command, moved, expected] of awaited) {
  test(`orders: ${name} is answered with what became of it`, async () => {
    const { answer, told, watched } = await asked(command, { record: { priority: 200 }, moved });
    assert.deepEqual(answer, expected);
    assert.equal(told.length, 1);
    assert.equal(watched, 1);
  });
}

test('orders: a drain of what this node does not hold names who does, and waits for nothing', async () => {
  const elsewhere = {
    group: { role: 'standby', has: false },
    record: { role: 'active', has: true },
  } as const;
  const { answer, told, watched } = await asked({ kind: 'drain', group: web }, elsewhere);
  assert.deepEqual(answer, {
    ok: true,
    text: 'web: drained here; lb2 holds it',
    facts: { group: 'web', from: '', to: 'lb2' },
  });
  assert.equal(told.length, 1);
  assert.equal(watched, 0);
});

test('orders: draining, freezing and the like need nobody else', async () => {
  for (const kind of ['drain', 'undrain', 'freeze', 'thaw'] as const) {
    const { answer } = await asked(
      { kind, group: web },
      { group: { role: 'standby' }, peer: { alive: false } },
    );
    assert.equal(answer.ok, true, kind);
  }
});

test('orders: a config without groups says so', async () => {
  const settings = { ...settingsWith(), groups: [] };
  const clock = new ManualClock();
  const { node } = benchOf(settings, 'lb1', clock);
  const none = (): never => assert.fail('nothing to order');
  const ordered = { node, settings, now: 0 as MonoMs, isStopping: false, tell: none, moves: { watch: none } };
  const answer = await obey({ kind: 'drain', group: web }, ordered);
  assert.deepEqual(answer, {
    ok: false,
    code: 'REFUSED',
    message: 'there is no group web',
    hint: 'the config has none',
  });
  assert.equal(named('lb1'), node.policy.self.name);
});
