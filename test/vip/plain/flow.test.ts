// Goal: what stands between a look, an act and the next look: probing, leases, the guard, others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../../src/core/errors.ts';
import type { Vip } from '../../../src/core/ports.ts';
import { freebsdVip } from '../../../src/vip/bsd/freebsd.ts';
import { freebsdHost } from '../../systems/freebsd/freebsd.ts';
import { stage as network } from '../../systems/bsd/stage.ts';
import { type BsdStage, freebsd, netbsd, netbsdWithoutProbing, openbsd } from '../bsd/stages.ts';
import { stageOnModel } from '../on-model.ts';
import { vipOf } from '../vip-of.ts';

const here = (stage: BsdStage): readonly string[] =>
  stage.host.addresses().filter((text) => text.includes('100/'));
const commandsOn = (ran: readonly string[], from: number): readonly string[] => ran.slice(from);

test('probing takes longer than a lease: it is waited for, and the guard is kept content', async () => {
  const stage = netbsd();
  const { agent, vips } = stage;
  const startMs = stage.nowMs();
  await agent.up(vips, 1);
  const tookMs = stage.nowMs() - startMs;
  assert.ok(tookMs >= 4_000 && tookMs <= 7_500, `${tookMs} ms`);
  assert.deepEqual(here(stage), ['wm0 10.77.0.100/32 usable', 'wm0 fd77::100/128 usable']);
  await agent.renew(vips, 1);
  assert.deepEqual(await agent.look(vips), vips);
});

test('without probing an address is there at once', async () => {
  const stage = await netbsdWithoutProbing();
  const startMs = stage.nowMs();
  await stage.agent.up(stage.vips, 1);
  assert.ok(stage.nowMs() - startMs < 100);
});

for (const [name, makeStage, index] of [
  ['IPv4 on NetBSD', netbsd, 0],
  ['IPv6 on NetBSD', netbsd, 1],
  ['IPv6 on FreeBSD', freebsd, 1],
  ['IPv6 on OpenBSD', openbsd, 1],
] as const)
  test(`duplicate, ${name}: an error that says so, and nothing of this attempt stays`, async () => {
    const stage = makeStage();
    const { agent, vips, lan } = stage;
    const removeOther = lan.addForeign('lan', vips[index].address);
    const others = stage.others();
    await assert.rejects(agent.up(vips, 1), {
      code: 'VIP_FAILED',
      message: new RegExp(`^${vips[index].address}.*another host still answers for it`),
    });
    assert.deepEqual(here(stage), []);
    assert.deepEqual(stage.others(), others);
    assert.deepEqual(await agent.look(vips), []);
    assert.deepEqual(agent.problems, []);
    removeOther();
    await agent.up(vips, 1);
    assert.deepEqual(await agent.look(vips), vips);
  });

test('one that was refused before is made anew', async () => {
  const stage = netbsd();
  const { agent, vips, lan } = stage;
  const removeOther = lan.addForeign('lan', vips[0].address);
  await stage.addByHand(vips[0]); // as an agent that died would leave it
  assert.deepEqual(here(stage), ['wm0 10.77.0.100/32 duplicated']);
  assert.deepEqual(await agent.look(vips), [vips[0]], 'it is not ours, so it has to go');
  removeOther();
  await agent.up(vips, 1);
  assert.deepEqual(await agent.look(vips), vips);
});

test('somebody takes it while it is ours: a duplicate is held no longer', async () => {
  const stage = netbsd();
  const { agent, vips, lan } = stage;
  await agent.up(vips, 0);
  lan.announceForeign('lan', vips[0].address);
  lan.announceForeign('lan', vips[0].address);
  await stage.pass(100);
  assert.ok(here(stage).includes('wm0 10.77.0.100/32 duplicated'));
  assert.deepEqual(await agent.look(vips), [vips[1]]);
  await agent.down(vips);
  assert.deepEqual(here(stage), []);
});

test('put back while the kernel probes: a renewal does not wait, and ends no probing', async () => {
  const stage = netbsd();
  const { agent, vips, takeAway } = stage;
  await agent.up(vips, 1);
  for (const vip of vips) await takeAway(vip);
  assert.deepEqual(await agent.look(vips), []);
  const startMs = stage.nowMs();
  await agent.renew(vips, 1);
  assert.ok(stage.nowMs() - startMs < 500);
  assert.deepEqual(await agent.look(vips), vips);
  const from = agent.ran.length;
  await agent.renew(vips, 1);
  assert.deepEqual(commandsOn(agent.ran, from), ['ifconfig wm0'], 'it looks, and adds nothing');
  await stage.until('the kernel to be content', 9_000, async () => {
    await agent.renew(vips, 1);
    await agent.look(vips);
    return here(stage).every((text) => text.endsWith('usable'));
  });
  assert.equal(here(stage).length, 2);
});

test('nobody renews: the guard takes down IPv4, and what was renewed too late is an error', async () => {
  const stage = freebsd();
  const { agent, vips } = stage;
  await agent.watch(vips);
  await agent.up(vips, 2);
  await stage.pass(1_900);
  await agent.renew(vips, 2);
  await stage.pass(1_900);
  assert.deepEqual(await agent.look(vips), vips);
  await stage.pass(1_100);
  assert.deepEqual(here(stage), []);
  await assert.rejects(agent.renew(vips, 2), { code: 'VIP_FAILED', message: /the guard has taken it down/ });
  assert.deepEqual(here(stage), []);
  await stage.pass(1_000);
  assert.ok(agent.changes.some((change) => change.kind === 'removed' && change.vip === vips[0]));
  await agent.down(vips);
  await agent.up(vips, 2);
  assert.deepEqual(await agent.look(vips), vips);
});

for (const latenessMs of [0, 2_000])
  test(`agent and guard are both dead: the kernel ends IPv6, ${latenessMs} ms late`, async () => {
    const stage = freebsd({ variants: { leaseLatenessMs: latenessMs } });
    const { vips } = stage;
    const agent = stage.agentThat(() => undefined, { guardDies: true });
    await agent.up(vips, 1);
    await agent.renew(vips, 1);
    await agent.kill();
    await stage.pass(1_000 + latenessMs + 100);
    assert.deepEqual(here(stage), ['em0 10.77.0.100/32 usable'], 'nobody is left who would end IPv4');
  });

test('a renewal of IPv4 runs no command, and one of IPv6 one for each', async () => {
  const { agent, vips } = freebsd();
  await agent.up(vips, 3);
  const from = agent.ran.length;
  await agent.renew(vips, 3);
  assert.deepEqual(commandsOn(agent.ran, from), ['ifconfig em0 inet6 fd77::100/128 vltime 3 pltime 3 alias']);
});

test('a stall between the guard and the addition: what was added too late goes again', async () => {
  const stage = freebsd();
  const { vips } = stage;
  let stalls = true;
  const slow = stage.agentThat((argv) => {
    if (stalls && argv.includes('alias')) stage.freeze(5_000);
    stalls &&= !argv.includes('alias');
    return undefined;
  });
  await assert.rejects(slow.up(vips, 1), { code: 'VIP_FAILED', message: /the guard has taken it down/ });
  assert.deepEqual(here(stage), []);
});

test('an addition that was cut off and happens after all is taken down by the guard', async () => {
  const stage = freebsd();
  const [vip] = stage.vips;
  const agent = stage.agentThat((argv) =>
    argv.includes('10.77.0.100/32') ? { timedOut: true, exitCode: -1 } : undefined,
  );
  await assert.rejects(agent.up([vip], 1), { code: 'TOOL_TIMEOUT', message: /alias: no answer in 2 s/ });
  await stage.type('ifconfig em0 inet 10.77.0.100/32 alias'); // the kernel, late
  await stage.pass(2_000);
  assert.deepEqual(here(stage), []);
});

test('what cannot be taken back is a problem of its own, and stays with the guard', async () => {
  const stage = freebsd();
  const { vips, lan } = stage;
  lan.addForeign('lan', vips[1].address);
  const agent = stage.agentThat((argv) =>
    argv.includes('-alias') ? { exitCode: 1, stderr: 'ifconfig: ioctl (SIOCDIFADDR): odd\n' } : undefined,
  );
  await assert.rejects(agent.up(vips, 1), { message: /another host still answers/ });
  assert.equal(agent.problems.length, 1);
  assert.match(agent.problems[0]?.message ?? '', /could not be taken down again/);
  await stage.pass(2_000);
  assert.deepEqual(here(stage), []);
});

test('a guard that no longer holds them at the end: not up, and nothing stays', async () => {
  const stage = freebsd({}, (options) =>
    freebsdVip({
      ...options,
      openGuard: (guardOptions) => ({
        ...options.openGuard!(guardOptions),
        renew: async () => {
          throw new OperatorError('VIP_FAILED', 'the guard does not answer', { hint: 'look' });
        },
      }),
    }),
  );
  await assert.rejects(stage.agent.up(stage.vips, 3), { message: 'the guard does not answer' });
  assert.deepEqual(here(stage), []);
});

test('what a dead agent left does not expire while something else is waited for', async () => {
  const stage = netbsd();
  const { agent, vips } = stage;
  await stage.type('ifconfig wm0 inet6 fd77::100/128 vltime 4 pltime 4 alias');
  await stage.pass(3_000);
  await agent.up(vips, 1);
  assert.deepEqual(await agent.look(vips), vips);
});

test('an address that goes when its lease begins is not up', async () => {
  const stage = freebsd();
  const [, vip] = stage.vips;
  const agent = stage.agentThat((argv) => {
    if (!argv.includes('vltime') || !argv.includes('1')) return undefined;
    void stage.type('ifconfig em0 inet6 fd77::100 -alias');
    return {};
  });
  await assert.rejects(agent.up([vip], 1), { message: /added without an error, and it is not there/ });
});

test('a removal that is refused, or that does nothing, is an error', async () => {
  for (const [ran, message] of [
    [{ exitCode: 1, stderr: 'ifconfig: ioctl (SIOCDIFADDR): odd\n' }, /-alias: ioctl \(SIOCDIFADDR\): odd/],
    [{}, /removed, and there again/],
  ] as const) {
    const stage = freebsd();
    const [vip] = stage.vips;
    const agent = stage.agentThat((argv) => (argv.includes('-alias') ? ran : undefined));
    await agent.up([vip], 2);
    await assert.rejects(agent.down([vip]), { code: 'VIP_FAILED', message });
    assert.equal(here(stage).length, 1);
    await stage.pass(3_000);
    assert.deepEqual(here(stage), [], 'nobody renews it any more, so the guard takes it down');
  }
});

test('after a release the guard holds nothing: what others add later stays', async () => {
  const stage = freebsd();
  const { agent, vips } = stage;
  await agent.up(vips, 2);
  await agent.down(vips);
  await stage.addByHand(vips[0]);
  await agent.kill();
  await stage.pass(5_000);
  assert.equal(here(stage).length, 1);
});

test('a link without carrier, or switched off, is refused with the next step', async () => {
  const stage = freebsd();
  const { agent, vips, lan } = stage;
  lan.pull('host1', 'em0');
  await assert.rejects(agent.up(vips, 1), {
    message: 'interface em0 has no carrier',
    hint: /the cable and the switch port of em0/,
  });
  lan.plug('host1', 'em0');
  await stage.type('ifconfig em0 down');
  await assert.rejects(agent.up(vips, 1), { message: 'interface em0 is down', hint: 'ifconfig em0 up' });
  assert.deepEqual(here(stage), []);
  await stage.type('ifconfig em0 up');
  await agent.up(vips, 1);
});

test('the cable of a holder is pulled: it still has its addresses, and hears of it', async () => {
  const stage = netbsd();
  const { agent, vips, lan } = stage;
  await agent.watch(vips);
  await agent.up(vips, 0);
  lan.pull('host1', 'wm0');
  await stage.until('word of the carrier', 6_000, () =>
    agent.changes.some((change) => change.kind === 'carrier' && !change.up),
  );
  assert.deepEqual(await agent.look(vips), vips, 'detached, and not gone');
  lan.plug('host1', 'wm0');
  await stage.until('word of the carrier', 6_000, () =>
    agent.changes.some((change) => change.kind === 'carrier' && change.up),
  );
});

test('many VIPs on several interfaces: one look for each interface', async () => {
  const net = network();
  const place = net.place(1, 'em0');
  const host = freebsdHost({
    ...place,
    wire: net.lan.join('host1', { em0: 'lan', em1: 'lan1' }),
    links: [
      ...place.links,
      { name: 'em1', mac: '08:00:27:01:02:09', addresses: ['10.78.0.1/24', 'fd78::1/64'] },
    ],
  });
  const numbers = Array.from({ length: 12 }, (_, at) => at + 100);
  const vips: readonly Vip[] = numbers.flatMap((number) => [
    vipOf(`10.77.0.${number}/32`, 'em0'),
    vipOf(`fd77::${number}/128`, 'em0'),
    vipOf(`10.78.0.${number}/32`, 'em1'),
    vipOf(`fd78::${number}/128`, 'em1'),
  ]);
  const { agent } = stageOnModel({
    ...{
      host,
      clock: net.clock,
      vips: [vips[0]!, vips[1]!],
      missingLink: 'em9',
      denied: {},
      others: () => [],
    },
    open: (ports) => freebsdVip({ ...ports, announceMethod: 'auto' }),
    removal: () => '',
    addition: () => '',
  });
  await agent.up(vips, 3);
  const from = agent.ran.length;
  assert.deepEqual(await agent.look(vips), vips);
  assert.deepEqual(
    commandsOn(agent.ran, from).filter((line) => line.startsWith('ifconfig')),
    ['ifconfig em0', 'ifconfig em1'],
  );
  await agent.down(vips.filter(({ link }) => link === 'em1'));
  assert.deepEqual(
    await agent.look(vips),
    vips.filter(({ link }) => link === 'em0'),
  );
});

test('an interface that configuring would create is never created', async () => {
  const stage = openbsd();
  const { agent } = stage;
  const vip = vipOf('fd77::100/128', 'vlan3');
  await assert.rejects(agent.up([vip], 1), { code: 'VIP_NO_INTERFACE' });
  await stage.type('ifconfig vlan3 create');
  await stage.type('ifconfig vlan3 up');
  await agent.up([vip], 30);
  await stage.type('ifconfig vlan3 destroy');
  await assert.rejects(agent.renew([vip], 30), { code: 'VIP_NO_INTERFACE' });
  assert.equal((await stage.type('ifconfig vlan3')).rc, 1);
  assert.deepEqual(await agent.look([vip]), []);
});

test('a name that stands for several interfaces is none', async () => {
  const { agent } = openbsd();
  assert.deepEqual(await agent.look([vipOf('10.77.0.1/24', 'em')]), []);
  await assert.rejects(agent.up([vipOf('10.77.0.100/32', 'em')], 1), { code: 'VIP_NO_INTERFACE' });
});

test('what cannot be a word of a command is refused before anything is run', async () => {
  const { agent } = freebsd();
  for (const [vip, message] of [
    [vipOf('10.77.0.100/33', 'em0'), /\/33 is no prefix length/],
    [vipOf('/32', 'em0'), /"" is no IPv4 address/],
    [vipOf('10.77.0.100/32', '-a'), /"-a" is no interface name/],
    [vipOf('10.77.0.100/32', 'em0; reboot'), /is no interface name/],
  ] as const)
    for (const call of [agent.up([vip], 1), agent.down([vip]), agent.look([vip]), agent.renew([vip], 1)])
      await assert.rejects(call, { code: 'CONFIG_INVALID', message });
  assert.deepEqual(agent.ran, []);
});

test('an address of CARP is no VIP of the plain adapter', async () => {
  const stage = freebsd();
  const { agent, vips } = stage;
  await stage.type('ifconfig em0 vhid 1 advskew 100 pass s3cret alias 10.77.0.100/32');
  for (const call of [agent.up([vips[0]], 1), agent.down([vips[0]]), agent.look([vips[0]])])
    await assert.rejects(call, { message: /address of this host itself/ });
  assert.equal(here(stage).length, 1);
});

test('with the length of a subnet it cannot be left, because the next process could not know it', async () => {
  const stage = freebsd();
  const { agent } = stage;
  const vip = vipOf('10.77.0.100/24', 'em0');
  await agent.up([vip], 30);
  assert.deepEqual(await agent.look([vip]), [vip]);
  await agent.renew([vip], 30);
  await assert.rejects(agent.leave([vip], 30), {
    message: /could not tell it from an address of this host/,
    hint: /\/32/,
  });
  await agent.down([vip]);
  assert.deepEqual(here(stage), []);
});

test('what cannot be left with the kernel has the lease that it had', async () => {
  const stage = freebsd();
  const { vips } = stage;
  let isSpoilt = false;
  const agent = stage.agentThat((argv) =>
    isSpoilt && argv.includes('30') ? { exitCode: 1, stderr: 'ifconfig: odd\n' } : undefined,
  );
  await agent.up(vips, 5);
  isSpoilt = true;
  await assert.rejects(agent.leave(vips, 30), { code: 'VIP_FAILED' });
  assert.match(agent.ran.at(-1) ?? '', /vltime 5/);
  await agent.kill();
  await stage.pass(100);
  assert.deepEqual(here(stage), [], 'it still goes with the process');
});

test('closed while it brings up: nothing is added behind the back of the guard', async () => {
  const stage = netbsd();
  const { agent, vips } = stage;
  const up = assert.rejects(agent.up(vips, 1));
  await stage.pass(1_000);
  await agent.close();
  await up;
  await stage.pass(3_000);
  assert.deepEqual(here(stage), []);
  await assert.rejects(agent.up(vips, 1), { message: /has been closed/ });
});
