// Goal: addresses of a NetBSD host are looked for, defended, detached and lost as if_arp.c and in.c do it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Random } from '../../../src/core/ports.ts';
import { seededRandom } from '../../fakes/seeded-random.ts';
import type { BsdHostOptions } from '../bsd/host.ts';
import { VIP, VIP6, call, must, mustAll, stage } from '../bsd/stage.ts';
import { netbsdHost } from './netbsd.ts';
import type { NetbsdVariants } from './netbsd-variants.ts';

const ADD = `ifconfig wm0 inet ${VIP}/32 alias`;
const ADD6 = `ifconfig wm0 inet6 ${VIP6}/128 alias`;
const NO_DAD = 'sysctl -w net.inet.ip.dad_count=0';

function hosts(options: Partial<BsdHostOptions<NetbsdVariants>> = {}) {
  const scene = stage();
  const host = netbsdHost({ ...scene.place(1, 'wm0'), ...options });
  const announcedAt: number[] = [];
  scene.lan.join('witness', { wm0: 'lan' }).onAnnounce((_, address) => {
    if (address === VIP) announcedAt.push(scene.clock.nowMs());
  });
  const stateOf = (address: string): string | undefined =>
    host
      .addresses()
      .find((one) => one.includes(` ${address}/`))
      ?.split(' ')[2];
  return { ...scene, host, announcedAt, stateOf };
}

const refused = (sentence: string) => ({ rc: 1, stdout: '', stderr: `ifconfig: ${sentence}\n` });
const always = (byte: number): Random => ({ bytes: (count) => new Uint8Array(count).fill(byte) });

for (const [name, random, deadForMs] of [
  ['the shortest waits', always(0), 4_000],
  ['middling waits', undefined, 5_500],
  ['the longest waits', always(255), 7_000],
] as const)
  test(`netbsd: an IPv4 address is dead for ${deadForMs} ms with ${name}`, async () => {
    const { lan, host, pass, announcedAt, stateOf } = hosts(random === undefined ? {} : { random });
    await must(host, ADD);
    await pass(deadForMs - 40);
    assert.deepEqual([stateOf(VIP), lan.holders(VIP), announcedAt], ['tentative', [], []]);
    await pass(60);
    assert.deepEqual([stateOf(VIP), lan.holders(VIP)], ['usable', ['host1']]);
    await pass(10_000);
    assert.equal(announcedAt.length, 2);
    assert.equal(announcedAt[1]! - announcedAt[0]!, 2_000);
  });

test('netbsd: whatever is random, it takes from 4 to 7 s', async () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { host, pass, announcedAt } = hosts({ random: seededRandom(`dad ${seed}`) });
    await must(host, ADD);
    await pass(10_000);
    assert.ok(announcedAt[0]! >= 4_000 && announcedAt[0]! <= 7_000, `seed ${seed}: ${announcedAt[0]}`);
  }
});

test('netbsd: without duplicate detection an address works at once, and is announced once', async () => {
  const { lan, host, pass, announcedAt } = hosts();
  await mustAll(host, [NO_DAD, ADD]);
  assert.deepEqual(lan.holders(VIP), ['host1']);
  await pass(10_000);
  assert.deepEqual(announcedAt, [0]);
});

for (const takenAtMs of [0, 1_500, 2_900])
  test(`netbsd: an address that somebody has from ${takenAtMs} ms on is duplicated for good`, async () => {
    const { lan, host, pass, stateOf } = hosts();
    await must(host, ADD);
    await pass(takenAtMs);
    const leave = lan.addForeign('lan', VIP);
    await pass(7_000);
    assert.equal(stateOf(VIP), 'duplicated');
    leave();
    await must(host, ADD);
    await pass(60_000);
    assert.deepEqual([stateOf(VIP), lan.holders(VIP)], ['duplicated', []]);
    await mustAll(host, [`ifconfig wm0 inet ${VIP} delete`, ADD]);
    await pass(7_000);
    assert.equal(stateOf(VIP), 'usable');
  });

test('netbsd: a conflict during the detection decides it', async () => {
  const { lan, host, pass, stateOf } = hosts();
  await must(host, ADD);
  await pass(4_500);
  lan.announceForeign('lan', VIP);
  await pass(5_000);
  assert.equal(stateOf(VIP), 'duplicated');
});

test('netbsd: an owner defends once in ten seconds, and then gives up', async () => {
  const { lan, host, pass, announcedAt, stateOf } = hosts();
  await must(host, ADD);
  await pass(20_000);
  lan.announceForeign('lan', VIP);
  await pass(10_020);
  lan.announceForeign('lan', VIP);
  await host.checkCarrier();
  assert.deepEqual(
    [stateOf(VIP), announcedAt.length],
    ['usable', 2 + 2 + 2],
    'two of ours, and two conflicts answered',
  );
  await pass(9_000);
  lan.announceForeign('lan', VIP);
  assert.equal(stateOf(VIP), 'duplicated');
});

test('netbsd: with duplicate detection off a second conflict changes nothing', async () => {
  const { lan, host, stateOf } = hosts();
  await mustAll(host, [NO_DAD, ADD]);
  for (let times = 0; times < 3; times += 1) lan.announceForeign('lan', VIP);
  assert.equal(stateOf(VIP), 'usable');
});

test('netbsd: a wire that cannot be listened to is told by hand', async () => {
  const { host, stateOf } = hosts();
  await must(host, ADD);
  host.hearConflict('wm0', VIP);
  host.hearConflict('wm0', '10.77.0.9');
  assert.equal(stateOf(VIP), 'duplicated');
});

test('netbsd: without a carrier every address is detached, and then looked for again', async () => {
  const { lan, host, pass, stateOf } = hosts();
  await must(host, ADD);
  await pass(7_000);
  lan.pull('host1', 'wm0');
  await pass(200);
  assert.deepEqual(['10.77.0.1', VIP, 'fd77::1'].map(stateOf), ['detached', 'detached', 'detached']);
  const listing = await must(host, 'ifconfig wm0');
  assert.match(listing, /status: no carrier\n/);
  assert.match(listing, /inet 10\.77\.0\.100\/32 broadcast 10\.77\.0\.100 flags 0x4<DETACHED>\n/);
  assert.match(listing, /inet6 fd77::1\/64 flags 0x8<DETACHED>\n/);
  lan.plug('host1', 'wm0');
  await pass(200);
  assert.deepEqual(['10.77.0.1', VIP, 'fd77::1'].map(stateOf), ['tentative', 'tentative', 'tentative']);
  await pass(7_000);
  assert.deepEqual(['10.77.0.1', VIP, 'fd77::1'].map(stateOf), ['usable', 'usable', 'usable']);
});

test('netbsd: a duplicated address has a second chance when the cable comes back', async () => {
  const { lan, host, pass, stateOf } = hosts();
  const leave = lan.addForeign('lan', VIP);
  await must(host, ADD);
  await pass(7_000);
  leave();
  lan.pull('host1', 'wm0');
  await pass(200);
  lan.plug('host1', 'wm0');
  await pass(8_000);
  assert.equal(stateOf(VIP), 'usable');
});

test('netbsd: an address that is set without a carrier waits for it', async () => {
  const { lan, host, pass, stateOf } = hosts();
  lan.pull('host1', 'wm0');
  await mustAll(host, [NO_DAD, ADD, ADD6]);
  assert.deepEqual([stateOf(VIP), stateOf(VIP6)], ['detached', 'detached']);
  lan.plug('host1', 'wm0');
  await pass(100);
  assert.deepEqual([stateOf(VIP), stateOf(VIP6)], ['usable', 'tentative']);
});

test('netbsd: down detaches as well', async () => {
  const { lan, host, stateOf } = hosts();
  await mustAll(host, [NO_DAD, ADD, 'ifconfig wm0 down']);
  assert.deepEqual([stateOf(VIP), lan.holders(VIP)], ['detached', []]);
  await must(host, 'ifconfig wm0 up');
  assert.deepEqual([stateOf(VIP), lan.holders(VIP)], ['usable', ['host1']]);
});

test('netbsd: ifconfig -w waits until no address is tentative', async () => {
  const { host, clock, pass, stateOf } = hosts();
  await must(host, ADD);
  const waiting = call(host, 'ifconfig -w 10').then((outcome) => ({ outcome, atMs: clock.nowMs() }));
  await pass(8_000);
  const { outcome, atMs } = await waiting;
  assert.deepEqual(outcome, { rc: 0, stdout: '', stderr: '' });
  assert.ok(atMs >= 5_500 && atMs < 5_600, `${atMs}`);
  assert.equal(stateOf(VIP), 'usable');
  await must(host, 'ifconfig -w 0');
});

test('netbsd: ifconfig -w gives up', async () => {
  const { host, pass } = hosts();
  await must(host, ADD);
  const waiting = call(host, 'ifconfig -w 3');
  await pass(4_000);
  assert.deepEqual(await waiting, refused('timed out'));
});

test('netbsd: without the word alias the first IPv4 address is lost, and no IPv6 address', async () => {
  const { lan, host } = hosts();
  await mustAll(host, [NO_DAD, `ifconfig wm0 inet ${VIP}/32`, `ifconfig wm0 inet6 ${VIP6}/128`]);
  assert.deepEqual([lan.holders('10.77.0.1'), lan.holders(VIP)], [[], ['host1']]);
  assert.deepEqual(lan.holders('fd77::1'), ['host1']);
});

test('netbsd: -alias without an address takes the first, of IPv4 only', async () => {
  const { host, stateOf } = hosts();
  await must(host, 'ifconfig wm0 inet -alias');
  assert.equal(stateOf('10.77.0.1'), undefined);
  assert.deepEqual(
    await call(host, 'ifconfig wm0 inet -alias'),
    refused("SIOCGIFADDR: Can't assign requested address"),
  );
  assert.deepEqual(
    await call(host, 'ifconfig wm0 inet6 -alias'),
    refused("SIOCGIFADDR_IN6: Can't assign requested address"),
  );
});

test('netbsd: a lease of an IPv6 address, in the flags of its family', async () => {
  const { host, pass, stateOf } = hosts({ variants: { leaseLatenessMs: 0 } });
  await must(host, `${ADD6} vltime 5 pltime 2`);
  assert.match(await must(host, 'ifconfig wm0'), /inet6 fd77::100\/128 flags 0x2<TENTATIVE>\n/);
  await pass(2_100);
  assert.match(await must(host, 'ifconfig wm0 inet6'), /inet6 fd77::100\/128 flags 0x10<DEPRECATED>\n/);
  await pass(3_000);
  assert.equal(stateOf(VIP6), undefined);
});

test('netbsd: no flags can be written in two ways', async () => {
  const { host } = hosts({ variants: { zeroFlags: '0x0' } });
  const listing = await must(host, 'ifconfig wm0');
  assert.match(listing, /inet 10\.77\.0\.1\/24 broadcast 10\.77\.0\.255 flags 0x0\n/);
  assert.match(listing, /%wm0\/64 flags 0x0 scopeid 0x1\n/);
});

test('netbsd: an alias that is there may be set again, or not', async () => {
  const { host } = hosts();
  await mustAll(host, [ADD, ADD]);
  const other = hosts({ variants: { aliasAgain: 'refused', deleteMissing: 'ENXIO' } }).host;
  await must(other, ADD);
  assert.deepEqual(await call(other, ADD), refused('SIOCAIFADDR: File exists'));
  assert.deepEqual(
    await call(other, 'ifconfig wm0 inet 10.77.0.9 -alias'),
    refused('SIOCDIFADDR: Device not configured'),
  );
});

test('netbsd: an interface that there is not is refused, or passed over in silence', async () => {
  const line = `ifconfig wm9 inet ${VIP}/32 alias`;
  assert.deepEqual(await call(hosts().host, line), refused('SIOCGIFFLAGS wm9: Device not configured'));
  assert.deepEqual(
    await call(hosts().host, 'ifconfig wm9'),
    refused('SIOCGIFFLAGS wm9: Device not configured'),
  );
  await must(hosts({ variants: { unknownLink: 'silent' } }).host, line);
});

for (const [line, expected] of [
  ['ifconfig wm0 inet 10.77.0.300/32 alias', /^usage: ifconfig /],
  ['ifconfig wm0 vhid 256', /^usage: ifconfig /],
  ['ifconfig -z', /^usage: ifconfig /],
  [
    `ifconfig wm0 inet ${VIP}/33 alias`,
    /^ifconfig: paddr_match: prefixlen_to_mask\(2, 33\): Invalid argument\n$/,
  ],
  ['ifconfig wm0 inet vltime 3', /^ifconfig: inet6 address lifetime not allowed for the AF\n$/],
  ['ifconfig -w soon', /^ifconfig: soon: not a number\n$/],
] as const)
  test(`netbsd: ${line}: ${expected}`, async () => {
    const { rc, stdout, stderr } = await call(hosts().host, line);
    assert.deepEqual([rc, stdout], [1, '']);
    assert.match(stderr, expected);
  });

test('netbsd: what is not root may look only', async () => {
  const { host } = hosts({ privileged: false });
  await mustAll(host, ['ifconfig wm0', 'ifconfig -a', 'ifconfig -l']);
  for (const [line, sentence] of [
    [ADD, 'SIOCAIFADDR: Operation not permitted'],
    [ADD6, 'SIOCAIFADDR_IN6: Operation not permitted'],
    ['ifconfig wm0 inet 10.77.0.1 -alias', 'SIOCDIFADDR: Operation not permitted'],
    ['ifconfig wm0 down', 'exec_matches: Operation not permitted'],
    [
      'ifconfig carp0 create',
      'clone_command: Operation not permitted\nifconfig: exec_matches: Operation not permitted',
    ],
  ] as const)
    assert.deepEqual(await call(host, line), refused(sentence), line);
  assert.deepEqual(await call(host, NO_DAD), {
    rc: 1,
    stdout: '',
    stderr: 'sysctl: net.inet.ip.dad_count: sysctl() failed with Operation not permitted\n',
  });
});

test('netbsd: sysctl shows, sets, and refuses', async () => {
  const { host } = hosts();
  assert.equal(await must(host, 'sysctl net.inet.ip.dad_count'), 'net.inet.ip.dad_count = 3\n');
  assert.equal(await must(host, 'sysctl -n net.inet.ip.dad_count'), '3\n');
  assert.equal(await must(host, 'sysctl -qw net.inet.ip.dad_count=1'), '');
  assert.equal(await must(host, 'sysctl -n net.inet.ip.dad_count'), '1\n');
  const unknown = await call(host, 'sysctl -w net.inet.carp.demotion=1');
  assert.deepEqual(unknown, {
    rc: 1,
    stdout: '',
    stderr: "sysctl: fourth level name 'demotion' in 'net.inet.carp.demotion' is invalid\n",
  });
});
