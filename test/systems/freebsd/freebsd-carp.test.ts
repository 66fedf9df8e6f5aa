// Goal: two FreeBSD hosts agree on a master as carp(4) says, and disagree where it says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VIP, VIP6, call, must, mustAll, stage } from '../bsd/stage.ts';
import { type FreebsdHost, type FreebsdOptions, freebsdHost } from './freebsd.ts';

const configure = (skew: number, more = ''): string =>
  `ifconfig em0 vhid 1 advskew ${skew} pass s3cret ${more} alias ${VIP}/32`;

function pair(options: Partial<FreebsdOptions> = {}) {
  const scene = stage();
  const [a, b] = [1, 2].map((number) => freebsdHost({ ...scene.place(number, 'em0'), ...options }));
  const states = (): (string | undefined)[] => [a!, b!].map((host) => host.carpState('em0', 1));
  return { ...scene, a: a!, b: b!, states, holders: () => scene.lan.holders(VIP) };
}

async function masterAndBackup(
  options: Partial<FreebsdOptions> = {},
  skews: readonly [number, number] = [0, 100],
) {
  const scene = pair(options);
  await mustAll(scene.a, [configure(skews[0]), 'ifconfig em0 vhid 1 state master']);
  await must(scene.b, configure(skews[1]));
  assert.deepEqual(scene.states(), ['MASTER', 'BACKUP']);
  return scene;
}

test('freebsd carp: without a master the backup waits for three intervals and its skew', async () => {
  const { a, pass, states, holders } = pair();
  await must(a, configure(128));
  await pass(3_480);
  assert.deepEqual([states()[0], holders()], ['BACKUP', []]);
  await pass(40);
  assert.deepEqual([states()[0], holders()], ['MASTER', ['host1']]);
});

test('freebsd carp: a master speaks once per interval, and its backup stays quiet', async () => {
  const { lan, pass, states } = await masterAndBackup({}, [64, 100]);
  await pass(10_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
  assert.deepEqual(new Set(lan.adverts.map(({ host }) => host)), new Set(['host1']));
  assert.equal(lan.adverts.length, 1 + 10_000 / 1_250);
  assert.deepEqual(lan.adverts.at(-1)?.advert.advskew, 64);
});

test('freebsd carp: a new master tells the network where its addresses are', async () => {
  const { lan, a } = pair();
  await mustAll(a, [
    configure(0),
    `ifconfig em0 inet6 ${VIP6}/128 vhid 1 alias`,
    'ifconfig em0 vhid 1 state master',
  ]);
  assert.deepEqual(
    lan.announcements.map(({ address }) => address),
    [VIP, VIP6],
  );
  assert.deepEqual([lan.holders(VIP), lan.holders(VIP6)], [['host1'], ['host1']]);
});

test('freebsd carp: a silent master is replaced', async () => {
  const { lan, pass, states } = await masterAndBackup();
  lan.cut('host1', 'host2');
  await pass(3_000 + 391);
  assert.deepEqual(states(), ['MASTER', 'MASTER'], 'one direction is enough for two masters');
  lan.heal();
  await pass(2_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
});

test('freebsd carp: a master that hears its own interval from another gives way', async () => {
  const { lan, pass, states } = await masterAndBackup({}, [0, 0]);
  lan.cut('host1', 'host2');
  lan.cut('host2', 'host1');
  await pass(4_000);
  assert.deepEqual(states(), ['MASTER', 'MASTER']);
  lan.heal();
  await pass(1_500);
  assert.equal(states().filter((state) => state === 'MASTER').length, 1);
});

test('freebsd carp: state master holds against a slower one only', async () => {
  const { b, pass, states } = await masterAndBackup({}, [100, 0]);
  await must(b, 'ifconfig em0 vhid 1 state master');
  await pass(3_000);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
  const other = await masterAndBackup({}, [0, 100]);
  await must(other.b, 'ifconfig em0 vhid 1 state master');
  await other.pass(3_000);
  assert.deepEqual(other.states(), ['MASTER', 'BACKUP']);
});

test('freebsd carp: state backup is silent, and the host itself may be the one to retake', async () => {
  const { lan, a, pass, states } = await masterAndBackup();
  const before = lan.adverts.length;
  await must(a, 'ifconfig em0 vhid 1 state backup');
  assert.deepEqual(states(), ['BACKUP', 'BACKUP']);
  assert.equal(lan.adverts.length, before, 'no farewell');
  await pass(3_100);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
  await must(a, 'ifconfig em0 vhid 1 advskew 254 state backup');
  await pass(3_600);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
});

test('freebsd carp: only preempt takes over from a slower master that lives', async () => {
  const { b, pass, states } = await masterAndBackup({}, [100, 0]);
  await pass(10_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
  await must(b, 'sysctl net.inet.carp.preempt=1');
  await pass(1_500);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
});

test('freebsd carp: demotion adds up to a skew of 240, is told at once, and needs preempt at the peer', async () => {
  const { lan, a, b, pass, states } = await masterAndBackup();
  await must(a, 'sysctl net.inet.carp.demotion=200');
  assert.equal(lan.adverts.at(-1)?.advert.advskew, 200);
  await must(a, 'sysctl net.inet.carp.demotion=200');
  assert.equal(lan.adverts.at(-1)?.advert.advskew, 240);
  assert.equal(await must(a, 'sysctl -n net.inet.carp.demotion'), '400\n');
  await pass(5_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
  await must(b, 'sysctl net.inet.carp.preempt=1');
  await pass(2_000);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
});

test('freebsd carp: demotion may set instead of adding', async () => {
  const { a } = pair({ variants: { demotionWrite: 'sets' } });
  await must(a, 'sysctl net.inet.carp.demotion=240');
  assert.equal(await must(a, 'sysctl net.inet.carp.demotion=240'), 'net.inet.carp.demotion: 240 -> 240\n');
});

test('freebsd carp: a bulk update of pfsync demotes the host until it ends', async () => {
  const { a } = pair();
  a.beginBulkUpdate();
  assert.equal(await must(a, 'sysctl -n net.inet.carp.demotion'), '240\n');
  a.endBulkUpdate();
  assert.equal(await must(a, 'sysctl -n net.inet.carp.demotion'), '0\n');
});

test('freebsd carp: a cable that is out means INIT and a demotion of 240', async () => {
  const { lan, a, pass, states, holders } = await masterAndBackup();
  lan.pull('host1', 'em0');
  await pass(200);
  assert.deepEqual([states(), holders()], [['INIT', 'BACKUP'], []]);
  assert.equal(await must(a, 'sysctl -n net.inet.carp.demotion'), '240\n');
  await must(a, 'ifconfig em0 vhid 1 state master');
  assert.equal(states()[0], 'INIT', 'not by order either');
  await pass(4_000);
  assert.deepEqual(states(), ['INIT', 'MASTER']);
  lan.plug('host1', 'em0');
  await pass(200);
  assert.equal(await must(a, 'sysctl -n net.inet.carp.demotion'), '0\n');
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
});

test('freebsd carp: allow=0 puts every virtual host in INIT', async () => {
  const { a, states } = await masterAndBackup();
  await must(a, 'sysctl net.inet.carp.allow=0');
  assert.equal(states()[0], 'INIT');
  await must(a, 'sysctl net.inet.carp.allow=1');
  assert.equal(states()[0], 'BACKUP');
});

test('freebsd carp: up for what is up disturbs nobody, and an address brings up what is down', async () => {
  const { a, states } = await masterAndBackup();
  await must(a, 'ifconfig em0 up');
  assert.equal(states()[0], 'MASTER');
  await must(a, 'ifconfig em0 down');
  assert.equal(states()[0], 'INIT');
  await must(a, 'ifconfig em0 inet 10.77.0.200/32 alias');
  assert.equal(states()[0], 'BACKUP');
});

test('freebsd carp: another password is not understood', async () => {
  const { a, b, pass, states } = pair();
  await mustAll(a, [configure(0), 'ifconfig em0 vhid 1 state master']);
  await must(b, `ifconfig em0 vhid 1 pass other alias ${VIP}/32`);
  await pass(4_000);
  assert.deepEqual(states(), ['MASTER', 'MASTER']);
});

for (const hashCoversAddresses of [true, false])
  test(`freebsd carp: hosts with different addresses do ${hashCoversAddresses ? 'not ' : ''}understand each other`, async () => {
    const { a, b, pass, states } = pair({ variants: { hashCoversAddresses } });
    await mustAll(a, [configure(0), 'ifconfig em0 vhid 1 state master']);
    await mustAll(b, [configure(100), 'ifconfig em0 vhid 1 alias 10.77.0.101/32']);
    await pass(5_000);
    assert.deepEqual(states(), ['MASTER', hashCoversAddresses ? 'MASTER' : 'BACKUP']);
  });

test('freebsd carp: another address makes a master a backup, the last one leaves nothing', async () => {
  const { a, states, holders } = await masterAndBackup();
  await must(a, 'ifconfig em0 vhid 1 alias 10.77.0.101/32');
  assert.equal(states()[0], 'BACKUP');
  await must(a, 'ifconfig em0 inet 10.77.0.101 -alias');
  await must(a, `ifconfig em0 inet ${VIP} -alias`);
  assert.deepEqual([states()[0], holders()], [undefined, []]);
  assert.doesNotMatch(await must(a, 'ifconfig em0'), /carp|PROMISC/);
});

test('freebsd carp: an alias without vhid leaves the virtual host without an address', async () => {
  const { a, states, lan } = await masterAndBackup();
  await must(a, `ifconfig em0 inet ${VIP}/32 alias`);
  assert.equal(states()[0], 'INIT');
  assert.deepEqual(lan.holders(VIP), ['host1'], 'a plain alias now');
});

async function unicastPair(options: Partial<FreebsdOptions> = {}) {
  const scene = pair(options);
  await mustAll(scene.a, [configure(0, 'peer 10.77.0.2'), 'ifconfig em0 vhid 1 peer 10.77.0.2 state master']);
  await must(scene.b, configure(100, 'peer 10.77.0.1'));
  return scene;
}

const peerOf = async (host: FreebsdHost): Promise<string | undefined> =>
  /peer (\S+) peer6/.exec(await must(host, 'ifconfig em0'))?.[1];

test('freebsd carp: 14 forgets a unicast peer that is not named again', async () => {
  const { lan, a, pass, states } = await unicastPair();
  await pass(5_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
  assert.deepEqual([lan.adverts.at(-1)?.peer, await peerOf(a)], ['10.77.0.2', '10.77.0.2']);
  await must(a, 'ifconfig em0 vhid 1 advskew 10');
  await pass(1_500);
  assert.deepEqual([lan.adverts.at(-1)?.peer, await peerOf(a)], [undefined, '224.0.0.18']);
  const other = await unicastPair({ variants: { forgetsPeer: false } });
  await must(other.a, 'ifconfig em0 vhid 1 advskew 10');
  assert.equal(await peerOf(other.a), '10.77.0.2');
});

test('freebsd carp: 13 knows no peer', async () => {
  const { a } = pair({ version: 13 });
  assert.equal((await call(a, configure(0, 'peer 10.77.0.2'))).stderr, 'ifconfig: peer: bad value\n');
});

test('freebsd carp: without the module settings are lost without a word, and addresses refused', async () => {
  const { a } = pair({ carpLoaded: false });
  await must(a, 'ifconfig em0 vhid 1 state master');
  assert.deepEqual(await call(a, configure(0)), {
    rc: 1,
    stdout: '',
    stderr: 'ifconfig: ioctl (SIOCAIFADDR): Protocol not supported\n',
  });
  assert.doesNotMatch(await must(a, 'ifconfig em0'), /10\.77\.0\.100|carp:/);
});

for (const [line, sentence] of [
  ['ifconfig em0 vhid 256 advskew 1', 'vhid must be greater than 0 and less than 255'],
  ['ifconfig em0 vhid 1 advskew 255', 'SIOCSVH: Invalid argument'],
  ['ifconfig em0 advskew 1 vhid 1', 'advskew requires vhid'],
  ['ifconfig em0 vhid', "'vhid' requires argument"],
  ['ifconfig carp0 create', 'SIOCIFCREATE2: Invalid argument'],
] as const)
  test(`freebsd carp: ${line}: ${sentence}`, async () => {
    const { a } = pair();
    assert.deepEqual(await call(a, line), { rc: 1, stdout: '', stderr: `ifconfig: ${sentence}\n` });
  });
