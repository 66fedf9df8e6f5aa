import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failoverBound, returnBound, type Promised } from '../../src/core/drill-promise.ts';
import { ASKS_NOBODY, type AskPolicy } from '../../src/core/group/state.ts';

// What a config promises, term by term: timeout 3 s, interval 250 ms, lease 1 s, an adapter that takes 500 ms.

const asks = (more: Partial<AskPolicy>): AskPolicy => ({ ...ASKS_NOBODY, ...more });
const promised = (more: Partial<Promised> = {}): Promised => ({
  ...{ intervalMs: 250, timeoutMs: 3_000, leaseMs: 1_000, upMs: 500, overlap: true, asks: ASKS_NOBODY },
  ...more,
});
const confirm = { ifAlive: 'take', timeoutMs: 500 } as const;
const lock = { ttlMs: 10_000, timeoutMs: 1_000 };

const failovers: readonly { name: string; of: Partial<Promised>; terms: readonly number[] }[] = [
  { name: 'nobody is asked', of: {}, terms: [3_000, 250, 500] },
  { name: 'confirm that takes', of: { asks: asks({ confirm }) }, terms: [3_000, 250, 500, 500] },
  {
    name: 'confirm that waits: for a lease and its rounding',
    of: { asks: asks({ confirm: { ...confirm, ifAlive: 'wait' } }) },
    terms: [3_000, 250, 500, 2_200, 500],
  },
  {
    name: 'confirm that waits, without leases',
    of: { leaseMs: 0, asks: asks({ confirm: { ...confirm, ifAlive: 'wait' } }) },
    terms: [3_000, 250, 500, 2_200, 500],
  },
  {
    name: 'witness and confirm are asked at once',
    of: { asks: asks({ confirm, witness: { timeoutMs: 800 } }) },
    terms: [3_000, 250, 800, 500],
  },
  {
    name: 'a lock runs out beside the timeout',
    of: { asks: asks({ lock }) },
    terms: [3_000, 250, 1_000, 8_000, 500],
  },
  {
    name: 'a lock shorter than the timeout',
    of: { timeoutMs: 20_000, asks: asks({ lock }) },
    terms: [20_000, 250, 1_000, 1_000, 500],
  },
];
for (const { name, of, terms } of failovers) {
  test(`promise of a failover: ${name}`, () => {
    const bound = failoverBound(promised(of));
    assert.deepEqual(
      bound.terms.map(({ ms }) => ms),
      terms,
    );
    assert.equal(
      bound.ms,
      terms.reduce((sum, ms) => sum + ms, 0),
    );
  });
}

test('promise of a return: nothing where both may have it, else what the adapter takes', () => {
  assert.deepEqual(returnBound(promised()), { ms: 0, terms: [] });
  assert.equal(returnBound(promised({ overlap: false, upMs: 7_500 })).ms, 7_750);
});
