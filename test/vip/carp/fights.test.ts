// Goal: who else decides is found out and named, and nobody is fought for long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must, mustAll, VIP } from '../../systems/bsd/stage.ts';
import { tempFolder } from '../lab.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  carpHost,
  carpStage,
  isFreebsd,
  linkOf,
  SYSTEMS,
  type CarpHost,
  type CarpStage,
  type SystemName,
} from './stages.ts';

/** As an operator configures CARP by hand, with one address, and makes it master where that can be done. */
async function makeMaster(system: SystemName, host: CarpHost, words: string): Promise<void> {
  const link = linkOf(system);
  if (isFreebsd(system))
    return mustAll(host, [
      `ifconfig ${link} vhid 1 ${words} alias ${VIP}/32`,
      `ifconfig ${link} vhid 1 state master`,
    ]);
  await mustAll(host, [
    'ifconfig carp0 create',
    `ifconfig carp0 carpdev ${link} vhid 1 ${words}`,
    `ifconfig carp0 inet alias ${VIP}/32`,
    'ifconfig carp0 up state master',
  ]);
}

/** One address on both sides: with others they would not understand each other. */
const onlyIPv4 = ({ vips }: CarpStage) => [vips[0]];
const TOGETHER = ['freebsd 13', 'freebsd 14', 'openbsd'] as const;

for (const system of TOGETHER) {
  test(`carp on ${system}: a master with the same advskew gives way, and stays a backup`, async () => {
    const stage = carpStage(system);
    const { agent, host, net, pass } = stage;
    const vips = onlyIPv4(stage);
    const other = carpHost(system, net, 2);
    await makeMaster(system, other, 'advskew 0');
    await agent.up(vips, 2);
    for (let second = 0; second < 10; second += 1) {
      assert.deepEqual([host.state(), other.state(), net.lan.holders(VIP)], ['MASTER', 'BACKUP', ['host1']]);
      await pass(1_000);
      await agent.renew(vips, 2);
    }
    assert.deepEqual(agent.notes(vips), []);
  });

  test(`carp on ${system}: a faster master comes back, which is told and not fought`, async () => {
    const stage = carpStage(system, { carp: { advbaseSeconds: 2 } });
    const { agent, host, net, pass } = stage;
    const vips = onlyIPv4(stage);
    const other = carpHost(system, net, 2);
    await makeMaster(system, other, 'advbase 1 advskew 0');
    await agent.up(vips, 0);
    await pass(1_100);
    assert.deepEqual([host.state(), other.state()], ['BACKUP', 'MASTER']);
    assert.deepEqual(await agent.look(vips), [], 'a backup does not hold it');
    assert.match(agent.notes(vips).join(), /should be MASTER and is BACKUP: another host is its master/);
    await assert.rejects(agent.renew(vips, 0), {
      code: 'VIP_FAILED',
      message:
        /fell back to BACKUP: another host is its master, .* advbase 2 advskew 0, .*preempt=1, .*lower demotion/,
      hint: 'see who it is: tcpdump -ni em0 -c 5 proto 112',
    });
    await agent.down(vips);
    await pass(20_000);
    assert.deepEqual([other.state(), net.lan.holders(VIP)], ['MASTER', ['host2']]);
  });

  test(`carp on ${system}: after a long time as master one more try is allowed`, async () => {
    const stage = carpStage(system);
    const { agent, host, net, pass } = stage;
    const vips = onlyIPv4(stage);
    await agent.up(vips, 0);
    await pass(20_000);
    const other = carpHost(system, net, 2);
    await makeMaster(system, other, 'advskew 0');
    assert.deepEqual([host.state(), await agent.look(vips)], ['BACKUP', []]);
    await agent.renew(vips, 0);
    assert.deepEqual([host.state(), other.state()], ['MASTER', 'BACKUP']);
  });

  test(`carp on ${system}: of two nodes that both took it, one goes on and one lets go`, async () => {
    const one = carpStage(system);
    const two = carpStage(system, { net: one.net, number: 2 });
    const { vips } = one;
    await one.agent.up(vips, 2);
    for (let second = 0; second < 20; second += 1) {
      await one.pass(1_000);
      await one.agent.renew(vips, 2);
    }
    await two.agent.up(vips, 2);
    const losses: unknown[] = [];
    for (let second = 0; second < 20; second += 1) {
      for (const { agent } of losses.length === 0 ? [one, two] : [one]) {
        await agent.look(vips);
        await agent.renew(vips, 2).catch((problem: unknown) => losses.push(agent, problem));
      }
      // As the rules do: who could not renew takes it down.
      if (losses.length > 0) await two.agent.down(vips);
      await one.pass(500);
      assert.deepEqual(one.net.lan.holders(VIP), ['host1'], `in second ${second}`);
    }
    assert.equal(losses[0], two.agent);
    assert.match(String(losses[1]), /fell back to BACKUP/);
    assert.deepEqual([one.host.state(), one.net.lan.holders(VIP)], ['MASTER', ['host1']]);
  });

  test(`carp on ${system}: preempt at a backup that is faster`, async () => {
    const stage = carpStage(system, { carp: { advbaseSeconds: 2 } });
    const { agent, host, net, pass } = stage;
    const vips = onlyIPv4(stage);
    const other = carpHost(system, net, 2);
    await makeMaster(system, other, 'advbase 1 advskew 100');
    await must(other, `sysctl net.inet.carp.preempt=1`);
    await agent.up(vips, 0);
    await pass(2_100);
    assert.deepEqual([host.state(), other.state()], ['BACKUP', 'MASTER']);
    await agent.look(vips);
    await assert.rejects(agent.renew(vips, 0), { message: /net\.inet\.carp\.preempt=1/ });
  });

  test(`carp on ${system}: a bulk update keeps a fresh firewall away, for a while`, async () => {
    const { agent, vips, host, pass } = carpStage(system);
    host.beginBulkUpdate!();
    const demoted = {
      code: 'VIP_FAILED',
      message: /is demoted on this host by \d+: the states of pf\(4\) are not there/,
    };
    await assert.rejects(agent.up(vips, 2), { ...demoted, hint: /lasts 30 s more$/ });
    assert.equal(host.state(), undefined, 'nothing was configured');
    await pass(10_000);
    await assert.rejects(agent.up(vips, 2), { ...demoted, hint: /lasts 20 s more$/ });
    assert.match(agent.notes(vips).join(), /CARP is demoted here by \d+: other hosts are preferred/);
    host.endBulkUpdate!();
    await agent.up(vips, 2);
    assert.equal(host.state(), 'MASTER');
    // Once it is master, a demotion is no reason to refuse what it has.
    host.beginBulkUpdate!();
    await agent.up(vips, 2);
    assert.equal(host.state(), 'MASTER');
  });

  test(`carp on ${system}: a second bulk update is waited for like the first`, async () => {
    const { agent, vips, host, pass } = carpStage(system);
    for (const _ of [1, 2]) {
      host.beginBulkUpdate!();
      await assert.rejects(agent.up(vips, 30), { hint: /lasts 30 s more$/ });
      await pass(20_000);
      host.endBulkUpdate!();
      await agent.up(vips, 30);
      await agent.down(vips);
    }
  });

  test(`carp on ${system}: when nobody else can, a demoted host is better than none`, async () => {
    const { agent, vips, host, pass } = carpStage(system);
    host.beginBulkUpdate!();
    await assert.rejects(agent.up(vips, 30));
    await pass(29_000);
    await assert.rejects(agent.up(vips, 30));
    await pass(1_000);
    await agent.up(vips, 30);
    assert.equal(host.state(), 'MASTER');
    assert.match(
      agent.notes(vips).join(),
      /taken over with a demotion of \d+, because nobody else did for 30 s/,
    );
    await agent.down(vips);
    // Another story, later: it is patient again.
    await pass(121_000);
    await assert.rejects(agent.up(vips, 30), { hint: /lasts 30 s more$/ });
  });
}

for (const system of SYSTEMS) {
  const link = linkOf(system);

  test(`carp on ${system}: without a carrier it refuses, and tells when one is back`, async () => {
    const { agent, vips, net, pass } = carpStage(system);
    await agent.watch(vips);
    net.lan.pull('host1', link);
    await pass(1_100);
    assert.deepEqual(agent.changes, [{ kind: 'carrier', link, up: false }]);
    assert.match(agent.notes(vips).join(), new RegExp(`${link} has no carrier`));
    await assert.rejects(agent.up(vips, 30), {
      code: 'VIP_FAILED',
      message: `${link} has no carrier, and CARP stays in INIT without one`,
    });
    net.lan.plug('host1', link);
    await pass(1_100);
    assert.deepEqual(agent.changes.at(-1), { kind: 'carrier', link, up: true });
    await agent.up(vips, 30);
  });

  test(`carp on ${system}: a carrier that is lost takes the address along`, async () => {
    const { agent, vips, net, pass } = carpStage(system);
    await agent.up(vips, 0);
    net.lan.pull('host1', link);
    await pass(200);
    assert.deepEqual(await agent.look(vips), []);
    await assert.rejects(agent.renew(vips, 0), { message: /has no carrier/ });
    net.lan.plug('host1', link);
    await pass(200);
    await agent.renew(vips, 0);
    assert.deepEqual(await agent.look(vips), vips);
  });

  test(`carp on ${system}: where CARP is not allowed, nothing is tried`, async () => {
    const { agent, vips, type, host } = carpStage(system);
    await type(`sysctl ${system === 'netbsd' ? '-w ' : ''}net.inet.carp.allow=0`);
    await assert.rejects(agent.up(vips, 30), {
      code: 'VIP_FAILED',
      message: /net\.inet\.carp\.allow is 0/,
      hint: /allow=1/,
    });
    assert.equal(host.state(), undefined);
    assert.match(agent.notes(vips).join(), /net\.inet\.carp\.allow is 0/);
  });

  test(`carp on ${system}: its own preempt is told before it can harm`, async () => {
    const { agent, vips, type, pass } = carpStage(system);
    await type(`sysctl ${system === 'netbsd' ? '-w ' : ''}net.inet.carp.preempt=1`);
    await agent.watch(vips);
    await pass(1_100);
    assert.match(agent.notes(vips).join(), /net\.inet\.carp\.preempt is 1 here: .* set it to 0 on all nodes/);
  });

  test(`carp on ${system}: another password on the other side is told`, async () => {
    const path = join(tempFolder(), 'password');
    writeFileSync(path, 's3cret\n', { mode: 0o600 });
    const stage: CarpStage = carpStage(system, {
      carp: { passwordFile: path },
      programs: { netstat: () => ({ stdout: netstat(stage) }) },
    });
    const { agent, host, net, pass } = stage;
    const vips = onlyIPv4(stage);
    const other = carpHost(system, net, 2);
    await agent.up(vips, 0);
    await agent.watch(vips);
    await pass(11_000);
    assert.deepEqual(agent.notes(vips), []);
    await makeMaster(system, other, 'pass another');
    await pass(14_000);
    assert.deepEqual([host.state(), other.state()], ['MASTER', 'MASTER']);
    assert.match(
      agent.notes(vips).join(),
      /another host advertises this vhid with another password or with other addresses \(\d+ times/,
    );
    assert.ok(!agent.notes(vips).join().includes('s3cret'));
  });

  test(`carp on ${system}: without privileges it says so, and leaves nothing`, async () => {
    const { agent, vips, host } = carpStage(system, { host: { privileged: false } });
    await assert.rejects(agent.up(vips, 30), { code: 'VIP_DENIED', hint: 'run sealbeat as root' });
    assert.equal(host.state(), undefined);
  });

  test(`carp on ${system}: what cannot be told is not taken for "no"`, async () => {
    const { agentThat, vips } = carpStage(system);
    const agent = agentThat((argv) =>
      argv[0] === 'ifconfig' ? { exitCode: 1, stderr: 'ifconfig: out of memory\n' } : undefined,
    );
    await assert.rejects(agent.look(vips), { code: 'VIP_UNKNOWN' });
    await assert.rejects(agent.down(vips), { code: 'VIP_UNKNOWN' });
    const odd = agentThat((argv) => (argv[0] === 'ifconfig' ? { stdout: 'hello\n' } : undefined));
    await assert.rejects(odd.look(vips), { code: 'VIP_UNKNOWN', message: /no listing/ });
  });
}

/** What `netstat -s -p carp` says of advertisements that host2 sent and host1 could not read. */
function netstat({ system, net }: CarpStage): string {
  const count = net.lan.adverts.filter(
    ({ host, advert }) => host === 'host2' && advert.pass.startsWith('another'),
  ).length;
  const what = system === 'netbsd' ? 'packets discarded' : 'discarded';
  return `carp:\n\t12 packets received (IPv4)\n\t\t${count} ${what} for bad authentication\n`;
}

test('carp on freebsd: the module is not loaded', async () => {
  const { agent, vips } = carpStage('freebsd 14', { host: { carpLoaded: false } });
  await assert.rejects(agent.up(vips, 30), {
    code: 'VIP_FAILED',
    message: /CARP is not loaded$/,
    hint: /kldload carp/,
  });
});

test('carp on freebsd: an address that belongs to another virtual host', async () => {
  const { agent, vips, type } = carpStage('freebsd 14');
  await type(`ifconfig em0 vhid 7 alias ${VIP}/32`);
  await assert.rejects(agent.up(vips, 30), {
    message: '10.77.0.100/32 on em0 belongs to vhid 7, so CARP cannot carry it',
    hint: /rc\.conf.*: ifconfig em0 inet 10\.77\.0\.100 -alias$/,
  });
});

test('carp on openbsd: a carp interface that is somebody else’s is left alone', async () => {
  const { agent, vips, type, host, pass } = carpStage('openbsd');
  await type('ifconfig carp0 create');
  await type('ifconfig carp0 carpdev em0 vhid 7');
  await type('ifconfig carp0 inet alias 10.77.0.200/32');
  await assert.rejects(agent.up(vips, 30), {
    message: /^carp0 is in use as vhid 7 on em0, and the config wants vhid 1 on em0$/,
  });
  await agent.down(vips);
  await pass(5_000);
  assert.equal(host.state(), 'MASTER');
});

test('carp on openbsd: an address that is on the physical interface itself', async () => {
  const { agent, vips, type } = carpStage('openbsd');
  await type(`ifconfig em0 inet alias ${VIP}/32`);
  await assert.rejects(agent.up(vips, 30), {
    message: /is an address of this host itself/,
    hint: /hostname\.em0.*ifconfig em0 inet 10\.77\.0\.100 delete$/,
  });
});

test('carp on openbsd: ifstated is named', async () => {
  const { agent, vips } = carpStage('openbsd', {
    programs: { pgrep: (args) => ({ rc: args.join(' ') === '-x ifstated' ? 0 : 1 }) },
  });
  await agent.up(vips, 0);
  assert.match(agent.notes(vips).join(), /^ifstated\(8\) is running, .*\/etc\/ifstated\.conf/);
});

test('carp on openbsd: a lower demotion wins whoever is faster', async () => {
  const stage = carpStage('openbsd');
  const { agent, host, net, pass } = stage;
  const vips = onlyIPv4(stage);
  const other = carpHost('openbsd', net, 2);
  await makeMaster('openbsd', other, 'advskew 200');
  await agent.up(vips, 0);
  await must(host, 'ifconfig -g carp carpdemote 2');
  await pass(2_000);
  assert.deepEqual([host.state(), other.state()], ['BACKUP', 'MASTER']);
  await agent.look(vips);
  assert.match(agent.notes(vips).join(), /is BACKUP: .* with a lower demotion/);
});

test('carp on netbsd: a master that lives is not waited for', async () => {
  const stage = carpStage('netbsd');
  const { agent, host, net, pass } = stage;
  const vips = onlyIPv4(stage);
  const other = carpHost('netbsd', net, 2);
  await makeMaster('netbsd', other, 'advskew 100');
  await pass(4_000);
  assert.equal(other.state(), 'MASTER');
  await assert.rejects(agent.up(vips, 30), { message: /fell back to BACKUP: another host is its master/ });
  await pass(20_000);
  assert.deepEqual([host.state(), other.state()], ['INIT', 'MASTER']);
});
