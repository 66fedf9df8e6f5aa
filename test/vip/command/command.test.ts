import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../../src/core/errors.ts';
import type { Errand, Exec, Ran } from '../../../src/core/ports.ts';
import type { CommandSettings } from '../../../src/core/settings.ts';
import type { GroupName, NodeName } from '../../../src/core/units.ts';
import { commandVip } from '../../../src/vip/command/command.ts';
import type { ProgramReport } from '../../../src/vip/options.ts';
import { collectedLog } from '../../fakes/collected-log.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { settled, toldAdapter } from '../../fakes/told-adapter.ts';
import { vipOf } from '../vip-of.ts';

const one = vipOf('10.0.0.1/32', 'eth0');
const two = vipOf('10.0.0.2/32', 'eth0');
const both = [one, two];
const named = (name: string): NodeName => name as NodeName;

const SETTINGS: CommandSettings = {
  up: [['/up', '{address}']],
  down: [['/down', '{address}']],
  show: undefined,
  values: new Map([
    [named('lb1'), new Map([['ID', '1']])],
    [named('lb2'), new Map([['ID', '2']])],
  ]),
  also: 'auto',
  timeoutMs: 30_000,
  giveUpMs: 60_000,
  overlap: false,
};

interface Call {
  readonly text: string;
  readonly signal: AbortSignal;
  end(ran?: Partial<Ran>): void;
}

/** A cloud whose tool ends when the test says so, or at once. */
function stage(more: Partial<CommandSettings> = {}) {
  const clock = new ManualClock();
  const calls: Call[] = [];
  const problems: string[] = [];
  const reports: ProgramReport[] = [];
  const settings = { ...SETTINGS, ...more };
  const state = { answer: (_: string): Partial<Ran> | undefined => ({}) };
  const exec: Exec = {
    run: (file, args, { signal = new AbortController().signal, timeoutMs }) =>
      new Promise((resolve) => {
        const text = [file, ...args].join(' ');
        const base: Ran = { exitCode: 0, stdout: '', stderr: '', timedOut: false, missing: false };
        const end = (ran: Partial<Ran> = {}): void => resolve({ ...base, ...ran });
        calls.push({ text, signal, end });
        signal.addEventListener('abort', () => end({ exitCode: -1 }));
        clock.wakeAt((clock.nowMs() + timeoutMs) as never, () => end({ exitCode: -1, timedOut: true }));
        const answer = state.answer(text);
        if (answer !== undefined) end(answer);
      }),
  };
  const host = settings.also === undefined ? undefined : toldAdapter();
  const errand: Errand = {
    ...{ group: 'web' as GroupName, node: named('lb1'), peer: named('lb2') },
    ...{ epoch: 8, role: 'claiming', cause: 'test' },
  };
  const adapter = commandVip({
    ...{ exec, clock, settings, host, ownsHost: true, group: errand.group, errand: () => errand },
    spawn: { start: () => assert.fail('nothing is spawned here') },
    log: collectedLog(),
    onProblem: ({ message }) => problems.push(message),
    onProgram: (report) => reports.push(report),
  });
  const texts = (): string => calls.map(({ text }) => text).join(', ');
  const hostCalls = (): string => host?.calls.map(({ kind }) => kind).join(' ') ?? '';
  return { clock, calls, problems, reports, state, adapter, texts, hostCalls, host: host! };
}

test('command: on the host first on the way up, and last on the way down', async () => {
  const { adapter, host, texts, state, calls } = stage();
  state.answer = () => undefined;
  host.answers = false;
  const rising = adapter.up(both, 0);
  await settled();
  assert.equal(texts(), '');
  host.calls[0]!.settle();
  await settled();
  assert.equal(texts(), '/up 10.0.0.1');
  calls[0]!.end();
  await settled();
  calls[1]!.end();
  await rising;
  assert.equal(texts(), '/up 10.0.0.1, /up 10.0.0.2');
  const falling = adapter.down(both);
  await settled();
  assert.equal(host.calls.length, 1);
  for (const at of [2, 3]) {
    calls[at]!.end();
    await settled();
  }
  assert.equal(host.calls.at(-1)!.kind, 'down');
  host.calls.at(-1)!.settle();
  await falling;
});

test('command: what the host refuses is not asked of the cloud', async () => {
  const { adapter, host, texts } = stage();
  host.broken = new OperatorError('VIP_DENIED', 'not permitted', { hint: 'x' });
  await assert.rejects(adapter.up(both, 1), { code: 'VIP_DENIED' });
  assert.equal(texts(), '');
});

test("command: the host's lease is renewed while the cloud takes its time, and not after", async () => {
  const { adapter, clock, state, calls, hostCalls, host } = stage();
  state.answer = () => undefined;
  const rising = adapter.up([one], 3);
  await settled();
  for (let second = 0; second < 5; second += 1) {
    clock.goOn(1_000);
    await settled();
  }
  assert.equal(hostCalls(), 'up renew renew renew renew renew');
  host.broken = new OperatorError('VIP_FAILED', 'busy', { hint: 'x' });
  clock.goOn(1_000);
  await settled();
  calls[0]!.end();
  await rising;
  const before = hostCalls();
  clock.goOn(10_000);
  await settled();
  assert.equal(hostCalls(), before);
});

test('command: for one epoch the cloud is asked once, for the next again', async () => {
  const { adapter, texts } = stage();
  await adapter.up([one], 0);
  await adapter.up([one], 0);
  assert.equal(texts(), '/up 10.0.0.1');
});

test('command: a tool that is not there is no reason to try again', async () => {
  const { adapter, state, clock, texts } = stage();
  state.answer = () => ({ missing: true, exitCode: -1 });
  await assert.rejects(adapter.up([one], 0), { code: 'TOOL_MISSING' });
  assert.equal(texts(), '/up 10.0.0.1');
  assert.equal(clock.nowMs(), 0);
});

test('command: what is asked about another node may fail, what is asked about this one may not', async () => {
  const up = [
    ['/clear', '{other.ID}'],
    ['/set', '{ID}'],
  ];
  const { adapter, state, texts, reports } = stage({ up });
  state.answer = (text) => ({ exitCode: text.startsWith('/clear') ? 1 : 0 });
  await adapter.up([one], 0);
  assert.equal(texts(), '/clear 2, /set 1');
  assert.deepEqual(
    reports.map(({ failed, text }) => [failed, text]),
    [
      [false, 'up: /set 1: exit code 0'],
      [true, 'up: /clear 2: exit code 1'],
    ],
  );
});

test('command: refused because it is here already is done, when show says so', async () => {
  const show = { command: ['/show'], expect: '{address}', everyMs: 30_000 };
  const { adapter, state, texts } = stage({ show });
  state.answer = (text) => (text === '/show' ? { stdout: '10.0.0.1\n' } : { exitCode: 1, stderr: 'already' });
  await adapter.up([one], 0);
  assert.equal(texts(), '/up 10.0.0.1, /show');
});

test('command: taken by the cloud and not shown is tried again, and said', async () => {
  const show = { command: ['/show', '{ID}'], expect: '{address}', everyMs: 30_000 };
  const { adapter, state, clock, texts, problems } = stage({ show, giveUpMs: 7_000 });
  state.answer = (text) => (text.startsWith('/show') ? { stdout: 'None\n' } : {});
  const rising = assert.rejects(adapter.up([one], 0), {
    message:
      /took the commands for 10\.0\.0\.1\/32 on eth0, but `show` does not find it here \(tried 2 times in 7 s\)$/,
    hint: 'run it by hand: /show 1',
  });
  await settled();
  const [early] = problems;
  assert.match(early ?? '', /does not find it here; trying again for up to 7 s$/, 'said while it goes on');
  clock.goOn(1_000);
  await settled();
  await rising;
  assert.equal(problems.length, 1);
  assert.equal(texts(), '/up 10.0.0.1, /show 1, /up 10.0.0.1, /show 1');
});

test('command: a release that fails is told once, tried again after 5, 15 and 45 s, and then left', async () => {
  const { adapter, state, clock, texts, problems, hostCalls } = stage();
  await adapter.up([one], 0);
  state.answer = () => ({ exitCode: 1, stderr: 'no rights' });
  await adapter.down([one]);
  assert.equal(hostCalls(), 'up down', 'which keeps nothing on the host');
  const downs = (): number => texts().split('/down').length - 1;
  assert.deepEqual([downs(), problems.length], [1, 1]);
  assert.match(
    problems[0]!,
    /^the cloud may still send a VIP here .*\/down 10\.0\.0\.1: exit code 1: no rights$/,
  );
  for (const [ms, expected] of [
    [4_999, 1],
    [1, 2],
    [15_000, 3],
    [45_000, 4],
    [600_000, 4],
  ] as const) {
    clock.goOn(ms);
    await settled();
    assert.equal(downs(), expected);
  }
  assert.equal(problems.length, 1);
});

test('command: a release that is refused because another has it by now is done', async () => {
  const show = { command: ['/show'], expect: '{address}', everyMs: 30_000 };
  const { adapter, state, clock, texts, problems } = stage({ show });
  state.answer = (text) => (text === '/show' ? { stdout: '10.0.0.1' } : {});
  await adapter.up([one], 0);
  state.answer = (text) =>
    text === '/show' ? { stdout: 'None' } : { exitCode: 254, stderr: 'not assigned' };
  await adapter.down([one]);
  clock.goOn(600_000);
  await settled();
  assert.match(texts(), /\/down 10\.0\.0\.1, \/show$/, 'once');
  assert.deepEqual(problems, []);
});

test('command: a release that is tried again ends when this node is to have it', async () => {
  const { adapter, state, clock, texts } = stage();
  await adapter.up([one], 0);
  state.answer = (text) => ({ exitCode: text.startsWith('/down') ? 1 : 0 });
  await adapter.down([one]);
  await adapter.up([one], 0);
  clock.goOn(600_000);
  await settled();
  assert.equal(texts(), '/up 10.0.0.1, /down 10.0.0.1, /up 10.0.0.1');
});

test('command: a release that is still under way is ended when this node is to have it, and looked after', async () => {
  const { adapter, state, clock, texts, calls } = stage();
  await adapter.up([one], 0);
  state.answer = (text) => (text.startsWith('/down') ? undefined : {});
  const falling = adapter.down([one]);
  await settled();
  clock.goOn(3_000);
  await falling;
  await adapter.up([one], 0);
  assert.ok(calls.find(({ text }) => text === '/down 10.0.0.1')!.signal.aborted);
  clock.goOn(5_000);
  await adapter.look([one]);
  await settled();
  assert.equal(texts(), '/up 10.0.0.1, /down 10.0.0.1, /up 10.0.0.1, /up 10.0.0.1');
});

test('command: what was taken down is not taken down again, until it was brought up', async () => {
  const { adapter, texts } = stage();
  await adapter.down([one]);
  await adapter.down([one]);
  assert.equal(texts(), '/down 10.0.0.1');
  await adapter.up([one], 0);
  await adapter.down([one]);
  assert.equal(texts(), '/down 10.0.0.1, /up 10.0.0.1, /down 10.0.0.1');
});

test('command: of several one is released, and what would take the others along is not run', async () => {
  const down = [['/down', '{ID}'], ['/down', '{address}']]; // prettier-ignore
  const { adapter, texts } = stage({ down });
  await adapter.up(both, 0);
  await adapter.down([one]);
  assert.equal(texts(), '/up 10.0.0.1, /up 10.0.0.2, /down 10.0.0.1');
  await adapter.down([two]);
  assert.match(texts(), /\/down 1, \/down 10\.0\.0\.2$/);
});

test('command: here is what the host has, and while it is held, what the cloud sends here as well', async () => {
  const show = { command: ['/show'], expect: '{address}', everyMs: 30_000 };
  const { adapter, state, host, clock } = stage({ show });
  state.answer = () => ({ stdout: '10.0.0.1 10.0.0.2' });
  host.present.add('10.0.0.1/32 on eth0');
  assert.deepEqual(await adapter.look(both), [one], 'left by an earlier process');
  await adapter.up(both, 0);
  host.present.delete('10.0.0.1/32 on eth0');
  assert.deepEqual(await adapter.look(both), [two]);
  await adapter.renew(both, 0);
  host.present.add('10.0.0.1/32 on eth0');
  state.answer = () => ({ stdout: '10.0.0.1' });
  clock.goOn(5_000);
  await adapter.look(both);
  await settled();
  assert.deepEqual(await adapter.look(both), [one]);
});

test('command: with nothing on the host the cloud is asked at the start, and never about what was released', async () => {
  const show = { command: ['/show'], expect: '{address}', everyMs: 30_000 };
  const { adapter, state, texts } = stage({ show, also: undefined, down: [] });
  state.answer = () => ({ exitCode: 255, stderr: 'offline' });
  await assert.rejects(adapter.look([one]), {
    code: 'VIP_UNKNOWN',
    message: '/show: exit code 255: offline',
  });
  state.answer = () => ({ stdout: '10.0.0.1' });
  assert.deepEqual(await adapter.look([one]), [one]);
  await adapter.down([one]);
  assert.deepEqual(await adapter.look([one]), []);
  assert.equal(texts(), '/show, /show');
});

test('command: nothing to ask and nothing on the host: nothing is here before it was brought up', async () => {
  const { adapter } = stage({ also: undefined });
  assert.deepEqual(await adapter.look([one]), []);
  await adapter.up([one], 0);
  assert.deepEqual(await adapter.look([one]), [one]);
  assert.match(adapter.notes([one])[0]!, /no `show`.*last asked for/);
});

test('command: left for a restart is what is on the host, and cannot be without that', async () => {
  const { adapter, hostCalls } = stage();
  await adapter.up([one], 3);
  await adapter.leave([one], 3);
  assert.equal(hostCalls(), 'up leave');
  await assert.rejects(stage({ also: undefined }).adapter.leave([one], 3), {
    message: /nothing would end it/,
  });
});

test('command: watches, notes, announcements and the end go through to the host', async () => {
  const { adapter, host } = stage();
  adapter.watch([one], () => undefined)();
  adapter.announce([one], { contested: false });
  assert.deepEqual(host.announced, [['10.0.0.1/32 on eth0']]);
  assert.equal(adapter.notes([one]).length, 1);
  await adapter.close();
  assert.ok(host.closed);
});

test('command: the plan has the commands of the cloud in their place', () => {
  const { adapter, host } = stage();
  host.plan = () => ({ up: ['host up'], down: ['host down'] });
  assert.deepEqual(adapter.plan([one], 1), {
    up: ['host up', '/up 10.0.0.1'],
    down: ['/down 10.0.0.1', 'host down'],
  });
});
