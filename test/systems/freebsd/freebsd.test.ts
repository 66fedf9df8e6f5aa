// Goal: addresses on a FreeBSD host come, go, end and are announced as in.c, in6.c and nd6.c do it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VIP, VIP6, call, must, mustAll, stage } from '../bsd/stage.ts';
import { type FreebsdOptions, freebsdHost } from './freebsd.ts';

const ADD = `ifconfig em0 inet ${VIP}/32 alias`;
const ADD6 = `ifconfig em0 inet6 ${VIP6}/128 alias`;

function hosts(options: Partial<FreebsdOptions> = {}) {
  const scene = stage();
  const host = freebsdHost({ ...scene.place(1, 'em0'), ...options });
  const announcedAt: number[] = [];
  scene.lan.join('witness', { em0: 'lan' }).onAnnounce(() => announcedAt.push(scene.clock.nowMs()));
  return { ...scene, host, announcedAt };
}

test('freebsd: an alias works at once and is announced once', async () => {
  const { lan, host, announcedAt, pass } = hosts();
  await must(host, ADD);
  assert.deepEqual(lan.holders(VIP), ['host1']);
  await pass(10_000);
  assert.deepEqual(announcedAt, [0]);
  await must(host, `ifconfig em0 inet ${VIP} -alias`);
  assert.deepEqual(lan.holders(VIP), []);
});

test('freebsd: garp_rexmit_count repeats the announcement, each time after twice as long', async () => {
  const { host, announcedAt, pass } = hosts();
  assert.equal(
    await must(host, 'sysctl net.link.ether.inet.garp_rexmit_count=3'),
    'net.link.ether.inet.garp_rexmit_count: 0 -> 3\n',
  );
  await must(host, ADD);
  await pass(20_000);
  assert.deepEqual(announcedAt, [0, 1_000, 3_000, 7_000]);
});

test('freebsd: an address that is taken away is not announced again', async () => {
  const { host, announcedAt, pass } = hosts();
  await mustAll(host, ['sysctl net.link.ether.inet.garp_rexmit_count=3', ADD]);
  await pass(1_500);
  await must(host, `ifconfig em0 inet ${VIP} delete`);
  await pass(10_000);
  assert.deepEqual(announcedAt, [0, 1_000]);
});

test('freebsd: an alias that is there is set anew, and announced again', async () => {
  const { host, announcedAt } = hosts();
  await mustAll(host, [ADD, `ifconfig em0 inet 10.77.0.101/32 alias`, ADD]);
  assert.deepEqual(
    host.addresses().filter((one) => one.includes('10.77.0.1')),
    ['em0 10.77.0.1/24 usable', 'em0 10.77.0.101/32 usable', `em0 ${VIP}/32 usable`],
  );
  assert.equal(announcedAt.length, 3);
});

test('freebsd: without the word alias the first IPv4 address is lost, and no IPv6 address', async () => {
  const { lan, host } = hosts();
  await mustAll(host, [`ifconfig em0 inet ${VIP}/32`, `ifconfig em0 inet6 ${VIP6}/128`]);
  assert.deepEqual(lan.holders('10.77.0.1'), []);
  assert.deepEqual(lan.holders(VIP), ['host1']);
  assert.deepEqual(lan.holders('fd77::1'), ['host1']);
});

test('freebsd: -alias without an address takes the first, of IPv4 only', async () => {
  const { lan, host } = hosts();
  await must(host, 'ifconfig em0 inet -alias');
  assert.deepEqual(lan.holders('10.77.0.1'), []);
  const absent = "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address\n";
  assert.deepEqual(await call(host, 'ifconfig em0 inet -alias'), { rc: 1, stdout: '', stderr: absent });
  assert.deepEqual(await call(host, 'ifconfig em0 inet6 -alias'), { rc: 1, stdout: '', stderr: absent });
});

test('freebsd: an address behind -alias is read whole', async () => {
  const { host } = hosts();
  await must(host, ADD);
  assert.equal(
    (await call(host, `ifconfig em0 inet -alias ${VIP}/32`)).stderr,
    `ifconfig: ${VIP}/32: bad value\n`,
  );
  await must(host, `ifconfig em0 inet -alias ${VIP}`);
});

test('freebsd: a missing length is guessed, with a warning for IPv4', async () => {
  const { host } = hosts();
  const { rc, stderr } = await call(host, `ifconfig em0 inet ${VIP} alias`);
  assert.equal(rc, 0);
  assert.match(stderr, /^ifconfig: WARNING: setting interface address without mask is deprecated,\n/);
  await must(host, `ifconfig em0 inet6 ${VIP6} alias`);
  assert.deepEqual(
    host.addresses().filter((one) => one.includes('100/')),
    [`em0 ${VIP}/8 usable`, `em0 ${VIP6}/64 tentative`],
  );
});

test('freebsd: an IPv6 address is tentative for a second per probe', async () => {
  const { lan, host, pass } = hosts();
  await mustAll(host, ['sysctl net.inet6.ip6.dad_count=2', ADD6]);
  assert.match(await must(host, 'ifconfig em0 inet6'), /inet6 fd77::100 prefixlen 128 tentative\n/);
  await pass(1_980);
  assert.deepEqual(lan.holders(VIP6), []);
  await pass(40);
  assert.deepEqual(lan.holders(VIP6), ['host1']);
  assert.match(await must(host, 'ifconfig em0 inet6'), /inet6 fd77::100 prefixlen 128\n/);
});

for (const [word, line] of [
  ['no_dad', `ifconfig em0 inet6 ${VIP6}/128 no_dad alias`],
  ['dad_count=0', ADD6],
] as const)
  test(`freebsd: with ${word} an IPv6 address works at once`, async () => {
    const { lan, host } = hosts();
    if (word === 'dad_count=0') await must(host, 'sysctl net.inet6.ip6.dad_count=0');
    await must(host, line);
    assert.deepEqual(lan.holders(VIP6), ['host1']);
  });

test('freebsd: an IPv6 address that somebody has is duplicated, and stays so', async () => {
  const { lan, host, pass } = hosts();
  const leave = lan.addForeign('lan', VIP6);
  await must(host, ADD6);
  await pass(2_000);
  leave();
  await pass(60_000);
  assert.deepEqual(lan.holders(VIP6), []);
  assert.match(await must(host, 'ifconfig em0'), /inet6 fd77::100 prefixlen 128 duplicated\n/);
});

for (const announcesIPv6 of [true, false])
  test(`freebsd: an IPv6 address is ${announcesIPv6 ? '' : 'not '}announced`, async () => {
    const { host, announcedAt, pass } = hosts({ variants: { announcesIPv6 } });
    await must(host, ADD6);
    await pass(3_000);
    assert.deepEqual(announcedAt, announcesIPv6 ? [1_000] : []);
  });

const LEASED = `ifconfig em0 inet6 ${VIP6}/128 vltime 3 pltime 2 alias`;

for (const leaseLatenessMs of [0, 1_000])
  test(`freebsd: a valid lifetime ends by itself, ${leaseLatenessMs} ms late`, async () => {
    const { lan, host, pass } = hosts({ variants: { leaseLatenessMs } });
    await must(host, LEASED);
    await pass(2_000 + leaseLatenessMs);
    assert.match(await must(host, 'ifconfig em0'), /fd77::100 prefixlen 128 deprecated/);
    await pass(980);
    assert.deepEqual(lan.holders(VIP6), ['host1']);
    await pass(40);
    assert.deepEqual(lan.holders(VIP6), []);
  });

test('freebsd: setting the lifetimes again starts them again, without another detection', async () => {
  const { lan, host, pass } = hosts({ variants: { leaseLatenessMs: 0 } });
  await must(host, LEASED);
  for (let second = 0; second < 10; second += 2) {
    await pass(2_000);
    assert.match(await must(host, 'ifconfig em0'), /fd77::100 prefixlen 128 deprecated/);
    await must(host, LEASED);
    assert.doesNotMatch(await must(host, 'ifconfig em0'), /deprecated/);
    assert.deepEqual(lan.holders(VIP6), ['host1']);
  }
  await must(host, ADD6);
  await pass(10_000);
  assert.deepEqual(lan.holders(VIP6), ['host1'], 'without lifetimes it stays');
});

test('freebsd: what is preferred for no time is deprecated at once', async () => {
  const { host } = hosts();
  await must(host, `ifconfig em0 inet6 ${VIP6}/128 no_dad vltime 3 pltime 0 alias`);
  assert.match(await must(host, 'ifconfig em0'), /fd77::100 prefixlen 128 deprecated/);
});

test('freebsd: nothing is preferred for longer than it is valid', async () => {
  const { host } = hosts();
  const { rc, stderr } = await call(host, `ifconfig em0 inet6 ${VIP6}/128 vltime 3 alias`);
  assert.deepEqual([rc, stderr], [1, 'ifconfig: ioctl (SIOCAIFADDR): Invalid argument\n']);
});

test('freebsd: 14 lists lifetimes as they were given, 13 does not', async () => {
  for (const [version, expected] of [
    [13, /prefixlen 128\n/],
    [14, /prefixlen 128 pltime 2 vltime 3\n/],
  ] as const) {
    const { host, pass } = hosts({ version });
    await must(host, LEASED);
    await pass(1_500);
    assert.match(await must(host, 'ifconfig em0 inet6'), expected);
  }
});

test('freebsd: the same prefix on another interface is refused on request', async () => {
  const scene = stage();
  const { wire, clock, links } = scene.place(1, 'em0');
  scene.lan.join('host1', { em0: 'lan', em1: 'other' });
  const second = { name: 'em1', mac: '08:00:27:01:03:03', addresses: [`${VIP}/32`] };
  const host = freebsdHost({ clock, wire, links: [...links, second], variants: { sharesPrefixes: false } });
  const { rc, stderr } = await call(host, ADD);
  assert.deepEqual([rc, stderr], [1, 'ifconfig: ioctl (SIOCAIFADDR): File exists\n']);
  await mustAll(host, ['sysctl net.inet.ip.same_prefix_carp_only=0', ADD]);
});

test('freebsd: down hides the addresses, up shows them, and setting one brings up', async () => {
  const { lan, host } = hosts();
  await mustAll(host, [ADD, 'ifconfig em0 down']);
  assert.deepEqual([lan.holders(VIP), lan.holders('10.77.0.1')], [[], []]);
  await must(host, 'ifconfig em0 inet 10.77.0.101/32 alias');
  assert.deepEqual([lan.holders(VIP), lan.holders('10.77.0.1')], [['host1'], ['host1']]);
});

test('freebsd: what netlink adds to a refusal', async () => {
  const absent = "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address\n";
  for (const [version, expected] of [
    [13, absent],
    [14, `ifconfig: in_exec_nl(): Can't assign requested address\n${absent}`],
  ] as const) {
    const { host } = hosts({ version, variants: { netlinkLine: true } });
    assert.equal((await call(host, `ifconfig em0 inet ${VIP} -alias`)).stderr, expected);
  }
});

test('freebsd: a width that is too large can be named in two ways', async () => {
  const { host } = hosts({ variants: { badWidthNames: 'address' } });
  const { stderr } = await call(host, `ifconfig em0 inet ${VIP}/33 alias`);
  assert.equal(stderr, `ifconfig: ${VIP}/33: bad value (width too large)\n`);
});

test('freebsd: cidr, one family, all interfaces, names', async () => {
  const { host } = hosts({ variants: { listing: 'byFamily' } });
  await must(host, ADD);
  const inet = await must(host, 'ifconfig -f inet:cidr em0 inet');
  assert.match(
    inet,
    /\n\tinet 10\.77\.0\.1\/24 broadcast 10\.77\.0\.255\n\tinet 10\.77\.0\.100\/32 broadcast/,
  );
  assert.doesNotMatch(inet, /inet6|media|ether/);
  assert.equal(await must(host, 'ifconfig -a'), await must(host, 'ifconfig em0'));
  assert.match(await must(host, 'ifconfig em0'), /inet 10\.77\.0\.100.*\n\tinet6 fe80/);
  assert.equal(await must(host, 'ifconfig -l'), 'em0\n');
});

test('freebsd: sysctl shows, sets, and refuses', async () => {
  const { host } = hosts();
  assert.equal(await must(host, 'sysctl net.inet.carp.preempt'), 'net.inet.carp.preempt: 0\n');
  assert.equal(await must(host, 'sysctl -n net.inet.carp.preempt=1'), '0 -> 1\n');
  assert.match(
    await must(host, 'sysctl net.inet.carp'),
    /^net\.inet\.carp\.allow: 1\nnet\.inet\.carp\.preempt: 1\n/,
  );
  const user = hosts({ privileged: false, variants: { unknownOid: 'errno' } }).host;
  assert.deepEqual(await call(user, 'sysctl net.inet.carp.preempt=1 net.inet.nothing'), {
    rc: 2,
    stdout: 'net.inet.carp.preempt: 0\n',
    stderr:
      'sysctl: net.inet.carp.preempt=1: Operation not permitted\n' +
      "sysctl: unknown oid 'net.inet.nothing': No such file or directory\n",
  });
});

test('freebsd: what is not root may look only', async () => {
  const { host } = hosts({ privileged: false });
  await must(host, 'ifconfig em0');
  for (const [line, sentence] of [
    [ADD6, 'ioctl (SIOCAIFADDR): permission denied'],
    [`ifconfig em0 inet ${VIP} -alias`, 'ioctl (SIOCDIFADDR): permission denied'],
    ['ifconfig em0 down', 'down: permission denied'],
    ['ifconfig em0 vhid 1 state master', 'SIOCSVH: Operation not permitted'],
  ] as const)
    assert.deepEqual(await call(host, line), { rc: 1, stdout: '', stderr: `ifconfig: ${sentence}\n` }, line);
});

test('freebsd: a closed host waits for nothing', async () => {
  const { clock, host } = hosts();
  await mustAll(host, [ADD, LEASED, `ifconfig em0 vhid 1 alias 10.77.0.101/32`]);
  assert.ok(clock.waiting > 0);
  host.close();
  assert.equal(clock.waiting, 0);
});

test('freebsd: there is no routing socket, and no other command', async () => {
  const { host } = hosts();
  assert.deepEqual(host.commands, ['ifconfig', 'sysctl', 'route']);
  assert.equal((await call(host, 'route -n monitor')).rc, 1);
  assert.equal((await call(host, 'ip address')).rc, 127);
});
