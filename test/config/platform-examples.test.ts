// Goal: the examples in config/ are good on the systems that they are for, and plan commands of these systems.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { fakeHost } from '../fakes/cli-host.ts';

const config = join(import.meta.dirname, '..', '..', 'config');

/** File, node, system, and a command that stands in the plan. */
const PLANS: readonly (readonly [file: string, node: string, system: string, command: string])[] = [
  ['linux', 'lb1', 'linux', 'ip address replace 10.10.10.42/32 valid_lft 1 dev enp1s0'],
  ['linux', 'lb2', 'linux', 'ip address del 10.10.10.42/32 dev ens18'],
  ['illumos', 'om1', 'illumos', 'ipadm create-addr -t -T static -a 10.10.10.42/32 e1000g0/sealvip'],
  ['illumos', 'om2', 'illumos', 'ipadm delete-addr ipmp0/sealvip'],
  ['freebsd', 'bsd1', 'freebsd', 'ifconfig em0 inet 10.10.10.42/32 alias'],
  ['freebsd', 'bsd2', 'freebsd', 'ifconfig vtnet0 inet6 2001:db8::42 -alias'],
  ['openbsd', 'puffy1', 'openbsd', 'ifconfig em0 inet alias 10.10.10.42/32'],
  ['openbsd', 'puffy2', 'openbsd', 'ifconfig vio0 inet 10.10.10.42 delete'],
  ['netbsd', 'nb1', 'netbsd', 'ifconfig wm0 inet 10.10.10.42/32 alias'],
  ['netbsd', 'nb2', 'netbsd', 'ifconfig vioif0 inet6 2001:db8::42/128 vltime 1 pltime 1 alias'],
  ['carp-freebsd', 'fw1', 'freebsd', 'ifconfig em0 vhid 1 state master'],
  ['carp-freebsd', 'fw2', 'freebsd', 'ifconfig em0 inet 10.10.10.254 -alias'],
  ['carp-openbsd', 'fw1', 'openbsd', 'ifconfig carp1 carpdev em1 vhid 2'],
  ['carp-openbsd', 'fw2', 'openbsd', 'ifconfig carp0 down'],
  ['mixed', 'penguin', 'linux', 'ip address replace 10.10.10.43/32 valid_lft 3 dev eth0'],
  ['mixed', 'phoenix', 'illumos', 'ipadm create-addr -t -T static -a 10.10.10.42/32 e1000g0/sealvip'],
  ['mixed', 'beastie', 'freebsd', 'ifconfig em0 inet 10.10.10.43/32 alias'],
  ['three-nodes-arbiter', 'db1', 'linux', 'ip address replace 10.10.10.42/32 valid_lft 1 dev eth0'],
  ['three-nodes-arbiter', 'db2', 'linux', 'ip address replace 10.10.10.42/32 valid_lft 1 dev eth0'],
  ['three-nodes-arbiter', 'db3', 'linux', 'ip address del 10.10.10.42/32 dev eth0'],
  ['sealbeat.example', 'lb1', 'linux', 'label eth0:web'],
];

for (const [file, node, system, command] of PLANS) {
  test(`example ${file}.yaml: what ${node} would run on ${system}`, async () => {
    const host = fakeHost();
    const words = ['-c', join(config, `${file}.yaml`), '--as', node, '--plan', '--platform', system];
    assert.equal(await main(['check', '--strict', ...words], host), 0);
    assert.deepEqual(host.errs, []);
    assert.ok(
      host.outs.some((line) => line.startsWith('  ') && line.includes(command)),
      host.outs.join('\n'),
    );
  });
}

test('examples: each file is planned here, with the line that its head tells people to type', () => {
  const files = readdirSync(config).filter((name) => name.endsWith('.yaml'));
  assert.deepEqual(files.toSorted(), [...new Set(PLANS.map(([file]) => `${file}.yaml`))].toSorted());
  for (const name of files.filter((one) => one !== 'sealbeat.example.yaml')) {
    const lines = [
      ...readFileSync(join(config, name), 'utf8').matchAll(
        /^# {3}sealbeat check --config (\S+) --as (\S+) --plan --platform (\S+)$/gm,
      ),
    ];
    assert.ok(lines.length > 0, name);
    for (const [, file, node, system] of lines)
      assert.ok(
        PLANS.some(
          (plan) => `${plan[0]}.yaml` === file && file === name && plan[1] === node && plan[2] === system,
        ),
        `${name}: ${node} on ${system}`,
      );
  }
});
