// Goal: one message for each thing that happens, from the node that knows, and none for what is nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MonoMs } from '../../src/core/units.ts';
import { conditionsOf, newTracker, type Condition } from '../../src/daemon/alert-conditions.ts';
import { gapMs, gapText, type GapFacts } from '../../src/daemon/alert-gap.ts';
import { messageMaker, summaryOf, type Draft } from '../../src/daemon/alert-message.ts';
import { newAlertMoves } from '../../src/daemon/alert-moves.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { groupReport, node as nameOf, peerReport, statusReport } from '../fakes/status-report.ts';
import { benchOf, settingsWith, type Bench } from './two-nodes.ts';

const ms = (value: number): MonoMs => value as MonoMs;

const gaps: readonly [name: string, facts: GapFacts, text: string][] = [
  ['nobody had it', { lastHadAt: undefined, keepsIt: false, upAt: ms(9) }, ''],
  ['a holder that died', { lastHadAt: ms(1_000), keepsIt: false, upAt: ms(4_100) }, 'at most 3.1 s'],
  ['one that let go first', { lastHadAt: ms(1_000), keepsIt: false, upAt: ms(1_012.4) }, 'at most 13 ms'],
  ['one that keeps it until we have it', { lastHadAt: ms(1_000), keepsIt: true, upAt: ms(1_900) }, 'none'],
  ['the same moment', { lastHadAt: ms(1_000), keepsIt: false, upAt: ms(1_000) }, 'none'],
  ['a long one', { lastHadAt: ms(0), keepsIt: false, upAt: ms(90_000) }, 'at most 90 s'],
];
for (const [name, facts, text] of gaps) test(`gap: ${name}`, () => assert.equal(gapText(gapMs(facts)), text));

/** Two nodes that have met, and what lb2 would tell. */
function scene() {
  const clock = new ManualClock();
  const settings = settingsWith();
  const [lb1, lb2] = [benchOf(settings, 'lb1', clock), benchOf(settings, 'lb2', clock)];
  const [group] = settings.groups;
  const watch = (bench: Bench) => {
    const told: Draft[] = [];
    const moves = newAlertMoves({
      ...{ node: bench.node, clock, onMovedFrom: () => undefined, tell: (draft) => told.push(draft) },
      nameOfGroup: () => group!.name,
    });
    const read = (): void => {
      for (const effect of bench.effects.splice(0)) {
        moves.onEffect(effect);
        if (effect.kind !== 'group' || !('call' in effect.effect)) continue;
        const { kind, call } = effect.effect;
        const found = kind === 'down' ? ('none' as const) : ('all' as const);
        bench.loop.tell({ kind: 'called', group: group!.id, result: { kind, call, found, text: '' } });
      }
      moves.onStep();
    };
    return { told, moves, read };
  };
  return { clock, lb1, lb2, one: watch(lb1), other: watch(lb2), group: group!.id };
}

test('moves: the first holder says that it is up; the next says where it came from, why and with which gap', () => {
  const { clock, lb1, lb2, one, other, group } = scene();
  for (let round = 0; round < 100; round += 1) {
    clock.goOn(50);
    for (const frame of lb1.sent.splice(0)) lb2.receive(frame);
    for (const frame of lb2.sent.splice(0)) lb1.receive(frame);
    for (const bench of [lb1, lb2]) bench.loop.tell({ kind: 'received' });
    one.read();
    other.read();
  }
  assert.equal(lb1.node.groups.get(group)?.role, 'active');
  assert.deepEqual(
    one.told.map(({ title, severity, gap }) => [title, severity, gap]),
    [['web is up on lb1', 'info', '']],
  );
  assert.equal(other.told.length, 0);
  for (let round = 0; round < 60; round += 1) {
    clock.goOn(100);
    lb2.loop.tell({ kind: 'received' });
    other.read();
  }
  assert.equal(lb2.node.groups.get(group)?.role, 'active');
  const [draft] = other.told;
  assert.equal(other.told.length, 1);
  const { title, text, severity, from, to, epoch, details, gap = '' } = draft!;
  assert.deepEqual(
    { title, text, severity, from, to },
    {
      title: 'web moved to lb2',
      text: 'web moved to lb2 (from lb1)',
      severity: 'warning',
      from: 'lb1',
      to: 'lb2',
    },
  );
  assert.equal(epoch, lb2.node.groups.get(group)?.epoch);
  assert.match(gap, /^at most (2\.9|3\.\d|4\.\d) s$/);
  assert.match(details?.join() ?? '', /^lb1: silent, last heard \d\.\d s ago$/);
});

test('moves: whoever gives a group up that nobody takes says so, and when it is well again', () => {
  const { clock, lb1, one, group } = scene();
  for (let round = 0; round < 120; round += 1) {
    clock.goOn(100);
    lb1.loop.tell({ kind: 'received' });
    one.read();
  }
  assert.equal(lb1.node.groups.get(group)?.role, 'active');
  lb1.loop.tell({ kind: 'ordered', group, order: { kind: 'drain' } });
  const goOn = (rounds: number): void => {
    for (let round = 0; round < rounds; round += 1) {
      clock.goOn(100);
      lb1.loop.tell({ kind: 'received' });
      one.read();
    }
  };
  goOn(40);
  assert.deepEqual(
    one.told.map(({ title }) => title),
    ['web is up on lb1'],
  );
  goOn(30);
  const [, lost] = one.told;
  assert.deepEqual(
    [lost?.title, lost?.severity, lost?.key, lost?.resolved],
    ['web is on no node', 'critical', 'nobody web', undefined],
  );
  assert.ok(one.moves.isToldLost('web'));
  lb1.loop.tell({ kind: 'ordered', group, order: { kind: 'undrain' } });
  goOn(60);
  const again = one.told.at(-1);
  assert.deepEqual(
    [again?.title, again?.key, again?.resolved],
    ['web is up again on lb1', 'nobody web', true],
  );
  assert.match(again?.gap ?? '', /^at most \d+(\.\d)? s$/);
});

const alarm = (key: string, changes: Partial<Condition> = {}): Condition => ({
  ...{ kind: 'alarms', key, group: '', text: key, severity: 'warning', isOurs: true },
  ...changes,
});
/** What a tracker says when `present` is so at each of these seconds. */
function tracked(present: (second: number) => readonly Condition[], until: number): readonly string[] {
  const tracker = newTracker(ms(0));
  return Array.from({ length: until + 1 }, (_, second) => second).flatMap((second) =>
    tracker.update(ms(second * 1_000), present(second)).map(({ title }) => `${second} ${title}`),
  );
}
const rows: readonly [name: string, present: (second: number) => boolean, said: readonly string[]][] = [
  ['what is over within two seconds is not told', (s) => s === 20 || s === 21, []],
  ['what lasts is told, and its end', (s) => s >= 20 && s < 30, ['22 x', '32 over: x']],
  ['an end that does not last is none', (s) => s >= 20 && s !== 25 && s < 30, ['22 x', '32 over: x']],
  ['a process that has just started waits', (s) => s < 9, []],
  ['and then tells', () => true, ['10 x']],
];
for (const [name, present, said] of rows)
  test(`conditions: ${name}`, () =>
    assert.deepEqual(
      tracked((s) => (present(s) ? [alarm('x')] : []), 40),
      said,
    ));

test('conditions: what another node tells is not told here, but what was told here is told to its end', () => {
  const told = tracked(
    (s) => (s < 30 ? [alarm('a', { isOurs: s < 15 }), alarm('b', { isOurs: false })] : []),
    40,
  );
  assert.deepEqual(told, ['10 a', '32 over: a']);
});

test('conditions: what a move has told already is not told again, but its end is', () => {
  const tracker = newTracker(ms(0));
  const update = (second: number, present: readonly Condition[]) =>
    tracker.update(ms(second * 1_000), present).map(({ title }) => title);
  tracker.assumeTold('peer lb1', ms(20_000));
  const silent = alarm('peer lb1', { kind: 'peers', text: 'lb1 is silent' });
  assert.deepEqual(
    [20, 21, 22, 23].flatMap((second) => update(second, [silent])),
    [],
  );
  assert.deepEqual(
    [50, 51, 52, 53].flatMap((second) => update(second, [])),
    ['lb1 is heard again'],
  );
});

test('conditions: of a status', () => {
  const report = statusReport({
    node: nameOf('lb1'),
    peers: [
      peerReport({ name: nameOf('lb2'), state: 'silent' }),
      peerReport({ name: nameOf('lb3'), state: 'silent', awayForMs: 900 }),
    ],
    groups: [groupReport({ fault: 'no carrier', holder: '' })],
    alarms: [
      ...['lb2 is silent', 'lb3 restarts: it is waited for another 0.9 s', 'web: no carrier'],
      ...['alerts: mail: connection refused; 1 waits', 'web: the lock was not renewed for 7 s'],
    ],
  });
  assert.deepEqual(
    conditionsOf(report).map(({ key, severity, isOurs }) => [key, severity, isOurs]),
    [
      ['fault web', 'critical', true],
      ['peer lb2', 'warning', true],
      ['alarm web: the lock was not renewed for #', 'warning', true],
    ],
  );
  const heard = peerReport({ name: nameOf('lb0'), state: 'alive' });
  const second = conditionsOf({ ...report, peers: [heard, ...report.peers] });
  assert.equal(second.find(({ key }) => key === 'peer lb2')?.isOurs, false);
});

test('messages: each has a name of its own, and the summary lists what it stands for', () => {
  const clock = new ManualClock();
  const make = messageMaker({ cluster: 'mail', node: nameOf('lb2'), clock });
  const draft = summaryOf({ count: 12, last: [] }, 600_000);
  const [one, two] = [make(draft), make({ ...draft, group: 'web' })];
  assert.match(`${one.id} ${two.id}`, /^mail\.lb2\.([a-z0-9]+)\.1 mail\.lb2\.\1\.2$/);
  assert.equal(one.text, '12 more in the last 10 minutes were not sent one by one');
  assert.deepEqual([one.next, two.next], ['sealbeat events', 'sealbeat events']);
  const full = summaryOf({ count: 3, last: [one, two] }, 60_000);
  assert.deepEqual(full.details?.slice(-1), ['and 1 before them']);
});
