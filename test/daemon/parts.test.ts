import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../src/core/errors.ts';
import type { Child, Spawn } from '../../src/core/ports.ts';
import { openAdapters } from '../../src/daemon/adapters.ts';
import { newClosing } from '../../src/daemon/closing.ts';
import { newCounters } from '../../src/daemon/counters.ts';
import { newHistory } from '../../src/daemon/history.ts';
import { newProblems } from '../../src/daemon/problems.ts';
import { systemSpawn } from '../../src/system/child.ts';
import { systemExec } from '../../src/system/exec.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { settled } from '../fakes/told-adapter.ts';
import { named, settingsWith } from './two-nodes.ts';

test('counters: count by name and come sorted', () => {
  const counters = newCounters();
  counters.add('frames sent');
  counters.add('announcements', 3);
  counters.add('frames sent');
  assert.deepEqual(Object.entries(counters.all()), [
    ['announcements', 3],
    ['frames sent', 2],
  ]);
});

test('closing: in reverse order, each once', async () => {
  const closed: string[] = [];
  const closing = newClosing(new ManualClock(), collectedLog());
  for (const name of ['adapters', 'socket', 'loop']) closing.add(name, () => void closed.push(name));
  await closing.run();
  await closing.run();
  assert.deepEqual(closed, ['loop', 'socket', 'adapters']);
});

test('closing: what fails or hangs is said and keeps nothing else open', async () => {
  const clock = new ManualClock();
  const log = collectedLog();
  const closed: string[] = [];
  const closing = newClosing(clock, log);
  closing.add('adapters', () => void closed.push('adapters'));
  closing.add('rejecting', () => Promise.reject(new Error('no')));
  closing.add('hanging', () => new Promise(() => undefined));
  closing.add('throwing', () => {
    throw new Error('no');
  });
  let done = false;
  const run = closing.run().then(() => (done = true));
  await settled();
  clock.goOn(5_999);
  await settled();
  assert.equal(done, false);
  clock.goOn(1);
  await run;
  assert.deepEqual(closed, ['adapters']);
  assert.deepEqual(
    log.lines.map(({ level, text }) => [level, text]),
    [
      ['error', 'throwing: could not be closed'],
      ['error', 'hanging: not closed in time, given up'],
      ['error', 'rejecting: could not be closed'],
    ],
  );
  assert.equal(clock.waiting, 0);
});

function opened() {
  const clock = new ManualClock();
  const log = collectedLog();
  const history = newHistory(clock, () => assert.fail());
  return { clock, log, history, problems: newProblems({ clock, log, history }) };
}
const missing = new OperatorError('TOOL_MISSING', 'arping is not installed', { hint: 'install iputils' });

test('problems: told once, an event, and an alarm with its age until a reload', () => {
  const { clock, log, history, problems } = opened();
  problems.add(missing);
  problems.add(missing);
  assert.equal(log.lines.length, 1);
  assert.deepEqual(
    history.after(0).map(({ kind, text, cause }) => [kind, text, cause]),
    [['alarm', 'arping is not installed', 'install iputils']],
  );
  assert.deepEqual(problems.alarms(), ['arping is not installed (less than a minute ago); install iputils']);
  clock.goOn(59 * 60_000);
  assert.deepEqual(problems.alarms(), ['arping is not installed (59 min ago); install iputils']);
  clock.goOn(61 * 60_000);
  assert.deepEqual(problems.alarms(), ['arping is not installed (2 h ago); install iputils']);
  problems.forget();
  assert.deepEqual(problems.alarms(), []);
});

test('problems: the newest 16 are kept', () => {
  const { problems } = opened();
  for (let count = 0; count < 40; count += 1)
    problems.add(new OperatorError('VIP_FAILED', `problem ${count}`, { hint: 'look' }));
  assert.equal(problems.alarms().length, 16);
  assert.match(problems.alarms()[0]!, /^problem 24 /);
});

test('adapters: one for all groups of a kind, another for another way to announce, all closed at the end', async () => {
  const ended: string[] = [];
  const spawn: Spawn = {
    start(file, _args, { onEnd }): Child {
      return {
        pid: 1,
        write: () => Promise.resolve(),
        endInput: () => {
          ended.push(file);
          onEnd?.({ exitCode: 0, missing: false });
        },
        kill: () => undefined,
      };
    },
  };
  const clock = new ManualClock();
  const adapters = openAdapters({
    exec: systemExec,
    spawn,
    clock,
    log: collectedLog(),
    onProblem: assert.fail,
    node: named('lb1'),
    stateDirectory: '/nonexistent',
    onProgram: assert.fail,
    errandFor: ({ name }) => ({
      ...{ group: name, node: named('lb1'), epoch: 0, role: 'init', peer: '', cause: '' },
    }),
  });
  const [group] = settingsWith(
    ['interface: eth0', 'interface: /tmp/eth0'],
    ['vips: [', 'adapter: simulated\n    vips: ['],
  ).groups;
  const one = adapters.of(group!);
  assert.equal(adapters.of({ ...group! }), one);
  const other = adapters.of({ ...group!, announce: { ...group!.announce, method: 'none' } });
  assert.notEqual(other, one);
  await one.look([]);
  await other.look([]);
  await adapters.close();
  assert.deepEqual(ended, ['sh', 'sh'], 'the guard of each');
});

test('adapters: what makes no difference on a system does not make another one there', async () => {
  const adapters = openAdapters({
    exec: systemExec,
    spawn: systemSpawn,
    clock: new ManualClock(),
    log: collectedLog(),
    onProblem: assert.fail,
    onProgram: () => undefined,
    node: named('lb1'),
    stateDirectory: '/nonexistent',
    errandFor: ({ name }) => ({
      ...{ group: name, node: named('lb1'), epoch: 0, role: 'init', peer: '', cause: '' },
    }),
    platform: 'sunos',
  });
  const [group] = settingsWith().groups;
  const announced = (method: 'auto' | 'none' | 'arping') => ({ ...group!.announce, method });
  const adapterOf = (adapter: 'illumos' | 'illumos-ifconfig') => new Map([[named('lb1'), adapter]]);
  const one = adapters.of(group!);
  assert.equal(adapters.of({ ...group!, adapters: adapterOf('illumos') }), one);
  assert.equal(adapters.of({ ...group!, announce: announced('none') }), one);
  assert.notEqual(adapters.of({ ...group!, announce: announced('arping') }), one);
  assert.notEqual(adapters.of({ ...group!, adapters: adapterOf('illumos-ifconfig') }), one);
  await adapters.close();
});
