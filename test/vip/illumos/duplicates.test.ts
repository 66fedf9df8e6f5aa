// Goal: a VIP that another host answers for is never taken for held, and never comes up behind anybody's back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IllumosHost } from '../../systems/illumos/host.ts';
import { VIP } from '../../systems/illumos/stage.ts';
import { type VariantChoice, OTHER_OUTCOMES } from '../../systems/illumos/variants.ts';
import { IFCONFIG, illumosStage, type IllumosStage, IPADM, type StageSetup } from './stages.ts';

const KINDS = { illumos: IPADM, 'illumos-ifconfig': IFCONFIG } as const;
const VARIANTS: Readonly<Record<string, VariantChoice>> = { likely: {}, others: OTHER_OUTCOMES };
const SLOW = { links: [{ name: 'e1000g0', mac: '8:0:27:1:2:3', driver: 'slow' }] } as const;
const TAKEN = { code: 'VIP_FAILED', message: /10\.77\.0\.100\/32 on e1000g0: another host still answers/ };

/** For both adapters and both sets of outcomes. */
function story(
  name: string,
  body: (stageWith: (setup?: StageSetup) => Promise<IllumosStage>) => Promise<void>,
) {
  for (const [kindName, kind] of Object.entries(KINDS))
    for (const [variant, variants] of Object.entries(VARIANTS))
      test(`${kindName}, ${variant} outcomes: ${name}`, { timeout: 60_000 }, () =>
        body((setup = {}) => illumosStage(kind, { variants, ...setup })),
      );
}

const hasVip = (host: IllumosHost): boolean => host.addresses().some((text) => text.includes(` ${VIP}/`));

story('ipadm and ifconfig call it success, and it is none; nothing is left of it', async (stageWith) => {
  const { agent, vips, lan, host } = await stageWith();
  lan.addForeign('lan', VIP);
  await assert.rejects(agent.up([vips[0]], 3), { ...TAKEN, hint: /hang.*switch it off/ });
  assert.equal(hasVip(host), false);
  assert.deepEqual(await agent.look([vips[0]]), []);
  assert.deepEqual(agent.problems, []);
});

story('one of two is taken: the other is not kept either', async (stageWith) => {
  const { agent, vips, lan, host } = await stageWith();
  lan.addForeign('lan', VIP);
  const before = host.addresses();
  await assert.rejects(agent.up(vips, 3), TAKEN);
  assert.deepEqual(host.addresses(), before);
});

story('the old owner lets go 3 s later, and the next attempt succeeds', async (stageWith) => {
  const { agent, vips, lan, pass } = await stageWith();
  const leave = lan.addForeign('lan', VIP);
  await assert.rejects(agent.up([vips[0]], 3), TAKEN);
  await pass(3_000);
  leave();
  await agent.up([vips[0]], 3);
  assert.deepEqual(lan.holders(VIP), ['h1']);
});

story('what was refused does not come up by itself, not after 300 s and not later', async (stageWith) => {
  const { agent, vips, lan, pass } = await stageWith();
  const leave = lan.addForeign('lan', VIP);
  await assert.rejects(agent.up([vips[0]], 3), TAKEN);
  leave();
  for (let minute = 0; minute < 11; minute += 1) {
    await pass(60_000);
    assert.deepEqual(lan.holders(VIP), []);
  }
});

story('a duplicate that a dead agent left is found, and goes', async (stageWith) => {
  const { agent, agentThat, vips, lan, host, pass } = await stageWith();
  const dead = agentThat(() => undefined, { guardDies: true });
  await dead.up([vips[0]], 0);
  await dead.kill();
  for (let defended = 0; defended < 4; defended += 1) lan.announceForeign('lan', VIP);
  const leave = lan.addForeign('lan', VIP);
  await pass(1_000);
  assert.deepEqual(lan.holders(VIP), []);
  assert.equal(hasVip(host), true, 'and it would be tried again');
  // It is none of ours to hold, and something to take down.
  assert.deepEqual(await agent.look([vips[0]]), [vips[0]]);
  await agent.down([vips[0]]);
  assert.equal(hasVip(host), false);
  leave();
  await pass(400_000);
  assert.deepEqual(lan.holders(VIP), []);
});

story(
  'a holder that loses the address to another sees it at once, and does not hold it',
  async (stageWith) => {
    const { agent, vips, lan, monitor, pass, until } = await stageWith();
    await agent.up([vips[0]], 30);
    await agent.watch(vips);
    await agent.look(vips);
    lan.addForeign('lan', VIP);
    for (let defended = 0; defended < 4; defended += 1) lan.announceForeign('lan', VIP);
    monitor('prints');
    await until('word of it', 2_000, () => agent.changes.some(({ kind }) => kind === 'removed'));
    assert.deepEqual(await agent.look([vips[0]]), []);
    // One that adds without waiting for the probing is told by the next look.
    await agent.renew([vips[0]], 30).catch((error: Error) => assert.match(error.message, TAKEN.message));
    await pass(1_000);
    assert.deepEqual(await agent.look([vips[0]]), []);
    await agent.down([vips[0]]);
    await pass(1_000);
    assert.deepEqual(lan.holders(VIP), []);
  },
);

story('a carrier that comes back makes nobody hold what another has meanwhile', async (stageWith) => {
  const stage = await stageWith();
  const { agent, vips, lan, pass } = stage;
  const other = await stage.neighbour();
  await agent.up([vips[0]], 0);
  lan.pull('h1', 'e1000g0');
  await pass(1_000);
  assert.deepEqual(await agent.look([vips[0]]), [vips[0]], 'it is on the interface, whoever hears it');
  await other.agent.up([vips[0]], 0);
  await agent.down([vips[0]]);
  lan.plug('h1', 'e1000g0');
  await pass(10_000);
  assert.deepEqual(lan.holders(VIP), ['h2']);
});

story(
  'a host whose kernel answers while its agent and its guard are dead blocks the takeover',
  async (stageWith) => {
    const stage = await stageWith();
    const { agent, vips, lan } = stage;
    const other = await stage.neighbour();
    const hung = other.agentThat(() => undefined, { guardDies: true });
    await hung.up([vips[0]], 3);
    await hung.kill();
    await assert.rejects(agent.up([vips[0]], 3), { ...TAKEN, hint: /a host whose kernel still answers/ });
    lan.pull('h2', 'e1000g0'); // as a fence does
    await agent.up([vips[0]], 3);
  },
);

for (const [kindName, kind] of Object.entries(KINDS)) {
  test(`${kindName}: a planned move takes the time of the probing and little more`, async () => {
    for (const [setup, limitMs] of [
      [{}, 700],
      [SLOW, 5_800],
    ] as const) {
      const stage = await illumosStage(kind, { ...setup, random: () => 0.999 });
      const other = await stage.neighbour(setup);
      await stage.agent.up(stage.vips, 3);
      const startedAtMs = stage.nowMs();
      await stage.agent.down(stage.vips);
      await other.agent.up(stage.vips, 3);
      assert.deepEqual(stage.lan.holders(VIP), ['h2']);
      assert.ok(stage.nowMs() - startedAtMs <= limitMs, `${stage.nowMs() - startedAtMs} ms`);
    }
  });

  test(`${kindName}: up waits for a slow driver, and the guard waits with it`, async () => {
    const { agent, vips, lan, nowMs, pass } = await illumosStage(kind, SLOW);
    await agent.up(vips, 1);
    assert.ok(nowMs() >= 4_500);
    assert.deepEqual(lan.holders(VIP), ['h1']);
    await pass(2_100); // nobody renews any more
    assert.deepEqual(lan.holders(VIP), []);
  });
}

test('illumos-ifconfig: where ipadm says nothing, the time decides whether an address is in use', async () => {
  const withoutIpadm = ([program]: readonly string[]) =>
    program === 'ipadm' ? { exitCode: -1, missing: true } : undefined;
  for (const [setup, leastMs] of [
    [{}, 1_000],
    [SLOW, 5_500],
  ] as const) {
    const { agentThat, vips, lan, nowMs } = await illumosStage(IFCONFIG, setup);
    const agent = agentThat(withoutIpadm);
    await agent.up(vips, 1);
    assert.ok(nowMs() >= leastMs);
    assert.deepEqual(lan.holders(VIP), ['h1']);
    await agent.down(vips);
    lan.addForeign('lan', VIP);
    await assert.rejects(agent.up(vips, 1), TAKEN);
  }
});
