// Goal: the virtual hosts of a group on two networks are taken and left together, also when one of them fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VIP } from '../../systems/bsd/stage.ts';
import { NODE } from '../../fakes/group-of.ts';
import { carpStage, isFreebsd, linkOf, outsideOf, SYSTEMS, type SystemName } from './stages.ts';

const OUTSIDE = '203.0.113.10';
const LEASE_SECONDS = 3;
const vips = [`${VIP}/32`, `${OUTSIDE}/32`] as const;
const outside = { vhid: 2, interfaces: new Map([[NODE, 'carp1']]), peers: new Map() };

function pairOfNetworks(system: SystemName) {
  const stage = carpStage(system, { vips, outside });
  const link = linkOf(system);
  const { lan } = stage.net;
  return {
    ...stage,
    inner: link,
    outer: outsideOf(link),
    holders: () => [VIP, OUTSIDE].map((address) => lan.holders(address).join()),
    /** Where the second virtual host is shown. */
    bearer: isFreebsd(system) ? outsideOf(link) : 'carp1',
  };
}
const BOTH = ['host1', 'host1'];
const NONE = ['', ''];

for (const system of SYSTEMS) {
  test(`carp on ${system}, two networks: one take and one release, each with its own vhid`, async () => {
    const { agent, holders, type, bearer, vips: both } = pairOfNetworks(system);
    await agent.up(both, LEASE_SECONDS);
    assert.deepEqual(holders(), BOTH);
    assert.match((await type(`ifconfig ${bearer}`)).stdout, /carp: MASTER .*vhid 2 /);
    assert.deepEqual(await agent.look(both), both);
    assert.deepEqual(agent.notes(both), []);
    await agent.renew(both, LEASE_SECONDS);
    await agent.down(both);
    assert.deepEqual(holders(), NONE);
  });

  test(`carp on ${system}, two networks: without the outer cable neither is taken`, async () => {
    const { agent, holders, net, outer, vips: both } = pairOfNetworks(system);
    net.lan.pull('host1', outer);
    await assert.rejects(agent.up(both, LEASE_SECONDS), { message: new RegExp(`^${outer} has no carrier`) });
    assert.deepEqual(holders(), NONE);
  });

  test(`carp on ${system}, two networks: what keeps the outer one from rising takes the inner one back`, async () => {
    const { agent, holders, type, outer, vips: both } = pairOfNetworks(system);
    await type(`ifconfig ${outer} inet alias ${OUTSIDE}/32`);
    await assert.rejects(agent.up(both, LEASE_SECONDS), { message: /is an address of this host itself/ });
    assert.deepEqual(holders()[0], '');
  });

  test(`carp on ${system}, two networks: the guard of a killed agent leaves both`, async () => {
    const { agent, holders, pass, vips: both } = pairOfNetworks(system);
    await agent.up(both, LEASE_SECONDS);
    await agent.kill();
    await pass(1_000);
    assert.deepEqual(holders(), NONE);
  });
}

for (const system of ['freebsd 14', 'openbsd'] as const) {
  test(`carp on ${system}, two networks: who is made a backup on one of them again and again lets go of both`, async () => {
    const { agent, holders, type, bearer, vips: both } = pairOfNetworks(system);
    const beBackup = `ifconfig ${bearer} ${isFreebsd(system) ? 'vhid 2 ' : ''}state backup`;
    await agent.up(both, LEASE_SECONDS);
    await type(beBackup);
    assert.deepEqual(holders(), ['host1', '']);
    await agent.look(both); // as once a second
    await assert.rejects(agent.renew(both, LEASE_SECONDS), { message: /vhid 2 .*fell back to BACKUP/ });
    await agent.down(both);
    assert.deepEqual(holders(), NONE);
  });
}

test('carp on openbsd, two networks: the plan names both', async () => {
  const { agent, vips: both } = pairOfNetworks('openbsd');
  assert.deepEqual(await agent.plan(both, 3), {
    up: [
      'ifconfig carp0 create',
      'ifconfig carp0 carpdev em0 vhid 1 advbase 1 advskew 0',
      'ifconfig carp0 inet alias 10.77.0.100/32',
      'ifconfig carp0 advskew 0 up state master',
      'ifconfig carp1 create',
      'ifconfig carp1 carpdev em1 vhid 2 advbase 1 advskew 0',
      'ifconfig carp1 inet alias 203.0.113.10/32',
      'ifconfig carp1 advskew 0 up state master',
    ],
    down: ['ifconfig carp0 down  # 10.77.0.100', 'ifconfig carp1 down  # 203.0.113.10'],
  });
});
