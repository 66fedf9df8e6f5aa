// Goal: nothing elects at rest, a take is a take, a release stays one, and whoever steers may die at any moment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mustAll, VIP, VIP6 } from '../../systems/bsd/stage.ts';
import { carpHost, carpStage, isFreebsd, linkOf, SYSTEMS, type CarpHost, type SystemName } from './stages.ts';

/** Another host with CARP alone, which nobody steers. */
async function withBackup(system: SystemName, skew = 100) {
  const stage = carpStage(system);
  const other = carpHost(system, stage.net, 2);
  await configureBackup(system, other, skew);
  return { ...stage, other };
}

async function configureBackup(system: SystemName, host: CarpHost, skew: number): Promise<void> {
  const link = linkOf(system);
  if (isFreebsd(system))
    return mustAll(host, [
      `ifconfig ${link} vhid 1 advskew ${skew} alias ${VIP}/32`,
      `ifconfig ${link} inet6 vhid 1 alias ${VIP6}/128`,
    ]);
  const [alias4, alias6] =
    system === 'openbsd'
      ? [`inet alias ${VIP}/32`, `inet6 alias ${VIP6}/128`]
      : [`inet ${VIP}/32 alias`, `inet6 ${VIP6}/128 alias`];
  await mustAll(host, [
    ...(host.state() === undefined ? ['ifconfig carp0 create'] : []),
    `ifconfig carp0 carpdev ${link} vhid 1 advskew ${skew}`,
    `ifconfig carp0 ${alias4}`,
    `ifconfig carp0 ${alias6}`,
    'ifconfig carp0 up',
  ]);
}

const atRest = (system: SystemName): string | undefined => (isFreebsd(system) ? undefined : 'INIT');

for (const system of SYSTEMS) {
  test(`carp on ${system}: takes, and nothing elects before or after`, async () => {
    const { agent, vips, host, net, pass, serves, nowMs } = carpStage(system);
    await pass(10_000);
    assert.deepEqual([host.state(), serves()], [undefined, false]);
    const askedAt = nowMs();
    await agent.up(vips, 0);
    assert.deepEqual(
      [host.state(), net.lan.holders(VIP), net.lan.holders(VIP6)],
      ['MASTER', ['host1'], ['host1']],
    );
    const tookMs = nowMs() - askedAt;
    if (system === 'netbsd')
      assert.ok(tookMs >= 3_000 && tookMs < 4_000, `${tookMs} ms: three intervals of silence`);
    else assert.ok(tookMs < 200, `${tookMs} ms`);
    await agent.down(vips);
    await pass(20_000);
    assert.deepEqual([host.state(), serves()], [atRest(system), false]);
  });

  test(`carp on ${system}: a release hands over to whoever waits in the kernel`, async () => {
    const { agent, vips, host, other, net, pass } = await withBackup(system);
    await agent.up(vips, 0);
    assert.deepEqual([host.state(), other.state()], ['MASTER', 'BACKUP']);
    await agent.down(vips);
    // FreeBSD says no farewell: there it waits for three intervals and its skew.
    if (isFreebsd(system)) {
      await pass(3_000);
      assert.equal(other.state(), 'BACKUP');
      await pass(500);
    }
    assert.deepEqual([other.state(), net.lan.holders(VIP)], ['MASTER', ['host2']]);
  });

  test(`carp on ${system}: an agent that is killed lets go by its guard`, async () => {
    const { agent, vips, host, net, pass } = carpStage(system);
    await agent.up(vips, 30);
    await agent.kill();
    await pass(100);
    assert.deepEqual([host.state(), net.lan.holders(VIP)], [atRest(system), []]);
    await pass(20_000);
    assert.deepEqual([host.state(), net.lan.holders(VIP)], [atRest(system), []]);
  });

  test(`carp on ${system}: an agent that hangs lets go with its lease, and does not resurrect it`, async () => {
    const { agent, vips, host, pass, serves } = carpStage(system);
    await agent.up(vips, 2);
    await pass(1_500);
    await agent.renew(vips, 2);
    await pass(1_500);
    assert.ok(serves());
    await pass(2_000);
    assert.deepEqual([host.state(), serves()], [atRest(system), false]);
    await assert.rejects(agent.renew(vips, 2), { code: 'VIP_FAILED' });
    assert.deepEqual([await agent.look(vips), serves()], [[], false]);
    await agent.down(vips);
    await agent.up(vips, 2);
    assert.ok(serves());
  });

  test(`carp on ${system}: a master that nobody asked for is seen at the standby, and taken down`, async () => {
    const stage = carpStage(system);
    const { agent, vips, host, pass, serves } = stage;
    await agent.watch(vips);
    await pass(5_000);
    assert.deepEqual([agent.changes, agent.notes(vips)], [[], []]);
    // As rc.conf or hostname.if would: at first it is a backup, which is reason enough.
    await configureBackup(system, host, 0);
    await pass(1_100);
    assert.equal(host.state(), 'BACKUP');
    assert.deepEqual(
      agent.changes.map(({ kind }) => kind),
      ['added', 'added'],
    );
    assert.match(agent.notes(vips).join(), /though sealbeat has not taken it: .* rc\.conf or hostname\.if/);
    assert.deepEqual(await agent.look(vips), vips);
    await pass(3_000);
    assert.deepEqual([host.state(), serves()], ['MASTER', true]);
    await agent.down(vips);
    assert.deepEqual(await agent.look(vips), []);
    await pass(20_000);
    assert.deepEqual([host.state(), serves()], [atRest(system), false]);
    assert.deepEqual(
      agent.changes.map(({ kind }) => kind),
      ['added', 'added', 'removed', 'removed'],
    );
    assert.deepEqual(agent.notes(vips), []);
  });

  test(`carp on ${system}: what an agent left is adopted without a gap`, async () => {
    const { agent, vips, net, host, pass } = carpStage(system);
    const first = agent.another();
    await first.up(vips, 2);
    await first.leave(vips, 10);
    await first.close();
    assert.equal(host.state(), 'MASTER');
    const before = net.lan.adverts.length;
    assert.deepEqual(await agent.look(vips), vips);
    await agent.up(vips, 2);
    assert.equal(host.state(), 'MASTER');
    for (let second = 0; second < 20; second += 1) {
      await pass(1_000);
      await agent.renew(vips, 2);
      assert.equal(host.state(), 'MASTER', `after ${second} s`);
    }
    assert.ok(net.lan.adverts.length - before >= 20, 'it went on advertising');
  });

  test(`carp on ${system}: with one address less it goes on serving the others`, async () => {
    const { agent, vips, net, pass } = carpStage(system);
    await agent.up(vips, 0);
    await agent.down([vips[1]]);
    assert.deepEqual([net.lan.holders(VIP), net.lan.holders(VIP6)], [['host1'], []]);
    await pass(10_000);
    assert.deepEqual([net.lan.holders(VIP), net.lan.holders(VIP6)], [['host1'], []]);
    await agent.down([vips[0]]);
    await pass(10_000);
    assert.deepEqual(net.lan.holders(VIP), []);
  });

  test(`carp on ${system}: half a take is taken back`, async () => {
    const { agentThat, vips, host, pass, serves } = carpStage(system);
    const agent = agentThat((argv) =>
      argv.some((word) => word.startsWith(VIP6)) ? { exitCode: 1, stderr: 'ifconfig: no\n' } : undefined,
    );
    await assert.rejects(agent.up(vips, 30), {
      code: 'VIP_FAILED',
      message: new RegExp(`^ifconfig .*${VIP6}.*: no$`),
    });
    assert.deepEqual([host.state(), serves()], [atRest(system), false]);
    await pass(5_000);
    assert.deepEqual([host.state(), serves()], [atRest(system), false]);
  });

  test(`carp on ${system}: what was let go is not guarded any more, what is kept still is`, async () => {
    const { agent, vips, host, pass, net } = carpStage(system);
    await agent.up(vips, 2);
    await agent.down(vips);
    await configureBackup(system, host, 0);
    await pass(20_000);
    assert.deepEqual([host.state(), net.lan.holders(VIP)], ['MASTER', ['host1']], "an operator's own");
    await agent.up(vips, 0);
    await agent.down([vips[1]]);
    await agent.kill();
    await pass(20_000);
    assert.deepEqual([host.state(), net.lan.holders(VIP)], [atRest(system), []]);
  });

  test(`carp on ${system}: a watcher looks only where nobody else has looked`, async () => {
    const { agent, vips, pass } = carpStage(system);
    await agent.watch(vips);
    await pass(10_000);
    const shows = (line: string): boolean => /^ifconfig [a-z]+0$/.test(line);
    const each = isFreebsd(system) ? 1 : 2;
    const polled = agent.ran.filter(shows).length;
    assert.ok(polled >= 8 * each && polled <= 10 * each, `${polled} looks in 10 s`);
    const before = agent.ran.length;
    for (let times = 0; times < 20; times += 1) {
      await agent.look(vips);
      await pass(480);
    }
    const looked = agent.ran.slice(before).filter(shows).length;
    assert.ok(looked <= 20 + (isFreebsd(system) ? 1 : polled), `${looked} looks in 10 s more`);
  });
}

test('carp on openbsd: the state is asked for in the command that ends INIT', async () => {
  const { agent, vips, type, host } = carpStage('openbsd');
  await agent.up(vips, 0);
  await agent.down(vips);
  assert.deepEqual(await type('ifconfig carp0 state master'), { rc: 0, stdout: '', stderr: '' });
  assert.equal(host.state(), 'INIT', 'alone it is ignored, without a word');
  await agent.up(vips, 0);
  assert.equal(host.state(), 'MASTER');
  assert.equal(
    agent.ran.findLast((line) => line.includes('state master')),
    'ifconfig carp0 advskew 0 up state master',
  );
});

test('carp on netbsd: it waits, and never asks for a state', async () => {
  const { agent, vips } = carpStage('netbsd');
  await agent.up(vips, 0);
  const asked = agent.ran.length;
  await agent.up(vips, 0);
  assert.ok(!agent.ran.some((line) => line.includes('state master')));
  assert.ok(
    !agent.ran.slice(asked).some((line) => /vhid|advskew/.test(line)),
    'a master that is in order is not set up anew, because that would make it a backup',
  );
});

test('carp on netbsd: with duplicate detection it takes longer, and is told when it is over', async () => {
  const { agent, vips, nowMs, serves } = carpStage('netbsd', { carp: { advbaseSeconds: 2 } });
  await agent.up(vips, 0);
  assert.ok(nowMs() >= 6_000 && nowMs() < 7_500, `${nowMs()} ms`);
  assert.ok(serves());
});

test('carp on openbsd: an address that left the config does not come back with the next take', async () => {
  const { agent, vips, net } = carpStage('openbsd');
  await agent.up(vips, 0);
  await agent.down(vips);
  await agent.up([vips[0]], 0);
  assert.deepEqual([net.lan.holders(VIP), net.lan.holders(VIP6)], [['host1'], []]);
});

test('carp on openbsd: an address of somebody else is left alone, and told', async () => {
  const { agent, vips, type, net } = carpStage('openbsd');
  await agent.up(vips, 0);
  await type('ifconfig carp0 inet alias 10.77.0.200/32');
  await agent.down(vips);
  await agent.up(vips, 0);
  assert.deepEqual(net.lan.holders('10.77.0.200'), ['host1']);
  await type('ifconfig carp0 inet6 alias fe80::200:5eff:fe00:101/64');
  await agent.look(vips);
  const notes = agent.notes(vips).join();
  assert.ok(!notes.includes('fe80'), 'every interface has a link-local address');
  assert.match(notes, /carp0 has 10\.77\.0\.200 too, which the config does not name/);
});
