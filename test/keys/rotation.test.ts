import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginning, ending } from '../../src/keys/rotation.ts';
import { identities } from '../config/example-file.ts';

const keys = { O: identities.lb1.public, N: identities.lb3.public };
type Keys = readonly ('O' | 'N')[];
const known = (own: Keys, listed: Keys) => ({
  node: 'lb1',
  own: own.map((name) => keys[name]),
  listed: listed.map((name) => keys[name]),
});

/** The identity file and the config, newest first, with what `rotate` and `retire` are to do, or their hint. */
const states: readonly [own: Keys, listed: Keys, begin: string | RegExp, end: string | RegExp][] = [
  [['O'], ['O'], 'all', /`sealbeat key rotate` begins one/],
  [['N', 'O'], ['O'], 'config', /`sealbeat key rotate` finishes/],
  [['N', 'O'], ['N', 'O'], /`sealbeat key retire` ends/, 'config and file'],
  [['N', 'O'], ['N'], /`sealbeat key retire` ends/, 'file'],
  [['N'], ['N', 'O'], /`sealbeat key retire` ends/, 'config'],
  [['O'], ['N', 'O'], /take what is too much out/, /the newest stands first in both/],
  [['N', 'O'], ['O', 'N'], /take what is too much out/, /the newest stands first in both/],
];
for (const [own, listed, begin, end] of states) {
  const state = `${own.join(' ')} in the identity file, ${listed.join(' ')} in the config`;

  test(`rotation: ${state}: rotate`, () => {
    const begun = () => beginning(known(own, listed));
    if (typeof begin === 'string') assert.equal(begun(), begin);
    else assert.throws(begun, { code: 'REFUSED', message: /of lb1 is under way/, hint: begin });
  });

  test(`rotation: ${state}: retire`, () => {
    const ended = () => ending(known(own, listed));
    if (typeof end !== 'string') return assert.throws(ended, { code: 'REFUSED', hint: end });
    const { newest, older, inConfig, inFile } = ended();
    assert.deepEqual([newest, older], [keys.N, keys.O]);
    assert.equal([...(inConfig ? ['config'] : []), ...(inFile ? ['file'] : [])].join(' and '), end);
  });
}
