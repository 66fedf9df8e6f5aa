// Goal: after a reload with another carp section nothing of the old one is left that could serve, or elect, or come late.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VIP } from '../../systems/bsd/stage.ts';
import { carpStage, isFreebsd, linkOf, SYSTEMS, type SystemName } from './stages.ts';

const LEASE_SECONDS = 2;
const bearer = (system: SystemName): string => (isFreebsd(system) ? linkOf(system) : 'carp0');

for (const system of SYSTEMS) {
  test(`carp on ${system}: another vhid takes what the old one has let go of`, async () => {
    const { agent, agentWith, vips, net, type, pass } = carpStage(system);
    const vhids = async (): Promise<readonly string[]> =>
      [...(await type(`ifconfig ${bearer(system)}`)).stdout.matchAll(/carp: \w+ .*?vhid (\d+)/g)].map(
        ([, vhid]) => vhid!,
      );
    await agent.up(vips, LEASE_SECONDS);
    assert.deepEqual(await vhids(), ['1']);

    await agent.down(vips);
    await agent.close();
    assert.deepEqual(net.lan.holders(VIP), []);
    const next = agentWith({ vhid: 2 });
    await next.up(vips, LEASE_SECONDS);
    assert.deepEqual([await vhids(), net.lan.holders(VIP)], [['2'], ['host1']]);

    for (let second = 0; second < 2 * LEASE_SECONDS + 2; second += 1) {
      await next.renew(vips, LEASE_SECONDS);
      await pass(1_000);
      assert.deepEqual(net.lan.holders(VIP), ['host1'], 'the old guard is gone');
    }
    await next.down(vips);
    assert.deepEqual(net.lan.holders(VIP), []);
  });
}

test('carp on freebsd 14: without that the old vhid would stay, and the new one be refused', async () => {
  const { agent, agentWith, vips, host } = carpStage('freebsd 14');
  await agent.up(vips, 0);
  await assert.rejects(agentWith({ vhid: 2 }).up(vips, 0), { code: 'VIP_FAILED' });
  assert.equal(host.state(), 'MASTER', 'vhid 1');
});
