import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../src/core/errors.ts';
import type { Settings } from '../../src/core/settings.ts';
import { settled } from '../fakes/told-adapter.ts';
import { openedGroups as opened, V4, V6, vips } from './opened-groups.ts';
import { settingsWith } from './two-nodes.ts';

const pair = settingsWith();
const web = pair.groups[0]!.id;

test('groups: at the start nothing is touched, and the VIPs are watched', async () => {
  const { groups, configure, adapter, called } = opened();
  await configure(pair);
  assert.deepEqual(called(), []);
  assert.deepEqual([...adapter().watchers][0]!.vips, [V4, V6]);
  assert.deepEqual(groups.links(), ['eth0']);
  assert.deepEqual(
    groups.vipsOf(web).map(({ address }) => address),
    ['10.10.10.42', '2001:db8::42'],
  );
});

test('groups: what the system reports is told: a removal of the group, a carrier of all', async () => {
  const { groups, configure, adapter, told } = opened();
  await configure(pair);
  const [vip] = groups.vipsOf(web);
  const [watcher] = adapter().watchers;
  watcher!.change({ kind: 'removed', vip: vip! });
  watcher!.change({ kind: 'carrier', link: 'eth0', up: false });
  assert.deepEqual(told, [
    { kind: 'hint', group: web },
    { kind: 'carrier', up: false },
  ]);
});

for (const [who, holds, hints] of [
  ['a group that is not held here is a hint', [], 1],
  ['a group that is held here is a renewal, and no news', ['web'], 0],
] as const) {
  test(`groups: an address that appears in ${who}`, async () => {
    const { groups, configure, adapter, told } = opened();
    await configure(pair, [], holds);
    const [watcher] = adapter().watchers;
    watcher!.change({ kind: 'added', vip: groups.vipsOf(web)[0]! });
    assert.deepEqual(told, Array(hints).fill({ kind: 'hint', group: web }));
  });
}

for (const [who, holds, fault] of [
  ['a held group', ['web'], 'web is held here but nobody can reach it'],
  ['a group that is held elsewhere', [], 'web could not be reached here'],
] as const) {
  test(`groups: ${who} without a carrier is an alarm until it is back, and an event each time`, async () => {
    const { groups, configure, adapter, carriers } = opened();
    await configure(pair, [], holds);
    assert.deepEqual(groups.alarms(), []);
    const [watcher] = adapter().watchers;
    watcher!.change({ kind: 'carrier', link: 'eth0', up: true }); // the first word about it is no change
    watcher!.change({ kind: 'carrier', link: 'eth0', up: false });
    watcher!.change({ kind: 'carrier', link: 'eth0', up: false });
    assert.deepEqual(groups.alarms(), [`no carrier on eth0: ${fault}`]);
    assert.deepEqual(carriers, [`web: no carrier on eth0: ${fault}`]);

    // Another config on the same interface does not make it forget.
    await configure(settingsWith(vips('[10.10.10.43]')), [], holds);
    assert.deepEqual(groups.alarms(), [`no carrier on eth0: ${fault}`]);
    const [next] = adapter().watchers;
    next!.change({ kind: 'carrier', link: 'eth0', up: true });
    assert.deepEqual(groups.alarms(), []);
    assert.deepEqual(carriers.slice(1), ['web: carrier on eth0: it is back']);
  });
}

test('groups: an interface that no VIP is on any longer is no alarm', async () => {
  const { groups, configure, adapter } = opened();
  await configure(pair);
  [...adapter().watchers][0]!.change({ kind: 'carrier', link: 'eth0', up: false });
  await configure(settingsWith(['eth0', 'eth1']));
  assert.deepEqual(groups.alarms(), []);
});

test('groups: the last look is kept with its time, and goes with its group', async () => {
  const { groups, configure, adapter, clock } = opened();
  await configure(pair);
  const [v4, v6] = groups.vipsOf(web);
  assert.equal(groups.lookOf(web), undefined);
  adapter().present.add(V6);
  assert.equal(await groups.isFound(pair.groups[0]!), true);
  const first = groups.lookOf(web)!;
  assert.deepEqual([first.isFound(v4!), first.isFound(v6!), first.at], [false, true, clock.nowMs()]);

  clock.goOn(700);
  groups.queueOf(web)!.add('up', 1);
  await settled();
  const second = groups.lookOf(web)!;
  assert.deepEqual([second.isFound(v4!), second.isFound(v6!), second.at], [true, true, clock.nowMs()]);

  adapter().broken = new Error('cannot tell');
  clock.goOn(700);
  groups.queueOf(web)!.add('look', 2);
  await settled();
  assert.equal(groups.lookOf(web), second, 'what could not be seen changes nothing');

  await configure({ ...pair, groups: [] });
  assert.equal(groups.lookOf(web), undefined);
});

test('groups: a config that means the same changes nothing', async () => {
  const { groups, configure, adapter, called, told } = opened();
  await configure(pair, [], ['web']);
  const queue = groups.queueOf(web);
  const [watcher] = adapter().watchers;
  await configure(settingsWith(), ['web'], ['web']);
  assert.equal(groups.queueOf(web), queue);
  assert.equal([...adapter().watchers][0], watcher);
  assert.deepEqual(called(), []);
  assert.deepEqual(told, []);
});

test('groups: a VIP that leaves a held group is taken down, the others are brought up anew and announced', async () => {
  const { groups, configure, called, told, adapter } = opened();
  await configure(pair);
  await configure(settingsWith(vips('["2001:db8::42"]')), ['web'], ['web']);
  assert.deepEqual(called(), [`down ${V4}`, `up ${V6}`]);
  assert.deepEqual(told, [
    { kind: 'hint', group: web },
    { kind: 'carrier', up: true },
  ]);
  assert.deepEqual(
    [...adapter().watchers].map((watcher) => watcher.vips),
    [[V6]],
  );
  groups.announce(web, false);
  assert.deepEqual(adapter().announced, [[V6]]);
});

test('groups: a VIP that leaves a group held elsewhere is not touched here', async () => {
  const { configure, called } = opened();
  await configure(pair);
  await configure(settingsWith(vips('["2001:db8::42"]')));
  assert.deepEqual(called(), []);
});

test('groups: a VIP that comes to a held group is brought up with the others', async () => {
  const { configure, called } = opened();
  await configure(settingsWith(vips('[10.10.10.42]')));
  await configure(pair, ['web'], ['web']);
  assert.deepEqual(called(), [`up ${V4} ${V6}`]);
});

test('groups: a VIP that cannot be brought up is said, and the machine is told to look', async () => {
  const { configure, adapter, told, log } = opened();
  await configure(settingsWith(vips('[10.10.10.42]')));
  adapter().broken = new OperatorError('VIP_FAILED', 'no', { hint: 'look' });
  await configure(pair, ['web'], ['web']);
  assert.deepEqual(told, [{ kind: 'hint', group: web }]);
  assert.deepEqual(
    log.lines.filter(({ level }) => level === 'warn').map(({ text }) => text),
    ["web: the new config's VIPs could not be brought up"],
  );
});

test('groups: another length is another address: the old one goes first', async () => {
  const { configure, called } = opened();
  await configure(settingsWith(vips('[10.10.10.42]')));
  await configure(settingsWith(vips('[10.10.10.42/24]')), ['web'], ['web']);
  assert.deepEqual(called(), [`down ${V4}`, 'up 10.10.10.42/24 on eth0']);
});

test('groups: another interface: onto the new one, then off the old one, and watched there', async () => {
  const { groups, configure, called, adapter } = opened();
  await configure(settingsWith(vips('[10.10.10.42]')));
  await configure(
    settingsWith(vips('[10.10.10.42]'), ['interface: eth0', 'interface: eth7']),
    ['web'],
    ['web'],
  );
  assert.deepEqual(called(), ['up 10.10.10.42/32 on eth7', `down ${V4}`]);
  assert.deepEqual(
    [...adapter().watchers].map((watcher) => watcher.vips),
    [['10.10.10.42/32 on eth7']],
  );
  assert.deepEqual(groups.links(), ['eth7']);
});

test('groups: another lease is brought into force at once, or the kernel would end the old one', async () => {
  const { configure, called, adapter } = opened();
  await configure(settingsWith(vips('[10.10.10.42]')));
  await configure(settingsWith(vips('[10.10.10.42]'), ['lease: 1s', 'lease: off']), ['web'], ['web']);
  assert.deepEqual(called(), [`up ${V4}`]);
  assert.equal(adapter().calls[0]!.leaseSeconds, 0);
});

test('groups: another way to announce brings a new adapter, which takes the VIP over without a gap', async () => {
  const { groups, configure, called, adapter } = opened();
  await configure(settingsWith(vips('[10.10.10.42]')));
  const other = settingsWith(vips('[10.10.10.42]\n    announce: { method: same-mac }'));
  await configure(other, ['web'], ['web']);
  assert.deepEqual(called(), [], 'the old adapter takes nothing down');
  assert.deepEqual(called('auto same-mac'), [`up ${V4}`]);
  assert.equal(adapter().watchers.size, 0);
  assert.equal(adapter('auto same-mac').watchers.size, 1);
  groups.queueOf(web)!.add('down', 1);
  assert.deepEqual(called('auto same-mac').at(-1), `down ${V4}`);
});

test('groups: another kind of adapter takes over what the one before has let go, and only then', async () => {
  const { configure, called, adapter } = opened({ platform: 'sunos' });
  await configure(settingsWith(vips('[10.10.10.42]')));
  adapter().answers = false;
  const other = settingsWith(vips('[10.10.10.42]\n    adapter: illumos-ifconfig'));
  await configure(other, ['web'], ['web']);
  assert.deepEqual(called(), [`down ${V4}`]);
  assert.deepEqual(called('illumos-ifconfig auto'), []);
  adapter().calls[0]!.settle();
  for (let turn = 0; turn < 5; turn += 1) await settled();
  assert.deepEqual(called('illumos-ifconfig auto'), [`up ${V4}`]);
});

test('groups: the other kind is tried even where the one before could not let go', async () => {
  const { configure, called, adapter, problems } = opened({ platform: 'sunos' });
  await configure(settingsWith(vips('[10.10.10.42]')));
  adapter().broken = new OperatorError('VIP_DENIED', 'not permitted', { hint: 'run as root' });
  const other = settingsWith(vips('[10.10.10.42]\n    adapter: illumos-ifconfig'));
  await configure(other, ['web'], ['web']);
  assert.deepEqual(called('illumos-ifconfig auto'), [`up ${V4}`]);
  assert.match(
    problems.join(),
    /^web: 10\.10\.10\.42\/32 on eth0 could not be taken down .*: not permitted \(run as root; /,
  );
});

test('groups: another adapter of the same kind gets the VIP as a new process would, without a gap', async () => {
  const { configure, called, adapter } = opened({ platform: 'sunos' });
  await configure(settingsWith(vips('[10.10.10.42]')));
  const other = settingsWith(vips('[10.10.10.42]\n    announce: { method: arping }'));
  await configure(other, ['web'], ['web']);
  assert.deepEqual(called(), [`leave ${V4}`]);
  assert.equal(adapter().calls[0]!.leaseSeconds, 1);
  assert.deepEqual(called('auto arping'), [`up ${V4}`]);
});

test('groups: where an address cannot be on two interfaces it leaves the old one first', async () => {
  const { configure, called } = opened({ platform: 'sunos' });
  await configure(settingsWith(vips('[10.10.10.42]')));
  await configure(
    settingsWith(vips('[10.10.10.42]'), ['interface: eth0', 'interface: eth7']),
    ['web'],
    ['web'],
  );
  assert.deepEqual(called(), [`down ${V4}`, 'up 10.10.10.42/32 on eth7']);
});

const twoGroups = (of: { web: string; mail?: string }): Settings =>
  settingsWith(
    vips(of.mail === undefined ? of.web : `${of.web}\n  mail:\n    interface: eth0\n    vips: ${of.mail}`),
  );

test('groups: a held group that leaves the config is taken down and no longer watched', async () => {
  const { groups, configure, called, adapter } = opened();
  await configure(twoGroups({ web: '[10.10.10.42]', mail: '[10.10.10.43]' }));
  await configure(twoGroups({ web: '[10.10.10.42]' }), ['mail', 'web'], ['web']);
  assert.deepEqual(called(), ['down 10.10.10.43/32 on eth0']);
  assert.deepEqual(
    [...adapter().watchers].map((watcher) => watcher.vips),
    [[V4]],
  );
  assert.deepEqual(groups.links(), ['eth0']);
});

test('groups: a group that comes is watched and not touched', async () => {
  const { configure, called, adapter } = opened();
  await configure(twoGroups({ web: '[10.10.10.42]' }));
  await configure(twoGroups({ web: '[10.10.10.42]', mail: '[10.10.10.43]' }), ['web'], ['web']);
  assert.deepEqual(called(), []);
  assert.equal(adapter().watchers.size, 2);
});

test('groups: what could not be taken down is tried again until it is gone, is an alarm, and is said once', async () => {
  const { configure, called, adapter, clock, leftovers, troubles } = opened();
  await configure(twoGroups({ web: '[10.10.10.42]', mail: '[10.10.10.43]' }));
  adapter().broken = new OperatorError('VIP_DENIED', 'not permitted', { hint: 'run as root' });
  await configure(twoGroups({ web: '[10.10.10.42]' }), ['mail']);
  for (const ms of [500, 1_000, 2_000]) {
    clock.goOn(ms);
    await settled();
  }
  assert.equal(called().length, 4);
  assert.deepEqual(leftovers.alarms(), [
    '10.10.10.43/32 on eth0 is no longer in the config and still here: not permitted',
  ]);
  assert.deepEqual(troubles, [
    '10.10.10.43/32 on eth0 is no longer in the config and could not be taken down: not permitted (run as root)',
  ]);
  adapter().broken = undefined;
  clock.goOn(4_000);
  await settled();
  assert.equal(called().length, 5);
  assert.deepEqual(leftovers.alarms(), []);
  assert.equal(leftovers.any(), false);
  assert.equal(clock.waiting, 0);
});

test('groups: a leftover that a held group takes over in a later config is left to it', async () => {
  const { configure, called, adapter, clock, leftovers } = opened();
  await configure(twoGroups({ web: '[10.10.10.42]', mail: '[10.10.10.43]' }));
  adapter().broken = new Error('no');
  await configure(twoGroups({ web: '[10.10.10.42]' }), ['mail', 'web'], ['web']);
  adapter().broken = undefined;
  await configure(twoGroups({ web: '[10.10.10.42, 10.10.10.43]' }), ['web'], ['web']);
  clock.goOn(60_000);
  await settled();
  assert.deepEqual(called(), ['down 10.10.10.43/32 on eth0', `up ${V4} 10.10.10.43/32 on eth0`]);
  assert.equal(leftovers.any(), false);
});

test('groups: a VIP that goes from one held group to another is brought up without being taken down', async () => {
  const { configure, called } = opened();
  await configure(twoGroups({ web: '[10.10.10.42, 10.10.10.44]', mail: '[10.10.10.43]' }));
  await configure(
    twoGroups({ web: '[10.10.10.42]', mail: '[10.10.10.43, 10.10.10.44]' }),
    ['web', 'mail'],
    ['web', 'mail'],
  );
  assert.deepEqual(called().toSorted(), [`up ${V4}`, 'up 10.10.10.43/32 on eth0 10.10.10.44/32 on eth0']);
});

test('groups: a VIP that goes to a group held elsewhere is taken down before that group may bring it up', async () => {
  const { groups, configure, called, adapter } = opened();
  await configure(twoGroups({ web: '[10.10.10.42, 10.10.10.44]', mail: '[10.10.10.43]' }));
  adapter().answers = false;
  const next = twoGroups({ web: '[10.10.10.42]', mail: '[10.10.10.43, 10.10.10.44]' });
  await configure(next, ['web'], ['web']);
  groups.queueOf(next.groups.find(({ name }) => name === 'mail')!.id)!.add('up', 1);
  await settled();
  assert.deepEqual(called(), ['down 10.10.10.44/32 on eth0']);
  adapter().answers = true;
  adapter().calls[0]!.settle();
  for (let turn = 0; turn < 5; turn += 1) await settled();
  assert.deepEqual(called().slice(1).toSorted(), [
    `up ${V4}`,
    'up 10.10.10.43/32 on eth0 10.10.10.44/32 on eth0',
  ]);
});

test('groups: two groups that swap a VIP do not wait for each other for ever', async () => {
  const { configure, called } = opened();
  await configure(twoGroups({ web: '[10.10.10.42]', mail: '[10.10.10.43]' }));
  await configure(
    twoGroups({ web: '[10.10.10.43/24]', mail: '[10.10.10.42/24]' }),
    ['web', 'mail'],
    ['web', 'mail'],
  );
  assert.deepEqual(called().toSorted(), [
    'down 10.10.10.42/32 on eth0',
    'down 10.10.10.43/32 on eth0',
    'up 10.10.10.42/24 on eth0',
    'up 10.10.10.43/24 on eth0',
  ]);
});

test('groups: a holder that the new config gives no interface keeps its VIP until it has handed over', async () => {
  const { groups, configure, called, adapter } = opened();
  await configure(pair);
  await configure(settingsWith(['interface: eth0', 'interface: { lb2: eth0 }']), ['web'], ['web']);
  assert.deepEqual(called(), []);
  groups.queueOf(web)!.add('down', 1);
  await settled();
  assert.deepEqual(called(), [`down ${V4} ${V6}`]);
  await configure(settingsWith(['interface: eth0', 'interface: { lb2: eth0 }']));
  assert.deepEqual(groups.vipsOf(web), []);
  assert.equal(adapter().watchers.size, 0);
});

test('groups: an adapter that this system has not is refused before anything changes', async () => {
  const { groups, configure, called, adapter } = opened();
  await configure(pair);
  const next = settingsWith(vips('[10.10.10.42]\n    adapter: simulated'), [
    'interface: eth0',
    'interface: /tmp/eth0',
  ]);
  assert.throws(() => groups.check(next), { code: 'CONFIG_INVALID' });
  assert.deepEqual(called(), []);
  assert.deepEqual([...adapter().watchers][0]!.vips, [V4, V6]);
});

test('groups: a look finds what is there; one that fails says so and counts as found', async () => {
  const { groups, configure, adapter, log } = opened();
  await configure(pair);
  const [group] = pair.groups;
  assert.equal(await groups.isFound(group!), false);
  adapter().present.add(V6);
  assert.equal(await groups.isFound(group!), true);
  adapter().broken = new OperatorError('VIP_UNKNOWN', 'cannot see', { hint: 'look' });
  assert.equal(await groups.isFound(group!), true);
  assert.deepEqual(
    log.lines.map(({ level, text }) => [level, text]),
    [['warn', 'web: could not look for the VIP']],
  );
});

test('groups: a node without an interface for the group finds nothing and watches nothing', async () => {
  const { groups, configure, called, adapter } = opened();
  const elsewhere = settingsWith(['interface: eth0', 'interface: { lb2: eth0 }']);
  await configure(elsewhere);
  assert.equal(await groups.isFound(elsewhere.groups[0]!), false);
  groups.announce(web, false);
  assert.deepEqual(called(), []);
  assert.deepEqual(adapter().announced, []);
  assert.equal(adapter().watchers.size, 0);
});

test('groups: stop ends the watches', async () => {
  const { groups, configure, adapter } = opened();
  await configure(pair);
  groups.stop();
  assert.equal(adapter().watchers.size, 0);
});
