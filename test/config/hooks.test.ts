// Goal: hooks mean what docs/hooks.md says, and what is wrong with one is named with its remedy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostHookFindings, type HookFiles, type Runner } from '../../src/config/hook-host-rules.ts';
import { examine, parseSettings } from '../../src/config/load.ts';
import type { FileFacts } from '../../src/core/ports.ts';
import { pair } from './example-file.ts';

const settingsOf = (hooks: string) => parseSettings(`${pair}    hooks: ${hooks}\n`, 'x').settings;
const hooksOf = (hooks: string) =>
  settingsOf(hooks).groups[0]!.hooks.map(
    ({ moment, words, user, group, timeoutMs, style }) =>
      `${moment} ${words.join(' ')} ${user}:${group} ${timeoutMs} ${style}`,
  );

const meanings: readonly (readonly [hooks: string, ...meant: readonly string[]])[] = [
  ['{ post_up: [/a, x] }', 'post_up /a x : 30000 sealbeat'],
  ['{ post_up: { run: [/a] }, pre_up: [/b] }', 'pre_up /b : 5000 sealbeat', 'post_up /a : 30000 sealbeat'],
  [
    '{ user: u, group: g, timeout: 2m, style: keepalived, on_fault: [{ run: [/a], user: w }, { run: [/b], timeout: 9s }] }',
    'on_fault /a w: 120000 keepalived',
    'on_fault /b u:g 9000 keepalived',
  ],
  ['{ timeout: 2m, pre_down: [/a] }', 'pre_down /a : 60000 sealbeat'],
];
for (const [hooks, ...meant] of meanings)
  test(`hooks: ${hooks}`, () => assert.deepEqual(hooksOf(hooks), meant));

const wrong: readonly (readonly [hooks: string, said: string])[] = [
  ['{ post_upp: [/a] }', 'groups.web.hooks.post_upp: is not a key here; did you mean "post_up"?'],
  [
    '{ post_up: [a] }',
    'groups.web.hooks.post_up[0]: "a" is not an absolute path; the PATH of a service is not the one of your shell, so write the whole path of the program',
  ],
  [
    '{ post_up: /a }',
    'groups.web.hooks.post_up: must be a list of words, the program and its arguments, or a mapping with "run", or a list of such mappings, not "/a"',
  ],
  [
    '{ post_up: [{ run: [/a], usr: x }] }',
    'groups.web.hooks.post_up[0].usr: is not a key here; did you mean "user"?',
  ],
  ['{ user: 33, post_up: [/a] }', 'groups.web.hooks.user: must be the name of a user, not 33'],
  ['{ user: a b, post_up: [/a] }', 'groups.web.hooks.user: "a b" is not the name of a user'],
  [
    '{ pre_up: { run: [/a], timeout: 2m } }',
    'groups.web.hooks.pre_up.timeout: 2m is out of range: 100ms to 1m',
  ],
  [
    '{ style: keepalived, pre_down: [/a] }',
    'groups.web.hooks.pre_down: keepalived has no word for pre_down; write "style: sealbeat" for it, or run it at post_up, on_standby, on_fault or post_down',
  ],
];
for (const [hooks, said] of wrong) {
  test(`hooks: ${hooks} is refused`, () => {
    const { problems } = examine(`${pair}    hooks: ${hooks}\n`);
    assert.deepEqual(
      problems.map(({ text }) => text),
      [said],
    );
  });
}

const folder = { is: 'directory', mode: 0o755, uid: 0, gid: 0 } as const;
const program = { is: 'file', mode: 0o755, uid: 0, gid: 0 } as const;
const GOOD: Readonly<Record<string, FileFacts>> = {
  ...{ '/': folder, '/opt': folder, '/opt/hook': program, '/bin': folder, '/bin/sh': program },
};
const www: Runner = { name: 'www', uid: 33, gid: 33, isOther: true };

const onHost: readonly (readonly [
  name: string,
  files: Readonly<Record<string, FileFacts>>,
  more: { readonly runner?: Runner; readonly line?: string },
  ...said: readonly string[],
])[] = [
  ['all is well', {}, { line: '#!/bin/sh -e' }],
  ['a program', {}, { line: '\x7fELF' }],
  [
    'missing',
    { '/opt/hook': { is: 'missing' } },
    {},
    'error: /opt/hook does not exist; install it, or correct the path',
  ],
  [
    'no x bit',
    { '/opt/hook': { ...program, mode: 0o644 } },
    {},
    'error: /opt/hook is not executable, its mode is 0644; chmod a+x /opt/hook',
  ],
  [
    'a folder that others can change',
    { '/opt': { ...folder, mode: 0o777 } },
    {},
    'warning: /opt can be changed by everybody, its mode is 0777; chmod o-w /opt',
  ],
  ['it belongs to whom it is run as', { '/opt/hook': { ...program, uid: 33 } }, {}],
  [
    'it belongs to somebody else',
    { '/opt/hook': { ...program, uid: 99 } },
    {},
    'warning: /opt/hook can be changed by its owner, user 99; chown root /opt/hook'.replace(
      '99;',
      '99, its mode is 0755;',
    ),
  ],
  [
    'a folder that does not let the user in',
    { '/opt': { ...folder, mode: 0o700 } },
    {},
    'error: user www may not enter /opt, its mode is 0700; chmod o+x /opt',
  ],
  [
    'a program for its group alone',
    { '/opt/hook': { ...program, mode: 0o750, gid: 44 } },
    {},
    'error: user www may not run /opt/hook, its mode is 0750; chmod o+x /opt/hook',
  ],
  ['a program for its group', { '/opt/hook': { ...program, mode: 0o750, gid: 33 } }, {}],
  [
    'no interpreter',
    {},
    { line: '#! /usr/bin/perl6 -w' },
    'error: /opt/hook wants to be run by "/usr/bin/perl6", which does not exist; install it, or correct its first line',
  ],
  [
    'from another system',
    {},
    { line: '#!/bin/sh\r' },
    'error: the first line of /opt/hook ends with a carriage return; dos2unix /opt/hook',
  ],
  [
    'no such user',
    {},
    { runner: { problem: 'there is no user ww-data on this host' } },
    'error: there is no user ww-data on this host; did you mean "www-data"?',
  ],
];
for (const [name, changed, { runner = www, line = '' }, ...said] of onHost) {
  test(`hooks on a host: ${name}`, () => {
    const all = { ...GOOD, ...changed };
    const files: HookFiles = {
      factsOf: (path) => all[path] ?? { is: 'missing' },
      realPath: (path) => path,
      firstLine: () => line,
      ...{ euid: 0, runnerOf: () => runner, users: ['root', 'www-data'] },
    };
    const found = hostHookFindings(settingsOf('{ user: ww-data, post_up: [/opt/hook] }'), files);
    assert.deepEqual(
      found.map(({ severity, text }) => `${severity}: ${text}`),
      said,
    );
    for (const { path } of found) assert.deepEqual(path, ['groups', 'web', 'hooks', 'post_up']);
  });
}
