import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exec, Ran } from '../../src/core/ports.ts';
import { failureCode, failurePauseMs } from '../../src/cli/start-failure.ts';
import { systemSupervisor } from '../../src/system/supervisor.ts';

const good: Ran = { exitCode: 0, stdout: '', stderr: '', timedOut: false, missing: false };

function told(env: Record<string, string>, result: Ran = good) {
  const calls: string[] = [];
  const waiting: (() => void)[] = [];
  const troubles: string[] = [];
  const exec: Exec = {
    run(file, args) {
      calls.push([file, ...args].join(' '));
      return new Promise((resolve) => void waiting.push(() => resolve(result)));
    },
  };
  const supervisor = systemSupervisor({ exec, env, pid: 7, onTrouble: (cause) => void troubles.push(cause) });
  const finish = async (): Promise<void> => {
    waiting.shift()?.();
    await new Promise(setImmediate);
  };
  return { supervisor, calls, troubles, finish };
}

test('supervisor: nobody is told where nobody listens', () => {
  const { supervisor, calls } = told({});
  supervisor.tell({ READY: '1' });
  assert.deepEqual(calls, []);
  assert.equal(supervisor.watchdogMs, 0);
});

test('supervisor: steps keep their order, and of what is only news the newest is said', async () => {
  const { supervisor, calls, finish } = told({ NOTIFY_SOCKET: '/x' });
  supervisor.tell({ RELOADING: '1' });
  supervisor.tell({ READY: '1', STATUS: 'a' });
  supervisor.tell({ STATUS: 'b' });
  supervisor.tell({ WATCHDOG: '1' });
  assert.deepEqual(calls, ['systemd-notify RELOADING=1']);
  await finish();
  assert.equal(calls[1], 'systemd-notify READY=1 STATUS=b WATCHDOG=1');
  await finish();
  assert.equal(calls.length, 2);
});

test('supervisor: one that hangs or is missing is complained of once', async () => {
  const { supervisor, troubles, finish } = told(
    { NOTIFY_SOCKET: '/x' },
    { ...good, exitCode: -1, missing: true },
  );
  for (let nth = 0; nth < 3; nth += 1) {
    supervisor.tell({ WATCHDOG: '1' });
    await finish();
  }
  assert.deepEqual(troubles, ['systemd-notify is not installed']);
});

test('supervisor: the watchdog of another process is not ours', () => {
  const env = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '15000000' };
  assert.equal(told(env).supervisor.watchdogMs, 15_000);
  assert.equal(told({ ...env, WATCHDOG_PID: '7' }).supervisor.watchdogMs, 15_000);
  assert.equal(told({ ...env, WATCHDOG_PID: '8' }).supervisor.watchdogMs, 0);
});

test('start failures: SMF is told what cannot get better by itself', () => {
  const smf = { SMF_FMRI: 'svc:/network/sealbeat:default' };
  assert.equal(failureCode('CONFIG_INVALID', smf), 96);
  assert.equal(failureCode('IDENTITY_UNSAFE', smf), 96);
  assert.equal(failureCode('USAGE', smf), 95);
  assert.equal(failureCode('PORT_TAKEN', smf), undefined);
  assert.equal(failureCode('CONFIG_INVALID', {}), undefined);
  assert.equal(failurePauseMs({}), 0);
  assert.ok(failurePauseMs({ NOTIFY_SOCKET: '/x' }) > 1_000);
});
