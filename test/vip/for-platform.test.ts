import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemSpawn } from '../../src/system/child.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemExec } from '../../src/system/exec.ts';
import { vipAdapterFor } from '../../src/vip/for-platform.ts';

const silent = () => {};
const options = {
  exec: systemExec,
  spawn: systemSpawn,
  clock: systemClock,
  log: { debug: silent, info: silent, warn: silent, error: silent },
  announceMethod: 'auto',
  onProblem: silent,
} as const;

for (const name of ['auto', 'linux'] as const) {
  test(`adapter ${name}: Linux has one`, async () => {
    const adapter = vipAdapterFor(name, options, 'linux');
    const vip = { address: '10.0.0.42', family: 4, prefixLength: 32, link: 'eth0', label: '' } as const;
    assert.match(adapter.plan([vip], 3).up[0] ?? '', /^ip address replace 10\.0\.0\.42\/32 /);
    await adapter.close();
  });

  for (const platform of ['sunos', 'freebsd', 'openbsd', 'netbsd', 'darwin'] as const) {
    test(`adapter ${name}: ${platform} is refused with what is supported`, () => {
      assert.throws(() => vipAdapterFor(name, options, platform), {
        name: 'OperatorError',
        code: 'CONFIG_INVALID',
        message: new RegExp(platform),
        hint: /simulated/,
      });
    });
  }
}

test('adapter simulated: everywhere', async () => {
  await vipAdapterFor('simulated', options, 'sunos').close();
});
