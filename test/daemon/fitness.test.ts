import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoleName } from '../../src/core/frame.ts';
import type { NodeState } from '../../src/core/node/state.ts';
import { healthOf, readinessOf } from '../../src/daemon/fitness.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { nodeOf, settingsWith } from './two-nodes.ts';

const health: readonly [sinceBeatMs: number, intervalMs: number, text: string][] = [
  [0, 250, 'ok'],
  [1_000, 250, 'ok'],
  [1_001, 250, 'no beat has had its turn for 1.0 s'],
  [3_000, 1_000, 'ok'],
  [3_001, 1_000, 'no beat has had its turn for 3.0 s'],
];
for (const [sinceBeatMs, intervalMs, text] of health)
  test(`health: ${sinceBeatMs} ms after a beat, of one every ${intervalMs} ms`, () =>
    assert.deepEqual(healthOf(sinceBeatMs, intervalMs), { ok: text === 'ok', text }));

const clock = new ManualClock();
const settings = settingsWith();
const [{ id }] = settings.groups as [(typeof settings.groups)[number]];

function readiness(
  { role = 'active', isAlive = true, ...change }: Partial<NodeState> & { role?: RoleName; isAlive?: boolean },
  how: Partial<Parameters<typeof readinessOf>[1]>,
): string {
  const node = nodeOf(settings, 'lb1', clock);
  node.groups.set(id, { ...node.groups.get(id)!, role });
  node.links[0]!.alive = isAlive;
  const { ok, text } = readinessOf({ ...node, ...change }, { isStarted: true, isStopping: false, ...how });
  assert.equal(ok, text === 'ready');
  return text;
}

const leaving = { withinMs: 3_000, since: clock.nowMs(), saidAt: undefined };
const playingDead = {} as NonNullable<NodeState['playingDead']>;
const rows: readonly [name: string, ...of: Parameters<typeof readiness>, text: string][] = [
  ['a holder', {}, {}, 'ready'],
  ['a standby alone', { role: 'standby', isAlive: false }, {}, 'ready'],
  ['one that starts', {}, { isStarted: false }, 'it is starting'],
  ['one that stops', {}, { isStopping: true }, 'it is stopping'],
  ['one that restarts', { leaving }, { isStopping: true }, 'it is restarting'],
  ['one that plays dead', { role: 'init', playingDead }, {}, 'it plays dead, in a drill'],
  [
    'one that waits for a silent peer',
    { role: 'init', isAlive: false },
    {},
    'web: its place is not known yet, it waits for lb2',
  ],
  [
    'one that has just heard its peers',
    { role: 'init' },
    {},
    'web: its place is not known yet, it waits for the peers',
  ],
];
for (const [name, node, how, text] of rows)
  test(`readiness: ${name}`, () => assert.equal(readiness(node, how), text));
