// What the systems' own tools say, as they say it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askCarrierByIfconfig } from '../../src/check/carrier.ts';
import { askCommand } from '../../src/check/command.ts';
import { askPgrep } from '../../src/check/process.ts';
import { askSmf } from '../../src/check/smf.ts';
import { askUnit } from '../../src/check/unit.ts';
import { newUsers } from '../../src/check/users.ts';
import type { Exec, Ran } from '../../src/core/ports.ts';
import { ASKING, toldPrograms } from './told.ts';

type Row = readonly [what: string, ran: Partial<Ran>, said: string];
const kinds: Readonly<
  Record<
    string,
    { ask: (exec: Exec) => Promise<{ said: string; text: string }>; call: string; rows: readonly Row[] }
  >
> = {
  unit: {
    ask: (exec) => askUnit('postfix.service', exec, ASKING),
    call: 'systemctl is-active -- postfix.service',
    rows: [
      ['active', { stdout: 'active\n' }, 'good: active'],
      ['reloading', { stdout: 'reloading\n' }, 'good: reloading'],
      ['activating, perhaps for ever', { exitCode: 3, stdout: 'activating\n' }, 'bad: activating'],
      ['failed', { exitCode: 3, stdout: 'failed\n' }, 'bad: failed'],
      ['not known', { exitCode: 4, stdout: 'inactive\n' }, 'bad: inactive'],
      [
        'no systemd',
        { exitCode: 1, stderr: 'Failed to connect to bus: No such file or directory\n' },
        'unclear: Failed to connect to bus: No such file or directory',
      ],
      ['not installed', { exitCode: -1, missing: true }, 'unclear: systemctl is not installed'],
      ['too slow', { exitCode: -1, timedOut: true }, 'late: no answer in 1 s'],
      ['another word', { stdout: 'aktiv\n' }, 'unclear: systemctl says "aktiv"'],
    ],
  },
  smf: {
    ask: (exec) => askSmf('svc:/network/http:apache24', exec, ASKING),
    call: 'svcs -H -o state,nstate svc:/network/http:apache24',
    rows: [
      ['online', { stdout: 'online         -\n' }, 'good: online'],
      ['online, with a star', { stdout: 'online*        online\n' }, 'good: online'],
      [
        'online, and on its way out',
        { stdout: 'online         disabled\n' },
        'bad: online, becomes disabled',
      ],
      ['offline', { stdout: 'offline*       online\n' }, 'bad: offline*, becomes online'],
      ['maintenance', { stdout: 'maintenance    -\n' }, 'bad: maintenance'],
      ['one instance of two', { stdout: 'online         -\ndisabled       -\n' }, 'bad: disabled'],
      [
        'none',
        { exitCode: 1, stderr: "svcs: Pattern 'x' doesn't match any instances\n" },
        'bad: there is no such service',
      ],
      [
        'no repository',
        {
          exitCode: 2,
          stderr: 'svcs: Could not bind to repository server: repository server unavailable.  Exiting.\n',
        },
        'unclear: Could not bind to repository server: repository server unavailable. Exiting.',
      ],
    ],
  },
  pgrep: {
    ask: (exec) => askPgrep('named.conf+', exec, ASKING),
    call: 'pgrep -x -- named\\.conf\\+',
    rows: [
      ['one', { stdout: '712\n' }, 'good: runs as 712'],
      ['several', { stdout: '712\n713\n' }, 'good: runs as 712'],
      ['none', { exitCode: 1 }, 'bad: no such process'],
      [
        'it could not look',
        { exitCode: 3, stderr: 'pgrep: Cannot get process list\n' },
        'unclear: pgrep: Cannot get process list',
      ],
    ],
  },
  command: {
    ask: (exec) => askCommand(['/opt/well', '-q'], undefined, exec, ASKING),
    call: '/opt/well -q',
    rows: [
      ['good', { stdout: 'one\nall is well\n' }, 'good: all is well'],
      ['good without a word', {}, 'good: exit code 0'],
      [
        'bad',
        { exitCode: 1, stdout: 'out', stderr: 'it \u001b[31mburns\u001b[0m\n' },
        'bad: exit code 1: it [31mburns [0m',
      ],
      ['bad without a word', { exitCode: 3 }, 'bad: exit code 3'],
      ['missing', { exitCode: -1, missing: true }, 'unclear: /opt/well is not installed'],
      ['not started', { exitCode: -1, stderr: 'spawn /opt/well EACCES' }, 'unclear: spawn /opt/well EACCES'],
      ['ended by the limit', { exitCode: -1, timedOut: true, stdout: 'half' }, 'late: no answer in 1 s'],
    ],
  },
};
for (const [kind, { ask, call, rows }] of Object.entries(kinds)) {
  for (const [what, ran, said] of rows) {
    test(`${kind}: ${what}`, async () => {
      const exec = toldPrograms(() => ran);
      const answer = await ask(exec);
      assert.equal(`${answer.said}: ${answer.text.replace(/ +/g, ' ')}`, said);
      assert.deepEqual(exec.calls, [call]);
      assert.equal(exec.options[0]?.timeoutMs, 1_000);
      assert.equal(exec.options[0]?.signal, ASKING.signal);
    });
  }
}

const E1000G0 =
  'e1000g0: flags=1000843<UP,BROADCAST,RUNNING,MULTICAST,IPv4> mtu 1500 index 2\n\tinet 10.10.10.1 netmask ffffff00 broadcast 10.10.10.255\n';
const EM0 =
  'em0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n\tether 02:00:00:00:00:01\n\tmedia: Ethernet autoselect\n\tstatus: active\n';
const listings: readonly [platform: NodeJS.Platform, what: string, ran: Partial<Ran>, said: string][] = [
  ['sunos', 'up', { stdout: E1000G0 }, 'good: has a carrier'],
  ['sunos', 'without a carrier', { stdout: E1000G0.replace('RUNNING,', '') }, 'bad: has no carrier'],
  ['sunos', 'down', { stdout: E1000G0.replace('UP,', '') }, 'bad: is down'],
  [
    'sunos',
    'missing',
    { exitCode: 1, stderr: 'ifconfig: status: SIOCGLIFFLAGS: x0: no such interface\n' },
    'bad: there is no such interface',
  ],
  ['freebsd', 'up', { stdout: EM0 }, 'good: has a carrier'],
  ['freebsd', 'without a carrier', { stdout: EM0.replace('active', 'no carrier') }, 'bad: has no carrier'],
  ['openbsd', 'one that cannot tell', { stdout: EM0.replace(/\tstatus.*\n/, '') }, 'good: has a carrier'],
  [
    'freebsd',
    'missing',
    { exitCode: 1, stderr: 'ifconfig: interface em9 does not exist\n' },
    'bad: there is no such interface',
  ],
  [
    'openbsd',
    'missing',
    { exitCode: 1, stderr: 'ifconfig: em9: no such interface\n' },
    'bad: there is no such interface',
  ],
  [
    'netbsd',
    'missing',
    { exitCode: 1, stderr: 'ifconfig: em9: Device not configured\n' },
    'bad: there is no such interface',
  ],
  [
    'freebsd',
    'something else',
    { exitCode: 1, stderr: 'ifconfig: permission denied\n' },
    'unclear: permission denied',
  ],
];
for (const [platform, what, ran, said] of listings) {
  test(`interface: ${platform}: ${what}`, async () => {
    const exec = toldPrograms(() => ran);
    const answer = await askCarrierByIfconfig('em9', exec, platform, ASKING);
    assert.equal(`${answer.said}: ${answer.text}`, said);
  });
}

test('interface: one of illumos that has only IPv6', async () => {
  const exec = toldPrograms((command) =>
    command.endsWith('inet6')
      ? { stdout: E1000G0 }
      : { exitCode: 1, stderr: 'ifconfig: status: SIOCGLIFFLAGS: e1000g0: no such interface\n' },
  );
  assert.equal((await askCarrierByIfconfig('e1000g0', exec, 'sunos', ASKING)).said, 'good');
});

test('command: has the rights of its user, and what it starts ends with it', async () => {
  const exec = toldPrograms((command) => ({ stdout: command.includes('-u') ? '65534\n' : '65533\n' }));
  const users = newUsers(exec);
  const as = await users('nobody');
  assert.deepEqual(as, { uid: 65_534, gid: 65_533 });
  await users('nobody');
  assert.deepEqual(exec.calls, ['id -u nobody', 'id -g nobody'], 'asked once');
  assert.ok(typeof as !== 'string');
  await askCommand(['/opt/well'], as, exec, ASKING);
  assert.deepEqual([exec.options.at(-1)?.as, exec.options.at(-1)?.withOffspring], [as, true]);
});

test('command: a user that is not there is no reason to run it as another', async () => {
  const users = newUsers(toldPrograms(() => ({ exitCode: 1, stderr: 'id: no such user' })));
  assert.equal(await users('nobdy'), 'there is no user nobdy on this host');
});
