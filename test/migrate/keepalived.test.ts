// What keepalived's grammar means: words, blocks, variables, conditions and includes, and what is no config.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportOptions } from '../../src/migrate/imported.ts';
import { expand, type Reader } from '../../src/migrate/keepalived/expand.ts';
import { importKeepalived } from '../../src/migrate/keepalived/import.ts';
import { tokensOf } from '../../src/migrate/keepalived/lexer.ts';
import { treeOf, type Statement } from '../../src/migrate/keepalived/parser.ts';
import { yamlOf } from '../../src/migrate/yaml-text.ts';

const files: Readonly<Record<string, string>> = {
  'sub/a': 'one\n',
  'sub/b': 'two\ninclude sub/b\n',
  loop: 'include main\n',
};
const reader: Reader = {
  matching: (pattern) =>
    pattern === 'sub/*' ? ['sub/a', 'sub/b'] : pattern in files || pattern === 'main' ? [pattern] : [],
  read: (file) => files[file],
};
const shape = (statements: readonly Statement[]): unknown =>
  statements.map(({ words, children }) => (children ? [words.join('|'), shape(children)] : words.join('|')));
const read = (text: string): unknown => shape(treeOf(expand('main', text, reader).lines.map(tokensOf)));

const rows: readonly (readonly [string, string, unknown])[] = [
  ['comments', 'a b # c\n! d\ne!f', ['a|b', 'e']],
  ['quotes', 'script "a # { b" \'c d\' x"y"z', ['script|a # { b|c d|xyz']],
  ['a quote in quotes', 's "a \\"b\\""', ['s|a "b"']],
  [
    'braces anywhere',
    'a {\nb\n}\nc\n{ d { e } f }\ng{h}',
    [
      ['a', ['b']],
      ['c', [['d', ['e']], 'f']],
      ['g', ['h']],
    ],
  ],
  ['a block without a name', '{ a }', [['', ['a']]]],
  ['variables', '$A=1\n$B="x y"\nq $A ${A}2 $B $C', ['q|1|12|x y|$C']],
  ['a definition of several lines', '$I= \\\na { \\\n b $N \\\n}\n$N=5\n$I', [['a', ['b|5']]]],
  ['~SEQ', '~SEQ(N, 1, 3) a $N\n~SEQ(N, 2) b$N', ['a|1', 'a|2', 'a|3', 'b1', 'b2']],
  ['~SEQ with a step, down', '~SEQ(N, 9, -4, 0) a $N', ['a|9', 'a|5', 'a|1']],
  ['~LST in ~SEQ', '~SEQ(N, 1, 2) ~LST(M, x, y) $N$M', ['1x', '1y', '2x', '2y']],
  ['include with a pattern', 'include sub/*\nend', ['one', 'two', 'end']],
  ['an include of itself', 'include loop\nend', ['end']],
  ['continued lines', 'a b \\\n  c\nd', ['a|b|c', 'd']],
];
for (const [name, text, expected] of rows)
  test(`keepalived: ${name}`, () => assert.deepEqual(read(text), expected));

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['a { too many', 'a {\n  b {\n}\n', /^main:1:3: this \{ is never closed/],
  ['a } too many', 'a\n  }\n', /^main:2:3: this \} closes nothing/],
  ['a quote too few', 'a\n  b "c\n', /^main:2:5: this text in quotes does not end on its line/],
  ['a variable in itself', '$A=$A x\nb $A\n', /^main:2:1: variables lead to one another/],
  ['a sequence that does not count', '~SEQ(A, x, y) b\n', /^main:1:1: this ~SEQ does not count/],
];
for (const [name, text, message] of refused)
  test(`keepalived: ${name} is an error with its place`, () =>
    assert.throws(() => read(text), { name: 'OperatorError', code: 'CONFIG_INVALID', message }));

const run = (text: string, options: Partial<ImportOptions> = {}) =>
  importKeepalived([{ file: 'main', text }], { names: [], peers: [], cluster: 'main', ...options }, reader);
const instance = (more: string): string =>
  `vrrp_instance V {\ninterface eth0\n${more}\nvirtual_ipaddress {\n10.0.0.9\n}\n}\n`;

test('keepalived: a line with @host counts on that host alone, and for nobody it is named', () => {
  const text = instance('@a priority 1\n@^a priority 2\n@b unicast_src_ip 10.0.0.2');
  const { draft, entries } = run(text);
  assert.deepEqual(
    draft?.nodes.map(({ name, priority }) => [name, priority]),
    [
      ['a', 1],
      ['b', 2],
    ],
  );
  assert.deepEqual(draft?.nodes[1]?.addresses, ['10.0.0.2']);
  const twoFiles = [
    { file: 'x', text: instance('@a priority 7\n@c priority 8') },
    { file: 'y', text: instance('@b priority 9') },
  ];
  const both = importKeepalived(twoFiles, { names: ['a', 'b'], peers: [], cluster: 'main' }, reader);
  assert.deepEqual(
    both.draft?.nodes.map(({ priority }) => priority),
    [7, 9],
  );
  assert.match(
    both.entries.find(({ text: one }) => one.includes('@c') || one === 'priority 8')?.says ?? '',
    /none of the nodes/,
  );
  assert.equal(entries.filter(({ line }) => line === 3).length, 1);
});

test('keepalived: a time to notice a death stays, and never becomes shorter than the lease allows', () => {
  const times = (more: string) => {
    const { draft } = run(instance(more));
    return [draft?.intervalMs, draft?.timeoutMs];
  };
  assert.deepEqual(times('advert_int 1'), [250, 3_700]);
  assert.deepEqual(times('advert_int 0.1'), [100, 2_500]);
  assert.deepEqual(times('advert_int 5\npriority 255'), [1_250, 15_100]);
  assert.deepEqual(times('advert_int 1\ndown_timer_adverts 10'), [250, 10_700]);
  assert.deepEqual(times('advert_int 200'), [15_000, 60_000]);
});

test('keepalived: nothing of a password is in YAML or report', () => {
  const { draft, entries } = run(
    `$MY_PASS=hidden\n${instance('authentication {\nauth_type PASS\nauth_pass hidden\n}')}auth_pass hidden\n`,
  );
  assert.ok(draft);
  assert.doesNotMatch(yamlOf(draft, 'x') + JSON.stringify(entries), /hidden/);
});

test('keepalived: without an address there is nothing to make a config of, and all is said', () => {
  const { draft, entries } = run(
    'vrrp_instance V {\ninterface eth0\n}\nvirtual_server 10.0.0.1 80 {\nlb_algo rr\n}\n',
  );
  assert.equal(draft, undefined);
  assert.deepEqual(
    entries.map(({ line, endLine, verdict }) => [line, endLine, verdict]),
    [
      [1, 1, 'missing'],
      [2, 2, 'taken'],
      [4, 6, 'missing'],
    ],
  );
});
