// Goal: what others have made is named and left alone, whoever made it and however much it looks like a VIP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressSetup } from '../../systems/illumos/setup.ts';
import { CREATE, VIP } from '../../systems/illumos/stage.ts';
import { OTHER_OUTCOMES } from '../../systems/illumos/variants.ts';
import { IFCONFIG, illumosStage, IPADM, type Kind } from './stages.ts';

const OWN: AddressSetup = { object: 'e1000g0/v4', address: '10.77.0.1/24' };
const OBJECT = 'e1000g0/sealvip0a4d0064';

interface Case {
  readonly name: string;
  readonly kind: Kind;
  readonly addresses?: readonly AddressSetup[];
  /** Typed before. */
  readonly typed?: string;
  readonly variants?: typeof OTHER_OUTCOMES;
  /** What is called by its name, in the sentence. */
  readonly called: string;
  readonly hint: RegExp;
}
const web = { object: 'e1000g0/web', address: `${VIP}/32` };
const persistentByHand = CREATE.replace('-t ', '').replace('sealvip0', 'sealvip0a4d0064');
const addifByHand = `ifconfig e1000g0 addif ${VIP}/32 up`;

const cases: readonly Case[] = [
  {
    ...{ name: 'a persistent address of the host', kind: IPADM, addresses: [OWN, web] },
    ...{ called: 'e1000g0/web', hint: /ipadm show-addr e1000g0\/web.*ipadm delete-addr e1000g0\/web/ },
  },
  {
    ...{ name: 'a temporary one of another name', kind: IPADM, typed: CREATE },
    ...{ called: 'e1000g0/sealvip0', hint: /ipadm show-addr e1000g0\/sealvip0/ },
  },
  {
    ...{ name: 'one with our name that somebody made persistent', kind: IPADM, typed: persistentByHand },
    ...{ called: OBJECT, hint: /persistent, and sealbeat makes none.*ipadm delete-addr.*for good/ },
  },
  {
    ...{ name: 'one that ifconfig made', kind: IPADM, typed: addifByHand },
    ...{ called: 'e1000g0/_a', hint: /ifconfig e1000g0 removeif 10\.77\.0\.100/ },
  },
  {
    ...{ name: 'one that ifconfig made and ipadm has no name for', kind: IPADM, typed: addifByHand },
    ...{ variants: OTHER_OUTCOMES, called: 'e1000g0/?', hint: /ifconfig e1000g0 removeif 10\.77\.0\.100/ },
  },
  {
    ...{ name: "an address of another zone's", kind: IPADM, addresses: [OWN, { ...web, zone: 'www' }] },
    ...{ called: 'e1000g0/web', hint: /ipadm show-addr e1000g0\/web/ },
  },
  {
    ...{ name: "the interface's own address", kind: IPADM, addresses: [web] },
    ...{ called: 'e1000g0/web', hint: /ipadm show-addr e1000g0\/web/ },
  },
  {
    ...{ name: 'a persistent address of the host', kind: IFCONFIG, addresses: [OWN, web] },
    ...{ called: 'e1000g0:1', hint: /`ifconfig e1000g0:1`, `ipadm show-addr \| grep 10\.77\.0\.100`/ },
  },
  {
    ...{ name: 'a temporary one that somebody gave a name', kind: IFCONFIG, typed: CREATE },
    ...{ called: 'e1000g0:1', hint: /remove it by the name that ipadm shows/ },
  },
  {
    ...{ name: 'one with our name that somebody made persistent', kind: IFCONFIG, typed: persistentByHand },
    ...{ called: 'e1000g0:1', hint: /ipadm show-addr/ },
  },
  {
    ...{ name: "an address of another zone's", kind: IFCONFIG, addresses: [OWN, { ...web, zone: 'www' }] },
    ...{ called: 'e1000g0:1', hint: /ipadm show-addr/ },
  },
  {
    name: "an address of another zone's that nobody gave a name",
    ...{
      kind: IFCONFIG,
      addresses: [OWN, { object: 'e1000g0/_z', address: `${VIP}/32`, zone: 'www', isPersistent: false }],
    },
    ...{ called: 'e1000g0:1', hint: /ipadm show-addr/ },
  },
  {
    ...{ name: "the interface's own address", kind: IFCONFIG, addresses: [web] },
    ...{ called: 'e1000g0', hint: /it is the interface's own address.*choose another VIP/ },
  },
];

for (const { name, kind, addresses, typed, variants, called, hint } of cases) {
  test(`${kind === IPADM ? 'illumos' : 'illumos-ifconfig'}: ${name} is named, and left alone`, async () => {
    const stage = await illumosStage(kind, {
      ...(addresses === undefined ? {} : { addresses }),
      ...(variants === undefined ? {} : { variants }),
    });
    const { agent, host } = stage;
    const vips = [stage.vips[0]];
    if (typed !== undefined) assert.equal((await stage.type(typed)).rc, 0);
    await stage.pass(1_000);
    const before = [host.addresses(), await stage.printed('ipadm show-addr -p -o addrobj,state,persistent')];
    const refusal = {
      ...{ name: 'OperatorError', code: 'VIP_FAILED', hint },
      message: `${VIP}/32 on e1000g0 is an address of this host itself (${called}), not a VIP of sealbeat`,
    };
    await assert.rejects(agent.up(vips, 3), refusal);
    await assert.rejects(agent.down(vips), refusal);
    await assert.rejects(agent.look(vips), refusal, 'nor can it be said that it is not here');
    await agent.kill();
    await stage.pass(2_000);
    assert.deepEqual(
      [host.addresses(), await stage.printed('ipadm show-addr -p -o addrobj,state,persistent')],
      before,
    );
  });
}

test('illumos: after what the hint says the VIP comes up', async () => {
  const { agent, vips, type } = await illumosStage(IPADM);
  await type(addifByHand);
  await assert.rejects(agent.up([vips[0]], 3), { hint: /`ifconfig e1000g0 removeif 10\.77\.0\.100`/ });
  await type('ifconfig e1000g0 removeif 10.77.0.100');
  await agent.up([vips[0]], 3);
});

test('illumos: what is only persistent, and disabled, is nobody there; it cannot be beside it and is left', async () => {
  const { agent, vips, type, printed, host } = await illumosStage(IPADM);
  await type(persistentByHand);
  await type(`ifconfig e1000g0 removeif ${VIP}`);
  assert.equal(await printed(`ipadm show-addr -p -o state ${OBJECT}`), 'disabled');
  assert.deepEqual(await agent.look([vips[0]]), []);
  await agent.down([vips[0]]);
  await assert.rejects(agent.up([vips[0]], 3), {
    message: /Address object already exists/,
    hint: /ipadm show-addr e1000g0\/sealvip0a4d0064/,
  });
  assert.equal(await printed(`ipadm show-addr -p -o state ${OBJECT}`), 'disabled');
  assert.ok(!host.addresses().some((text) => text.includes(VIP)));
});

for (const [name, kind] of [
  ['illumos', IPADM],
  ['illumos-ifconfig', IFCONFIG],
] as const)
  for (const variants of [{}, OTHER_OUTCOMES]) {
    const outcome = variants === OTHER_OUTCOMES ? ', other outcomes' : '';
    test(`${name}${outcome}: an address that is up on another interface of this host`, async () => {
      const links = ['e1000g0', 'e1000g1'].map((link, at) => ({ name: link, mac: `8:0:27:1:2:${at + 3}` }));
      const addresses = [
        OWN,
        { object: 'e1000g1/v4', address: '10.77.1.1/24' },
        { object: 'e1000g1/web', address: `${VIP}/32` },
      ];
      const { agent, vips, host } = await illumosStage(kind, { links, addresses, variants });
      const before = host.addresses();
      const attempt = agent.up([vips[0]], 3);
      // Where the kernel takes a second copy, it is the neighbours who decide; they are asked, and this host's other link answers.
      if (variants === OTHER_OUTCOMES) await attempt;
      else
        await assert.rejects(attempt, { code: 'VIP_FAILED', hint: /ipadm show-addr \| grep 10\.77\.0\.100/ });
      await agent.down([vips[0]]);
      assert.deepEqual(host.addresses(), before, 'not even a logical interface that is down');
    });

    test(`${name}${outcome}: a reboot leaves nothing of ours`, async () => {
      const { agentThat, vips, host, printed, pass } = await illumosStage(kind, { variants });
      const agent = agentThat(() => undefined, { guardDies: true });
      const before = host.addresses();
      await agent.up(vips, 0);
      await agent.kill();
      assert.notDeepEqual(host.addresses(), before);
      await host.reboot();
      await pass(10_000);
      assert.deepEqual(host.addresses(), before);
      assert.doesNotMatch(await printed('ipadm show-addr -p -o addrobj'), /seal/);
    });
  }

test("illumos-ifconfig: the interface's own address is the host's, whoever made it", async () => {
  const links = ['e1000g0', 'e1000g1'].map((link, at) => ({ name: link, mac: `8:0:27:1:2:${at + 3}` }));
  const { agent, vips, type, host } = await illumosStage(IFCONFIG, { links, on: 'e1000g1' });
  await type('ifconfig e1000g1 plumb');
  await type(`ifconfig e1000g1 ${VIP}/32 up`);
  const before = host.addresses();
  await assert.rejects(agent.down([vips[0]]), { message: /host itself \(e1000g1\)/ });
  await assert.rejects(agent.up([vips[0]], 3), { message: /host itself \(e1000g1\)/ });
  assert.deepEqual(host.addresses(), before);
});

test('illumos-ifconfig: one that somebody adds in the same moment stays, and what the attempt left beside it goes', async () => {
  const { agentThat, vips, host, pass, printed } = await illumosStage(IFCONFIG);
  const agent = agentThat((argv) => {
    if (!argv.includes('addif')) return undefined;
    void host.run(persistentByHand.split(' '));
    void host.run(argv.slice(0, -1)); // the first half, before the kernel says no
    return {
      exitCode: 1,
      stderr: 'ifconfig: setifflags: SIOCSLIFFLAGS: e1000g0:2: Cannot assign requested address\n',
    };
  });
  await assert.rejects(agent.up([vips[0]], 3), { message: /an address of this host itself/ });
  await pass(5_000); // longer than the lease: the guard does not hold it either
  assert.equal(host.addresses().filter((text) => text.includes(VIP)).length, 1);
  assert.equal(await printed(`ipadm show-addr -p -o state ${OBJECT}`), 'ok');
});
