// Goal: a host in a namespace is one for its neighbours too: real ARP, real addresses, and executables that say so.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../lab/wait.ts';
import { addressesIn, LINK, makePair, needs, tempFolder } from '../vip/lab.ts';
import type { Pair } from '../vip/lab.ts';
import type { CarpAdvert, Outcome } from './model.ts';
import { startHost } from './start-host.ts';
import type { RunningHost } from './start-host.ts';

const NAME = 'e1000g0';
const TOOLS = ['ip', 'arping', 'ping', 'ndptool', 'tcpdump', 'mkfifo'];
const FAMILIES = [
  { family: 'IPv4', vip: '10.77.0.100/32' },
  { family: 'IPv6', vip: 'fd77::100/128' },
];

interface Two {
  readonly pair: Pair;
  readonly one: RunningHost;
  readonly other: RunningHost;
}

async function startTwo(): Promise<Two> {
  const pair = makePair();
  const start = (namespace: string): Promise<RunningHost> =>
    startHost({
      ...{ system: 'illumos', namespace },
      links: [{ device: LINK, name: NAME }],
      folder: join(tempFolder(), 'host'),
    });
  const [one, other] = await Promise.all([start(pair.here), start(pair.there)]);
  after(async () => void (await Promise.all([one.close(), other.close()])));
  return { pair, one, other };
}

const cases: { readonly name: string; readonly body: (two: Two) => Promise<void> }[] = [];
const hostTest = (name: string, body: (two: Two) => Promise<void>): void => void cases.push({ name, body });

const run = (host: RunningHost, command: string): Promise<Outcome> =>
  new Promise((resolve) => {
    const [name = '', ...args] = command.split(' ');
    const child = execFile(join(host.binFolder, name), args, { timeout: 20_000 }, (_error, stdout, stderr) =>
      resolve({ rc: child.exitCode ?? -1, stdout, stderr }),
    );
  });

const REMOVE = `ipadm delete-addr ${NAME}/sealvip0`;
const create = (vip: string): string => `ipadm create-addr -t -T static -a ${vip} ${NAME}/sealvip0`;
const stateOn = async (host: RunningHost): Promise<string> =>
  (await run(host, `ipadm show-addr -p -o state ${NAME}/sealvip0`)).stdout.trim();
const isHere = ({ pair }: Two, vip: string): boolean => addressesIn(pair, NAME).includes(vip);
const isThere = ({ pair }: Two, vip: string): boolean =>
  pair.peerIp('-o', 'address', 'show', 'dev', NAME).includes(` ${vip} `);

for (const { family, vip } of FAMILIES) {
  hostTest(`an ${family} address is on the interface when it is usable, not before`, async (two) => {
    const creating = run(two.one, create(vip));
    let looks = 0;
    await until('the address to be usable', 20_000, async () => {
      const wasThere = isHere(two, vip);
      const state = await stateOn(two.one);
      looks += 1;
      assert.ok(!(wasThere && state === 'tentative'), 'on the interface before it is usable');
      return state === 'ok';
    });
    assert.ok(looks > 2, 'it was not seen while it was tentative');
    assert.deepEqual(await creating, { rc: 0, stdout: '', stderr: '' });
    assert.ok(isHere(two, vip));
  });

  hostTest(
    `an ${family} address of one host is a duplicate on the other, until it is given up`,
    async (two) => {
      assert.equal((await run(two.one, create(vip))).rc, 0);
      assert.equal((await run(two.other, create(vip))).rc, 0);
      assert.equal(await stateOn(two.other), 'duplicate');
      assert.deepEqual([isHere(two, vip), isThere(two, vip)], [true, false]);
      assert.equal((await run(two.one, REMOVE)).rc, 0);
      assert.ok(!isHere(two, vip), 'gone when the command returns');
      assert.equal((await run(two.other, REMOVE)).rc, 0);
      assert.equal((await run(two.other, create(vip))).rc, 0);
      assert.equal(await stateOn(two.other), 'ok');
      assert.ok(isThere(two, vip));
    },
  );

  hostTest(`an ${family} address is announced to the neighbours`, async (two) => {
    const [address = ''] = vip.split('/');
    // Whoever knows the address under another MAC learns the new one from an announcement, and from nothing else here.
    two.pair.peerIp('neigh', 'replace', address, 'dev', NAME, 'lladdr', '02:00:00:00:00:99', 'nud', 'stale');
    assert.equal((await run(two.one, create(vip))).rc, 0);
    await until(
      'the neighbour to learn the MAC',
      10_000,
      () => /lladdr (?!02:00:00:00:00:99)/.test(two.pair.peerIp('neigh', 'show', 'to', address)),
      () => two.pair.peerIp('neigh', 'show') + two.pair.peerIp('address', 'show'),
    );
  });
}

hostTest('its own addresses are the host’s, under the name of the system', async ({ one }) => {
  const { stdout } = await run(one, 'ipadm show-addr -p -o addrobj,persistent,addr');
  assert.match(stdout, /^e1000g0\/v4:U--:10\.77\.0\.1\/24$/m);
  assert.match(stdout, /^e1000g0\/v6:U--:fd77\\:\\:1\/64$/m);
});

hostTest('a host that announces its address again and again takes it away', async (two) => {
  assert.equal((await run(two.one, create('10.77.0.100/32'))).rc, 0);
  await until('the address to be lost', 20_000, async () => {
    await two.one.conflict(NAME, '10.77.0.100');
    return (await stateOn(two.one)) === 'duplicate';
  });
  assert.ok(!isHere(two, '10.77.0.100/32'));
});

hostTest('real announcements of others are conflicts', async (two) => {
  assert.equal((await run(two.one, create('10.77.0.100/32'))).rc, 0);
  two.pair.peerIp('address', 'add', '10.77.0.100/32', 'dev', NAME);
  const announce = [
    'netns',
    'exec',
    two.pair.there,
    'arping',
    '-q',
    '-U',
    '-c',
    '1',
    '-I',
    NAME,
    '10.77.0.100',
  ];
  await until('the address to be lost', 30_000, async () => {
    await new Promise((resolve) => execFile('ip', announce, resolve));
    return (await stateOn(two.one)) === 'duplicate';
  });
  two.pair.peerIp('address', 'del', '10.77.0.100/32', 'dev', NAME);
});

hostTest('somebody who is not there can hold an address', async (two) => {
  await two.one.setForeign(NAME, '10.77.0.100', true);
  await run(two.one, create('10.77.0.100/32'));
  assert.equal(await stateOn(two.one), 'duplicate');
  await two.one.setForeign(NAME, '10.77.0.100', false);
  await run(two.one, REMOVE);
  await run(two.one, create('10.77.0.100/32'));
  assert.equal(await stateOn(two.one), 'ok');
});

hostTest('a cable that is pulled is seen, and calls are remembered in their order', async (two) => {
  const state = async (): Promise<string> => (await run(two.one, 'dladm show-link -p -o link,state')).stdout;
  assert.equal(await state(), `${NAME}:up\n`);
  two.pair.peerIp('link', 'set', NAME, 'down');
  await until('the carrier to be gone', 5_000, async () => (await state()) === `${NAME}:down\n`);
  two.pair.peerIp('link', 'set', NAME, 'up');
  assert.equal((await run(two.one, REMOVE)).rc, 1);
  assert.deepEqual((await two.one.calls()).at(-1), { argv: REMOVE.split(' '), rc: 1 });
});

hostTest('after a reboot only what is persistent is there, and its conditions can change', async (two) => {
  await run(two.one, create('10.77.0.100/32'));
  await two.one.order('reboot');
  assert.ok(!isHere(two, '10.77.0.100/32'));
  await until('its own address to be back', 10_000, () => isHere(two, '10.77.0.1/24'));
  await two.one.order('conditions', { isAuthorized: false });
  assert.match((await two.one.command(create('10.77.0.100/32').split(' '))).stderr, /Insufficient/);
  await two.one.order('conditions', { isAuthorized: true });
  await assert.rejects(two.one.order('fly'), /illumos knows no order fly/);
});

const ADVERT: CarpAdvert = { vhid: 7, advbase: 1, advskew: 100, demote: 0, pass: 'secret' };

hostTest(
  'advertisements reach the other, to all and to one, and not through a cut cable',
  async ({ pair, one, other }) => {
    await one.advertise(NAME, ADVERT);
    await one.advertise(NAME, { ...ADVERT, vhid: 8 }, '10.77.0.2');
    await until('both to be heard', 10_000, async () => (await other.adverts()).length === 2);
    assert.deepEqual(await other.adverts(), [
      { link: NAME, advert: ADVERT },
      { link: NAME, advert: { ...ADVERT, vhid: 8 } },
    ]);
    assert.deepEqual(await one.adverts(), [], 'not its own');
    pair.peerIp('link', 'set', NAME, 'down');
    await one.advertise(NAME, { ...ADVERT, vhid: 9 });
    pair.peerIp('link', 'set', NAME, 'up');
    await until('the cable to work again', 10_000, async () => {
      await one.advertise(NAME, { ...ADVERT, vhid: 10 });
      return (await other.adverts()).some(({ advert }) => advert.vhid === 10);
    });
    assert.ok(!(await other.adverts()).some(({ advert }) => advert.vhid === 9));
  },
);

hostTest('after its end, the last thing here, its commands fail', async ({ one }) => {
  await one.close();
  assert.equal((await run(one, 'ifconfig -a')).rc, 1);
  await assert.rejects(one.command(['ifconfig', '-a']), /ended/);
});

// Starting two hosts takes longer than most cases, so all share them, without what the one before has left.
test('hosts in namespaces', { timeout: 180_000 }, async (t) => {
  if (!needs(t, TOOLS)) return;
  const two = await startTwo();
  for (const { name, body } of cases) {
    for (const host of [two.one, two.other]) await host.command(REMOVE.split(' '));
    await t.test(`host in a namespace: ${name}`, () => body(two));
  }
});
