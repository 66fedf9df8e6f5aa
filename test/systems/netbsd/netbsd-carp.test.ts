// Goal: NetBSD's CARP elects as carp(4) says, and loses what it was told as its source says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BsdHostOptions } from '../bsd/host.ts';
import { VIP, VIP6, call, must, mustAll, stage } from '../bsd/stage.ts';
import { freebsdHost } from '../freebsd/freebsd.ts';
import { openbsdHost } from '../openbsd/openbsd.ts';
import { netbsdHost } from './netbsd.ts';
import type { NetbsdVariants } from './netbsd-variants.ts';

const configure = (skew: number): readonly string[] => [
  'ifconfig carp0 create',
  `ifconfig carp0 carpdev wm0 vhid 1 pass s3cret advskew ${skew} ${VIP}/32`,
];
const STATE_MASTER = 'ifconfig carp0 state master';

function pair(options: Partial<BsdHostOptions<NetbsdVariants>> = {}) {
  const scene = stage();
  const [a, b] = [1, 2].map((number) => netbsdHost({ ...scene.place(number, 'wm0'), ...options }));
  const states = (): (string | undefined)[] => [a!, b!].map((host) => host.carpState('carp0'));
  return { ...scene, a: a!, b: b!, states, holders: () => scene.lan.holders(VIP) };
}

async function masterAndBackup(skews: readonly [number, number] = [0, 100]) {
  const scene = pair();
  await mustAll(scene.a, configure(skews[0]));
  await scene.pass(4_000);
  await mustAll(scene.b, configure(skews[1]));
  assert.deepEqual([scene.states(), scene.holders()], [['MASTER', 'BACKUP'], ['host1']]);
  return scene;
}

test('netbsd carp: a dead master is replaced after three intervals and the skew', async () => {
  const { a, pass, states } = pair();
  await mustAll(a, configure(128));
  await pass(3_480);
  assert.equal(states()[0], 'BACKUP');
  await pass(40);
  assert.equal(states()[0], 'MASTER');
});

test('netbsd carp: state master ends in BACKUP, after one advertisement as master', async () => {
  const { lan, a, pass, states, holders } = pair();
  await mustAll(a, [...configure(0), STATE_MASTER]);
  assert.deepEqual([states()[0], holders()], ['BACKUP', []]);
  assert.equal(lan.adverts.length, 1);
  await pass(3_020);
  assert.deepEqual([states()[0], holders()], ['MASTER', ['host1']]);
});

test('netbsd carp: where a change does not reset, state master holds', async () => {
  const { a, states } = pair({ variants: { changeResets: false } });
  await mustAll(a, [...configure(0), STATE_MASTER]);
  assert.equal(states()[0], 'MASTER');
  await must(a, 'ifconfig carp0 advskew 10');
  assert.equal(states()[0], 'MASTER');
});

test('netbsd carp: any change makes a master a backup', async () => {
  for (const change of ['advskew 10', 'advbase 1', 'pass s3cret', 'vhid 1', 'state master']) {
    const { a, states } = await masterAndBackup();
    await must(a, `ifconfig carp0 ${change}`);
    assert.equal(states()[0], 'BACKUP', change);
  }
});

test('netbsd carp: a master that goes down says farewell, and is replaced at once', async () => {
  const { a, states, holders } = await masterAndBackup();
  await must(a, 'ifconfig carp0 down');
  assert.deepEqual([states(), holders()], [['INIT', 'MASTER'], ['host2']]);
  assert.match(
    await must(a, 'ifconfig carp0'),
    /^carp0: flags=0x8802<BROADCAST,SIMPLEX,MULTICAST> mtu 1500\n\tcarp: INIT /,
  );
  await must(a, 'ifconfig carp0 up');
  assert.equal(states()[0], 'BACKUP');
});

test('netbsd carp: only preempt takes over from a slower master that lives', async () => {
  const { b, pass, states } = await masterAndBackup([100, 0]);
  await pass(10_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP']);
  await must(b, 'sysctl -w net.inet.carp.preempt=1');
  await pass(1_500);
  assert.deepEqual(states(), ['BACKUP', 'MASTER']);
});

test('netbsd carp: a cable that is out means INIT, and makes the other virtual hosts slow', async () => {
  const scene = stage();
  const { wire, links, clock } = scene.place(1, 'wm0');
  scene.lan.join('host1', { wm0: 'lan', wm1: 'other' });
  const second = { name: 'wm1', mac: '08:00:27:01:03:03', addresses: ['10.78.0.1/24'] };
  const host = netbsdHost({ clock, wire, links: [...links, second] });
  await mustAll(host, [
    ...configure(0),
    'ifconfig carp1 create',
    'ifconfig carp1 carpdev wm1 vhid 2 pass s3cret 10.78.0.100/32',
  ]);
  await scene.pass(4_000);
  scene.lan.pull('host1', 'wm0');
  await scene.pass(200);
  assert.deepEqual([host.carpState('carp0'), host.carpState('carp1')], ['INIT', 'MASTER']);
  assert.deepEqual(scene.lan.adverts.at(-1)?.advert.advskew, 240);
  scene.lan.plug('host1', 'wm0');
  await scene.pass(3_000);
  assert.deepEqual(scene.lan.adverts.at(-1)?.advert.advskew, 0);
  assert.equal(
    (await call(host, 'ifconfig carp1 10.77.0.101/32')).stderr,
    "ifconfig: SIOCAIFADDR: Can't assign requested address\n",
    'the subnet of another interface',
  );
});

test('netbsd carp: with IPv6 addresses alone nobody ever is master', async () => {
  const { a, pass, states } = pair();
  await mustAll(a, [
    'ifconfig carp0 create',
    'ifconfig carp0 carpdev wm0 vhid 1',
    `ifconfig carp0 inet6 ${VIP6}/128`,
  ]);
  await pass(60_000);
  assert.equal(states()[0], 'BACKUP');
});

test('netbsd carp: the interface is found by its subnet, or not at all', async () => {
  const { a } = pair();
  await must(a, 'ifconfig carp0 create');
  assert.equal(
    (await call(a, 'ifconfig carp0 10.99.0.100/32')).stderr,
    "ifconfig: SIOCAIFADDR: Can't assign requested address\n",
  );
  await must(a, `ifconfig carp0 vhid 1 ${VIP}/32`);
  assert.match(await must(a, 'ifconfig carp0'), /carp: BACKUP carpdev wm0 vhid 1 advbase 1 advskew 0\n/);
  assert.match(await must(a, 'ifconfig wm0'), /^wm0: flags=0x8943<.*PROMISC/);
});

test('netbsd carp: interfaces are made by hand', async () => {
  const { a } = pair();
  for (const [line, stderr] of [
    ['ifconfig carp0 vhid 1', 'ifconfig: SIOCGIFFLAGS carp0: Device not configured\n'],
    ['ifconfig wm0 vhid 1', 'ifconfig: SIOCGVH: Inappropriate ioctl for device\n'],
    [
      'ifconfig carp0 destroy',
      'ifconfig: clone_command: Device not configured\nifconfig: exec_matches: Device not configured\n',
    ],
  ] as const)
    assert.equal((await call(a, line)).stderr, stderr, line);
  await mustAll(a, ['ifconfig carp0 create', 'ifconfig carp0 destroy']);
  assert.equal((await call(a, 'ifconfig carp0')).rc, 1);
});

test('netbsd carp: up for what is up disturbs nobody, and an address brings up what is down', async () => {
  const { a, states } = await masterAndBackup();
  await must(a, 'ifconfig wm0 up');
  assert.equal(states()[0], 'MASTER');
  await must(a, 'ifconfig wm0 down');
  assert.equal(states()[0], 'INIT');
  await must(a, 'ifconfig wm0 inet 10.77.0.200/32 alias');
  assert.equal(states()[0], 'BACKUP');
});

test('netbsd carp: another password is not understood', async () => {
  const { a, b, pass, states } = pair();
  await mustAll(a, configure(0));
  await mustAll(b, [...configure(0), 'ifconfig carp0 pass other']);
  await pass(5_000);
  assert.deepEqual(states(), ['MASTER', 'MASTER']);
});

test('carp: the three systems elect one master among them, and follow a farewell', async () => {
  const scene = stage();
  const openbsd = openbsdHost(scene.place(1, 'em0'));
  const freebsd = freebsdHost(scene.place(2, 'em0'));
  const netbsd = netbsdHost(scene.place(3, 'wm0'));
  const states = () => [openbsd.carpState('carp0'), freebsd.carpState('em0', 1), netbsd.carpState('carp0')];
  await must(openbsd, `ifconfig carp0 ${VIP}/32 carpdev em0 vhid 1 pass s3cret advskew 0`);
  await must(freebsd, `ifconfig em0 vhid 1 pass s3cret advskew 50 alias ${VIP}/32`);
  await mustAll(netbsd, configure(100));
  await scene.pass(10_000);
  assert.deepEqual(states(), ['MASTER', 'BACKUP', 'BACKUP']);
  await must(openbsd, 'ifconfig carp0 down');
  await scene.pass(2_000);
  assert.deepEqual(states(), ['INIT', 'MASTER', 'BACKUP']);
  assert.deepEqual(scene.lan.holders(VIP), ['host2']);
});
