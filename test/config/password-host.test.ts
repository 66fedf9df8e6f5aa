import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSettings } from '../../src/config/load.ts';
import { hostPasswordFindings } from '../../src/config/password-host-rules.ts';
import type { FileFacts } from '../../src/core/ports.ts';
import { pair } from './example-file.ts';

const file = { is: 'file', mode: 0o600, uid: 0, gid: 0 } as const;
const found = (
  facts: FileFacts,
  { adapter = 'carp', carp = '{ vhid: 1, password_file: /link }', self = 'lb1' } = {},
): readonly string[] => {
  const { settings } = parseSettings(`${pair}    adapter: ${adapter}\n    carp: ${carp}\n`, 'x');
  const node = settings.nodes.find(({ name }) => name === self)!;
  return hostPasswordFindings(settings, node, {
    factsOf: (path) => (path === '/p' ? facts : { is: 'other', mode: 0o777, uid: 0, gid: 0 }),
    realPath: (path) => (path === '/link' ? '/p' : path),
    euid: 0,
  }).map(({ severity, path, text }) => `${severity} ${path.join('.')}: ${text}`);
};

const rows: readonly (readonly [name: string, facts: FileFacts, said?: string])[] = [
  ['all is well', file],
  ['only its owner reads it', { ...file, mode: 0o400 }],
  ['it is missing', { is: 'missing' }, '/link does not exist; write the CARP password there, with mode 0600'],
  ['it may not be seen', { is: 'unreadable' }, '/link may not be read by this user; run the check as root'],
  ['it is a directory', { ...file, is: 'directory' }, '/link is not a file'],
  [
    'others read it',
    { ...file, mode: 0o644 },
    '/link may be read or used by others, its mode is 0644; chmod 0600 /link',
  ],
];
for (const [name, facts, said] of rows) {
  test(`the CARP password on the host: ${name}`, () =>
    assert.deepEqual(
      found(facts),
      said === undefined ? [] : [`error groups.web.carp.password_file: ${said}`],
    ));
}

test('the CARP password on the host: only where CARP is used, and a file is named', () => {
  const missing = { is: 'missing' } as const;
  assert.deepEqual(found(missing, { adapter: '{ lb1: auto, lb2: carp }' }), []);
  assert.equal(found(missing, { adapter: '{ lb1: auto, lb2: carp }', self: 'lb2' }).length, 1);
  assert.deepEqual(found(missing, { carp: '{ vhid: 1 }' }), []);
});
