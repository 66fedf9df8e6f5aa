import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Errand } from '../../../src/core/ports.ts';
import type { GroupName, NodeName } from '../../../src/core/units.ts';
import { afterAttemptMs, downAgainMs, showAgainMs } from '../../../src/vip/command/back-off.ts';
import { filledCommands, filledText, type Move } from '../../../src/vip/command/commands.ts';
import { contains } from '../../../src/vip/command/expected.ts';
import { vipOf } from '../vip-of.ts';

const four = vipOf('10.0.0.42/32', 'eth0');
const six = vipOf('fd00::42/64', 'eth1');
const named = (name: string): NodeName => name as NodeName;
const errand: Errand = {
  ...{ group: 'web' as GroupName, node: named('lb1'), peer: named('lb2') },
  ...{ epoch: 8, role: 'claiming', cause: '' },
};
const move: Move = {
  vips: [four, six],
  errand,
  values: new Map([
    [named('lb1'), new Map([['ID', '1']])],
    [named('lb2'), new Map([['ID', '2']])],
    [named('lb3'), new Map([['ID', '3'], ['ZONE', 'c']])], // prettier-ignore
    [named('lb4'), new Map()],
  ]),
};
const lines = (...templates: readonly (readonly string[])[]): readonly string[] =>
  filledCommands(templates, move).map(({ words }) => words.join(' '));

// A command, and what is run for two addresses on lb1.
const rows: readonly (readonly [name: string, template: string, expected: readonly string[]])[] = [
  [
    'every word',
    'x {address}/{prefix} {interface} {group} {node} {peer} {epoch} {ID}',
    ['x 10.0.0.42/32 eth0 web lb1 lb2 8 1', 'x fd00::42/64 eth1 web lb1 lb2 8 1'],
  ],
  ['nothing that differs: once', 'x {ID} {group}', ['x 1 web']],
  ['each other node that has a value', 'x --clear={other.ID}', ['x --clear=2', 'x --clear=3']],
  ['each other node that has all of the values', 'x {other.ID} {other.ZONE}', ['x 3 c']],
  ['each other node, for each address', 'x {other.ZONE} {prefix}', ['x c 32', 'x c 64']],
  ['braces that are text', 'x {"a":{"S":"{group}"}} {} {a:b}', ['x {"a":{"S":"web"}} {} {a:b}']],
  ['a word without a meaning', 'x {NOTHING}', ['x {NOTHING}']],
];
for (const [name, template, expected] of rows) {
  test(`commands: ${name}`, () => assert.deepEqual(lines(template.split(' ')), expected));
}

test('commands: one after the other, each for all addresses, and the same only once', () => {
  assert.deepEqual(lines(['a', '{address}'], ['b'], ['a', '10.0.0.42'], ['b']), [
    'a 10.0.0.42',
    'a fd00::42',
    'b',
  ]);
});

test('commands: what is asked about another node is marked, and each knows whom it is about', () => {
  const [about, own] = filledCommands([['a', '{other.ZONE}'], ['b', '{address}']], move); // prettier-ignore
  assert.deepEqual([about?.aboutAnother, own?.aboutAnother], [true, false]);
  assert.equal(own?.env['SEALBEAT_ADDRESS'], '10.0.0.42');
  assert.equal(own.env['SEALBEAT_VIPS'], '10.0.0.42/32@eth0 fd00::42/64@eth1');
});

test('commands: a value is not filled in again', () => {
  const values = new Map([[named('lb1'), new Map([['A', '{address}'], ['B', '$&']])]]); // prettier-ignore
  assert.equal(filledText('{A} {B}', four, { ...move, values }), '{address} $&');
});

const outputs: readonly (readonly [output: string, text: string, found: boolean])[] = [
  ['10.0.0.42', '10.0.0.42', true],
  ['10.0.0.421', '10.0.0.42', false],
  ['110.0.0.42', '10.0.0.42', false],
  ['10.0.0.4\t10.0.0.42\n', '10.0.0.4', true],
  ['10.0.0.42/32;10.0.0.43/32', '10.0.0.43', true],
  ['"privateIPAddress": "10.0.0.42",', '10.0.0.42', true],
  ['eni-0a1', 'eni-0a', false],
  ['eni-0a1\n', 'eni-0a1', true],
  ['x-eni-0a1', 'eni-0a1', false],
  ['"server": 70001,', '"server": 70001', true],
  ['"server": 700011,', '"server": 70001', false],
  ['fd00::421 fd00::42', 'fd00::42', true],
  ['fd00::42:1', 'fd00::42', false],
  ['a10.0.0.4 10.0.0.4', '10.0.0.4', true],
  ['', 'x', false],
  ['None', 'eni-0a1', false],
  ['(yes)', '(yes)', true],
  ['((yes))', '(yes)', true],
];
for (const [output, text, found] of outputs) {
  test(`expected: ${JSON.stringify(text)} is ${found ? '' : 'not '}in ${JSON.stringify(output)}`, () =>
    assert.equal(contains(output, text), found));
}

test('back-off: doubles to ten seconds', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map(afterAttemptMs), [1e3, 2e3, 4e3, 8e3, 1e4, 1e4, 1e4]);
});
test('back-off: a release is tried three times more, more and more rarely', () => {
  assert.deepEqual([1, 2, 3, 4].map(downAgainMs), [5e3, 15e3, 45e3, undefined]);
});
test('back-off: after a claim the cloud is asked soon, and then as often as the config says', () => {
  const every = [0, 5_000, 10_000, 20_000, 100_000].map((ms) => showAgainMs(ms, 30_000));
  assert.deepEqual(every, [5_000, 5_000, 10_000, 20_000, 30_000]);
  assert.equal(showAgainMs(0, 1_000), 1_000);
});
