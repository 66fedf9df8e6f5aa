import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Turn } from '../../src/check/runs.ts';
import { turnTeller } from '../../src/daemon/check-turns.ts';
import { newHistory } from '../../src/daemon/history.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { groupOf } from '../fakes/group-of.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

test('check turns: each is told, and one that flaps only ten times a minute, with a count', () => {
  const clock = new ManualClock();
  const history = newHistory(clock, () => undefined);
  const tell = turnTeller({ clock, history, log: collectedLog() });
  const turn = (check: string, is: Turn['is']): void =>
    tell({ group: groupOf('simulated').name, check, is, vital: true, output: 'said' });
  for (let at = 0; at < 30; at += 1) {
    turn('flaps', at % 2 === 0 ? 'down' : 'up');
    clock.goOn(100);
  }
  turn('other', 'down');
  clock.goOn(60_000);
  turn('flaps', 'up');
  const said = history
    .after(0)
    .map(({ kind, subject, text, cause }) => `${kind} ${subject} ${text}: ${cause}`);
  assert.equal(said.length, 12);
  assert.deepEqual(
    [said[0], said[9], said[10], said[11]],
    [
      'check web check flaps is down: said',
      'check web check flaps is up: said',
      'check web check other is down: said',
      'check web check flaps is up: said (it turned 20 more times before)',
    ],
  );
});
