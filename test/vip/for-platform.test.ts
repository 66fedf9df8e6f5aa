import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdapterName } from '../../src/core/settings.ts';
import type { GroupName } from '../../src/core/units.ts';
import { systemSpawn } from '../../src/system/child.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemExec } from '../../src/system/exec.ts';
import { vipAdapterFor } from '../../src/vip/for-platform.ts';
import { adapterKind, platformNamed } from '../../src/vip/system.ts';
import { groupOf, NODE } from '../fakes/group-of.ts';

const silent = () => {};
const adapterFor = (name: AdapterName, platform: NodeJS.Platform) =>
  vipAdapterFor(
    {
      ...{ exec: systemExec, spawn: systemSpawn, clock: systemClock, onProblem: silent },
      log: { debug: silent, info: silent, warn: silent, error: silent },
      ...{ group: groupOf(name), node: NODE },
      errand: () => ({ group: 'web' as GroupName, node: NODE, epoch: 0, role: 'init', peer: '', cause: '' }),
    },
    platform,
  );

const KINDS: readonly (readonly [NodeJS.Platform, AdapterName, string])[] = [
  ['linux', 'auto', 'linux'],
  ['linux', 'linux', 'linux'],
  ['sunos', 'auto', 'illumos'],
  ['sunos', 'illumos-ifconfig', 'illumos-ifconfig'],
  ['freebsd', 'auto', 'freebsd'],
  ['freebsd', 'carp', 'carp'],
  ['openbsd', 'auto', 'openbsd'],
  ['openbsd', 'carp', 'carp'],
  ['netbsd', 'auto', 'netbsd'],
  ['netbsd', 'carp', 'carp'],
  ['darwin', 'script', 'script'],
  ['darwin', 'simulated', 'simulated'],
  ['linux', 'command', 'command'],
];
for (const [platform, name, kind] of KINDS) {
  test(`adapter ${name} on ${platform}: ${kind}`, () => assert.equal(adapterKind(name, platform), kind));
}

const REFUSED: readonly (readonly [NodeJS.Platform, AdapterName, RegExp])[] = [
  ['sunos', 'linux', /`auto`, which is `illumos` here/],
  ['linux', 'illumos', /`auto`, which is `linux` here/],
  ['linux', 'carp', /`auto`, which is `linux` here/],
  ['freebsd', 'openbsd', /`auto`, which is `freebsd` here/],
  ['darwin', 'auto', /`script`.*`command`.*`simulated`/],
  ['darwin', 'linux', /`script`.*`command`.*`simulated`/],
];
for (const [platform, name, hint] of REFUSED) {
  test(`adapter ${name} on ${platform}: refused with what to write instead`, () => {
    assert.throws(() => adapterFor(name, platform), { name: 'OperatorError', code: 'CONFIG_INVALID', hint });
  });
}

test('adapter auto on linux: plans what ip would run', async () => {
  const adapter = adapterFor('auto', 'linux');
  const vip = { address: '10.0.0.42', family: 4, prefixLength: 32, link: 'eth0', label: '' } as const;
  assert.match(adapter.plan([vip], 3).up[0] ?? '', /^ip address replace 10\.0\.0\.42\/32 /);
  await adapter.close();
});

const IFCONFIG: readonly (readonly [NodeJS.Platform, string])[] = [
  ['freebsd', 'ifconfig em0 inet 10.0.0.42/32 alias'],
  ['openbsd', 'ifconfig em0 inet alias 10.0.0.42/32'],
  ['netbsd', 'ifconfig em0 inet 10.0.0.42/32 alias'],
];
for (const [platform, line] of IFCONFIG) {
  test(`adapter auto on ${platform}: plans what its ifconfig would run`, async () => {
    const adapter = adapterFor('auto', platform);
    const vip = { address: '10.0.0.42', family: 4, prefixLength: 32, link: 'em0', label: '' } as const;
    assert.deepEqual(adapter.plan([vip], 3).up, [line]);
    await adapter.close();
  });
}

test('system: people may write illumos, and Node its old name', () => {
  assert.equal(platformNamed('illumos'), 'sunos');
  assert.equal(platformNamed('sunos'), 'sunos');
  assert.equal(platformNamed('openbsd'), 'openbsd');
  assert.equal(platformNamed('solaris'), undefined);
});
