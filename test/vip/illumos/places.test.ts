// Goal: links, groups, zones and rights are as different as hosts are; what cannot work says what to do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCarrier } from '../../../src/vip/illumos/interface-state.ts';
import { parseLinkStates } from '../../../src/vip/illumos/link-states.ts';
import { parseLogicalInterfaces } from '../../../src/vip/illumos/logical-interfaces.ts';
import type { Conditions } from '../../systems/illumos/setup.ts';
import { VIP, VIP6 } from '../../systems/illumos/stage.ts';
import { OTHER_OUTCOMES } from '../../systems/illumos/variants.ts';
import { vipOf } from '../vip-of.ts';
import { IFCONFIG, illumosStage, IPADM } from './stages.ts';

const flags = { up: 'UP,RUNNING,IPv4', 'not running': 'UP,IPv4' } as const;
for (const [driver, running, carries] of [
  ['e1000g0:up', 'up', true],
  ['e1000g0:unknown', 'up', true],
  ['', 'up', true],
  ['e1000g1:down', 'up', true],
  ['e1000g0:down', 'up', false],
  ['e1000g0:up', 'not running', false],
  ['e1000g0:unknown', 'not running', false],
  ['', 'not running', false],
] as const) {
  test(`illumos: dladm says "${driver}", and the interface is ${running}`, () => {
    const text = `e1000g0: flags=1<${flags[running]}> mtu 1500 index 2\n\tinet 10.77.0.1 netmask ffffff00 \n`;
    const look = {
      interfaces: parseLogicalInterfaces(text),
      objects: [],
      linkStates: parseLinkStates(driver),
    };
    assert.equal(hasCarrier(look, 'e1000g0'), carries);
  });
}

const KINDS = { illumos: IPADM, 'illumos-ifconfig': IFCONFIG } as const;
const twoLinks = ['e1000g0', 'e1000g1'].map((name, at) => ({ name, mac: `8:0:27:1:2:${at + 3}` }));
const GROUP = {
  links: twoLinks,
  groups: { ipmp0: ['e1000g0', 'e1000g1'] },
  addresses: [
    { object: 'e1000g0/test', address: '10.77.0.11/24', isTest: true },
    { object: 'e1000g1/test', address: '10.77.0.12/24', isTest: true },
    { object: 'ipmp0/v4', address: '10.77.0.1/24' },
  ],
};

for (const [name, kind] of Object.entries(KINDS)) {
  test(`${name}: a member of an IPMP group is refused, with the name of the group's interface`, async () => {
    const { agent, vips, host } = await illumosStage(kind, GROUP);
    const before = host.addresses();
    await assert.rejects(agent.up([vips[0]], 3), {
      code: 'VIP_FAILED',
      message: /e1000g0 is a member of the IPMP group ipmp0/,
      hint: 'write `interface: { NODE: ipmp0 }`',
    });
    assert.deepEqual(host.addresses(), before);
    // Looking and letting go cannot do harm.
    assert.deepEqual(await agent.look([vips[0]]), []);
    await agent.down([vips[0]]);
    assert.deepEqual(host.addresses(), before);
  });

  test(`${name}: a test address of IPMP is the host's`, async () => {
    const { agent, host, pass } = await illumosStage(kind, GROUP);
    const before = host.addresses();
    const vip = vipOf('10.77.0.12/24', 'e1000g1');
    await assert.rejects(agent.down([vip]), { message: /an address of this host itself/ });
    await agent.kill();
    await pass(1_000);
    assert.deepEqual(host.addresses(), before);
  });

  test(`${name}: a VIP on an IPMP group, which carries as long as one member does`, async () => {
    const setup = { ...GROUP, on: 'ipmp0', variants: { ipadmOnIpmp: 'works' } } as const;
    const { agent, vips, lan, host, pass, until } = await illumosStage(kind, setup);
    const before = host.addresses();
    await agent.up([vips[0]], 30);
    await agent.watch(vips);
    await agent.look(vips);
    lan.pull('h1', 'e1000g0');
    await pass(6_000);
    assert.deepEqual(lan.holders(VIP), ['h1']);
    assert.deepEqual(agent.changes, []);
    lan.pull('h1', 'e1000g1');
    await until('word of the carrier', 10_000, () => agent.changes.length > 0);
    assert.deepEqual(agent.changes, [{ kind: 'carrier', link: 'ipmp0', up: false }]);
    await agent.down([vips[0]]);
    await assert.rejects(agent.up([vips[0]], 30), { message: 'interface ipmp0 has no carrier' });
    assert.deepEqual(host.addresses(), before);
  });

  test(`${name}: without a carrier nothing is added; a driver that does not say so is asked another way`, async () => {
    for (const driver of ['fast', 'slow'] as const) {
      const links = [{ name: 'e1000g0', mac: '8:0:27:1:2:3', driver }];
      const { agent, vips, lan, host } = await illumosStage(kind, { links });
      const before = host.addresses();
      lan.pull('h1', 'e1000g0');
      await assert.rejects(agent.up(vips, 3), {
        ...{ code: 'VIP_FAILED', message: 'interface e1000g0 has no carrier' },
        hint: /cable/,
      });
      assert.deepEqual(host.addresses(), before);
      lan.plug('h1', 'e1000g0');
      await agent.up(vips, 3);
    }
  });

  test(`${name}: a cable that is pulled is told, and the VIP is still on the interface`, async () => {
    const { agent, vips, lan, until } = await illumosStage(kind);
    await agent.up(vips, 60);
    await agent.watch(vips);
    await agent.look(vips);
    lan.pull('h1', 'e1000g0');
    await until('word of it', 10_000, () => agent.changes.length > 0);
    assert.deepEqual(agent.changes, [{ kind: 'carrier', link: 'e1000g0', up: false }]);
    assert.deepEqual(await agent.look(vips), vips);
    lan.plug('h1', 'e1000g0');
    await until('word of that', 10_000, () => agent.changes.length > 1);
    assert.deepEqual(agent.changes[1], { kind: 'carrier', link: 'e1000g0', up: true });
  });

  for (const variants of [{}, OTHER_OUTCOMES])
    test(`${name}${variants === OTHER_OUTCOMES ? ', other outcomes' : ''}: a shared-ip zone is told that it can not`, async () => {
      const { agent, vips, host } = await illumosStage(kind, { zone: 'shared', variants });
      const before = host.addresses();
      await assert.rejects(agent.up([vips[0]], 3), {
        code: 'VIP_DENIED',
        hint: /ip-type has to be exclusive|ip-type=shared cannot set addresses at all/,
      });
      assert.deepEqual(host.addresses(), before);
    });

  test(`${name}: in an exclusive-ip zone, what the global zone allows is ours, and what it does not is said`, async () => {
    const allowed = ['10.77.0.1', VIP];
    const zone = { zone: 'exclusive', allowedAddresses: allowed, hasIpv6: false } as const;
    const { agent, vips, host } = await illumosStage(kind, zone);
    const before = host.addresses();
    for (const _ of [1, 2]) await agent.up([vips[0]], 3);
    assert.deepEqual(await agent.look([vips[0]]), [vips[0]]);
    await agent.down([vips[0]]);
    const other = { ...vips[0], address: '10.77.0.101' };
    await assert.rejects(agent.up([other], 3), {
      code: 'VIP_DENIED',
      hint: /zonecfg -z ZONE info net.*allowed-address has to name 10\.77\.0\.101/,
    });
    assert.deepEqual(host.addresses(), before);
  });

  const rights: readonly (readonly [string, Partial<Conditions>, RegExp])[] = [
    ['the authorization', { isAuthorized: false }, /usermod -A solaris\.network\.interface\.config/],
    ['the privilege', { isPrivileged: false }, /privilege sys_ip_config/],
  ];
  for (const [what, lack, hint] of rights)
    test(`${name}: who lacks ${what} is told which, and nothing is left`, async () => {
      const { agent, vips, host } = await illumosStage(kind);
      const before = host.addresses();
      Object.assign(host.conditions, lack);
      await assert.rejects(agent.up(vips, 3), { code: 'VIP_DENIED', hint });
      assert.deepEqual(await agent.look(vips), []);
      Object.assign(host.conditions, { isAuthorized: true, isPrivileged: true });
      assert.deepEqual(
        host.addresses().filter((text) => !before.includes(text)),
        [],
      );
      await agent.up(vips, 30);
      Object.assign(host.conditions, lack);
      await assert.rejects(agent.down(vips), { code: 'VIP_DENIED', hint });
      assert.deepEqual(await agent.look(vips), vips);
    });
}

test('illumos-ifconfig: an address that may not come up leaves no logical interface behind', async () => {
  const { agent, agentThat, vips, host } = await illumosStage(IFCONFIG);
  const before = host.addresses();
  const odd = agentThat((argv) => {
    if (!argv.includes('addif') || argv.includes('inet6')) return undefined;
    // It does the first half, as addif does where the second is refused.
    void host.run(argv.slice(0, -1));
    return {
      exitCode: 1,
      stdout: 'Created new logical interface e1000g0:1\n',
      stderr: 'ifconfig: out of cheese\n',
    };
  });
  await assert.rejects(odd.up([vips[0]], 3), { message: /out of cheese/ });
  assert.deepEqual(host.addresses(), before);
  assert.deepEqual(odd.problems, []);
  await agent.up(vips, 3);
});

test('illumos-ifconfig: what such an attempt of a dead agent left goes, with up and with down', async () => {
  for (const end of ['up', 'down'] as const) {
    const { agent, vips, type, host, lan } = await illumosStage(IFCONFIG);
    const before = host.addresses();
    await type(`ifconfig e1000g0 addif ${VIP}/32`);
    await type(`ifconfig e1000g0 inet6 addif ${VIP6}/128`);
    assert.equal(host.addresses().length, before.length + 2);
    if (end === 'up') await agent.up(vips, 3);
    assert.deepEqual(lan.holders(VIP), end === 'up' ? ['h1'] : []);
    await agent.down(vips);
    assert.deepEqual(host.addresses(), before);
  }
});

test('illumos-ifconfig: beside one that is in use, it is the other that goes', async () => {
  const { agent, vips, type, host, lan } = await illumosStage(IFCONFIG);
  await agent.up([vips[0]], 30);
  await type(`ifconfig e1000g0 addif ${VIP}/32`);
  assert.deepEqual(await agent.look([vips[0]]), [vips[0]]);
  await agent.renew([vips[0]], 30);
  assert.deepEqual(lan.holders(VIP), ['h1']);
  await agent.down([vips[0]]);
  assert.ok(!host.addresses().some((text) => text.includes(VIP)));
});

test('illumos-ifconfig: on an interface without an address of its own the VIP would be the interface', async () => {
  const { agent, vips, type, host } = await illumosStage(IFCONFIG, { links: twoLinks, on: 'e1000g1' });
  await assert.rejects(agent.up([vips[0]], 3), { code: 'VIP_NO_INTERFACE' });
  await type('ifconfig e1000g1 plumb');
  const before = host.addresses();
  await assert.rejects(agent.up([vips[0]], 3), {
    ...{ code: 'VIP_FAILED', message: /e1000g1 has no IPv4 address of its own/ },
    hint: /`ipadm create-addr -T static -a ADDRESS\/LENGTH e1000g1\/v4`, or write `adapter: \{ NODE: illumos \}`/,
  });
  await type('ifconfig e1000g1 inet6 plumb');
  await assert.rejects(agent.up([vips[1]], 3), {
    ...{ code: 'VIP_FAILED', message: /e1000g1 has no IPv6 address of its own/ },
    hint: /ipadm create-addr -T addrconf e1000g1\/v6/,
  });
  assert.deepEqual(host.addresses(), before);
});

test('illumos: there it is the interface, and ipadm takes it off again', async () => {
  const { agent, vips, type, host, lan } = await illumosStage(IPADM, { links: twoLinks, on: 'e1000g1' });
  await assert.rejects(agent.up([vips[0]], 3), { code: 'VIP_NO_INTERFACE', hint: /dladm show-link/ });
  await type('ifconfig e1000g1 plumb');
  const before = host.addresses();
  await agent.up([vips[0]], 3);
  assert.ok(host.addresses().includes(`e1000g1 ${VIP}/32`));
  assert.deepEqual(await agent.look([vips[0]]), [vips[0]]);
  await agent.down([vips[0]]);
  assert.deepEqual(host.addresses(), before);
  assert.deepEqual(lan.holders(VIP), []);
});

test('illumos: IPv6 gets its link-local address first, once for all, and it stays', async () => {
  for (const variants of [{}, OTHER_OUTCOMES]) {
    const { agent, vips, printed, lan } = await illumosStage(IPADM, { hasIpv6: false, variants });
    const more = [vips[1], { ...vips[1], address: 'fd77::101' }, { ...vips[1], address: 'fd77::102' }];
    await agent.up(more, 3);
    assert.deepEqual(await agent.look(more), more);
    assert.deepEqual(lan.holders('fd77::102'), ['h1']);
    assert.deepEqual(
      agent.ran.filter((command) => command.includes('addrconf')),
      ['ipadm create-addr -t -T addrconf -p stateful=no,stateless=no e1000g0/sealll'],
    );
    await agent.down(more);
    assert.equal(await printed('ipadm show-addr -p -o state e1000g0/sealll'), 'ok');
    await agent.up(more, 3);
    assert.equal(agent.ran.filter((command) => command.includes('addrconf')).length, 1);
  }
});

test('illumos: a link-local address that cannot be made is the error', async () => {
  const { agentThat, vips, host } = await illumosStage(IPADM, { hasIpv6: false });
  const before = host.addresses();
  const agent = agentThat((argv) =>
    argv.includes('addrconf')
      ? { exitCode: 1, stderr: 'ipadm: Could not create address: IPv6 autoconf daemon in.ndpd not running' }
      : undefined,
  );
  await assert.rejects(agent.up([vips[1]], 3), { hint: /svcadm enable network\/routing\/ndp/ });
  assert.deepEqual(host.addresses(), before);
});

test('illumos: an IPMP group and an ipadm that is too old for it', async () => {
  const { agent, vips } = await illumosStage(IPADM, { ...GROUP, on: 'ipmp0' });
  await assert.rejects(agent.up([vips[0]], 3), { code: 'VIP_FAILED', hint: /illumos-ifconfig/ });
});

test('illumos: while ipmgmtd is away nobody can say whether the VIP is there; ifconfig still can', async () => {
  const { agent, vips, host } = await illumosStage(IPADM);
  await agent.up(vips, 30);
  host.conditions.hasIpmgmtd = false;
  const refusal = { code: 'VIP_UNKNOWN', hint: /svcs -xv network\/ip-interface-management/ };
  await assert.rejects(agent.look(vips), refusal);
  await assert.rejects(agent.down(vips), refusal);
  host.conditions.hasIpmgmtd = true;
  assert.deepEqual(await agent.look(vips), vips);

  const other = await illumosStage(IFCONFIG);
  await other.agent.up(vips, 30);
  other.host.conditions.hasIpmgmtd = false;
  assert.deepEqual(await other.agent.look(vips), vips);
});

test('illumos: however many VIPs on however many interfaces, a look is three programs', async () => {
  const addresses = [
    { object: 'e1000g0/v4', address: '10.77.0.1/24' },
    { object: 'e1000g1/v4', address: '10.77.1.1/24' },
  ];
  const { agent } = await illumosStage(IPADM, { links: twoLinks, addresses });
  const vips = Array.from({ length: 40 }, (_, at) => vipOf(`10.77.0.${100 + at}/32`, `e1000g${at % 2}`));
  assert.deepEqual(await agent.look(vips), []);
  assert.deepEqual(agent.ran.map((command) => command.split(' ')[0]).toSorted(), [
    'dladm',
    'ifconfig',
    'ipadm',
  ]);
  await agent.up(vips, 30);
  assert.deepEqual(await agent.look(vips), vips);
});
