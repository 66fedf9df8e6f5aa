// Goal: the program starts itself again as it was started, as one file and as a bundle under Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invocationOf } from '../../src/cli/invocation.ts';

const flags = ['--max-semi-space-size=1', '--v8-pool-size=0'];

test('invocation: the bundle, with the flags that its Node was started with', () => {
  assert.deepEqual(
    invocationOf({
      execPath: '/opt/node',
      execArgv: flags,
      argv: ['/opt/node', '/opt/sealbeat.cjs', 'run', '-c', 'x'],
      isSingleFile: false,
    }),
    ['/opt/node', ...flags, '/opt/sealbeat.cjs'],
  );
});

test('invocation: one file, which would take its own flags for arguments of a user', () => {
  assert.deepEqual(
    invocationOf({
      execPath: '/usr/bin/sealbeat',
      execArgv: flags,
      argv: ['/usr/bin/sealbeat', './sealbeat', 'run', '-c', 'x'],
      isSingleFile: true,
    }),
    ['/usr/bin/sealbeat'],
  );
});
