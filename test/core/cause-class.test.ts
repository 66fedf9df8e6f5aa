// Goal: every transition is counted under what it happened for; a rule's sentence that is put otherwise is noticed here.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CAUSE_WORDS, causeClass, type CauseClass } from '../../src/core/cause-class.ts';
import type { RoleName } from '../../src/core/frame.ts';

const rows: readonly [from: RoleName, to: RoleName, cause: string, kind: CauseClass][] = [
  ['init', 'standby', 'exchanged words with every peer', 'start'],
  ['init', 'standby', 'waited 6.0 s for the peers; no words exchanged with lb2', 'start'],
  ['claiming', 'active', 'adopts the VIP that was left for it', 'start'],
  ['standby', 'claiming', 'nobody holds it; silent: lb2', 'election'],
  ['standby', 'claiming', 'adopts the VIP found here; nobody else holds it; silent: lb2', 'election'],
  ['standby', 'claiming', 'lb1 hands over', 'handover'],
  ['active', 'releasing', 'stopping; hands over to lb2', 'stop'],
  ['active', 'releasing', 'stopping, and nobody can take over', 'stop'],
  ['claiming', 'releasing', 'drained before it was active', 'drain'],
  ['active', 'releasing', 'drained; hands over to lb2', 'drain'],
  ['active', 'releasing', 'switchover ordered; hands over to lb2', 'switchover'],
  ['active', 'releasing', 'failback ordered; hands over to lb1', 'failback'],
  [
    'active',
    'releasing',
    'fails back to lb1, which has been steady for 10 s (priority 101, here 100)',
    'failback',
  ],
  ['active', 'releasing', 'lb2 has a higher priority now (priority 100, here 90)', 'priority'],
  ['active', 'releasing', 'lb1 asks for it back after a drill; hands over to lb1', 'drill'],
  ['active', 'init', 'drill: plays dead', 'drill'],
  ['active', 'init', 'stood still for 2.0 s', 'lapse'],
  ['active', 'init', 'lease not renewed for 1.0 s', 'lapse'],
  ['claiming', 'releasing', 'the VIP could not be brought up: ip: no such device is active', 'fault'],
  ['active', 'releasing', 'something on this host removed the VIP 3 times in 10 s', 'fault'],
  ['active', 'releasing', 'ip: cannot find device; hands over to lb2', 'fault'],
  ['active', 'releasing', 'check haproxy failed; hands over to lb2', 'check'],
  ['active', 'releasing', 'checks a, b failed, and nobody can take over', 'check'],
  ['active', 'releasing', 'lb2 is active too and is better', 'yield'],
  ['claiming', 'releasing', 'lb2 is active', 'yield'],
  ['claiming', 'releasing', 'lb2 hands over to another', 'yield'],
  ['claiming', 'releasing', 'the lock is not ours: lb2 has the lock', 'isolation'],
  ['active', 'releasing', 'nothing has been received for 3.0 s: this node may be deaf', 'isolation'],
  ['releasing', 'active', 'handover failed: lb2 is gone or unable', 'handover'],
  ['releasing', 'standby', 'lb2 has taken over', 'other'],
  ['standby', 'claiming', 'out of the blue', 'other'],
];
for (const [from, to, cause, kind] of rows)
  test(`cause: ${cause} (${from} → ${to}) is ${kind}`, () =>
    assert.equal(causeClass({ from, to, cause }, 'other'), kind));

test('cause: a release ends for the reason for which it began', () =>
  assert.equal(
    causeClass({ from: 'releasing', to: 'standby', cause: 'lb2 has taken over' }, 'failback'),
    'failback',
  ));

test('cause: the words are those that the rules say', () => {
  const folder = join(import.meta.dirname, '../../src/core/group');
  const said = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
    .replaceAll(/\$\{[^}]*\}/g, '');
  const silent = CAUSE_WORDS.map(([words]) => words).filter((words) => !said.includes(words));
  assert.deepEqual(silent, []);
});
