import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { release } from '../../src/cli/commands/release.ts';
import { serviceLeave } from '../../src/cli/commands/service-leave.ts';
import { planOf, servicePrint } from '../../src/cli/commands/services.ts';
import type { Ran } from '../../src/core/ports.ts';
import type { OperatorError } from '../../src/core/errors.ts';
import { placesOf } from '../../src/core/places.ts';
import { restartLeftMs } from '../../src/daemon/legacy.ts';
import { serviceUid } from '../../src/keys/service-user.ts';
import { fakeHost } from '../fakes/cli-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealbeat-cli-service-'));
test.after(() => rmSync(folder, { recursive: true }));
const nobody = join(folder, 'nobody.sock');

const leaveHost = (jobs: string, env: Record<string, string> = { MAINPID: '7' }) => {
  const asked: string[] = [];
  const ran: Ran = { exitCode: 0, stdout: jobs, stderr: '', timedOut: false, missing: false };
  const exec = {
    run(file: string, args: readonly string[]) {
      asked.push([file, ...args].join(' '));
      return Promise.resolve(ran);
    },
  };
  return { asked, host: { ...fakeHost(), exec, env } };
};

test('leave: only a restart of this unit is announced', async () => {
  const options = { unit: 'sealbeat.service', control: nobody };
  const rows: readonly (readonly [jobs: string, says: RegExp])[] = [
    ['17 sealbeat.service restart running\n', /no daemon|not answer|nobody|cannot be reached|handed over/],
    ['17 sealbeat.service stop running\n', /this is no restart/],
    ['17 other.service restart running\n', /this is no restart/],
    ['', /this is no restart/],
  ];
  for (const [jobs, says] of rows) {
    const { host } = leaveHost(jobs);
    await serviceLeave(host, options);
    assert.match(host.errs.join('\n'), says, jobs);
    assert.equal(
      /this is no restart/.test(host.errs.join('\n')),
      !jobs.startsWith('17 sealbeat.service restart'),
    );
  }
});

test('leave: without a main process there is nothing to ask', async () => {
  const { host, asked } = leaveHost('17 sealbeat.service restart running\n', {});
  await serviceLeave(host, { unit: 'sealbeat.service', control: nobody });
  assert.deepEqual(asked, []);
});

test('release: a restart that was announced keeps the VIPs, and only as long as it may take', async () => {
  const boot = { uptimeMs: () => uptime() * 1_000, id: () => Promise.resolve('this') };
  const announce = (leftMs: number, name = 'this'): void =>
    writeFileSync(
      join(folder, 'restart.json'),
      JSON.stringify({ boot: name, untilUptimeMs: uptime() * 1_000 + leftMs, groups: [] }),
    );
  announce(5_000);
  assert.ok((await restartLeftMs(folder, boot)) > 4_000);
  announce(5_000, 'another');
  assert.equal(await restartLeftMs(folder, boot), 0);
  announce(-1);
  assert.equal(await restartLeftMs(folder, boot), 0);
  assert.equal(await restartLeftMs(join(folder, 'nothing'), boot), 0);
});

test('release: without any config that can be read it says so', async () => {
  const options = {
    config: join(folder, 'no.yaml'),
    identity: join(folder, 'no'),
    control: nobody,
    state: folder,
  };
  await assert.rejects(release(fakeHost(), options), { code: 'CONFIG_UNREADABLE' });
});

test('service: every path has to be whole', () => {
  assert.throws(() => planOf(fakeHost(), { manager: 'openrc', config: 'sealbeat.yaml' }), {
    code: 'USAGE',
    message: /no current directory/,
  });
});

test('service: print shows every file with its path', async () => {
  const host = fakeHost();
  await servicePrint(host, { manager: 'netbsd', program: '/usr/pkg/sbin/sealbeat' });
  assert.match(host.outs.join('\n'), /^# \/etc\/rc.d\/sealbeat, mode 0555$/m);
  assert.match(host.outs.join('\n'), /^# \/etc\/rc.conf.d\/sealbeat, mode 0644$/m);
});

test('places: by the custom of each system, and the same as ever on Linux', () => {
  assert.deepEqual(placesOf('linux'), {
    directory: '/etc/sealbeat',
    config: '/etc/sealbeat/sealbeat.yaml',
    identity: '/etc/sealbeat/identity',
    state: '/var/lib/sealbeat',
    control: '/run/sealbeat/control.sock',
  });
  assert.equal(placesOf('freebsd').config, '/usr/local/etc/sealbeat/sealbeat.yaml');
  assert.equal(placesOf('netbsd').config, '/usr/pkg/etc/sealbeat/sealbeat.yaml');
  assert.equal(placesOf('openbsd').state, '/var/db/sealbeat');
  assert.equal(placesOf('sunos').control, '/var/run/sealbeat/control.sock');
});

test('service user: by its name, and nobody where there is none', () => {
  const passwd = join(folder, 'passwd');
  writeFileSync(passwd, 'root:x:0:0::/:/bin/sh\nnotsealbeat:x:5:5::/:/x\nsealbeat:x:991:991::/:/x\n');
  assert.equal(serviceUid(passwd), 991);
  writeFileSync(passwd, 'root:x:0:0::/:/bin/sh\nsealbeat:x::991::/:/x\n');
  assert.equal(serviceUid(passwd), undefined);
  assert.equal(serviceUid(join(folder, 'none')), undefined);
});

test('release: while it cannot be seen whether a daemon runs nothing is done, and no option is named that it has not', async (t) => {
  const control = join(folder, 'strange.sock');
  const server = createServer((_request, answer) => void answer.end('who is there?'));
  await new Promise<void>((resolve) => void server.listen(control, resolve));
  t.after(() => void server.close());
  const options = { config: join(folder, 'no.yaml'), identity: join(folder, 'no'), control, state: folder };
  await assert.rejects(release(fakeHost(), options), (error: OperatorError) => {
    assert.equal(error.code, 'REFUSED');
    assert.doesNotMatch(error.hint, /--force/);
    assert.match(error.hint, /then run this again/);
    return true;
  });
});
