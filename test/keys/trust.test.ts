import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lexer, parse, parseDocument, stringify } from 'yaml';
import { trustKey, type TrustOptions } from '../../src/keys/trust.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import { fingerprintOf } from '../../src/wire/public-line.ts';
import { seededRandom } from '../fakes/seeded-random.ts';

const [lb1, lb2, lb3] = ['lb1', 'lb2', 'lb3'].map((name) => makeIdentity(seededRandom(name)).public);
assert.ok(lb1 && lb2 && lb3);
const paths = ['udp://10.0.0.2:7112', 'udp://[fd00::2]:7112'];

const file = `# our pair, see the wiki
cluster:   mail      # aligned by hand


nodes:
  # in the rack on the left
  lb1: { key: ${lb1.line}, paths: [ 'udp://10.0.0.1:7112' ] }   # the old one

groups:
  web: { interface: eth0, vips: ["10.0.0.42"] }
# the end
`;

/** One row, one edit: what was there, who is trusted, and exactly what is there afterwards. */
const edits: readonly {
  name: string;
  before: string;
  node: string;
  options?: TrustOptions;
  after: string;
  change: 'added' | 'replaced' | 'unchanged';
}[] = [
  {
    name: 'an unknown node goes behind the last one, and the rest keeps every byte',
    before: file,
    node: 'lb2',
    options: { paths },
    after: file.replace(
      '# the old one\n',
      `# the old one\n  lb2:\n    key: ${lb2.line}\n    paths: [ udp://10.0.0.2:7112, "udp://[fd00::2]:7112" ]\n`,
    ),
    change: 'added',
  },
  {
    name: 'without a path, what is missing is said in a comment',
    before: `nodes:\n    lb1:\n        priority: 3\n    # more to come\n`,
    node: 'lb2',
    after: `nodes:\n    lb1:\n        priority: 3\n    lb2:\n      key: ${lb2.line}\n      # paths: [udp://ADDRESS:7112]   still to be written\n    # more to come\n`,
    change: 'added',
  },
  {
    name: 'an empty file becomes one with a node',
    before: '',
    node: 'lb2',
    after: `nodes:\n  lb2:\n    key: ${lb2.line}\n    # paths: [udp://ADDRESS:7112]   still to be written\n`,
    change: 'added',
  },
  {
    name: 'a file of comments keeps them',
    before: '# to be written',
    node: 'lb2',
    options: { paths: ['udp://10.0.0.2'] },
    after: `# to be written\nnodes:\n  lb2:\n    key: ${lb2.line}\n    paths: [ udp://10.0.0.2 ]\n`,
    change: 'added',
  },
  {
    name: 'comments stay with what they speak about: deeper ones above, the others below',
    before:
      'nodes:\n  lb1:\n    paths:\n      - udp://10.0.0.1   # left\n      # right\n\n    # of lb1\n\n  # of nodes\n# of groups\ngroups: {}\n',
    node: 'lb2',
    options: { paths: ['udp://10.0.0.2'] },
    after: `nodes:\n  lb1:\n    paths:\n      - udp://10.0.0.1   # left\n      # right\n\n    # of lb1\n  lb2:\n    key: ${lb2.line}\n    paths: [ udp://10.0.0.2 ]\n\n  # of nodes\n# of groups\ngroups: {}\n`,
    change: 'added',
  },
  {
    name: 'a last line without an end gets one',
    before: 'nodes:\n  lb1: {}   # end',
    node: 'lb2',
    options: { paths: ['udp://10.0.0.2'] },
    after: `nodes:\n  lb1: {}   # end\n  lb2:\n    key: ${lb2.line}\n    paths: [ udp://10.0.0.2 ]\n`,
    change: 'added',
  },
  {
    name: 'nodes without a value get one',
    before: 'cluster: mail\nnodes:   # soon\ngroups: {}\n',
    node: 'lb2',
    after: `cluster: mail\nnodes: { lb2: { key: ${lb2.line} } }   # soon\ngroups: {}\n`,
    change: 'added',
  },
  {
    name: 'nodes in braces stay in braces',
    before: `{ cluster: mail, nodes: { lb1: { priority: 1 }, } }`,
    node: 'lb2',
    after: `{ cluster: mail, nodes: { lb1: { priority: 1 }, lb2: { key: ${lb2.line} }, } }`,
    change: 'added',
  },
  {
    name: 'empty braces are filled',
    before: 'nodes: {}\n',
    node: 'lb2',
    after: `nodes: { lb2: { key: ${lb2.line} } }\n`,
    change: 'added',
  },
  {
    name: 'a file without nodes gets them at its end, with its own line ends',
    before: 'cluster: mail\r\nlease: 1s # fine\r\n',
    node: 'lb2',
    options: { paths: ['udp://10.0.0.2'] },
    after: `cluster: mail\r\nlease: 1s # fine\r\nnodes:\r\n  lb2:\r\n    key: ${lb2.line}\r\n    paths: [ udp://10.0.0.2 ]\r\n`,
    change: 'added',
  },
  {
    name: 'a node without a key gets it first',
    before: 'nodes:\n  lb2:\n    # why 7\n    priority: 7   # because\n',
    node: 'lb2',
    after: `nodes:\n  lb2:\n    # why 7\n    key: ${lb2.line}\n    priority: 7   # because\n`,
    change: 'added',
  },
  {
    name: 'a node with nothing at all',
    before: 'nodes:\n  lb2:   # later\n  lb1: {}\n',
    node: 'lb2',
    after: `nodes:\n  lb2: { key: ${lb2.line} }   # later\n  lb1: {}\n`,
    change: 'added',
  },
  {
    name: 'a placeholder gives way without --replace',
    before: 'nodes: { lb2: { key: "put it here", priority: 7 } }\n',
    node: 'lb2',
    after: `nodes: { lb2: { key: "${lb2.line}", priority: 7 } }\n`,
    change: 'added',
  },
  {
    name: 'a name that YAML would take for a number is quoted',
    before: 'nodes:\n  a: {}\n',
    node: '1e3',
    options: { paths: ['udp://10.0.0.2'] },
    after: `nodes:\n  a: {}\n  "1e3":\n    key: ${lb2.line}\n    paths: [ udp://10.0.0.2 ]\n`,
    change: 'added',
  },
  {
    name: 'a node that has the name of something in every object',
    before: 'nodes:\n  a: {}\n',
    node: 'constructor',
    options: { paths: ['udp://10.0.0.2'] },
    after: `nodes:\n  a: {}\n  constructor:\n    key: ${lb2.line}\n    paths: [ udp://10.0.0.2 ]\n`,
    change: 'added',
  },
  {
    name: 'the same key changes nothing',
    before: `nodes:\n  lb2: { key: '${lb2.line} lb2' }\n`,
    node: 'lb2',
    after: `nodes:\n  lb2: { key: '${lb2.line} lb2' }\n`,
    change: 'unchanged',
  },
  {
    name: 'a key in a rotation changes nothing',
    before: `nodes:\n  lb2: { keys: [${lb3.line}, ${lb2.line}] }\n`,
    node: 'lb2',
    after: `nodes:\n  lb2: { keys: [${lb3.line}, ${lb2.line}] }\n`,
    change: 'unchanged',
  },
  {
    name: 'another key is replaced with --replace, and its comment stays',
    before: `nodes:\n  lb2:\n    key: ${lb3.line}    # from the phone call\n`,
    node: 'lb2',
    options: { replace: true },
    after: `nodes:\n  lb2:\n    key: ${lb2.line}    # from the phone call\n`,
    change: 'replaced',
  },
  {
    name: 'the only entry of keys is replaced with --replace',
    before: `nodes:\n  lb2:\n    keys:\n      - ${lb3.line}\n`,
    node: 'lb2',
    options: { replace: true },
    after: `nodes:\n  lb2:\n    keys:\n      - ${lb2.line}\n`,
    change: 'replaced',
  },
  {
    name: 'paths are added to a node that has none',
    before: `nodes:\n  lb2:\n    key: ${lb2.line}\n`,
    node: 'lb2',
    options: { paths: ['udp://10.0.0.2'] },
    after: `nodes:\n  lb2:\n    key: ${lb2.line}\n    paths: [ udp://10.0.0.2 ]\n`,
    change: 'added',
  },
  {
    name: 'paths that are there already are no reason to complain',
    before: `nodes: { lb2: { key: ${lb2.line}, paths: [udp://10.0.0.2, udp://10.1.0.2] } }`,
    node: 'lb2',
    options: { paths: ['udp://10.0.0.2'] },
    after: `nodes: { lb2: { key: ${lb2.line}, paths: [udp://10.0.0.2, udp://10.1.0.2] } }`,
    change: 'unchanged',
  },
];
for (const { name, before, node, options, after, change } of edits) {
  test(`trust: ${name}`, () => {
    const trusted = trustKey(before, node, lb2.line, options);
    assert.equal(trusted.text, after);
    assert.equal(trusted.change, change);
    assert.equal(trustKey(after, node, lb2.line, options).text, after, 'a second time changes nothing');
  });
}

const refusals: readonly {
  name: string;
  before: string;
  node?: string;
  options?: TrustOptions;
  code: string;
  message: RegExp;
}[] = [
  {
    name: 'another key without --replace',
    before: `nodes: { lb2: { key: ${lb3.line} } }`,
    code: 'REFUSED',
    message: new RegExp(`${fingerprintOf(lb3)} is in the file, ${fingerprintOf(lb2)} was given`),
  },
  {
    name: 'the key of another node',
    before: `nodes: { lb1: { key: ${lb2.line} } }`,
    code: 'REFUSED',
    message: /the key of lb1: two nodes cannot have the same/,
  },
  {
    name: 'the key of another node, in its rotation, even with --replace',
    before: `nodes: { lb1: { keys: [${lb1.line}, ${lb2.line}] }, lb2: { key: ${lb3.line} } }`,
    options: { replace: true },
    code: 'REFUSED',
    message: /the key of lb1/,
  },
  {
    name: 'a third key in a rotation',
    before: `nodes: { lb2: { keys: [${lb1.line}, ${lb3.line}] } }`,
    options: { replace: true },
    code: 'REFUSED',
    message: /two keys: a rotation is under way/,
  },
  {
    name: 'other paths than there are',
    before: `nodes: { lb2: { paths: [udp://10.9.9.9] } }`,
    options: { paths: ['udp://10.0.0.2'] },
    code: 'REFUSED',
    message: /has paths already/,
  },
  {
    name: 'a name that no node can have',
    before: '',
    node: 'Lb_2',
    code: 'USAGE',
    message: /"Lb_2" cannot be the name/,
  },
  {
    name: 'broken YAML',
    before: 'a: 1\nnodes: [',
    code: 'CONFIG_INVALID',
    message: /not valid YAML: line 2, column 9/,
  },
  { name: 'two documents', before: 'a: 1\n---\nb: 1\n', code: 'CONFIG_INVALID', message: /not valid YAML/ },
  { name: 'an alias to nowhere', before: 'nodes: *elsewhere', code: 'CONFIG_INVALID', message: /alias/ },
  { name: 'a list', before: '- a', code: 'CONFIG_INVALID', message: /not a mapping/ },
  {
    name: 'nodes as a list',
    before: 'nodes: [lb2]',
    code: 'CONFIG_INVALID',
    message: /"nodes" holds no mapping/,
  },
  {
    name: 'a node as text',
    before: 'nodes: { lb2: hello }',
    code: 'CONFIG_INVALID',
    message: /"lb2" is not a mapping/,
  },
  {
    name: 'both key and keys',
    before: `nodes: { lb2: { key: x, keys: [y] } }`,
    code: 'CONFIG_INVALID',
    message: /both "key" and "keys"/,
  },
  {
    name: 'YAML that is right and rare',
    before: 'nodes: { lb1: , }',
    code: 'CONFIG_INVALID',
    message: /cannot be edited: its YAML is written in a way/,
  },
  {
    name: 'a node that is a shared mapping',
    before: 'base: &base { priority: 3 }\nnodes: { lb2: *base }',
    code: 'CONFIG_INVALID',
    message: /"lb2" is not a mapping/,
  },
];
for (const { name, before, node = 'lb2', options, code, message } of refusals) {
  test(`trust: refused: ${name}`, () => {
    assert.throws(() => trustKey(before, node, lb2.line, options), { name: 'OperatorError', code, message });
  });
}

test('trust: a line that does not check out never reaches the file', () => {
  assert.throws(() => trustKey(file, 'lb2', lb2.line.slice(1)), { code: 'KEY_INVALID' });
});

// Any config that a person could have written: random values in block and flow style, with comments at random places.
const word = fc.stringMatching(/^[a-z]([a-z0-9-]{0,5}[a-z0-9])?$/);
const scalar = fc.oneof(
  word,
  fc.integer(),
  fc.constant(''),
  fc.string({ maxLength: 12 }),
  fc.constant('two\nlines\n'),
);
const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const config = fc
  .record({
    top: fc.dictionary(word, tree, { maxKeys: 3, noNullPrototype: true }),
    nodes: fc.dictionary(word, fc.dictionary(word, tree, { maxKeys: 3, noNullPrototype: true }), {
      maxKeys: 4,
    }),
    indent: fc.constantFrom(2, 4),
    flow: fc.boolean(),
    comments: fc.infiniteStream(fc.boolean()),
    crlf: fc.boolean(),
  })
  .map(({ top, nodes, indent, flow, comments, crlf }) => {
    const value = { ...top, nodes, last: 1 };
    const lines = stringify(value, { indent, ...(flow ? { collectionStyle: 'flow' as const } : {}) }).split(
      '\n',
    );
    const commented = flow
      ? lines
      : lines.flatMap((line) =>
          /^ *[a-z][a-z0-9-]*: ?[a-z0-9-]*$/.test(line) && comments.next().value
            ? [`${line}   # why ${line.length}`, '']
            : [line],
        );
    return { value, text: commented.join(crlf ? '\r\n' : '\n') };
  })
  .filter(({ value, text }) => {
    const document = parseDocument(text); // comments may have fallen into a block scalar, which is another file then
    return document.errors.length === 0 && JSON.stringify(document.toJS()) === JSON.stringify(value);
  });

const commentsIn = (text: string): readonly string[] =>
  [...new Lexer().lex(text)].filter((token) => token.startsWith('#'));

test('trust: whatever the file, every comment and every other value survives the edit', () => {
  fc.assert(
    fc.property(config, word, fc.boolean(), ({ value, text }, node, withPaths) => {
      fc.pre(!Object.hasOwn(value.nodes, node));
      const { text: edited } = trustKey(text, node, lb2.line, withPaths ? { paths } : {});
      const added = { key: lb2.line, ...(withPaths ? { paths } : {}) };
      assert.deepEqual(parse(edited), { ...value, nodes: { ...value.nodes, [node]: added } });
      const left = commentsIn(edited).filter((comment) => !comment.includes('still to be written'));
      assert.deepEqual(left, commentsIn(text));
    }),
    { numRuns: 300 },
  );
});

test('trust: any text at all is edited rightly or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'nodes: {}[]&*-#\n\t\'"lb2|>?') })),
      (text) => {
        try {
          const edited = parse(trustKey(text, 'lb2', lb2.line).text, { logLevel: 'error' }) as {
            nodes: { lb2: { key: string } };
          };
          assert.equal(edited.nodes.lb2.key, lb2.line);
        } catch (error) {
          assert.ok(error instanceof Error && error.name === 'OperatorError', String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
