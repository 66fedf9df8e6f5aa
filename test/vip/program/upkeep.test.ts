import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../../src/core/errors.ts';
import type { Vip } from '../../../src/core/ports.ts';
import { newUpkeep } from '../../../src/vip/program/upkeep.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { settled } from '../../fakes/told-adapter.ts';
import { vipOf } from '../vip-of.ts';

const one = vipOf('10.0.0.1/32', 'eth0');
const two = vipOf('10.0.0.2/32', 'eth0');
const both = [one, two];
const bad = (text: string): OperatorError => new OperatorError('VIP_FAILED', text, { hint: 'x' });
const addresses = (vips: readonly Vip[]): string => vips.map(({ address }) => address.slice(-1)).join('');

interface Call {
  readonly text: string;
  readonly signal: AbortSignal;
  settle(thrown?: Error): void;
}

/** Programs that end when they are told to, or at once. */
function stage({ shows = true, everyMs = 1_000 }: { shows?: boolean; everyMs?: number } = {}) {
  const clock = new ManualClock();
  const calls: Call[] = [];
  const problems: string[] = [];
  const there = new Set<Vip>();
  const state = { atOnce: true, broken: undefined as Error | undefined };
  const call = <Result>(text: string, signal: AbortSignal, done: () => Result): Promise<Result> =>
    new Promise((resolve, reject) => {
      const settle = (thrown = state.broken): void =>
        thrown === undefined ? resolve(done()) : reject(thrown);
      calls.push({ text, signal, settle });
      signal.addEventListener('abort', () => reject(bad('superseded')));
      if (state.atOnce) settle();
    });
  const upkeep = newUpkeep({
    clock,
    bringUp: (vips, signal) =>
      call(`up ${addresses(vips)}`, signal, () => vips.forEach((vip) => there.add(vip))),
    show: shows
      ? (vips, signal) => call(`show ${addresses(vips)}`, signal, () => vips.filter((vip) => there.has(vip)))
      : undefined,
    showAgainMs: () => everyMs,
    onProblem: ({ message }) => problems.push(message),
  });
  const up = (vips = both, epoch = 8): Promise<void> => upkeep.up(vips, epoch, () => Promise.resolve());
  const down = (vips = both): Promise<void> =>
    upkeep.down(vips, (signal) => call(`down ${addresses(vips)}`, signal, () => undefined), {
      background: false,
    });
  /** What a look would say, when all that it causes has been done. */
  const seen = async (): Promise<string> => {
    await upkeep.seen(both, 0);
    await settled();
    return addresses(await upkeep.seen(both, 0));
  };
  const texts = (): string => calls.map(({ text }) => text).join(', ');
  return { clock, calls, problems, there, state, upkeep, up, down, seen, texts };
}

test('upkeep: what is here for this epoch is not brought up again, and for another it is', async () => {
  const { up, texts } = stage();
  await up();
  await up();
  assert.equal(texts(), 'up 12');
  await up(both, 16);
  assert.equal(texts(), 'up 12, up 12');
});

test('upkeep: what failed is brought up at the next call, and so is one that came with it', async () => {
  const { up, state, texts, seen } = stage({ shows: false });
  state.broken = bad('no');
  await assert.rejects(up([one]), /no/);
  assert.equal(await seen(), '');
  state.broken = undefined;
  await up();
  assert.equal(texts(), 'up 1, up 12');
  assert.equal(await seen(), '12');
});

test('upkeep: what `show` says counts for as long as it is told to', async () => {
  const { up, seen, there, clock, texts } = stage({ everyMs: 5_000 });
  await up();
  there.delete(two);
  clock.goOn(4_999);
  assert.equal(await seen(), '12');
  assert.equal(texts(), 'up 12');
  clock.goOn(1);
  assert.equal(await seen(), '1');
  assert.equal(texts(), 'up 12, show 12');
});

test('upkeep: what is gone is put back when somebody says so, once, and seen meanwhile', async () => {
  const { up, seen, there, clock, upkeep, state, calls, texts } = stage();
  await up();
  there.delete(two);
  clock.goOn(1_000);
  assert.equal(await seen(), '1');
  assert.equal(texts(), 'up 12, show 12', 'looking repairs nothing');
  state.atOnce = false;
  upkeep.putBack();
  upkeep.putBack();
  await settled();
  assert.equal(texts(), 'up 12, show 12, up 2');
  assert.equal(addresses(await upkeep.seen(both, 0)), '12');
  calls.at(-1)!.settle();
  await settled();
  assert.equal(addresses(await upkeep.seen(both, 0)), '12');
});

test('upkeep: putting back that fails is told, and tried again after five seconds, not before', async () => {
  const { up, seen, there, clock, upkeep, state, problems, texts } = stage();
  await up();
  there.clear();
  clock.goOn(1_000);
  assert.equal(await seen(), '');
  state.broken = bad('quota exceeded');
  upkeep.putBack();
  await settled();
  assert.deepEqual(problems, ['quota exceeded']);
  assert.equal(addresses(await upkeep.seen(both, 0)), '', 'and the machine hears that they are gone');
  await settled();
  const before = texts();
  clock.goOn(4_999);
  upkeep.putBack();
  await settled();
  assert.equal(texts(), before);
  clock.goOn(1);
  upkeep.putBack();
  await settled();
  assert.equal(texts(), `${before}, up 12`);
});

test('upkeep: a `show` that cannot tell takes nothing from anybody, and is told with its age', async () => {
  const { up, seen, clock, upkeep, state } = stage();
  await up();
  state.broken = bad('API down');
  for (let second = 1; second <= 60; second += 1) {
    clock.goOn(1_000);
    assert.equal(await seen(), '12');
  }
  assert.deepEqual(upkeep.unclear(), { text: 'API down', sinceMs: 59_000 });
  state.broken = undefined;
  clock.goOn(1_000);
  await seen();
  assert.equal(upkeep.unclear(), undefined);
});

test('upkeep: an answer is waited for as long as there is patience, and known later in any case', async () => {
  const { up, there, clock, upkeep, state, calls } = stage();
  await up();
  there.clear();
  clock.goOn(1_000);
  state.atOnce = false;
  let answer: string | undefined;
  void upkeep.seen(both, 250).then((vips) => (answer = addresses(vips)));
  await settled();
  assert.equal(answer, undefined);
  clock.goOn(250);
  await settled();
  assert.equal(answer, '12', 'what was known before');
  calls.at(-1)!.settle();
  await settled();
  assert.equal(addresses(await upkeep.seen(both, 0)), '');

  const quick = upkeep.seen(both, 250);
  calls.at(-1)!.settle();
  assert.equal(addresses(await quick), '');
});

test('upkeep: in doubt it is looked first, and what is here is left alone', async () => {
  const { up, clock, upkeep, texts, there, seen } = stage({ everyMs: 30_000 });
  await up();
  clock.goOn(5_000);
  upkeep.doubt();
  await settled();
  assert.equal(texts(), 'up 12, show 12');
  there.delete(one);
  clock.goOn(5_000);
  upkeep.doubt();
  await settled();
  assert.equal(texts(), 'up 12, show 12, show 12, up 1');
  assert.equal(await seen(), '12');
});

test('upkeep: in doubt and without `show`, or without an answer of it, all are brought up again', async () => {
  const blind = stage({ shows: false });
  await blind.up();
  blind.clock.goOn(5_000);
  blind.upkeep.doubt();
  await settled();
  assert.equal(blind.texts(), 'up 12, up 12');

  const unclear = stage({ everyMs: 30_000 });
  await unclear.up();
  unclear.clock.goOn(5_000);
  unclear.state.broken = bad('API down');
  unclear.upkeep.doubt();
  await settled();
  assert.equal(unclear.texts(), 'up 12, show 12, up 12');
  assert.deepEqual(unclear.problems, ['API down']);
  assert.equal(await unclear.seen(), '12', 'what was not known to be gone is kept');
  unclear.state.broken = undefined;
  unclear.clock.goOn(5_000);
  await unclear.seen();
  assert.equal(unclear.texts(), 'up 12, show 12, up 12, show 12', 'and looked for again');
});

test('upkeep: doubts come in bursts, and are looked into at most every five seconds, the last one too', async () => {
  const { up, clock, upkeep, texts, seen } = stage({ shows: false });
  await up();
  for (const ms of [0, 100, 400, 500, 1_000]) {
    clock.goOn(ms);
    upkeep.doubt();
    await settled();
  }
  assert.equal(texts(), 'up 12');
  clock.goOn(2_999);
  await seen();
  assert.equal(texts(), 'up 12');
  clock.goOn(1);
  await seen();
  assert.equal(texts(), 'up 12, up 12');
  clock.goOn(60_000);
  await seen();
  assert.equal(texts(), 'up 12, up 12', 'and once is enough');
});

test('upkeep: what was ended before it answered makes the next holder look after five seconds', async () => {
  const { up, down, clock, upkeep, texts, seen } = stage({ shows: false });
  upkeep.distrust();
  clock.goOn(60_000);
  await seen();
  assert.equal(texts(), '', 'nobody holds anything');
  await up();
  clock.goOn(4_999);
  await seen();
  assert.equal(texts(), 'up 12');
  clock.goOn(1);
  await seen();
  assert.equal(texts(), 'up 12, up 12');
  await down();
});

test('upkeep: something else is wanted: what is being brought up ends, and the release does not wait', async () => {
  const { up, down, state, upkeep, texts, calls } = stage();
  state.atOnce = false;
  const rising = up();
  await settled();
  upkeep.supersede();
  const falling = down();
  await assert.rejects(rising, /superseded/);
  await settled();
  assert.equal(texts(), 'up 12, down 12');
  calls.at(-1)!.settle();
  await falling;
});

test('upkeep: superseded before it had begun, nothing is brought up', async () => {
  const { upkeep, texts } = stage();
  const rising = upkeep.up(both, 8, async () => upkeep.supersede());
  await assert.rejects(rising, { code: 'VIP_FAILED', message: /before it had begun/ });
  assert.equal(texts(), '');
});

test('upkeep: a release ends a repair under way, and is not undone by it', async () => {
  const { up, down, state, clock, upkeep, calls, problems, seen, there } = stage({ shows: false });
  await up();
  clock.goOn(5_000);
  state.atOnce = false;
  upkeep.doubt();
  await settled();
  const repair = calls.at(-1)!;
  const falling = down();
  assert.ok(repair.signal.aborted);
  await settled();
  calls.at(-1)!.settle();
  await falling;
  there.clear();
  assert.deepEqual(problems, [], 'what nobody wants any more has not failed');
  assert.equal(await seen(), '');
});

test('upkeep: of several that are wanted one is released, and the others are looked after', async () => {
  const { up, down, clock, texts, seen, upkeep } = stage();
  await up();
  await down([one]);
  assert.deepEqual(upkeep.wanted(), [two]);
  clock.goOn(1_000);
  assert.equal(await seen(), '2');
  assert.equal(texts(), 'up 12, down 1, show 2');
});

test('upkeep: at the end what takes down has a moment, and everything else has none', async () => {
  const { up, down, state, clock, upkeep, calls } = stage();
  await up();
  state.atOnce = false;
  clock.goOn(1_000);
  await upkeep.seen(both, 0);
  const looking = calls.at(-1)!;
  assert.equal(looking.text, 'show 12');
  const falling = down().catch(({ message }: Error) => message);
  const closing = upkeep.close(4_000);
  assert.ok(looking.signal.aborted);
  await settled();
  clock.goOn(3_999);
  assert.ok(!calls.at(-1)!.signal.aborted);
  clock.goOn(1);
  assert.equal(await falling, 'superseded');
  await closing;
  assert.equal(clock.waiting, 0);
});
