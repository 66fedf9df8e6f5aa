import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine } from '../../src/config/load.ts';
import { pair, pairWith } from './example-file.ts';

/** The pair with lines more in its group; the first of them is the 18th of the file. */
const withLines = (...lines: readonly string[]): string =>
  `${pair}${lines.map((line) => `    ${line}\n`).join('')}`;
const said = (text: string): readonly string[] =>
  examine(text).problems.map(({ severity, line, column, text }) => `${severity} ${line}:${column} ${text}`);

test('script: the defaults', () => {
  const { settings, problems } = examine(withLines('adapter: script', 'script: { up: /u, down: /d }'));
  assert.deepEqual(problems, []);
  assert.deepEqual(settings?.groups[0]?.script, {
    up: ['/u'],
    down: ['/d'],
    show: undefined,
    timeoutMs: 10_000,
    overlap: false,
  });
  assert.equal(settings.groups[0].command, undefined);
});

test('script: everything that can be said', () => {
  const { settings, problems } = examine(
    withLines(
      'adapter: { lb1: script }',
      'script: { up: [/u, web, ""], down: [/d, web], show: [/s], timeout: 5m, overlap: true }',
    ),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(settings?.groups[0]?.script, {
    up: ['/u', 'web', ''],
    down: ['/d', 'web'],
    show: ['/s'],
    timeoutMs: 300_000,
    overlap: true,
  });
});

test('command: the defaults', () => {
  const { settings, problems } = examine(
    withLines('adapter: command', 'command: { up: [/u, "{address}"], show: [/s, "{node}"] }'),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(settings?.groups[0]?.command, {
    up: [['/u', '{address}']],
    down: [],
    show: { command: ['/s', '{node}'], expect: '{address}', everyMs: 30_000 },
    values: new Map([
      ['lb1', new Map()],
      ['lb2', new Map()],
    ]),
    also: 'auto',
    timeoutMs: 30_000,
    giveUpMs: 60_000,
    overlap: true,
  });
});

test('command: everything that can be said', () => {
  const { settings, problems } = examine(
    withLines(
      'adapter: command',
      'command:',
      '  up: [[/u, "--clear={other.ID}"], [/u, "{ID}", "{address}/{prefix}", "{interface}", "{group}", "{peer}", "{epoch}"]]',
      '  down: [[/d, "{ID}"], [/d, "{node}"]]',
      '  show: { command: [/s, "{ID}"], expect: "on {ZONE}", every: 5s }',
      '  values: { lb2: { ZONE: b, ID: "2" }, lb1: { ID: "1", ZONE: a } }',
      '  also: none',
      '  timeout: 20s',
      '  give_up: 2m',
      '  overlap: true',
    ),
  );
  assert.deepEqual(problems, []);
  const { show, values, ...rest } = settings?.groups[0]?.command ?? assert.fail();
  assert.deepEqual(show, { command: ['/s', '{ID}'], expect: 'on {ZONE}', everyMs: 5_000 });
  assert.deepEqual(
    [...values].map(([node, named]) => [node, [...named]]),
    [
      [
        'lb1',
        [
          ['ID', '1'],
          ['ZONE', 'a'],
        ],
      ],
      [
        'lb2',
        [
          ['ID', '2'],
          ['ZONE', 'b'],
        ],
      ],
    ],
    'in the order of their names, whatever the order in the file',
  );
  assert.deepEqual(rest, {
    up: [
      ['/u', '--clear={other.ID}'],
      ['/u', '{ID}', '{address}/{prefix}', '{interface}', '{group}', '{peer}', '{epoch}'],
    ],
    down: [
      ['/d', '{ID}'],
      ['/d', '{node}'],
    ],
    also: undefined,
    timeoutMs: 20_000,
    giveUpMs: 120_000,
    overlap: true,
  });
});

test('command: overlap is what `down` allows, unless something else is said', () => {
  const overlap = (more: string) =>
    examine(withLines('adapter: command', `command: { up: [/u]${more} }`)).settings?.groups[0]?.command
      ?.overlap;
  assert.equal(overlap(''), true);
  assert.equal(overlap(', down: [/d]'), false);
  assert.equal(overlap(', down: [/d], overlap: true'), true);
  assert.equal(overlap(', overlap: false'), false);
});

test('command: beside a cloud, the interface is that of the adapter on the host', () => {
  const withAlso = (also: string, link: string): readonly string[] =>
    said(
      pairWith(
        ['interface: eth0', `interface: ${link}`],
        ['vips', `adapter: command\n    command: { up: [/u], also: ${also} }\n    vips`],
      ),
    );
  assert.deepEqual(withAlso('simulated', '/tmp/eth0'), []);
  assert.match(withAlso('simulated', 'eth0')[0] ?? '', /needs a directory/);
  assert.match(withAlso('auto', '/tmp/eth0')[0] ?? '', /only "adapter: simulated" has directories/);
});

const SHELL = 'the PATH of a service is not the one of your shell, so write the whole path of the program';
// Lines of a group, and every word that is said about them.
const rows: readonly (readonly [name: string, lines: readonly string[], ...problems: readonly string[]])[] = [
  [
    'script without a section',
    ['adapter: script'],
    'error 18:14 groups.web.adapter: is script on lb1, lb2, and there is no "script" beside it; write for instance script: { up: /etc/vip-up.sh, down: /etc/vip-down.sh }',
  ],
  [
    'command without a section, on one node',
    ['adapter: { lb2: command }'],
    'error 18:14 groups.web.adapter: is command on lb2, and there is no "command" beside it; write for instance command: { up: [/usr/local/bin/PROGRAM, ...] }',
  ],
  [
    'sections that nobody uses',
    ['script: { up: /u, down: /d }', 'command: { up: [/u] }'],
    'error 18:5 groups.web.script: is used by no node; write "adapter: script" beside it, or remove it',
    'error 19:5 groups.web.command: is used by no node; write "adapter: command" beside it, or remove it',
  ],
  [
    'a script without a down, and a misspelt key',
    ['adapter: script', 'script: { up: /u, dwon: /d }'],
    'error 19:5 groups.web.script.down: is missing; it must be the absolute path of a program, or a list of it and what it gets behind interface and address',
    'error 19:23 groups.web.script.dwon: is not a key here; did you mean "down"?',
  ],
  [
    'programs that the shell would find',
    ['adapter: script', 'script: { up: vip-up, down: [bin/vip-down, x] }'],
    `error 19:19 groups.web.script.up: "vip-up" is not an absolute path; ${SHELL}`,
    `error 19:34 groups.web.script.down[0]: "bin/vip-down" is not an absolute path; ${SHELL}`,
  ],
  [
    'a word that no line can carry',
    ['adapter: script', 'script: { up: /u, down: [/d, "a\\nb"] }'],
    'error 19:29 groups.web.script.down: has a line break or another control character in it',
  ],
  [
    'a script that is a number, and one whose word is one',
    ['adapter: script', 'script: { up: 3, down: [/d, 3] }'],
    'error 19:19 groups.web.script.up: must be the absolute path of a program, or a list of it and what it gets behind interface and address, not 3',
    'error 19:33 groups.web.script.down[1]: must be text, not 3; write it in quotes: "3"',
  ],
  [
    'too little time for a script',
    ['adapter: script', 'script: { up: /u, down: /d, timeout: 100ms }'],
    'error 19:42 groups.web.script.timeout: 100ms is out of range: 1s to 5m',
  ],
  [
    'a placeholder without quotes, alone and inside a word',
    ['adapter: command', 'command: { up: [/u, {address}] }'],
    'error 19:25 groups.web.command.up[1]: is a mapping to YAML; a placeholder stands in quotes: "{address}"',
  ],
  [
    'a placeholder without quotes inside a word',
    ['adapter: command', 'command: { up: [/u, --eni={ENI}] }'],
    'error 19:31 between brackets, text with a placeholder stands in quotes: "--option={ENI}"',
  ],
  [
    'placeholders that stand for nothing',
    [
      'adapter: command',
      'command:',
      '  up: [/u, "{adress}", "{ENII}", "{other.ENII}", "{whatever}"]',
      '  values: { lb1: { ENI: a }, lb2: { ENI: b } }',
    ],
    'error 20:16 groups.web.command.up[1]: {adress} stands for nothing; did you mean {address}?',
    'error 20:28 groups.web.command.up[2]: {ENII} stands for nothing; did you mean {ENI}?',
    'error 20:38 groups.web.command.up[3]: {other.ENII} stands for nothing; did you mean {other.ENI}?',
    'error 20:54 groups.web.command.up[4]: {whatever} stands for nothing; there are {ENI}, {address}, {prefix}, {interface}, {group}, {node}, {peer}, {epoch}; others get a value for each node under "values"',
    'warning 21:24 groups.web.command.values.lb1.ENI: stands in no command; write {ENI} there, or remove it',
    'warning 21:41 groups.web.command.values.lb2.ENI: stands in no command; write {ENI} there, or remove it',
  ],
  [
    'braces that are no placeholders',
    ['adapter: command', 'command: { up: [/u, "{\\"a\\": {\\"b\\": 1}}", "{}", "{ x }"] }'],
  ],
  [
    'a value that one node has not',
    ['adapter: command', 'command: { up: [[/u], [/u, "{ENI}"]], values: { lb1: { ENI: a } } }'],
    'error 19:32 groups.web.command.up[1][1]: {ENI} has no value for lb2; add ENI under "values", at lb2',
  ],
  [
    'a value that a node without the adapter has not',
    ['adapter: { lb1: command }', 'command: { up: [/u, "{ENI}"], values: { lb1: { ENI: a } } }'],
  ],
  [
    'a value of the others that one has not',
    ['adapter: command', 'command: { up: [/u, "{other.ENI}"], values: { lb2: { ENI: a } } }'],
    'error 19:25 groups.web.command.up[1]: {other.ENI} has no value for lb1; add ENI under "values", at lb1',
  ],
  [
    'a value of a node that there is not',
    [
      'adapter: command',
      'command: { up: [/u, "{A}"], values: { lb1: { A: a }, lb2: { A: a }, lb3: { A: a } } }',
    ],
    'error 19:73 groups.web.command.values.lb3: is not a node; the nodes are lb1, lb2',
  ],
  [
    'names of values that cannot be',
    ['adapter: command', 'command: { up: [/u], values: { lb1: { 1A: a, node: b, A: 3 } } }'],
    'error 19:43 groups.web.command.values.lb1.1A: "1A" cannot stand in braces; a name consists of letters, digits, "_" and "-", and starts with a letter',
    'error 19:50 groups.web.command.values.lb1.node: {node} has a meaning already; use another name, for instance in capitals',
    'error 19:62 groups.web.command.values.lb1.A: must be text, not 3; write it in quotes: "3"',
  ],
  [
    'a show about another node',
    [
      'adapter: command',
      'command: { up: [/u], show: { command: [/s, "{other.A}"], expect: "{other.A}" }, values: { lb1: { A: a }, lb2: { A: b } } }',
    ],
    'error 19:48 groups.web.command.show.command[1]: {other.A} is about another node, and `show` asks about this one; write {A}',
    'error 19:70 groups.web.command.show.expect: {other.A} is about another node, and `show` asks about this one; write {A}',
  ],
  [
    'a bare show with a word that stands for nothing',
    ['adapter: command', 'command: { up: [/u], show: [/s, "{ndoe}"] }'],
    'error 19:37 groups.web.command.show[1]: {ndoe} stands for nothing; did you mean {node}?',
  ],
  [
    'a show that every output fulfils',
    ['adapter: command', 'command: { up: [/u], show: { command: [/s], expect: "" } }'],
    'error 19:49 groups.web.command.show.expect: is empty; every output has that in it',
  ],
  [
    'a down that would take it from anybody',
    ['adapter: command', 'command: { up: [/u], down: [/d, unassign, "{address}"] }'],
    'warning 19:26 groups.web.command.down: says nothing of this node, so it may take the address from another that has it by now; name this node with {node} or a value, or leave "down" out if "up" takes the address from whoever had it',
  ],
  [
    'a down that names the node, and one that is told in its environment',
    ['adapter: command', 'command: { up: [/u], down: [[/d, "{node}"], [/d]] }'],
  ],
  [
    'one command that the shell would find, of several',
    ['adapter: command', 'command: { up: [[/u], [aws, x]] }'],
    `error 19:28 groups.web.command.up[1][0]: "aws" is not an absolute path; ${SHELL}`,
  ],
  [
    'words and commands mixed',
    ['adapter: command', 'command: { up: [[/u], /x] }'],
    'error 19:27 groups.web.command.up[1]: must be a list of 1 to 64 words: the program and its arguments, not "/x"',
  ],
  [
    'an adapter on the host that cannot be',
    ['adapter: command', 'command: { up: [/u], also: carp }'],
    'error 19:32 groups.web.command.also: must be one of none, auto, linux, illumos, illumos-ifconfig, freebsd, openbsd, netbsd, simulated, not "carp"',
  ],
  [
    'giving up before one command has ended',
    ['adapter: command', 'command: { up: [/u], give_up: 29s }'],
    'error 19:35 groups.web.command.give_up: 29s is less than one command may take; write 30s or more, or a shorter "timeout"',
  ],
];
for (const [name, lines, ...problems] of rows) {
  test(`programs: ${name}`, () => assert.deepEqual(said(withLines(...lines)), problems));
}
