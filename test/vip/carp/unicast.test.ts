// Goal: advertisements go to the other node and nowhere else, with every command, and where that cannot be it is said.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CarpSettings } from '../../../src/core/settings.ts';
import { carpSystemFor } from '../../../src/vip/carp/carp-for-system.ts';
import { NODE } from '../../fakes/group-of.ts';
import { toldExec } from '../../fakes/told-exec.ts';
import { VIP, VIP6 } from '../../systems/bsd/stage.ts';
import { vipOf } from '../vip-of.ts';
import { carpHost, carpStage, groupWith } from './stages.ts';

const PEER = '10.77.0.2';
const unicast = { carp: { peers: new Map([[NODE, PEER]]) } };

test('carp unicast on freebsd 14: the peer stands in every command of the virtual host', async () => {
  const { agent, vips, net, pass } = carpStage('freebsd 14', unicast);
  carpHost('freebsd 14', net, 2);
  await agent.up(vips, 0);
  await pass(5_000);
  await agent.up(vips, 0);
  await agent.down([vips[1]]);
  await pass(5_000);
  const commands = agent.ran.filter((line) => line.includes(' vhid '));
  assert.ok(commands.length >= 5, commands.join('\n'));
  for (const line of commands) assert.match(line, / vhid 1 peer 10\.77\.0\.2\b/);
  assert.ok(net.lan.adverts.length >= 10);
  for (const { peer, heardBy } of net.lan.adverts) assert.deepEqual([peer, heardBy], [PEER, ['host2']]);
});

test('carp unicast on freebsd 14: what somebody else undid is put right with the next renewal', async () => {
  const { agent, vips, net, type, pass } = carpStage('freebsd 14', unicast);
  await agent.up(vips, 2);
  await type('ifconfig em0 vhid 1 advskew 20');
  await pass(1_100);
  assert.equal(net.lan.adverts.at(-1)?.peer, undefined, 'the kernel has gone back to multicast');
  await agent.look(vips);
  assert.match(
    agent.notes(vips).join(),
    /another program changed vhid 1 on em0: advbase 1 advskew 20 peer 224\.0\.0\.18/,
  );
  await agent.renew(vips, 2);
  await agent.look(vips);
  assert.deepEqual(agent.notes(vips), []);
  await pass(1_100);
  assert.deepEqual([net.lan.adverts.at(-1)?.peer, net.lan.adverts.at(-1)?.advert.advskew], [PEER, 0]);
});

test('carp unicast: whoever changes it again and again is not fought with every renewal', async () => {
  const { agent, vips, type } = carpStage('freebsd 14', unicast);
  await agent.up(vips, 2);
  const change = async (): Promise<number> => {
    await type('ifconfig em0 vhid 1 advskew 20');
    await agent.look(vips);
    const before = agent.ran.length;
    await agent.renew(vips, 2);
    return agent.ran.slice(before).filter((line) => line.includes(' vhid ')).length;
  };
  assert.ok((await change()) > 0);
  assert.equal(await change(), 0);
});

test('carp unicast on freebsd 14: over IPv6', async () => {
  const { agent, vips } = carpStage('freebsd 14', { carp: { peers: new Map([[NODE, 'fd77::2']]) } });
  await agent.up(vips, 0);
  for (const line of agent.ran.filter((one) => one.includes(' vhid ')))
    assert.match(line, / peer6 fd77::2\b/);
  await agent.look(vips);
  assert.deepEqual(agent.notes(vips), []);
});

test('carp unicast on freebsd 13: refused before anything is configured', async () => {
  const { agent, vips, host } = carpStage('freebsd 13', unicast);
  await assert.rejects(agent.up(vips, 0), {
    code: 'VIP_FAILED',
    message: /from FreeBSD 14 on/,
    hint: /remove `unicast`/,
  });
  assert.equal(host.state(), undefined);
});

test('carp unicast on freebsd 13: where the release is not told, by what ifconfig says', async () => {
  const { agent, vips, host } = carpStage('freebsd 13', {
    ...unicast,
    programs: { sysctl: (args) => (args.includes('kern.osreldate') ? { rc: 1 } : undefined) },
  });
  await assert.rejects(agent.up(vips, 0), { code: 'VIP_FAILED', hint: /unicast needs FreeBSD 14/ });
  assert.equal(host.state(), undefined);
});

test('carp on freebsd: without unicast nothing is said of peers', async () => {
  for (const system of ['freebsd 13', 'freebsd 14'] as const) {
    const { agent, vips } = carpStage(system);
    await agent.up(vips, 0);
    assert.ok(!agent.ran.some((line) => line.includes('peer') || line.includes('osreldate')));
  }
});

test('carp unicast on openbsd: a carppeer, and back to multicast without one', async () => {
  const { agent, vips, net, pass } = carpStage('openbsd', unicast);
  await agent.up(vips, 0);
  await pass(3_000);
  assert.deepEqual(new Set(net.lan.adverts.map(({ peer }) => peer)), new Set([PEER]));
  await agent.look(vips);
  assert.deepEqual(agent.notes(vips), []);
});

test('carp on openbsd: a peer that somebody named once is taken back', async () => {
  const { agent, vips, net, type, pass } = carpStage('openbsd');
  for (const words of ['create', `carpdev em0 vhid 1 carppeer ${PEER}`])
    await type(`ifconfig carp0 ${words}`);
  await agent.up(vips, 0);
  await pass(3_000);
  assert.deepEqual(new Set(net.lan.adverts.map(({ peer }) => peer)), new Set([undefined]));
});

const refused: readonly [
  name: string,
  platform: NodeJS.Platform,
  carp: Partial<CarpSettings>,
  vips: readonly string[],
  why: RegExp,
][] = [
  ['netbsd has no unicast', 'netbsd', unicast.carp, [VIP], /NetBSD's CARP has no unicast/],
  [
    'openbsd has none over IPv6',
    'openbsd',
    { peers: new Map([[NODE, 'fd77::2']]) },
    [VIP6],
    /no unicast over IPv6/,
  ],
  [
    'openbsd needs a carp interface',
    'openbsd',
    { interfaces: new Map() },
    [VIP],
    /interface of its own on OpenBSD/,
  ],
  [
    'netbsd needs a carp interface',
    'netbsd',
    { interfaces: new Map() },
    [VIP],
    /interface of its own on NetBSD/,
  ],
  ['netbsd does not advertise IPv6 alone', 'netbsd', {}, [VIP6], /IPv6 addresses alone/],
  ['linux has no CARP', 'linux', {}, [VIP], /no CARP/],
];
for (const [name, platform, carp, vips, message] of refused) {
  test(`carp: ${name}`, () => {
    const group = groupWith(
      carp,
      vips.map((address) => vipOf(`${address}/${address === VIP ? 32 : 128}`, 'em0')),
    );
    assert.throws(() => carpSystemFor({ exec: toldExec({}), group, node: NODE }, platform), {
      code: 'CONFIG_INVALID',
      message,
    });
  });
}
