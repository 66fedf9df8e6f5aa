import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckStanding } from '../../../src/core/checks/settings.ts';
import {
  firstStanding,
  standingAfter,
  type CheckAnswer,
  type Patience,
} from '../../../src/core/checks/standing.ts';
import type { MonoMs } from '../../../src/core/units.ts';

const SAID = {
  g: 'good',
  b: 'bad',
  l: 'late',
  u: 'unclear',
  n: 'unknown',
} as const satisfies Record<string, CheckAnswer['said']>;
const LETTERS: Readonly<Record<CheckStanding, string>> = { up: 'U', down: 'D', unknown: '-' };
const at = (ms: number): MonoMs => ms as MonoMs;
const answer = (said: CheckAnswer['said']): CheckAnswer => ({ said, text: '' });

function walk(initial: CheckStanding, answers: string, patience: Patience): string {
  let standing = firstStanding(initial, at(0));
  let seen = '';
  for (const [index, letter] of [...answers].entries()) {
    standing = standingAfter(standing, answer(SAID[letter as keyof typeof SAID]), patience, at(index + 1));
    seen += LETTERS[standing.is];
  }
  return seen;
}

const TWO = { rise: 2, fall: 2, slow: 'unknown' } as const;
const rows: readonly [what: string, initial: CheckStanding, patience: Patience, said: string, is: string][] =
  [
    ['the first result decides at once, good', 'unknown', TWO, 'g', 'U'],
    ['the first result decides at once, bad', 'unknown', TWO, 'b', 'D'],
    ['and the first after nothing', 'unknown', TWO, 'lub', '--D'],
    ['one bad result is forgiven', 'up', TWO, 'bgbg', 'UUUU'],
    ['two are not', 'up', TWO, 'gbbb', 'UUDD'],
    ['one good result is not enough', 'down', TWO, 'gbgg', 'DDDU'],
    ['an initial state asks for as much', 'down', { ...TWO, rise: 3 }, 'ggg', 'DDU'],
    ['fall 1', 'up', { ...TWO, fall: 1 }, 'b', 'D'],
    ['too slow is no result', 'up', TWO, 'blb', 'UUD'],
    ['for ever', 'up', TWO, 'lllllllll', 'UUUUUUUUU'],
    ['nor for one that is down', 'down', TWO, 'lllg', 'DDDD'],
    ['too slow is bad where the config says so', 'up', { ...TWO, slow: 'failed' }, 'lgll', 'UUUD'],
    ['the first as well', 'unknown', { ...TWO, slow: 'failed' }, 'l', 'D'],
    ['what could not be asked is never bad', 'up', { ...TWO, slow: 'failed' }, 'uuuu', 'UUUU'],
    ['no value is known at once', 'up', TWO, 'gng', 'U-U'],
  ];
for (const [what, initial, patience, said, is] of rows) {
  test(`check standing: ${what}`, () => assert.equal(walk(initial, said, patience), is));
}

test('check standing: counts runs without a result, and from when on it stands so', () => {
  let standing = firstStanding('up', at(5));
  for (const said of ['late', 'unclear', 'late'] as const)
    standing = standingAfter(standing, answer(said), TWO, at(10));
  assert.deepEqual([standing.without, standing.since], [3, 5]);
  standing = standingAfter(standing, answer('bad'), TWO, at(20));
  assert.deepEqual([standing.without, standing.is, standing.since], [0, 'up', 5]);
  standing = standingAfter(standing, answer('bad'), TWO, at(30));
  assert.deepEqual([standing.is, standing.since, standing.against], ['down', 30, 0]);
});

test('check standing: it turns exactly when so many results in a row speak against it, whatever is late between them', () => {
  const letters = fc.array(fc.constantFrom(...'ggbblu'), { maxLength: 60 });
  fc.assert(
    fc.property(
      letters,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      (said, rise, fall) => {
        // What it should be, from the results alone.
        let [is, run, last] = ['U', 0, ''];
        const expected = said.map((letter) => {
          if (letter === 'l' || letter === 'u') return is;
          run = letter === last ? run + 1 : 1;
          last = letter;
          if (letter === 'g' && run >= rise) is = 'U';
          if (letter === 'b' && run >= fall) is = 'D';
          return is;
        });
        assert.equal(walk('up', said.join(''), { rise, fall, slow: 'unknown' }), expected.join(''));
      },
    ),
  );
});
