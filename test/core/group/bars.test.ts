import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNoHeir } from '../../../src/core/group/bars.ts';
import { peer, view, word } from './around.ts';

// What the operator is told of a node that cannot be handed the group.

for (const [name, record, bar] of [
  ['a node that starts', word({ role: 'init' }), 'starting'],
  [
    'a node that is stopped in the middle of its start, or of a drill',
    word({ role: 'init', priority: 0 }),
    'unable',
  ],
  ['a standby that is drained', word({ priority: 0 }), 'unable'],
  ['a holder', word({ role: 'active' }), 'not standby'],
  ['a standby', word(), undefined],
] as const) {
  test(`bars: ${name}: ${bar ?? 'none'}`, () => {
    assert.equal(whyNoHeir(peer(1, record), view([])), bar);
  });
}
