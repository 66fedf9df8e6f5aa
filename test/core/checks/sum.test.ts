import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckQuestion, CheckStanding } from '../../../src/core/checks/settings.ts';
import { arithmeticOf, arithmeticText, healthOf, type Judged } from '../../../src/core/checks/sum.ts';

const running: CheckQuestion = { kind: 'process', process: 'haproxy' };
const number: CheckQuestion = { kind: 'file', file: '/run/score', is: undefined };

const one = (
  name: string,
  is: CheckStanding,
  weight: number,
  more: Partial<Judged['standing']> = {},
): Judged => ({
  check: { name, question: more.number === undefined ? running : number, vital: weight === 0, weight },
  standing: { is, number: 0, ...more },
});
const vital = (name: string, is: CheckStanding): Judged => one(name, is, 0);

const rows: readonly [what: string, base: number, checks: readonly Judged[], text: string][] = [
  ['none', 100, [], '100 = 100 base'],
  ['a bonus while up', 101, [one('haproxy', 'up', 2)], '103 = 101 base + 2 haproxy'],
  ['no bonus while down', 101, [one('haproxy', 'down', 2)], '101 = 101 base'],
  ['a malus while down', 101, [one('haproxy', 'down', -2)], '99 = 101 base - 2 haproxy'],
  ['no malus while up', 101, [one('haproxy', 'up', -2)], '101 = 101 base'],
  [
    'unknown is neutral',
    101,
    [one('a', 'unknown', 2), one('b', 'unknown', -2), vital('c', 'unknown')],
    '101 = 101 base',
  ],
  [
    'several',
    100,
    [one('a', 'up', 5), one('b', 'down', -7), one('c', 'down', 9)],
    '98 = 100 base + 5 a - 7 b',
  ],
  ['a vital one adds nothing', 100, [vital('disk', 'up')], '100 = 100 base'],
  ['and fails all', 100, [vital('disk', 'down'), one('a', 'up', 5)], '0, because disk fails'],
  ['two that fail', 100, [vital('a', 'down'), vital('b', 'down')], '0, because a and b fail'],
  ['kept at 254', 250, [one('a', 'up', 20)], '250 base + 20 a = 270, kept at 254'],
  ['kept at 1', 10, [one('a', 'down', -20)], '10 base - 20 a = -10, kept at 1'],
  ['a number', 100, [one('score', 'up', 1, { number: -30 })], '70 = 100 base - 30 score'],
  ['a number with a weight', 100, [one('score', 'up', -2, { number: -30 })], '160 = 100 base + 60 score'],
  ['a number that is not known', 100, [one('score', 'unknown', 1, { number: -30 })], '100 = 100 base'],
  ['a number that fails', 100, [one('score', 'up', 1, { number: -254 })], '0, because score fails'],
  [
    'a number that nearly fails',
    100,
    [one('score', 'up', 1, { number: -253 })],
    '100 base - 253 score = -153, kept at 1',
  ],
];
for (const [what, base, checks, text] of rows) {
  test(`check sum: ${what}`, () => assert.equal(arithmeticText(arithmeticOf(base, checks)), text));
}

test('check sum: health tells the sum apart from what fails', () => {
  const checks = [vital('disk', 'down'), one('a', 'up', 5), one('score', 'up', 2, { number: -127 })];
  assert.deepEqual(healthOf(checks), { sum: 5, failed: ['disk', 'score'] });
});

test('check sum: the terms that are shown add up to what is told', () => {
  const anyCheck = fc
    .tuple(
      fc.constantFrom('up', 'down', 'unknown'),
      fc.integer({ min: -253, max: 253 }),
      fc.option(fc.integer({ min: -254, max: 254 }), { nil: undefined }),
    )
    .map(([is, weight, file]): Judged =>
      one('x', is as CheckStanding, weight, file === undefined ? {} : { number: file }),
    );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 254 }), fc.array(anyCheck, { maxLength: 20 }), (base, some) => {
      const checks = some.map((judged, at) => ({ ...judged, check: { ...judged.check, name: `c${at}` } }));
      const { terms, sum, priority, failed } = arithmeticOf(base, checks);
      assert.equal(
        sum,
        terms.reduce((total, { adds }) => total + adds, base),
      );
      assert.equal(sum - base, healthOf(checks).sum);
      assert.equal(priority, failed.length > 0 ? 0 : Math.min(254, Math.max(1, sum)));
    }),
  );
});
