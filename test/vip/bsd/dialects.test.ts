// Goal: the commands are the ones that leave the host's own addresses alone, and advice is given where a setting matters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedCalls } from '../../systems/bsd/recorded-calls.ts';
import { vipOf } from '../vip-of.ts';
import { type BsdStage, freebsd, netbsd, netbsdWithoutProbing, openbsd } from './stages.ts';

const plans: readonly (readonly [string, () => BsdStage, readonly string[], readonly string[]])[] = [
  [
    'freebsd',
    freebsd,
    ['ifconfig em0 inet 10.77.0.100/32 alias', 'ifconfig em0 inet6 fd77::100/128 vltime 3 pltime 3 alias'],
    ['ifconfig em0 inet 10.77.0.100 -alias', 'ifconfig em0 inet6 fd77::100 -alias'],
  ],
  [
    'openbsd',
    openbsd,
    ['ifconfig em0 inet alias 10.77.0.100/32', 'ifconfig em0 inet6 alias fd77::100/128 vltime 3 pltime 3'],
    ['ifconfig em0 inet 10.77.0.100 delete', 'ifconfig em0 inet6 fd77::100 delete'],
  ],
  [
    'netbsd',
    netbsd,
    ['ifconfig wm0 inet 10.77.0.100/32 alias', 'ifconfig wm0 inet6 fd77::100/128 vltime 3 pltime 3 alias'],
    ['ifconfig wm0 inet 10.77.0.100 -alias', 'ifconfig wm0 inet6 fd77::100 -alias'],
  ],
];
for (const [system, makeStage, up, down] of plans) {
  test(`${system}: the plan is what is run`, async () => {
    const { agent, vips } = makeStage();
    assert.deepEqual(await agent.plan(vips, 3), { up, down });
    await agent.up(vips, 3);
    await agent.down(vips);
    for (const line of [...up, ...down]) assert.ok(agent.ran.includes(line), line);
  });
  test(`${system}: without a lease no lifetime is given`, async () => {
    const { agent, vips } = makeStage();
    assert.ok((await agent.plan(vips, 0)).up.every((line) => !line.includes('time')));
  });
  test(`${system}: commands are as recorded`, async () => {
    const { agent, vips } = makeStage();
    const known = recordedCalls(system).map(({ argv }) => argv.join(' '));
    const { up, down } = await agent.plan([vips[0]], 3);
    for (const line of [...up, ...down]) assert.ok(known.includes(line), line);
  });
  test(`${system}: whatever is run on an interface, the host keeps its own addresses`, async () => {
    const stage = makeStage();
    const before = stage.others();
    for (const address of [
      '10.77.0.100/32',
      '10.77.0.100/24',
      '10.78.0.1/24',
      'fd77::100/128',
      'fd77::100/64',
    ]) {
      const vip = vipOf(address, stage.link);
      await stage.agent.up([vip], 1);
      await stage.agent.renew([vip], 1);
      await stage.agent.down([vip]);
    }
    assert.deepEqual(stage.others(), before);
    const changes = stage.agent.ran.filter(
      (line) => line.split(' ').length > 2 && line.startsWith('ifconfig'),
    );
    for (const line of changes) {
      assert.match(line, /\balias\b|delete/);
      assert.match(line, /[0-9a-f:.]{7,}/);
    }
  });
}

test('freebsd: advised to repeat announcements, until it does', async () => {
  const stage = freebsd();
  const { agent, vips } = stage;
  assert.deepEqual(agent.notes(vips), []);
  await agent.look(vips);
  await stage.pass(100);
  assert.match(agent.notes(vips).join(), /sysctl net\.link\.ether\.inet\.garp_rexmit_count=3/);
  assert.deepEqual(agent.notes([vips[1]]), [], 'nothing about IPv6');
  await stage.type('sysctl net.link.ether.inet.garp_rexmit_count=3');
  await agent.up(vips, 1);
  await stage.pass(100);
  assert.deepEqual(agent.notes(vips), []);
});

test('netbsd: told what probing costs, and what is lost without it', async () => {
  const stage = netbsd();
  await stage.agent.look(stage.vips);
  await stage.pass(100);
  assert.match(
    stage.agent.notes(stage.vips).join(),
    /net\.inet\.ip\.dad_count is 3: .*4 to 7 s.*another host still has/,
  );
  const quick = await netbsdWithoutProbing();
  await quick.agent.look(quick.vips);
  await quick.pass(100);
  assert.deepEqual(quick.agent.notes(quick.vips), []);
});

test('advice: a setting that cannot be read is left out', async () => {
  for (const ran of [{ missing: true, exitCode: -1 }, { exitCode: 1 }, { stdout: 'many\n' }]) {
    const stage = netbsd();
    const agent = stage.agentThat((argv) => (argv[0] === 'sysctl' ? ran : undefined));
    await agent.look(stage.vips);
    await stage.pass(100);
    assert.deepEqual(agent.notes(stage.vips), []);
  }
});
