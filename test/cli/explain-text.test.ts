// What `explain` says at 3 a.m., in test/golden/explain/: facts from the real rules, of a real state. After a change on purpose:
//   UPDATE_GOLDEN=1 node --test test/cli/explain-text.test.ts
// and read the difference before it is committed.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { explainText } from '../../src/cli/explain-text.ts';
import { explain } from '../../src/core/group/explain.ts';
import { ASKS_NOBODY, type GroupState, type GroupView } from '../../src/core/group/state.ts';
import type { ExplainReport } from '../../src/core/report.ts';
import {
  active,
  at,
  dead,
  handing,
  holding,
  peer,
  policy,
  standby,
  steady,
  view,
  word,
} from '../core/group/around.ts';
import { checkReport, groupNamed, node } from '../fakes/status-report.ts';

const report = (state: GroupState, seen: GroupView): ExplainReport => ({
  at: '2026-03-01T12:00:00.250Z',
  node: node('lb2'),
  group: groupNamed('web'),
  timeoutMs: seen.policy.timeoutMs,
  ...explain(state, seen),
});

const witness = { timeoutMs: 1_000 };
const lock = { ttlMs: 10_000, timeoutMs: 1_000 };
const asks = (some: Partial<GroupView['policy']['asks']>): Partial<GroupView> => ({
  policy: { ...policy, asks: { ...ASKS_NOBODY, ...some } },
});
const because = (cause: string): Partial<GroupState> => ({ cause });
const said = (outcome: 'yes' | 'no', text: string, ms: number) => ({ outcome, text, askedAt: at(ms) });
const idle = [peer(1, word({ priority: 90 })), peer(3, word({ priority: 80 }))];
const vacancy = { ...because('lb1 has taken over'), clearSince: at(-500) };

const situations: Readonly<Record<string, ExplainReport>> = {
  'healthy-holder': report(active(because('nobody holds it; silent: lb1')), view(idle)),
  'healthy-standby': report(
    standby(because('exchanged words with every peer')),
    view([peer(1, holding({ priority: 110 })), peer(3, word({ priority: 80 }))]),
  ),
  nobody: report(
    standby(vacancy),
    view([dead(1, holding({ priority: 110 })), peer(3, word({ priority: 120 }))]),
  ),
  frozen: report(
    standby({ ...because('lb1 has taken over'), frozen: true, freezeCounter: 1 }),
    view([peer(1, holding({ priority: 90, frozen: true })), peer(3, word({ priority: 80 }))]),
  ),
  'placed-by-hand': report(
    active({ ...because('lb1 hands over'), sticky: true, ...steady(1, 110, 60_000) }),
    view([peer(1, word({ priority: 110 })), peer(3, word({ priority: 80 }))]),
  ),
  'fails-back': report(
    active({ ...because('nobody holds it; silent: lb1'), ...steady(1, 110, 4_000) }),
    view([peer(1, word({ priority: 110 })), peer(3, undefined, { pending: true })]),
  ),
  drained: report(
    standby({ ...because('drained; hands over to lb1'), drained: true }),
    view([peer(1, holding({ priority: 90 })), peer(3, word({ priority: 0 }))]),
  ),
  fault: report(
    standby({
      ...because('the VIP could not be brought up: eth0 does not exist'),
      fault: { text: 'eth0 does not exist', until: at(4_000) },
    }),
    view([peer(1, holding({ priority: 90 })), dead(3, undefined)]),
  ),
  'peer-away': report(
    standby(because('exchanged words with every peer')),
    view([{ ...dead(1, holding({ priority: 110 })), awayUntil: at(2_400) }, peer(3, word({ priority: 80 }))]),
  ),
  'handing-over': report(
    handing(3, because('switchover ordered; hands over to lb3')),
    view([peer(1, word({ priority: 90 })), peer(3, word({ role: 'claiming', has: true, epoch: 88 }))]),
  ),
  'witness-lost': report(
    standby({
      ...because('no node is heard and the witness does not answer: this node may be cut off'),
      witnessLostAt: at(-4_000),
      asked: { witness: { id: 9, at: at(-300) } },
      answers: { witness: said('no', '10.0.0.1: no answer in 1 s', -1_300) },
    }),
    view([dead(1, word()), dead(3, word({ priority: 90 }))], asks({ witness })),
  ),
  'lock-of-another': report(
    standby({
      ...vacancy,
      askAgainAt: at(700),
      answers: { lock: said('no', 'lb1 has the lock', -300) },
    }),
    view([dead(1, holding({ priority: 110 })), peer(3, word({ priority: 80 }))], asks({ lock })),
  ),
  'holder-with-all': report(
    active({
      ...because('nobody holds it; silent: lb1; the witness answers; the lock is ours; lb1 is fenced'),
      lockedUntil: at(8_200),
      answers: { lock: said('yes', 'the lock is ours', -1_800) },
    }),
    view(
      idle,
      asks({
        ...{ witness, lock },
        confirm: { ifAlive: 'wait', timeoutMs: 1_000 },
        fence: { timeoutMs: 5_000 },
      }),
    ),
  ),
  checks: {
    ...report(
      standby({ ...vacancy, health: { sum: 2, failed: ['page'] } }),
      view([peer(1, holding({ priority: 110 }))]),
    ),
    arithmetic: {
      base: 100,
      terms: [{ name: 'haproxy', adds: 2 }],
      sum: 102,
      priority: 0,
      failed: ['page'],
    },
    checks: [
      checkReport(),
      checkReport({
        name: 'load',
        kind: 'file',
        subject: '/run/load',
        numeric: true,
        weight: 1,
        adds: -6,
        output: '-6',
      }),
      checkReport({
        ...{ name: 'page', kind: 'http', subject: 'http://127.0.0.1/', vital: true, weight: 0, adds: 0 },
        ...{ state: 'down', output: 'HTTP/1.1 503' },
      }),
      checkReport({
        name: 'uplink',
        kind: 'interface',
        subject: 'eth1',
        state: 'unknown',
        weight: -5,
        adds: 0,
        output: '',
      }),
    ],
  },
  'waits-for-answers': report(
    standby({
      ...vacancy,
      asking: { since: at(-400) },
      asked: { confirm: { id: 4, at: at(-400) } },
      answers: { witness: said('yes', '10.0.0.1: connected', -400) },
    }),
    view(
      [dead(1, holding({ priority: 110 })), peer(3, word({ priority: 80 }))],
      asks({ witness, confirm: { ifAlive: 'take', timeoutMs: 1_000 } }),
    ),
  ),
};

const folder = new URL('../golden/explain/', import.meta.url);
for (const [name, situation] of Object.entries(situations)) {
  test(`explain text: ${name}`, () => {
    const text = explainText(situation, 80);
    const golden = new URL(`${name}.txt`, folder);
    if (process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] !== 'true') writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'));
  });

  test(`explain text: ${name}, no line is wider than the terminal`, () => {
    for (const columns of [60, 80, 132, 200]) {
      const lines = explainText(situation, columns).split('\n');
      assert.deepEqual(
        lines.filter((line) => line.length > columns),
        [],
      );
    }
  });
}

test('explain text: no golden file is left of a situation that is gone', () => {
  assert.deepEqual(
    readdirSync(folder).toSorted(),
    Object.keys(situations)
      .map((name) => `${name}.txt`)
      .toSorted(),
  );
});

test('explain text: what a tool or a peer said cannot move the cursor', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (words) => {
      const state = standby({
        ...because(words),
        fault: { text: words, until: at(1) },
        answers: { witness: said('no', words, -1) },
      });
      const text = explainText(report(state, view(idle, asks({ witness }))), 80);
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});
