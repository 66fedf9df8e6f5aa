import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type Vip } from '../../../src/core/ports.ts';
import { runTool } from '../../lab/host-tool.ts';
import { until } from '../../lab/wait.ts';
import { addressesIn, LINK, makePair, needs, type Pair, standIn, tempFolder } from '../lab.ts';
import { type AgentOptions, type RemoteAgent, startAgent } from '../remote-agent.ts';
import { vipOf } from '../vip-of.ts';

const vip4 = vipOf('10.77.0.100/32', LINK, `${LINK}:web`);
const vip6 = vipOf('fd77::100/128', LINK);
const LEASE_SECONDS = 60;

function linuxTest(
  name: string,
  body: (lab: { pair: Pair; agent: RemoteAgent; t: TestContext }) => Promise<void>,
  options: AgentOptions = {},
): void {
  test(`linux: ${name}`, { timeout: 30_000 }, async (t) => {
    if (!needs(t, ['ip', 'sysctl', options.wrapper?.[0] ?? 'ip'])) return;
    const pair = makePair();
    await body({ pair, agent: startAgent({ namespace: pair.here, ...options }), t });
  });
}

const shown = (pair: Pair, vip: Vip) => pair.ip('-o', 'address', 'show', 'dev', vip.link, 'to', vip.address);

linuxTest(
  'the addresses have a lease, our label and no route, and IPv6 is no source for others',
  async ({ pair, agent }) => {
    await agent.up([vip4, vip6], LEASE_SECONDS);
    for (const _ of ['up', 'renewed']) {
      assert.match(
        shown(pair, vip4),
        /dynamic noprefixroute sbv0:web\\ +valid_lft (60|59)sec preferred_lft (60|59)sec/,
      );
      assert.match(
        shown(pair, vip6),
        /deprecated dynamic noprefixroute \\ +valid_lft (60|59)sec preferred_lft 0sec/,
      );
      assert.doesNotMatch(shown(pair, vip6), /tentative/);
      await agent.renew([vip4, vip6], LEASE_SECONDS);
    }
  },
);

linuxTest('IPv6 is found under another spelling', async ({ agent }) => {
  const spelled = vipOf('FD77:0:0:0::0100/128', LINK);
  await agent.up([spelled], LEASE_SECONDS);
  assert.deepEqual(await agent.look([spelled]), [spelled]);
  await agent.down([spelled]);
  assert.deepEqual(await agent.look([spelled]), []);
});

for (const [name, vip] of [
  ['the address of the host', vipOf('10.77.0.1/32', LINK)],
  ['the address of the host, with its length', vipOf('10.77.0.1/24', LINK)],
  ['the IPv6 address of the host', vipOf('fd77::1/128', LINK)],
  ['the IPv6 address of the host, with its length', vipOf('fd77::1/64', LINK)],
] as const) {
  linuxTest(`${name} is no VIP: refused, and left alone`, async ({ pair, agent }) => {
    const before = pair.ip('address', 'show', 'dev', LINK);
    await assert.rejects(agent.up([vip], LEASE_SECONDS), {
      code: 'VIP_FAILED',
      message: /address of this host itself/,
    });
    await agent.close();
    assert.equal(stripLifetimes(pair.ip('address', 'show', 'dev', LINK)), stripLifetimes(before));
  });
}

for (const [name, vip, words] of [
  ['with a lease', vip4, ['valid_lft', '30', 'preferred_lft', '30']],
  ['with our label', vip4, ['label', `${LINK}:web`]],
  ['with our flag', vipOf('10.77.0.100/32', LINK), ['noprefixroute']],
  ['of IPv6, with our flag', vip6, ['nodad', 'noprefixroute']],
  ['by another agent', vipOf('10.77.0.100/32', LINK), []],
  ['of IPv6, by another agent', vip6, ['nodad']],
] as const) {
  linuxTest(`a VIP left behind ${name} is taken over`, async ({ pair, agent }) => {
    pair.ip('address', 'add', `${vip.address}/${vip.prefixLength}`, 'dev', LINK, ...words);
    assert.deepEqual(await agent.look([vip]), [vip]);
    await agent.up([vip], LEASE_SECONDS);
    assert.match(shown(pair, vip), /valid_lft (60|59)sec/);
    await agent.down([vip]);
    assert.ok(!addressesIn(pair).includes(`${vip.address}/${vip.prefixLength}`));
  });
}

linuxTest(
  'what was left has the longer lease, and the next process shortens it again',
  async ({ pair, agent }) => {
    await agent.up([vip4, vip6], LEASE_SECONDS);
    await agent.leave([vip4, vip6], 600);
    await agent.close();
    for (const vip of [vip4, vip6]) assert.match(shown(pair, vip), /dynamic.* valid_lft (600|59\d)sec/);

    const next = agent.another();
    await next.up([vip4, vip6], LEASE_SECONDS);
    for (const vip of [vip4, vip6]) assert.match(shown(pair, vip), /dynamic.* valid_lft (60|59)sec/);
    assert.doesNotMatch(shown(pair, vip6), /tentative/);
  },
);

linuxTest(
  'a VIP that may not vanish by itself cannot be left, and nothing changes',
  async ({ pair, agent }) => {
    pair.sysctl('net.ipv4.conf.all.promote_secondaries', '0');
    pair.sysctl(`net.ipv4.conf.${LINK}.promote_secondaries`, '0');
    const primary = vipOf('10.60.0.100/24', LINK);
    await agent.up([vip4, primary], LEASE_SECONDS);
    await assert.rejects(agent.leave([vip4, primary], 600), {
      code: 'VIP_FAILED',
      message: /10\.60\.0\.100\/24 .*primary address/,
      hint: /promote_secondaries=1/,
    });
    assert.match(shown(pair, vip4), /valid_lft (60|5\d)sec/);
    assert.match(shown(pair, primary), /valid_lft forever/);
  },
);

test(
  'linux: when a look shows another life than was asked for, all have their lease and guard again',
  { timeout: 30_000 },
  async (t) => {
    if (!needs(t, ['ip', 'sed'])) return;
    const pair = makePair();
    const folder = tempFolder();
    // An ip that lets IPv6 addresses live ten times as long as 600 s.
    const real = runTool('sh', ['-c', 'command -v ip']).trim();
    const longer = 's/^\\(address replace fd.*valid_lft 600\\) /\\10 /';
    standIn(
      folder,
      'ip',
      `case $* in *batch*) sed -u '${longer}' | ${real} "$@" ;; *) exec ${real} "$@" ;; esac`,
    );
    const agent = startAgent({ namespace: pair.here, firstOnPath: folder });
    await agent.up([vip4, vip6], LEASE_SECONDS);
    await assert.rejects(agent.leave([vip4, vip6], 600), {
      code: 'VIP_FAILED',
      message: /fd77::100\/128 .*does not end in 600 s/,
    });
    for (const vip of [vip4, vip6]) assert.match(shown(pair, vip), /valid_lft (60|5\d)sec/);
    await agent.close();
    assert.ok(addressesIn(pair).every((address) => !address.includes('100/')));
  },
);

linuxTest(
  'an address with the length of its network, added for good, is not taken over',
  async ({ pair, agent }) => {
    const vip = vipOf('10.77.0.100/24', LINK);
    pair.ip('address', 'add', '10.77.0.100/24', 'dev', LINK);
    await assert.rejects(agent.up([vip], LEASE_SECONDS), { code: 'VIP_FAILED' });
    assert.match(shown(pair, vip), /valid_lft forever/);
  },
);

linuxTest('the same address of another length is not deleted', async ({ pair, agent }) => {
  pair.ip('address', 'add', '10.77.0.100/24', 'dev', LINK);
  await agent.down([vip4]);
  assert.ok(addressesIn(pair).includes('10.77.0.100/24'));
});

linuxTest('an interface that is down is no place for a VIP', async ({ pair, agent }) => {
  pair.ip('link', 'set', LINK, 'down');
  await assert.rejects(agent.up([vip4], LEASE_SECONDS), {
    code: 'VIP_FAILED',
    message: `interface ${LINK} is down`,
  });
  assert.ok(!addressesIn(pair).includes('10.77.0.100/32'));
});

linuxTest(
  'an interface without carrier is no place for a VIP, and its loss is told',
  async ({ pair, agent }) => {
    await agent.watch([vip4]);
    await until('the watch to have begun', 10_000, async () => {
      await agent.up([vip4], LEASE_SECONDS);
      return agent.changes.length > 0;
    });
    pair.peerIp('link', 'set', LINK, 'down');
    await until('word of the carrier', 10_000, () =>
      agent.changes.some((change) => change.kind === 'carrier' && change.link === LINK && !change.up),
    );
    await assert.rejects(agent.up([vip6], LEASE_SECONDS), { message: `interface ${LINK} has no carrier` });
    pair.peerIp('link', 'set', LINK, 'up');
    await until('word of its return', 10_000, () =>
      agent.changes.some((change) => change.kind === 'carrier' && change.up),
    );
    await agent.up([vip6], LEASE_SECONDS);
  },
);

linuxTest(
  'without CAP_NET_ADMIN every change is refused with what is missing, and a look works',
  async ({ pair, agent }) => {
    await assert.rejects(agent.up([vip4], LEASE_SECONDS), { code: 'VIP_DENIED', hint: /CAP_NET_ADMIN/ });
    await assert.rejects(agent.renew([vip4], LEASE_SECONDS), { code: 'VIP_DENIED' });
    pair.ip('address', 'add', '10.77.0.100/32', 'dev', LINK, 'noprefixroute');
    assert.deepEqual(await agent.look([vip4]), [vip4]);
    await assert.rejects(agent.leave([vip4], 1), { code: 'VIP_DENIED' });
    await assert.rejects(agent.down([vip4]), { code: 'VIP_DENIED' });
  },
  { wrapper: ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin'] },
);

linuxTest(
  'another user with CAP_NET_ADMIN can do all of it',
  async ({ agent }) => {
    await agent.up([vip4, vip6], LEASE_SECONDS);
    assert.deepEqual(await agent.look([vip4, vip6]), [vip4, vip6]);
    await agent.down([vip4, vip6]);
  },
  {
    wrapper: [
      'setpriv',
      '--reuid=65534',
      '--clear-groups',
      '--inh-caps=+net_admin',
      '--ambient-caps=+net_admin',
      '--no-new-privs',
    ],
  },
);

linuxTest(
  'a VIP that is the primary of its subnet is not deleted over its secondaries',
  async ({ pair, agent }) => {
    const promote = `net.ipv4.conf.${LINK}.promote_secondaries`;
    pair.sysctl('net.ipv4.conf.all.promote_secondaries', '0');
    pair.sysctl(promote, '0');
    const vip = vipOf('10.60.0.100/24', LINK);
    await agent.up([vip], LEASE_SECONDS);
    await agent.up([vip], LEASE_SECONDS); // again, without a mark: it is known to be ours
    pair.ip('address', 'add', '10.60.0.1/24', 'dev', LINK);
    assert.match(shown(pair, vip), /valid_lft forever/, 'a lease would take the secondary with it');
    assert.equal(agent.problems.length, 2, 'and that is said, each time');
    await assert.rejects(agent.down([vip]), {
      code: 'VIP_FAILED',
      message: /primary address.*10\.60\.0\.1\/24/,
      hint: /promote_secondaries=1/,
    });
    // Nor by the guard.
    await agent.kill();
    assert.ok(addressesIn(pair).includes('10.60.0.1/24'));

    const next = agent.another();
    pair.sysctl(promote, '1');
    await next.down([vip]);
    assert.ok(addressesIn(pair).includes('10.60.0.1/24'));
    assert.ok(!addressesIn(pair).includes('10.60.0.100/24'));
  },
);

linuxTest(
  'a VIP with its subnet has a lease and a route where secondaries are promoted',
  async ({ pair, agent }) => {
    pair.sysctl(`net.ipv4.conf.${LINK}.promote_secondaries`, '1');
    const vip = vipOf('10.60.0.100/24', LINK);
    await agent.up([vip], LEASE_SECONDS);
    assert.match(shown(pair, vip), /valid_lft (60|59)sec/);
    assert.match(pair.ip('route', 'show', 'dev', LINK), /10\.60\.0\.0\/24/);
  },
);

linuxTest('an IPv6 VIP that lost a duplicate detection is made anew', async ({ pair, agent }) => {
  pair.peerIp('address', 'add', 'fd77::100/128', 'dev', LINK, 'nodad');
  pair.sysctl(`net.ipv6.conf.${LINK}.accept_dad`, '1');
  pair.ip('address', 'add', 'fd77::100/128', 'dev', LINK, 'noprefixroute');
  await until('the duplicate to be seen', 10_000, () => shown(pair, vip6).includes('dadfailed'));
  assert.deepEqual(await agent.look([vip6]), []);
  await agent.up([vip6], LEASE_SECONDS);
  assert.deepEqual(await agent.look([vip6]), [vip6]);
  assert.doesNotMatch(shown(pair, vip6), /dadfailed|tentative/);
});

linuxTest('two groups at once on one interface', async ({ agent }) => {
  const groups = Array.from({ length: 8 }, (_, i) => [
    vipOf(`10.77.1.${i}/32`, LINK),
    vipOf(`fd77::1:${i + 1}/128`, LINK),
  ]);
  await Promise.all(groups.map((vips) => agent.up(vips, LEASE_SECONDS)));
  assert.equal((await agent.look(groups.flat())).length, 16);
  await Promise.all(groups.map((vips) => agent.down(vips)));
  assert.equal((await agent.look(groups.flat())).length, 0);
});

const many = Array.from({ length: 1_000 }, (_, i) => vipOf(`10.88.${i >> 8}.${i & 255}/32`, LINK));
const SHORT_LEASE_SECONDS = 5;

linuxTest(
  'a thousand VIPs: announced with one command, found, taken down, and the guard holds none of them then',
  async ({ pair, agent }) => {
    await agent.look(many);
    await agent.up(many, SHORT_LEASE_SECONDS);
    await agent.announce(many);
    assert.equal((await agent.look(many)).length, 1_000, 'an ip that showed a link alone would find none');
    await agent.down(many);
    assert.deepEqual(await agent.look(many), []);
    // Whatever the guard was told late: what is there now is somebody else's.
    pair.ip('address', 'add', '10.88.0.1/32', 'dev', LINK);
    await agent.close();
    assert.ok(addressesIn(pair).includes('10.88.0.1/32'));
    assert.deepEqual(agent.problems, []);
  },
  { method: 'auto' },
);

linuxTest('a thousand VIPs: what happens afterwards is heard', async ({ pair, agent }) => {
  await agent.watch([vip4]);
  await agent.watch(many);
  await agent.up(many, SHORT_LEASE_SECONDS);
  await until('the monitor to listen again', 10_000, async () => {
    await agent.up([vip4], LEASE_SECONDS);
    return agent.changes.length > 0;
  });
  assert.ok(agent.changes.length < many.length, 'nobody listened to a thousand words');
  pair.peerIp('link', 'set', LINK, 'down');
  await until('word of the carrier', 10_000, () =>
    agent.changes.some((change) => change.kind === 'carrier' && !change.up),
  );
});

linuxTest('a thousand VIPs: an agent that ends leaves none of them', async ({ pair, agent }) => {
  await agent.up(many, SHORT_LEASE_SECONDS);
  await agent.close(); // before the guard was told, perhaps
  assert.ok(!addressesIn(pair).some((address) => address.startsWith('10.88.')));
});

linuxTest('a thousand VIPs: each is put back, whichever was taken away', async ({ pair, agent }) => {
  await agent.up(many, LEASE_SECONDS);
  for (const { address } of many.slice(0, 3)) pair.ip('address', 'del', `${address}/32`, 'dev', LINK);
  assert.equal((await agent.look(many)).length, 997);
  await agent.renew(many, LEASE_SECONDS);
  assert.equal((await agent.look(many)).length, 1_000);
});

linuxTest('bad words never reach ip', async ({ agent }) => {
  const bad = vipOf('10.0.0.1/32', `${LINK} label x`);
  for (const attempt of [agent.up([bad], 1), agent.down([bad]), agent.look([bad])])
    await assert.rejects(attempt, { code: 'CONFIG_INVALID' });
});

linuxTest('the plan is what is run', async ({ pair, agent }) => {
  const { up, down } = await agent.plan([vip4, vip6], LEASE_SECONDS);
  for (const line of up) pair.ip(...line.split(' ').slice(1));
  assert.deepEqual(await agent.look([vip4, vip6]), [vip4, vip6]);
  for (const line of down) pair.ip(...line.split(' ').slice(1));
  assert.deepEqual(await agent.look([vip4, vip6]), []);
});

for (const [name, script, code] of [
  ['that hangs', 'exec cat > /dev/null', 'TOOL_TIMEOUT'],
  ['of BusyBox', 'exec busybox ip "$@"', 'TOOL_MISSING'],
] as const) {
  test(`linux: with an ip ${name} nothing is known, and that is an error`, { timeout: 30_000 }, async (t) => {
    if (!needs(t, ['busybox'], { root: false })) return;
    const folder = tempFolder();
    standIn(folder, 'ip', script);
    const agent = startAgent({ firstOnPath: folder });
    await assert.rejects(agent.look([vip4]), { code });
    await assert.rejects(agent.up([vip4], 1), { code });
    await assert.rejects(agent.renew([vip4], 1), { code });
    await assert.rejects(agent.down([vip4]), { code });
  });
}

/** Nor is it of interest how far the kernel is with the interface's own link-local address. */
function stripLifetimes(text: string): string {
  return text
    .replaceAll(' tentative', '')
    .replaceAll(/valid_lft \S+ preferred_lft \S+/g, (lifetime) =>
      lifetime.includes('forever') ? lifetime : '',
    );
}
