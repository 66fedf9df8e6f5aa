import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  consentOf,
  holdOf,
  type ClaimEvidence,
  type Consent,
  type Hold,
  type HoldEvidence,
} from '../../../src/core/group/consent.ts';

/*
 * Both truth tables, whole. A row names what it depends on; what it leaves out may be anything. The first row that fits
 * decides, every case fits one, and every row is needed.
 */

interface Row<Evidence, Outcome> {
  readonly when: { readonly [key in keyof Evidence]?: Evidence[key] };
  readonly then: Outcome;
}

const CLAIM_VALUES: { readonly [key in keyof ClaimEvidence]: readonly ClaimEvidence[key][] } = {
  confirm: ['alive', 'dead', 'none'],
  ifAlive: ['wait', 'take'],
  waited: [true, false],
  witness: ['yes', 'no', 'none'],
  lock: ['mine', 'others', 'unreachable', 'none'],
  fence: ['to do', 'done', 'failed', 'none'],
};

const CLAIM_ROWS: readonly Row<ClaimEvidence, Consent>[] = [
  { when: { witness: 'no' }, then: 'no witness' },
  { when: { lock: 'others' }, then: 'no lock' },
  { when: { lock: 'unreachable' }, then: 'no lock' },
  { when: { confirm: 'alive', ifAlive: 'wait', waited: false }, then: 'wait' },
  { when: { fence: 'to do' }, then: 'fence' },
  { when: { fence: 'failed' }, then: 'not fenced' },
  { when: {}, then: 'claim' },
];

const HOLD_VALUES: { readonly [key in keyof HoldEvidence]: readonly HoldEvidence[key][] } = {
  everyoneAgrees: [true, false],
  isAlone: [true, false],
  witness: ['yes', 'no', 'none'],
  lock: ['mine', 'lost', 'none'],
};

const HOLD_ROWS: readonly Row<HoldEvidence, Hold>[] = [
  { when: { isAlone: true, witness: 'no' }, then: 'alone without witness' },
  { when: { lock: 'lost', everyoneAgrees: false }, then: 'without lock' },
  { when: {}, then: 'keep' },
];

function combinationsOf<Evidence>(values: {
  readonly [key in keyof Evidence]: readonly Evidence[key][];
}): readonly Evidence[] {
  let made: readonly object[] = [{}];
  for (const key in values) {
    made = made.flatMap((some) => values[key].map((value) => ({ ...some, [key]: value })));
  }
  return made as readonly Evidence[];
}

function holds<Evidence, Outcome>(
  decide: (evidence: Evidence) => Outcome,
  cases: readonly Evidence[],
  rows: readonly Row<Evidence, Outcome>[],
): void {
  const used = new Set<Row<Evidence, Outcome>>();
  for (const evidence of cases) {
    const row = rows.find(({ when }) => {
      for (const key in when) if (when[key] !== evidence[key]) return false;
      return true;
    })!;
    used.add(row);
    assert.equal(decide(evidence), row.then, JSON.stringify(evidence));
  }
  assert.equal(used.size, rows.length, 'a row is never reached');
}

test('consent: who may claim, in each of the 576 cases', () => {
  const cases = combinationsOf<ClaimEvidence>(CLAIM_VALUES);
  assert.equal(cases.length, 576);
  holds(consentOf, cases, CLAIM_ROWS);
});

test('consent: who may keep, in each of the 36 cases', () => {
  const cases = combinationsOf<HoldEvidence>(HOLD_VALUES);
  assert.equal(cases.length, 36);
  holds(holdOf, cases, HOLD_ROWS);
});

test('consent: where nothing is configured, a claim needs nobody', () => {
  const nothing = {
    confirm: 'none',
    ifAlive: 'wait',
    waited: false,
    witness: 'none',
    lock: 'none',
    fence: 'none',
  };
  assert.equal(consentOf(nothing as ClaimEvidence), 'claim');
});

test('consent: the fence is not run for a claim that somebody else refuses or puts off', () => {
  for (const evidence of combinationsOf<ClaimEvidence>({ ...CLAIM_VALUES, fence: ['to do'] })) {
    if (consentOf(evidence) !== 'fence') continue;
    assert.equal(consentOf({ ...evidence, fence: 'done' }), 'claim', JSON.stringify(evidence));
  }
});
