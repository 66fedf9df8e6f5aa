// Goal: two OpenBSD hosts agree on a master as carp(4) says: farewells, demotion, groups.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BsdHostOptions } from '../bsd/host.ts';
import { VIP, call, must, mustAll, stage } from '../bsd/stage.ts';
import { openbsdHost } from './openbsd.ts';
import type { OpenbsdVariants } from './openbsd-variants.ts';

const configure = (skew: number, more = ''): string =>
  `ifconfig carp0 ${VIP}/32 carpdev em0 vhid 1 pass s3cret advskew ${skew} ${more}`;
const MASTER = 'ifconfig carp0 up state master';

function pair(options: Partial<BsdHostOptions<OpenbsdVariants>> = {}) {
  const scene = stage();
  const [a, b] = [1, 2].map((number) => openbsdHost({ ...scene.place(number, 'em0'), ...options }));
  const states = (): (string | undefined)[] => [a!, b!].map((host) => host.carpState('carp0'));
  return { ...scene, a: a!, b: b!, states, holders: () => scene.lan.holders(VIP) };
}

async function masterAndBackup(skews: readonly [number, number] = [0, 100]) {
  const scene = pair();
  await mustAll(scene.a, [configure(skews[0]), MASTER]);
  await must(scene.b, configure(skews[1]));
  assert.deepEqual([scene.states(), scene.holders()], [['MASTER', 'BACKUP'], ['host1']]);
  return scene;
}

for (const [masterDownSkews, expectedMs] of [
  [3, 4_500],
  [1, 3_500],
] as const)
  test(`openbsd carp: a dead master is replaced after three intervals with ${masterDownSkews} times the skew`, async () => {
    const { a, pass, states } = pair({ variants: { masterDownSkews } });
    await must(a, configure(128));
    await pass(expectedMs - 20);
    assert.equal(states()[0], 'BACKUP');
    await pass(40);
    assert.equal(states()[0], 'MASTER');
  });

test('openbsd carp: a new master announces at once, and again with its second advertisement after that', async () => {
  const { lan, pass } = await masterAndBackup();
  assert.equal(lan.announcements.length, 1);
  await pass(1_500);
  assert.equal(lan.announcements.length, 1);
  await pass(10_000);
  assert.equal(lan.announcements.length, 2);
});

test('openbsd carp: a master that goes down says farewell, and is replaced at once', async () => {
  const { lan, a, states, holders } = await masterAndBackup();
  await must(a, 'ifconfig carp0 down');
  const farewell = lan.adverts.find(({ host, advert }) => host === 'host1' && advert.advbase === 255);
  assert.equal(farewell?.advert.advskew, 255);
  assert.deepEqual([states(), holders()], [['INIT', 'MASTER'], ['host2']]);
});

test('openbsd carp: a backup that goes down has nothing to say', async () => {
  const { lan, b, states } = await masterAndBackup();
  const before = lan.adverts.length;
  await must(b, 'ifconfig carp0 down');
  assert.deepEqual([states(), lan.adverts.length], [['MASTER', 'INIT'], before]);
});

test('openbsd carp: a master that is destroyed, or loses its last address, says nothing', async () => {
  for (const line of ['ifconfig carp0 destroy', `ifconfig carp0 inet ${VIP} delete`]) {
    const { a, pass, states, holders } = await masterAndBackup();
    await must(a, line);
    assert.deepEqual([states()[1], holders()], ['BACKUP', []]);
    await pass(3_000 + 3 * 391 + 20);
    assert.deepEqual([states()[1], holders()], ['MASTER', ['host2']]);
  }
});

test('openbsd carp: without an address the interface is down, and up by itself with the next', async () => {
  const { a, states } = await masterAndBackup();
  await must(a, `ifconfig carp0 inet ${VIP} delete`);
  assert.match(await must(a, 'ifconfig carp0'), /^carp0: flags=8802<BROADCAST,SIMPLEX,MULTICAST> /);
  await must(a, `ifconfig carp0 inet alias ${VIP}/32`);
  assert.equal(states()[0], 'BACKUP');
});

test('openbsd carp: a state is ignored in INIT, and master lost without a fight against a better master', async () => {
  const { b, pass, states } = await masterAndBackup();
  await must(b, 'ifconfig carp0 down');
  for (const state of ['master', 'backup']) {
    await must(b, `ifconfig carp0 state ${state}`);
    assert.equal(states()[1], 'INIT', state);
  }
  await must(b, MASTER);
  await pass(1_500);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
});

test('openbsd carp: a faster host that is told to be master stays it', async () => {
  const { b, pass, states } = await masterAndBackup([100, 0]);
  await must(b, MASTER);
  await pass(3_000);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
});

test('openbsd carp: a state that there is not is accepted and does nothing', async () => {
  const { a, states } = await masterAndBackup();
  await must(a, 'ifconfig carp0 state foo');
  assert.equal(states()[0], 'MASTER');
});

test('openbsd carp: two masters of one interval become one', async () => {
  const { lan, pass, states } = await masterAndBackup([50, 50]);
  lan.cut('host1', 'host2');
  lan.cut('host2', 'host1');
  await pass(5_000);
  assert.deepEqual(states(), ['MASTER', 'MASTER']);
  lan.heal();
  await pass(1_500);
  assert.equal(states().filter((state) => state === 'MASTER').length, 1);
});

test('openbsd carp: only preempt takes over from a slower master that lives', async () => {
  const { b, pass, states } = await masterAndBackup([100, 0]);
  await pass(10_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
  await must(b, 'sysctl net.inet.carp.preempt=1');
  await pass(1_500);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
});

test('openbsd carp: the lower demotion wins, whatever preempt and skew say', async () => {
  const { a, b, pass, states } = await masterAndBackup();
  await must(a, 'ifconfig -g carp carpdemote 64');
  assert.deepEqual(states(), ['BACKUP', 'MASTER'], 'the master tells it at once');
  await mustAll(b, ['ifconfig -g carp carpdemote', 'ifconfig -g carp carpdemote']);
  await pass(5_000);
  assert.deepEqual(states(), ['BACKUP', 'MASTER'], '64 against 2');
  await must(a, 'ifconfig -g carp -carpdemote 64');
  assert.equal(await must(a, 'ifconfig -g carp'), 'carp: carp demote count 0\n');
  await pass(1_500);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
});

test('openbsd carp: preempt does not help a demoted host', async () => {
  const { b, pass, states } = await masterAndBackup([100, 0]);
  await mustAll(b, ['ifconfig -g carp carpdemote 1', 'sysctl net.inet.carp.preempt=1']);
  await pass(5_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
});

test('openbsd carp: a firewall that still collects states is demoted', async () => {
  const { a, b, pass, states } = await masterAndBackup();
  a.beginBulkUpdate();
  assert.equal(await must(a, 'ifconfig -g carp'), 'carp: carp demote count 33\n');
  await pass(2_000);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
  a.endBulkUpdate();
  await must(b, 'ifconfig carp0 down');
  assert.deepEqual(states(), ['MASTER', 'INIT']);
});

test('openbsd carp: a group of one interface demotes it alone', async () => {
  const { a, states } = await masterAndBackup();
  await mustAll(a, ['ifconfig carp0 group inside', 'ifconfig -g inside carpdemote 5']);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
  assert.equal(await must(a, 'ifconfig -g carp'), 'carp: carp demote count 0\n');
  assert.match(await must(a, 'ifconfig carp0'), /groups: carp inside\n/);
});

test('openbsd carp: a cable that is out means INIT and one more demotion', async () => {
  const { lan, a, pass, states, holders } = await masterAndBackup();
  lan.pull('host1', 'em0');
  await pass(200);
  assert.deepEqual([states()[0], holders()], ['INIT', []]);
  assert.equal(await must(a, 'ifconfig -g carp'), 'carp: carp demote count 1\n');
  assert.match(await must(a, 'ifconfig carp0'), /^carp0: flags=8803<UP,.*\n(.*\n)*\tstatus: invalid\n/);
  await pass(5_000);
  lan.plug('host1', 'em0');
  await pass(200);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
  assert.equal(await must(a, 'ifconfig -g carp'), 'carp: carp demote count 0\n');
});

test('openbsd carp: em0 down means INIT as well', async () => {
  const { a, states } = await masterAndBackup();
  await must(a, 'ifconfig em0 down');
  assert.equal(states()[0], 'INIT');
});

test('openbsd carp: another address makes a master a backup, another skew does not', async () => {
  const { a, states } = await masterAndBackup();
  await must(a, 'ifconfig carp0 advskew 10');
  assert.equal(states()[0], 'MASTER');
  await must(a, 'ifconfig carp0 inet alias 10.77.0.101/32');
  assert.equal(states()[0], 'BACKUP');
});

test('openbsd carp: a unicast peer stays until it is taken away', async () => {
  const { lan, a, b, pass, states } = pair();
  await mustAll(a, [configure(0, 'carppeer 10.77.0.2'), MASTER, 'ifconfig carp0 advskew 5']);
  await must(b, configure(100, 'carppeer 10.77.0.1'));
  await pass(5_000);
  assert.deepEqual([states(), lan.adverts.at(-1)?.peer], [['MASTER', 'BACKUP'], '10.77.0.2']);
  await must(a, 'ifconfig carp0 -carppeer');
  await pass(1_500);
  assert.equal(lan.adverts.at(-1)?.peer, undefined);
});

test('openbsd carp: up for what is up disturbs nobody, and an address brings up what is down', async () => {
  const { a, states } = await masterAndBackup();
  await must(a, 'ifconfig em0 up');
  assert.equal(states()[0], 'MASTER');
  await must(a, 'ifconfig em0 down');
  assert.equal(states()[0], 'INIT');
  await must(a, 'ifconfig em0 inet 10.77.0.200/32 alias');
  assert.equal(states()[0], 'BACKUP');
});

test('openbsd carp: another password is not understood', async () => {
  const { a, b, pass, states } = pair();
  await mustAll(a, [configure(0), MASTER]);
  await mustAll(b, [configure(0), 'ifconfig carp0 pass other']);
  await pass(4_000);
  assert.deepEqual(states(), ['MASTER', 'MASTER']);
});

test('openbsd carp: allow=0 makes a host deaf', async () => {
  const { b, pass, states } = await masterAndBackup();
  await must(b, 'sysctl net.inet.carp.allow=0');
  await pass(5_000);
  assert.deepEqual(states(), ['MASTER', 'MASTER']);
});

test('openbsd carp: one vhid, one interface', async () => {
  const { a } = await masterAndBackup();
  assert.equal(
    (await call(a, 'ifconfig carp1 carpdev em0 vhid 1')).stderr,
    'ifconfig: SIOCSVH: Invalid argument\n',
  );
});
