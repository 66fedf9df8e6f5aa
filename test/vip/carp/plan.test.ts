import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Errand } from '../../../src/core/ports.ts';
import type { GroupName } from '../../../src/core/units.ts';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { vipAdapterFor } from '../../../src/vip/for-platform.ts';
import { collectedLog } from '../../fakes/collected-log.ts';
import { NODE } from '../../fakes/group-of.ts';
import { toldExec } from '../../fakes/told-exec.ts';
import { vipOf } from '../vip-of.ts';
import { carpStage, groupWith, type SystemName } from './stages.ts';

const ports = {
  ...{ exec: toldExec({}), spawn: systemSpawn, clock: systemClock, log: collectedLog() },
  onProblem: (problem: Error) => assert.fail(problem),
};
const errand = (): Errand => ({
  ...{ group: 'web' as GroupName, node: NODE, epoch: 0, role: 'init', peer: '', cause: '' },
});

const PLANS: Readonly<
  Record<SystemName, { readonly up: readonly string[]; readonly down: readonly string[] }>
> = {
  'freebsd 13': {
    up: [
      'ifconfig em0 inet vhid 1 advbase 1 advskew 0 pass **** alias 10.77.0.100/32',
      'ifconfig em0 inet6 vhid 1 alias fd77::100/128',
      'ifconfig em0 vhid 1 state master',
    ],
    down: ['ifconfig em0 inet 10.77.0.100 -alias', 'ifconfig em0 inet6 fd77::100 -alias'],
  },
  'freebsd 14': {
    up: [
      'ifconfig em0 inet vhid 1 advbase 1 advskew 0 pass **** alias 10.77.0.100/32',
      'ifconfig em0 inet6 vhid 1 alias fd77::100/128',
      'ifconfig em0 vhid 1 state master',
    ],
    down: ['ifconfig em0 inet 10.77.0.100 -alias', 'ifconfig em0 inet6 fd77::100 -alias'],
  },
  openbsd: {
    up: [
      'ifconfig carp0 create',
      'ifconfig carp0 carpdev em0 vhid 1 advbase 1 advskew 0 pass ****',
      'ifconfig carp0 inet alias 10.77.0.100/32',
      'ifconfig carp0 inet6 alias fd77::100/128',
      'ifconfig carp0 advskew 0 up state master',
    ],
    down: ['ifconfig carp0 down  # 10.77.0.100, fd77::100'],
  },
  netbsd: {
    up: [
      'ifconfig carp0 create',
      'ifconfig carp0 carpdev wm0 vhid 1 advbase 1 advskew 0 pass ****',
      'ifconfig carp0 inet 10.77.0.100/32 alias',
      'ifconfig carp0 inet6 fd77::100/128 alias',
      'ifconfig carp0 up',
    ],
    down: ['ifconfig carp0 down  # 10.77.0.100, fd77::100'],
  },
};
for (const [system, plan] of Object.entries(PLANS) as [SystemName, (typeof PLANS)[SystemName]][]) {
  test(`carp on ${system}: the plan, which reads no password`, async () => {
    const { agent, vips } = carpStage(system, { carp: { passwordFile: '/nosuch' } });
    assert.deepEqual(await agent.plan(vips, 3), plan);
    assert.deepEqual(agent.ran, []);
  });
}

test('carp: the plan is what is run on a host that has nothing yet', async () => {
  for (const system of ['freebsd 14', 'openbsd', 'netbsd'] as const) {
    const { agent, vips } = carpStage(system);
    const { up } = await agent.plan(vips, 0);
    await agent.up(vips, 0);
    assert.deepEqual(
      agent.ran.filter((line) => /^ifconfig \S+ (?!-|carp$)\S/.test(line) && !line.includes('-g carp')),
      up,
    );
  }
});

test('adapter carp: the one of the system, with what the group says', async () => {
  const group = groupWith({ vhid: 3, interfaces: new Map([[NODE, 'carp2']]) });
  const vip = vipOf('10.0.0.42/32', 'em0');
  for (const [platform, first] of [
    ['freebsd', 'ifconfig em0 inet vhid 3 advbase 1 advskew 0 alias 10.0.0.42/32'],
    ['openbsd', 'ifconfig carp2 create'],
    ['netbsd', 'ifconfig carp2 create'],
  ] as const) {
    const adapter = vipAdapterFor({ ...ports, group, node: NODE, errand }, platform);
    assert.equal(adapter.plan([vip], 3).up[0], first);
    await adapter.close();
  }
});
