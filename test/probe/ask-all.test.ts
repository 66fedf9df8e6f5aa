import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProbeAnswer, Prober } from '../../src/core/ports.ts';
import type { ProbeSettings } from '../../src/core/settings.ts';
import { askAll, type AllAnswered } from '../../src/probe/ask-all.ts';
import { aTurn } from './loopback.ts';

const probes = (count: number): readonly ProbeSettings[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'ping', host: '{peer}', text: `probe ${index}` }));

/** Answers when it is told to. */
function toldProber() {
  const asked: { readonly text: string; readonly timeoutMs: number }[] = [];
  const answers: ((answer: ProbeAnswer) => void)[] = [];
  const prober: Prober = {
    ask({ text }, { timeoutMs }, about) {
      asked.push({ text: `${text} about ${about?.name}`, timeoutMs });
      return new Promise((resolve) => answers.push(resolve));
    },
  };
  return { prober, asked, answers };
}

/** Answers in the order in which they come: `2y` for a yes to probe 2. */
type Coming = readonly `${number}${'y' | 'n'}`[];
const rows: readonly (readonly [
  what: string,
  count: number,
  need: number,
  coming: Coming,
  outcome: boolean | undefined,
])[] = [
  ['nothing has come back', 2, 1, [], undefined],
  ['one of two is needed, and the first says yes', 2, 1, ['0y'], true],
  ['one of two is needed, and one says no', 2, 1, ['0n'], undefined],
  ['one of two is needed, and the last says yes', 2, 1, ['1n', '0y'], true],
  ['one of two is needed, and both say no', 2, 1, ['0n', '1n'], false],
  ['two of three are needed, and one says yes', 3, 2, ['2y'], undefined],
  ['two of three are needed, and one says no', 3, 2, ['2n'], undefined],
  ['two of three are needed, and two say no', 3, 2, ['2n', '0n'], false],
  ['two of three are needed, and the opinions differ', 3, 2, ['2n', '0y'], undefined],
  ['two of three are needed, and two say yes', 3, 2, ['2n', '0y', '1y'], true],
  ['all are needed, and one says no', 3, 3, ['1n'], false],
  ['none is needed', 2, 0, [], true],
  ['none is needed of none', 0, 0, [], true],
  ['one is needed of none', 0, 1, [], false],
  ['more are needed than there are', 2, 3, [], false],
];
for (const [what, count, need, coming, outcome] of rows) {
  test(`ask-all: ${what}: ${outcome ?? 'not certain'}`, async () => {
    const { prober, answers } = toldProber();
    let all: AllAnswered | undefined;
    void askAll(prober, probes(count), { timeoutMs: 1_000, need }).then((settled) => (all = settled));
    for (const [index, word] of coming.map((one) => [Number(one[0]), one[1]] as const)) {
      await aTurn();
      assert.equal(all, undefined, 'not before it is certain');
      answers[index]!({ answered: word === 'y', text: word! });
    }
    await aTurn();
    assert.equal(all?.answered, outcome);
  });
}

test('ask-all: all are asked at once, each with the limit, about the same node', () => {
  const { prober, asked } = toldProber();
  void askAll(prober, probes(2), { timeoutMs: 700, need: 1 }, { name: 'lb2', host: '10.0.0.2' });
  assert.deepEqual(asked, [
    { text: 'probe 0 about lb2', timeoutMs: 700 },
    { text: 'probe 1 about lb2', timeoutMs: 700 },
  ]);
});

test('ask-all: texts name the probe, in the order of the config, as far as they have come', async () => {
  const { prober, answers } = toldProber();
  const three = probes(3).map((probe) => ({ ...probe, text: `${probe.text} of {peer}` }));
  const all = askAll(prober, three, { timeoutMs: 1_000, need: 1 }, { name: 'lb2', host: '10.0.0.2' });
  answers[2]!({ answered: false, text: 'refused' });
  await aTurn();
  answers[0]!({ answered: true, text: 'connected' });
  const { texts } = await all;
  answers[1]!({ answered: true, text: 'late' });
  await aTurn();
  assert.deepEqual(texts, ['probe 0 of 10.0.0.2: connected', 'probe 2 of 10.0.0.2: refused']);
});
