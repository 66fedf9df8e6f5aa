// Goal: addresses and interfaces of an OpenBSD host come and go as ifconfig.c and in.c do it, traps included.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BsdHostOptions } from '../bsd/host.ts';
import { VIP, VIP6, call, must, mustAll, stage } from '../bsd/stage.ts';
import { openbsdHost } from './openbsd.ts';
import type { OpenbsdVariants } from './openbsd-variants.ts';

const ADD = `ifconfig em0 inet alias ${VIP}/32`;

function hosts(options: Partial<BsdHostOptions<OpenbsdVariants>> = {}) {
  const scene = stage();
  const host = openbsdHost({ ...scene.place(1, 'em0'), ...options });
  return { ...scene, host };
}

const refused = (sentence: string) => ({ rc: 1, stdout: '', stderr: `ifconfig: ${sentence}\n` });

test('openbsd: an alias works at once, and is announced once', async () => {
  const { lan, host, pass } = hosts();
  await must(host, ADD);
  await pass(5_000);
  assert.deepEqual(lan.holders(VIP), ['host1']);
  assert.equal(lan.announcements.length, 1);
  await must(host, `ifconfig em0 inet ${VIP} -alias`);
  assert.deepEqual(lan.holders(VIP), []);
});

test('openbsd: an alias that is there may be set again, or not', async () => {
  const { host } = hosts();
  await mustAll(host, [ADD, ADD]);
  const other = hosts({ variants: { aliasAgain: 'refused' } }).host;
  await must(other, ADD);
  assert.deepEqual(await call(other, ADD), refused('SIOCAIFADDR: File exists'));
});

test('openbsd: without the word alias the first IPv4 address is lost, and no IPv6 address', async () => {
  const { lan, host } = hosts();
  await mustAll(host, [`ifconfig em0 inet ${VIP}/32`, `ifconfig em0 inet6 ${VIP6}/128`]);
  assert.deepEqual([lan.holders('10.77.0.1'), lan.holders(VIP)], [[], ['host1']]);
  assert.deepEqual(lan.holders('fd77::1'), ['host1']);
});

test('openbsd: what the kernel says about an address that is not there', async () => {
  const { host } = hosts({ variants: { deleteMissing: 'ENOENT' } });
  const line = `ifconfig em0 inet ${VIP} delete`;
  assert.deepEqual(await call(host, line), refused('SIOCDIFADDR: No such file or directory'));
});

test('openbsd: an IPv6 address is tentative for a second, and a lease counts down in the listing', async () => {
  const { lan, host, pass } = hosts({ variants: { leaseLatenessMs: 0 } });
  await must(host, `ifconfig em0 inet6 alias ${VIP6}/128 vltime 5 pltime 5`);
  assert.match(
    await must(host, 'ifconfig em0'),
    /inet6 fd77::100 prefixlen 128 tentative pltime 5 vltime 5\n/,
  );
  await pass(1_200);
  assert.deepEqual(lan.holders(VIP6), ['host1']);
  assert.match(await must(host, 'ifconfig em0'), /inet6 fd77::100 prefixlen 128 pltime 4 vltime 4\n/);
  await pass(3_900);
  assert.deepEqual(lan.holders(VIP6), []);
});

test('openbsd: a /32 may be shown without a broadcast address', async () => {
  const { host } = hosts({ variants: { hostBroadcast: false } });
  await must(host, ADD);
  const listing = await must(host, 'ifconfig em0 inet');
  assert.match(listing, /inet 10\.77\.0\.100 netmask 0xffffffff\n$/);
  assert.match(listing, /inet 10\.77\.0\.1 netmask 0xffffff00 broadcast 10\.77\.0\.255\n/);
  assert.doesNotMatch(listing, /inet6/);
});

test('openbsd: setting something on an interface that can be made makes it, looking does not', async () => {
  const { lan, host } = hosts();
  assert.deepEqual(await call(host, 'ifconfig vlan3'), {
    rc: 1,
    stdout: '',
    stderr: 'vlan3: no such interface\n',
  });
  await must(host, `ifconfig vlan3 inet alias ${VIP}/32`);
  assert.match(await must(host, 'ifconfig vlan3'), /^vlan3: .*\n(.*\n)*\tinet 10\.77\.0\.100 /);
  assert.deepEqual(lan.holders(VIP), [], 'it leads nowhere');
});

test('openbsd: an address on a carp interface without a network is refused, and the interface stays behind', async () => {
  const { host } = hosts();
  assert.deepEqual(
    await call(host, `ifconfig carp7 inet alias ${VIP}/32`),
    refused('SIOCAIFADDR: Invalid argument'),
  );
  assert.match(await must(host, 'ifconfig carp7'), /^carp7: flags=8802</);
  assert.match(await must(host, 'ifconfig carp'), /^carp7: /);
  await must(host, 'ifconfig carp7 destroy');
  assert.equal((await call(host, 'ifconfig carp7')).rc, 1);
});

for (const [line, sentence] of [
  [`ifconfig em9 inet alias ${VIP}/32`, 'SIOCAIFADDR: Device not configured'],
  ['ifconfig em9 up', 'SIOCGIFFLAGS: Device not configured'],
  ['ifconfig em9 create', 'SIOCIFCREATE: Invalid argument'],
  ['ifconfig em0 destroy', 'SIOCIFDESTROY: Invalid argument'],
  ['ifconfig carp3 destroy', 'SIOCIFDESTROY: Device not configured'],
  ['ifconfig em0 vhid 1', 'SIOCGVH: Inappropriate ioctl for device'],
  ['ifconfig carp0 vhid 256', 'vhid 256: too large'],
  ['ifconfig carp0 advskew 255', 'advskew 255: too large'],
  ['ifconfig carp0 advskew x', 'advskew x: invalid'],
  ['ifconfig carp0 carpdev em5', 'SIOCSVH: Invalid argument'],
  ['ifconfig carp0 vhid', "'vhid' requires argument"],
  [`ifconfig em0 inet alias ${VIP}/33`, `${VIP}/33: bad value`],
  ['ifconfig em0 inet alias 10.77.0.300/32', '10.77.0.300/32: bad value'],
  ['ifconfig em0 inet vltime 3', 'vltime not allowed for this address family'],
  [`ifconfig em0 inet6 alias ${VIP6}/128 vltime 3`, 'SIOCAIFADDR: Invalid argument'],
  ['ifconfig -g nobody', 'SIOCGIFGATTR: No such file or directory'],
  ['ifconfig -g carp -carpdemote 1', 'SIOCSIFGATTR: Invalid argument'],
  ['ifconfig -g carp carpdemote x', 'invalid carp demotion: invalid'],
] as const)
  test(`openbsd: ${line}: ${sentence}`, async () => {
    assert.deepEqual(await call(hosts().host, line), refused(sentence));
  });

test('openbsd: a demotion may be too large for the kernel only', async () => {
  const { host } = hosts({ variants: { demotionLimit: 'kernel' } });
  assert.deepEqual(
    await call(host, 'ifconfig -g carp carpdemote 200'),
    refused('SIOCSIFGATTR: Invalid argument'),
  );
  await mustAll(host, ['ifconfig -g carp carpdemote 128', 'ifconfig -g carp carpdemote 127']);
  assert.equal((await call(host, 'ifconfig -g carp carpdemote 1')).rc, 1, 'the sum is one byte');
});

test('openbsd: what is not root may look only', async () => {
  const { host } = hosts({ privileged: false });
  await mustAll(host, ['ifconfig em0', 'ifconfig -a', 'ifconfig -g carp']);
  for (const [line, sentence] of [
    [ADD, 'SIOCAIFADDR: Operation not permitted'],
    ['ifconfig em0 inet 10.77.0.1 delete', 'SIOCDIFADDR: Operation not permitted'],
    ['ifconfig em0 down', 'SIOCSIFFLAGS: Operation not permitted'],
    ['ifconfig carp0 create', 'SIOCIFCREATE: Operation not permitted'],
    ['ifconfig -g carp carpdemote 1', 'SIOCSIFGATTR: Operation not permitted'],
  ] as const)
    assert.deepEqual(await call(host, line), refused(sentence), line);
  assert.equal(
    (await call(host, `ifconfig em0 inet6 alias ${VIP6}/128`)).stderr,
    'ifconfig: SIOCIFAFATTACH: Operation not permitted\nifconfig: SIOCAIFADDR: Operation not permitted\n',
  );
});

test('openbsd: sysctl shows, sets, and refuses', async () => {
  const { host } = hosts();
  assert.equal(await must(host, 'sysctl net.inet.carp.preempt=1'), 'net.inet.carp.preempt: 0 -> 1\n');
  assert.equal(await must(host, 'sysctl net.inet.carp.preempt'), 'net.inet.carp.preempt=1\n');
  assert.equal(await must(host, 'sysctl -n net.inet.carp.preempt'), '1\n');
  for (const unknownNameRc of [0, 1] as const)
    assert.deepEqual(
      await call(hosts({ variants: { unknownNameRc } }).host, 'sysctl net.inet.carp.demotion'),
      {
        rc: unknownNameRc,
        stdout: '',
        stderr: 'sysctl: fourth level name demotion in net.inet.carp.demotion is invalid\n',
      },
    );
  const { rc, stderr } = await call(hosts({ privileged: false }).host, 'sysctl net.inet.carp.preempt=1');
  assert.deepEqual([rc, stderr], [1, 'sysctl: net.inet.carp.preempt: Operation not permitted\n']);
});
