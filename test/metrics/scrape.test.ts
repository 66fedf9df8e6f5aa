import assert from 'node:assert/strict';
import { test } from 'node:test';
import { family } from '../../src/metrics/family.ts';
import { newScrape } from '../../src/metrics/scrape.ts';
import { fullFacts } from './facts.ts';

test('scrape: many who ask cost one, and the next is made anew', async () => {
  let asked = 0;
  const scrape = newScrape({ facts: () => ((asked += 1), fullFacts()), nowMs: () => 0 });
  const texts = await Promise.all([scrape(), scrape(), scrape()]);
  assert.equal(asked, 1);
  assert.ok(texts[0]!.includes('sealbeat_group_active') && texts.every((text) => text === texts[0]));
  await scrape();
  assert.equal(asked, 2);
});

test('scrape: after two milliseconds whoever waits has its turn, and after less nobody', async () => {
  for (const [tookMs, turns] of [
    [1.9, 0],
    [2, 4],
  ] as const) {
    let nowMs = 0;
    let had = 0;
    let isDone = false;
    const slow = family('x', 'gauge', 'Why', [], (_, put) => {
      nowMs += tookMs / 2;
      put(1);
    });
    const count = (): void => {
      if (isDone) return;
      had += 1;
      setImmediate(count);
    };
    const scrape = newScrape({
      facts: fullFacts,
      nowMs: () => nowMs,
      families: Array(tookMs === 2 ? 8 : 2).fill(slow),
    });
    const made = scrape();
    setImmediate(count);
    await made;
    isDone = true;
    // One turn is given before the first line, in which the report was made.
    assert.equal(had, turns, `${tookMs} ms`);
  }
});

test('scrape: one that failed is no reason for the next to fail', async () => {
  let fails = true;
  const scrape = newScrape({
    nowMs: () => 0,
    facts() {
      if (fails) throw new Error('no report');
      return fullFacts();
    },
  });
  await assert.rejects(scrape(), /no report/);
  fails = false;
  assert.match(await scrape(), /^# HELP sealbeat_build_info/);
});

test('scrape: the report waits until nothing is due, but not for ever', async () => {
  for (const [quietMs, looks] of [
    [[20], 1],
    [[19, 0, 250], 3],
    [[0], 60],
  ] as const) {
    let looked = 0;
    const scrape = newScrape({
      ...{ facts: fullFacts, nowMs: () => 0 },
      quietMs: () => quietMs[Math.min(looked++, quietMs.length - 1)]!,
    });
    assert.match(await scrape(), /^# HELP/);
    assert.equal(looked, looks);
  }
});
