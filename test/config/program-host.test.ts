import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSettings } from '../../src/config/load.ts';
import { hostProgramFindings } from '../../src/config/program-host-rules.ts';
import type { FileFacts } from '../../src/core/ports.ts';
import { pair } from './example-file.ts';

const folder = { is: 'directory', mode: 0o755, uid: 0, gid: 0 } as const;
const program = { is: 'file', mode: 0o755, uid: 0, gid: 0 } as const;
const GOOD: Readonly<Record<string, FileFacts>> = {
  '/': folder,
  '/opt': folder,
  '/opt/vip': folder,
  '/opt/vip/up': program,
  '/opt/vip/down': program,
  '/opt/vip/show': program,
};

const script =
  'adapter: script\n    script: { up: /opt/vip/up, down: [/opt/vip/down, web], show: /opt/vip/show }';
const found = (
  section: string,
  files: Readonly<Record<string, FileFacts>>,
  { self = 'lb1', euid = 0, links = {} as Readonly<Record<string, string>> } = {},
): readonly string[] => {
  const { settings } = parseSettings(`${pair}    ${section}\n`, 'x');
  const node = settings.nodes.find(({ name }) => name === self)!;
  return hostProgramFindings(settings, node, {
    factsOf: (path) => files[path] ?? { is: 'missing' },
    realPath: (path) => links[path] ?? path,
    euid,
  }).map(({ severity, path, text }) => `${severity} ${path.join('.')}: ${text}`);
};

// What is different on the host, and what is said about `up`.
const rows: readonly (readonly [
  name: string,
  files: Readonly<Record<string, FileFacts>>,
  ...said: readonly string[],
])[] = [
  ['all is well', {}],
  [
    'the program is missing',
    { '/opt/vip/up': { is: 'missing' } },
    'error groups.web.script.up: /opt/vip/up does not exist; install it, or correct the path',
  ],
  [
    'a directory on the way is missing',
    { '/opt': { is: 'missing' } },
    'error groups.web.script.up: /opt does not exist, so there is no /opt/vip/up',
    'error groups.web.script.down: /opt does not exist, so there is no /opt/vip/down',
    'error groups.web.script.show: /opt does not exist, so there is no /opt/vip/show',
  ],
  [
    'something on the way is no directory',
    { '/opt/vip': program },
    'error groups.web.script.up: /opt/vip is not a directory, so there is no /opt/vip/up',
    'error groups.web.script.down: /opt/vip is not a directory, so there is no /opt/vip/down',
    'error groups.web.script.show: /opt/vip is not a directory, so there is no /opt/vip/show',
  ],
  [
    'it may not be seen',
    { '/opt/vip/up': { is: 'unreadable' } },
    'error groups.web.script.up: /opt/vip/up may not be read by this user; run the check as root',
  ],
  ['it is a directory', { '/opt/vip/up': folder }, 'error groups.web.script.up: /opt/vip/up is not a file'],
  [
    'it is not executable',
    { '/opt/vip/up': { ...program, mode: 0o644 } },
    'error groups.web.script.up: /opt/vip/up is not executable, its mode is 0644; chmod a+x /opt/vip/up',
  ],
  [
    'everybody can change it',
    { '/opt/vip/up': { ...program, mode: 0o777 } },
    'warning groups.web.script.up: /opt/vip/up can be changed by everybody, its mode is 0777; chmod o-w /opt/vip/up',
  ],
  [
    'a group can change it',
    { '/opt/vip/up': { ...program, mode: 0o775, gid: 50 } },
    'warning groups.web.script.up: /opt/vip/up can be changed by group 50, its mode is 0775; chmod g-w /opt/vip/up',
  ],
  ["root's group can change it", { '/opt/vip/up': { ...program, mode: 0o775 } }],
  [
    'another user owns it',
    { '/opt/vip/up': { ...program, uid: 1000 } },
    'warning groups.web.script.up: /opt/vip/up can be changed by its owner, user 1000, its mode is 0755; chown root /opt/vip/up',
  ],
  ['everybody can add to a sticky directory above it', { '/opt': { ...folder, mode: 0o1777 } }],
  [
    'everybody can replace what is in a directory above it',
    { '/opt': { ...folder, mode: 0o777 } },
    'warning groups.web.script.up: /opt can be changed by everybody, its mode is 0777; chmod o-w /opt',
    'warning groups.web.script.down: /opt can be changed by everybody, its mode is 0777; chmod o-w /opt',
    'warning groups.web.script.show: /opt can be changed by everybody, its mode is 0777; chmod o-w /opt',
  ],
];
for (const [name, files, ...said] of rows) {
  test(`programs on the host: ${name}`, () => assert.deepEqual(found(script, { ...GOOD, ...files }), said));
}

test('programs on the host: a link is followed, and its target is what counts', () => {
  const links = { '/opt/vip/up': '/srv/up', '/opt/vip/down': '/opt/vip/up' };
  assert.deepEqual(
    found(script, { ...GOOD, '/srv': folder, '/srv/up': { ...program, mode: 0o600 } }, { links }),
    [
      'error groups.web.script.up: /srv/up is not executable, its mode is 0600 (/opt/vip/up leads there); chmod a+x /srv/up',
    ],
  );
});

test('programs on the host: what the user owns that runs them is as good as root', () => {
  const files = { ...GOOD, '/opt/vip/up': { ...program, uid: 1000 } };
  assert.deepEqual(found(script, files, { euid: 1000 }), []);
});

test('programs on the host: only those of this node are looked at', () => {
  const section = 'adapter: { lb2: script }\n    script: { up: /no, down: /no }';
  assert.deepEqual(found(section, GOOD), []);
  assert.equal(found(section, GOOD, { self: 'lb2' }).length, 1, 'and each once');
});

test("programs on the host: a cloud's tool, unless its path is different on each node", () => {
  const section =
    'adapter: command\n    command: { up: [[/no, a], ["/opt/{node}", b]], down: [/no, "{node}"], show: [/opt/vip/x] }';
  assert.deepEqual(found(section, GOOD), [
    'error groups.web.command.up: /no does not exist; install it, or correct the path',
    'error groups.web.command.show: /opt/vip/x does not exist; install it, or correct the path',
  ]);
});
