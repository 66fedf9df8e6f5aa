import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { withNewerKey, withoutOlderKey } from '../../src/keys/key-list-edit.ts';
import { identities, lines, pair } from '../config/example-file.ts';

const OLD = lines.lb1;
const NEW = lines.lb3;
const newest = identities.lb3.public;

/** One row, one form in which a file says it: before a rotation, during it, and after it. */
const forms: readonly { name: string; before: string; during: string; after: string }[] = [
  {
    name: 'in lines of their own, as `key trust` writes them',
    before: pair,
    during: pair.replace(`key: ${OLD}`, `keys: [${NEW}, ${OLD}]`),
    after: pair.replace(OLD, NEW),
  },
  {
    name: 'in braces',
    before: `nodes: { lb1: { key: ${OLD}, priority: 7 } } # the left one\n`,
    during: `nodes: { lb1: { keys: [${NEW}, ${OLD}], priority: 7 } } # the left one\n`,
    after: `nodes: { lb1: { key: ${NEW}, priority: 7 } } # the left one\n`,
  },
  {
    name: 'in quotes, with comments and the line ends of another system',
    before: `nodes:\r\n  lb1:\r\n    # ours\r\n    key:   "${OLD}"   # since May\r\n    priority: 7\r\n`,
    during: `nodes:\r\n  lb1:\r\n    # ours\r\n    keys:   [${NEW}, "${OLD}"]   # since May\r\n    priority: 7\r\n`,
    after: `nodes:\r\n  lb1:\r\n    # ours\r\n    key:   ${NEW}   # since May\r\n    priority: 7\r\n`,
  },
  {
    name: 'on the next line, with a word of comment in it',
    before: `nodes:\n  lb1:\n    key:\n      ${OLD} lb1\n`,
    during: `nodes:\n  lb1:\n    keys:\n      [${NEW}, ${OLD} lb1]\n`,
    after: `nodes:\n  lb1:\n    key:\n      ${NEW}\n`,
  },
  {
    name: 'a list of one in brackets',
    before: `nodes: { lb1: { keys: [${OLD}] } }\n`,
    during: `nodes: { lb1: { keys: [${NEW}, ${OLD}] } }\n`,
    after: `nodes: { lb1: { key: ${NEW} } }\n`,
  },
  {
    name: 'a list of one in lines',
    before: `nodes:\n  lb1:\n    keys:\n    - ${OLD} # since May\n    priority: 7\n`,
    during: `nodes:\n  lb1:\n    keys:\n    - ${NEW}\n    - ${OLD} # since May\n    priority: 7\n`,
    after: `nodes:\n  lb1:\n    key: ${NEW}\n    priority: 7\n`,
  },
  {
    name: 'a list with comments',
    before: `nodes:\n  lb1:\n    keys: # of the left one\n      - "${OLD}" # since May\n`,
    during: `nodes:\n  lb1:\n    keys: # of the left one\n      - ${NEW}\n      - "${OLD}" # since May\n`,
    after: `nodes:\n  lb1:\n    key: # of the left one\n        ${NEW}\n`,
  },
  {
    name: 'a node that has the name of something in every object, in a file without a last line end',
    before: `nodes:\n  a: {}\n  constructor:\n    key: ${OLD}`,
    during: `nodes:\n  a: {}\n  constructor:\n    keys: [${NEW}, ${OLD}]`,
    after: `nodes:\n  a: {}\n  constructor:\n    key: ${NEW}`,
  },
];
for (const { name, before, during, after } of forms) {
  const node = before.includes('constructor') ? 'constructor' : 'lb1';

  test(`keys of a node: ${name}: the new one comes in front, and nothing else moves`, () => {
    assert.equal(withNewerKey(before, node, newest), during);
  });

  test(`keys of a node: ${name}: the older one goes, and nothing else moves`, () => {
    assert.equal(withoutOlderKey(during, node), after);
    parse(after);
  });
}

for (const [name, text] of [
  ['a key that another place shares', `k: &k ${OLD}\nnodes: { lb1: { key: *k } }`],
  ['a key that another place repeats', `nodes: { lb1: { key: &k ${OLD} }, lb2: { key: *k } }`],
  ['a node that is a shared mapping', `base: &base { key: ${OLD} }\nnodes: { lb1: *base }`],
  ['a key in a merged mapping', `base: &base { key: ${OLD} }\nnodes: { lb1: { <<: *base } }`],
  ['a key over several lines', `nodes:\n  lb1:\n    key: >-\n      ${OLD}\n`],
  ['a node that is not there', `nodes: { lb2: { key: ${OLD} } }`],
  ['no nodes', 'cluster: mail\n'],
] as const) {
  test(`keys of a node: refused, with what to write by hand: ${name}`, () => {
    assert.throws(() => withNewerKey(text, 'lb1', newest), {
      code: 'CONFIG_INVALID',
      message: /the keys of lb1 are written in a way that cannot be edited safely/,
      hint: /by hand, under nodes: lb1: keys?: /,
    });
  });
}

for (const [name, text] of [
  ['a comment between the brackets', `nodes:\n  lb1:\n    keys: [ # two\n      ${NEW}, ${OLD} ]\n`],
  ['one key', `nodes: { lb1: { keys: [${NEW}] } }`],
  ['a single key', `nodes: { lb1: { key: ${NEW} } }`],
] as const) {
  test(`keys of a node: the older one is not taken out: ${name}`, () => {
    assert.throws(() => withoutOlderKey(text, 'lb1'), { code: 'CONFIG_INVALID', hint: /by hand, .*key: / });
  });
}
