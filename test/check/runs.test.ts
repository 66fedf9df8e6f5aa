import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRuns, type Turn } from '../../src/check/runs.ts';
import type { CheckSettings } from '../../src/core/checks/settings.ts';
import type { CheckAnswer } from '../../src/core/checks/standing.ts';
import type { Health } from '../../src/core/group/health.ts';
import type { GroupSettings, Settings } from '../../src/core/settings.ts';
import { groupOf, NODE } from '../fakes/group-of.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { settled } from '../fakes/told-adapter.ts';

const check = (name: string, more: Partial<CheckSettings> = {}): CheckSettings => ({
  name,
  question: { kind: 'process', process: name },
  nodes: [],
  ...{ intervalMs: 1_000, timeoutMs: 500, rise: 1, fall: 2, initial: 'unknown', slow: 'unknown' },
  ...{ vital: true, weight: 0 },
  ...more,
});
const settingsOf = (...checks: readonly CheckSettings[]): Settings =>
  ({ groups: [groupOf('simulated', { checks })] }) as unknown as Settings;
const { id } = groupOf('simulated') satisfies GroupSettings;

/** Checks whose answers are what `says` holds at the moment. */
function bench() {
  const clock = new ManualClock();
  const says = new Map<string, CheckAnswer>();
  const healths: Health[] = [];
  const turns: Turn[] = [];
  const counted = new Map<string, number>();
  const runs = newRuns({
    ...{ clock, platform: 'linux', node: NODE },
    ask: (question) =>
      Promise.resolve(
        says.get(question.kind === 'process' ? question.process : '') ?? { said: 'good', text: 'runs' },
      ),
    onHealth: (_, health) => void healths.push(health),
    onTurn: (turn) => void turns.push(turn),
    count: (name) => void counted.set(name, (counted.get(name) ?? 0) + 1),
  });
  const goOn = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 50) {
      clock.goOn(50);
      await settled();
    }
  };
  return { clock, says, healths, turns, counted, runs, goOn };
}

const bad = { said: 'bad', text: 'gone' } as const;

test('check runs: health is told when it changes, and turns are told with what was said', async () => {
  const { says, healths, turns, counted, runs, goOn } = bench();
  runs.configure(settingsOf(check('a'), check('b', { vital: false, weight: 3 })));
  await goOn(2_000);
  assert.deepEqual(healths, [{ sum: 3, failed: [] }]);
  says.set('a', bad);
  await goOn(3_000);
  assert.deepEqual(healths.slice(1), [{ sum: 3, failed: ['a'] }]);
  says.set('b', bad);
  says.delete('a');
  await goOn(3_000);
  assert.deepEqual(healths.at(-1), { sum: 0, failed: [] });
  assert.deepEqual(
    turns
      .map(({ group, check: name, is, output }) => `${group} ${name} ${is} ${output}`)
      .slice(0, 3)
      .toSorted(),
    ['web a down gone', 'web a up runs', 'web b up runs'],
  );
  assert.ok(counted.get('checks asked')! > 10);
});

test('check runs: what the process before said stands until all of it is known again, unless a vital one fails', async () => {
  const { says, healths, runs, goOn } = bench();
  says.set('b', { said: 'late', text: '' });
  runs.configure(settingsOf(check('a', { vital: false, weight: 3 }), check('late', { intervalMs: 60_000 })));
  assert.deepEqual(healths, []);
  await goOn(500);
  assert.deepEqual(healths, [{ sum: 3, failed: [] }], 'once, and not with nothing first');

  const other = bench();
  other.runs.configure(settingsOf(check('a', { initial: 'down' }), check('b')));
  assert.deepEqual(other.healths, [{ sum: 0, failed: ['a'] }]);
  const none = bench();
  none.runs.configure(settingsOf());
  assert.deepEqual(none.healths, [{ sum: 0, failed: [] }], 'nothing is asked any more');
});

test('check runs: a reload keeps where a check stands that asks the same, whatever else of it changed', async () => {
  const { runs, goOn, says, clock } = bench();
  const stands = (): string =>
    runs
      .reports(id)
      .map(({ name, state, runs: count }) => `${name} ${state} ${count > 0}`)
      .join();
  runs.configure(settingsOf(check('a'), check('b')));
  await goOn(1_500);
  assert.equal(stands(), 'a up true,b up true');
  says.set('a', { said: 'late', text: 'no answer' });
  runs.configure(
    settingsOf(
      check('a', { vital: false, weight: 2, intervalMs: 500 }),
      check('b', { question: { kind: 'process', process: 'c' } }),
    ),
  );
  assert.equal(stands(), 'a up true,b unknown false');
  await goOn(2_000);
  const [first] = runs.reports(id);
  assert.deepEqual(
    [first?.state, first?.adds, first!.slow >= 3, first!.withoutResult >= 3],
    ['up', 2, true, true],
  );
  assert.match(
    runs.alarms().join(),
    /^web: the check a came to no result \d times in a row: no answer; it still counts as up$/,
  );
  runs.configure(settingsOf());
  await goOn(3_000);
  assert.deepEqual([runs.reports(id), clock.waiting], [[], 0]);
});

test('check runs: another node asks what is its own', () => {
  const { runs } = bench();
  runs.configure(settingsOf(check('a', { nodes: ['lb2' as typeof NODE] }), check('b', { nodes: [NODE] })));
  assert.deepEqual(
    runs.reports(id).map(({ name, state, ranAgoMs }) => [name, state, ranAgoMs]),
    [['b', 'unknown', undefined]],
  );
});

test('check runs: the end of it leaves nothing behind', async () => {
  const { runs, goOn, clock, counted } = bench();
  runs.configure(settingsOf(check('a'), check('b')));
  await goOn(1_000);
  runs.stop();
  const asked = counted.get('checks asked');
  await goOn(5_000);
  assert.deepEqual([counted.get('checks asked'), clock.waiting], [asked, 0]);
});
