// Goal: whichever of the two adapters put a VIP there, and whatever became of it, the next process finds its way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VIP } from '../../systems/illumos/stage.ts';
import { OTHER_OUTCOMES } from '../../systems/illumos/variants.ts';
import { stageOnModel } from '../on-model.ts';
import { IFCONFIG, illumosStage, type IllumosStage, IPADM, type Kind } from './stages.ts';

/** The other adapter on the same host. */
const beside = (stage: IllumosStage, kind: Kind) =>
  stageOnModel({
    ...{ ...kind, ...stage, missingLink: 'e1000g9' },
    open: (ports) => kind.open({ ...ports, announceMethod: 'auto' }),
  });

for (const variants of [{}, OTHER_OUTCOMES]) {
  const outcome = variants === OTHER_OUTCOMES ? ', other outcomes' : '';

  test(`illumos${outcome}: from one adapter to the other and back, nothing is left`, async () => {
    const stage = await illumosStage(IPADM, { variants });
    const { vips, host, lan } = stage;
    const other = beside(stage, IFCONFIG);
    const before = host.addresses();
    for (const [from, to] of [
      [stage.agent, other.agent],
      [other.agent, stage.agent],
    ] as const) {
      await from.up(vips, 3);
      await from.down(vips); // as a reload does
      await to.up(vips, 3);
      assert.deepEqual(lan.holders(VIP), ['h1']);
      await stage.pass(2_000);
      await to.renew(vips, 3);
      assert.deepEqual(await to.look(vips), vips, 'no guard of the other has come in between');
      await to.down(vips);
      assert.deepEqual(host.addresses(), before);
    }
  });

  test(`illumos${outcome}: ifconfig takes over what a dead agent made with ipadm, and removes it`, async () => {
    for (const end of ['up', 'down'] as const) {
      const stage = await illumosStage(IPADM, { variants });
      const { vips, host, agentThat, printed } = stage;
      const before = host.addresses();
      const dead = agentThat(() => undefined, { guardDies: true });
      await dead.up(vips, 3);
      await dead.kill();
      const { agent } = beside(stage, IFCONFIG);
      assert.deepEqual(await agent.look(vips), vips);
      if (end === 'up') await agent.up(vips, 3);
      await agent.down(vips);
      assert.deepEqual(host.addresses(), before);
      assert.doesNotMatch(await printed('ipadm show-addr -p -o addrobj'), /seal/);
    }
  });

  test(`illumos${outcome}: what a dead agent made with ifconfig has no name, so ipadm asks for a hand`, async () => {
    const stage = await illumosStage(IFCONFIG, { variants });
    const { vips, agentThat, type } = stage;
    const dead = agentThat(() => undefined, { guardDies: true });
    await dead.up([vips[0]], 3);
    await dead.kill();
    const { agent } = beside(stage, IPADM);
    await assert.rejects(agent.up([vips[0]], 3), { hint: /`ifconfig e1000g0 removeif 10\.77\.0\.100`/ });
    await type(`ifconfig e1000g0 removeif ${VIP}`);
    await agent.up([vips[0]], 3);
  });

  test(`illumos${outcome}: killed between create-addr and the look, the guard or the next process ends it`, async () => {
    for (const guardDies of [false, true]) {
      const { vips, agent, agentThat, host, pass } = await illumosStage(IPADM, { variants });
      const before = host.addresses();
      const dying = agentThat((argv) => (argv[1] === 'create-addr' ? 'dies after' : undefined), {
        guardDies,
      });
      await assert.rejects(dying.up([vips[0]], 30), { name: 'Died' });
      await pass(1_000);
      assert.deepEqual(await agent.look([vips[0]]), guardDies ? [vips[0]] : []);
      await agent.up([vips[0]], 30);
      assert.equal(agent.ran.filter((command) => command.includes('create-addr')).length, guardDies ? 0 : 1);
      await agent.down([vips[0]]);
      assert.deepEqual(host.addresses(), before);
    }
  });
}

test('illumos: what an earlier config made with another length is made anew, and goes', async () => {
  for (const end of ['up', 'down', 'look'] as const) {
    const { vips, agent, agentThat, host } = await illumosStage(IPADM);
    const before = host.addresses();
    const dead = agentThat(() => undefined, { guardDies: true });
    await dead.up([{ ...vips[0], prefixLength: 24 }], 3);
    await dead.kill();
    if (end === 'look')
      assert.deepEqual(await agent.look([vips[0]]), [vips[0]], 'neighbours do not see lengths');
    if (end === 'up') {
      await agent.up([vips[0]], 3);
      assert.ok(host.addresses().includes(`e1000g0:1 ${VIP}/32`));
    }
    await agent.down([vips[0]]);
    assert.deepEqual(host.addresses(), before);
  }
});

test('illumos: somebody else deletes the address, and the next renewal puts it back', async () => {
  for (const kind of [IPADM, IFCONFIG]) {
    const { agent, vips, takeAway, lan, until } = await illumosStage(kind);
    await agent.up(vips, 30);
    await agent.watch(vips);
    await agent.look(vips);
    await takeAway(vips[0]);
    await until('word of it', 2_000, () => agent.changes.some(({ kind: what }) => what === 'removed'));
    await agent.renew(vips, 30);
    await until('it to be in use', 2_000, () => lan.holders(VIP).includes('h1'));
  }
});
