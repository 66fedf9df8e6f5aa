import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passTime } from '../pass-time.ts';
import { ADDIF, CREATE, VIP, makeStage } from './stage.ts';
import { OTHER_OUTCOMES } from './variants.ts';

test('illumos: a shared-ip zone sees addresses of the global zone and changes none', async () => {
  const { must, run } = await makeStage({ zone: 'shared' });
  assert.match(await must('ipadm show-addr -p -o addrobj,type'), /^e1000g0\/v4:from-gz$/m);
  assert.equal(
    (await run(CREATE)).stderr,
    'ipadm: Could not create address: Operation not permitted on from-gz interface',
  );
  assert.equal((await run(ADDIF)).stderr, 'ifconfig: addif: SIOCLIFADDIF: e1000g0: permission denied\n');
  assert.equal((await run('dladm show-link -p -o link,state')).rc, 1);
});

test('illumos: an exclusive-ip zone may do as it likes, unless the global zone says which addresses', async () => {
  await (await makeStage({ zone: 'exclusive' })).must(CREATE);
  const allowed = await makeStage({ zone: 'exclusive', allowedAddresses: ['10.77.0.1', VIP] });
  await allowed.must(CREATE);
  assert.equal(await allowed.must('ipadm show-addr -p -o type e1000g0/sealvip0'), 'from-gz\n');

  const { run, must } = await makeStage({ zone: 'exclusive', allowedAddresses: ['10.77.0.1'] });
  const sentence = 'Operation not permitted on from-gz interface';
  assert.equal((await run(CREATE)).stderr, `ipadm: Could not create address: ${sentence}`);
  assert.equal((await run(ADDIF)).stderr, `ifconfig: could not create address: ${sentence}\n`);
  assert.doesNotMatch(await must('ifconfig -a'), /e1000g0:1/);
});

test('illumos: in the other variant a forbidden address seems to work and is never heard of', async () => {
  const zone = { zone: 'exclusive', allowedAddresses: ['10.77.0.1'], variants: OTHER_OUTCOMES } as const;
  const { lan, must, clock } = await makeStage(zone);
  await must(CREATE);
  await passTime(clock, 10_000);
  assert.equal(await must('ipadm show-addr -p -o state e1000g0/sealvip0'), 'ok\n');
  assert.deepEqual([lan.holders(VIP), lan.announcements], [[], []]);
});

test('illumos: an address of a non-global zone has a line that says so', async () => {
  const zoned = { object: 'e1000g0/z', address: '10.77.0.50/24', zone: 'web', isPersistent: false };
  const { must } = await makeStage({ addresses: [{ object: 'e1000g0/v4', address: '10.77.0.1/24' }, zoned] });
  assert.match(await must('ifconfig e1000g0:1'), /index 2\n\tzone web\n\tinet 10\.77\.0\.50 /);
});

const GROUP = {
  links: ['e1000g0', 'e1000g1'].map((name, at) => ({ name, mac: `8:0:27:1:2:${at + 3}` })),
  groups: { ipmp0: ['e1000g0', 'e1000g1'] },
  hasIpv6: false,
  addresses: [
    { object: 'e1000g0/test', address: '10.77.0.11/24', isTest: true },
    { object: 'e1000g1/test', address: '10.77.0.12/24', isTest: true },
    { object: 'ipmp0/v4', address: '10.77.0.1/24' },
  ],
};

test('illumos: an IPMP group has an interface of its own; the members have test addresses', async () => {
  const { must } = await makeStage(GROUP);
  assert.equal(
    await must('ifconfig ipmp0'),
    'ipmp0: flags=8001000843<UP,BROADCAST,RUNNING,MULTICAST,IPv4,IPMP> mtu 1500 index 4\n' +
      '\tinet 10.77.0.1 netmask ffffff00 broadcast 10.77.0.255\n\tgroupname ipmp0\n',
  );
  assert.equal(
    await must('ifconfig e1000g1'),
    'e1000g1: flags=9040843<UP,BROADCAST,RUNNING,MULTICAST,DEPRECATED,IPv4,NOFAILOVER> mtu 1500 index 3\n' +
      '\tinet 10.77.0.12 netmask ffffff00 broadcast 10.77.0.255\n\tgroupname ipmp0\n\tether 8:0:27:1:2:4 \n',
  );
});

test('illumos: a VIP on the group moves with the carrier, at once and announced', async () => {
  const { lan, must, clock } = await makeStage(GROUP);
  assert.equal(await must(`ifconfig ipmp0 addif ${VIP}/32 up`), 'Created new logical interface ipmp0:1\n');
  await passTime(clock, 1_000);
  lan.pull('h1', 'e1000g0');
  await passTime(clock, 200);
  assert.deepEqual(lan.holders(VIP), ['h1']);
  assert.equal(lan.announcements.findLast(({ address }) => address === VIP)?.link, 'e1000g1');
  assert.match(await must('ifconfig ipmp0:1'), /<UP,BROADCAST,RUNNING,/);
  assert.match(await must('ifconfig e1000g0'), /NOFAILOVER,FAILED>/);
  lan.pull('h1', 'e1000g1');
  await passTime(clock, 200);
  assert.match(await must('ifconfig ipmp0'), /flags=8011000803<UP,BROADCAST,MULTICAST,IPv4,FAILED,IPMP>/);
});

test('illumos: a data address that is added to a member ends up on the group', async () => {
  const { must, run } = await makeStage(GROUP);
  assert.equal(await must(ADDIF), 'Created new logical interface e1000g0:1\n');
  assert.equal((await run('ifconfig e1000g0:1')).rc, 1);
  assert.match(await must('ifconfig ipmp0:1'), /inet 10\.77\.0\.100 /);
  await must('ifconfig e1000g0 addif 10.77.0.13/24 -failover up');
  assert.match(await must('ifconfig e1000g0:1'), /NOFAILOVER.*inet 10\.77\.0\.13 /s, 'a test address stays');
  await must('ifconfig e1000g0 down failover up');
  assert.match(await must('ifconfig e1000g0'), /inet 10\.77\.0\.11 /, 'but not the interface itself');
});

test('illumos: ipadm knows of groups in one variant only', async () => {
  const onGroup = CREATE.replace('e1000g0', 'ipmp0');
  const { run } = await makeStage(GROUP);
  assert.equal((await run(onGroup)).stderr, 'ipadm: Could not create address: Operation not supported');
  const other = await makeStage({ ...GROUP, variants: OTHER_OUTCOMES });
  await other.must(onGroup);
  assert.deepEqual(other.lan.holders(VIP), ['h1']);
});
