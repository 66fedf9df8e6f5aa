import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { examine } from '../../src/config/load.ts';
import { settled } from '../fakes/told-adapter.ts';
import { configText, EXAMPLES, groupOf, type Example } from './examples.ts';
import { twoNodes, type TwoNodes } from './two-nodes.ts';

const folder = join(import.meta.dirname, '..', '..', 'config', 'cloud');

for (const name of readdirSync(folder)) {
  test(`cloud example ${name}: is a good file, without a word about it`, () => {
    const { settings, problems } = examine(configText(name.replace('.yaml', '')));
    assert.deepEqual(problems, []);
    assert.equal(settings?.groups.length, 1);
  });
}

test('cloud examples: each that has commands is tried here', () => {
  const withCommands = readdirSync(folder)
    .map((name) => name.replace('.yaml', ''))
    .filter((name) => groupOf(name).command !== undefined);
  assert.deepEqual(withCommands.toSorted(), EXAMPLES.map(({ file }) => file).toSorted());
});

const scene = (name: string, body: (stage: TwoNodes, example: Example) => Promise<void>): void => {
  for (const example of EXAMPLES)
    test(`cloud ${example.file}: ${name}`, { timeout: 20_000 }, () => body(twoNodes(example), example));
};
/** What belongs to the way up: not the look that confirms it. */
const isUp = (words: readonly string[]): boolean =>
  !/describe|list|show| get |-get/.test(` ${words.join(' ')} `);

scene(
  'a node takes it, holds it, and nobody else has it',
  async ({ one, two, holders, claim, hold, within }) => {
    await claim(one, 8);
    assert.deepEqual(holders(), ['lb1']);
    assert.deepEqual(one.host?.present.size ?? 1, 1);
    assert.equal(await hold(one, 120), 0);
    assert.deepEqual(one.problems, []);
    assert.deepEqual(await within(5_000, two.adapter.look(two.vips)), []);
  },
);

scene('another takes it over from a node that says nothing', async ({ one, two, holders, claim, hold }) => {
  await claim(one, 8);
  await claim(two, 16);
  assert.deepEqual(holders(), ['lb2']);
  assert.equal(await hold(two, 60), 0);
});

scene(
  'a planned move, and back, leaves nothing behind',
  async ({ one, two, holders, claim, within, clock }) => {
    await claim(one, 8);
    for (const [from, to, epoch] of [
      [one, two, 16],
      [two, one, 24],
    ] as const) {
      await within(4_000, from.adapter.down(from.vips));
      assert.equal(from.host?.present.size ?? 0, 0);
      await claim(to, epoch);
      assert.deepEqual(holders(), [to.name]);
    }
    clock.goOn(120_000);
    await settled();
    assert.deepEqual(holders(), ['lb1']);
    assert.deepEqual([...one.problems, ...two.problems], []);
  },
);

scene('claimed again by the node that has it already', async ({ one, holders, claim, within }) => {
  await claim(one, 8);
  await within(4_000, one.adapter.down(one.vips));
  await claim(one, 16);
  assert.deepEqual(holders(), ['lb1']);
});

scene('a release after another has taken it takes nothing from anybody', async (stage) => {
  const { one, two, holders, claim, within, clock } = stage;
  await claim(one, 8);
  await claim(two, 16);
  await within(4_000, one.adapter.down(one.vips));
  for (let second = 0; second < 120; second += 1) {
    clock.goOn(1_000);
    await settled();
  }
  assert.deepEqual(holders(), ['lb2']);
});

scene('a service that fails is asked again after 1, 2 and 4 s', async ({ one, holders, claim }) => {
  let attempts = 0;
  one.faultOf = (words) => {
    if (!isUp(words)) return undefined;
    if (words.join() === one.exec.calls[0]?.words.join()) attempts += 1;
    return attempts <= 3 ? { kind: 'fails', text: 'RequestLimitExceeded' } : undefined;
  };
  await claim(one, 8);
  assert.deepEqual(holders(), ['lb1']);
  assert.equal(attempts, 4);
  // Each call takes a second; what is longer between two of them is waiting.
  const waits = one.exec.calls.flatMap(({ at }, index) => {
    const waited = at - (one.exec.calls[index - 1]?.at ?? at - 1_000) - 1_000;
    return waited > 0 ? [waited] : [];
  });
  assert.deepEqual(waits, [1_000, 2_000, 4_000]);
});

scene(
  'a service that always fails ends in an error within give_up',
  async ({ one, holders, claim, clock }, example) => {
    const { giveUpMs } = groupOf(example.file).command!;
    one.faultOf = (words) => (isUp(words) ? { kind: 'fails', text: 'UnauthorizedOperation' } : undefined);
    await assert.rejects(claim(one, 8), {
      name: 'OperatorError',
      message: new RegExp(`UnauthorizedOperation \\(tried \\d+ times in ${giveUpMs / 1_000} s\\)$`),
    });
    assert.ok(clock.nowMs() <= giveUpMs);
    assert.deepEqual(holders(), []);
  },
);

scene(
  'a call that hangs is ended at its limit, and made again',
  async ({ one, holders, claim, clock }, example) => {
    const { timeoutMs } = groupOf(example.file).command!;
    let hung = false;
    one.faultOf = (words) => {
      if (!isUp(words) || hung) return undefined;
      hung = true;
      return { kind: 'hangs' };
    };
    await claim(one, 8);
    assert.deepEqual(holders(), ['lb1']);
    assert.ok(clock.nowMs() >= timeoutMs && clock.nowMs() < timeoutMs + 10_000, `${clock.nowMs()}`);
  },
);

scene('what a loser asked for comes late, and the holder takes it back', async (stage) => {
  const { one, two, holders, claim, hold, clock } = stage;
  one.faultOf = (words) => (isUp(words) ? { kind: 'late', effectAfterMs: 20_000 } : undefined);
  const losing = claim(one, 8).catch(({ message }: Error) => message);
  clock.goOn(500);
  one.adapter.supersede?.();
  assert.match(String(await losing), /something else is wanted now/);
  await claim(two, 16);
  assert.deepEqual(holders(), ['lb2']);
  const missed = await hold(two, 15);
  assert.equal(missed, 0);
  // It comes into effect. What is refused because the holder has the address by then does no harm.
  clock.goOn(10_000);
  await hold(two, 40);
  assert.deepEqual(holders(), ['lb2']);
  assert.deepEqual(two.problems, []);
});

scene('a rival was seen: the holder looks at once, and takes back what is not its own', async (stage) => {
  const { one, two, holders, claim, hold, within } = stage;
  await claim(one, 8);
  await hold(one, 60);
  await claim(two, 16); // and lets go again, since the first is better; its own machine ends what it began
  one.errand = { ...one.errand, epoch: 24, role: 'active' };
  const asked = one.exec.calls.length;
  one.adapter.announce(one.vips, { contested: true });
  await settled();
  assert.ok(one.exec.calls.length > asked, 'at once');
  await within(60_000, one.adapter.look(one.vips));
  await hold(one, 10);
  assert.deepEqual(holders(), ['lb1']);
});

scene(
  'a service that is away for ten minutes takes it from nobody',
  async ({ one, holders, claim, hold }) => {
    await claim(one, 8);
    one.faultOf = () => ({ kind: 'fails', text: 'Could not connect to the endpoint URL' });
    assert.equal(await hold(one, 600), 0);
    assert.deepEqual(holders(), ['lb1']);
    assert.match(
      one.adapter.notes(one.vips).at(-1) ?? '',
      /has not said for \d+ s.*believed.*Could not connect/,
    );
    one.faultOf = () => undefined;
    assert.equal(await hold(one, 60), 0);
    assert.deepEqual(one.adapter.notes(one.vips), []);
  },
);

scene('one that hangs keeps no renewal and no look waiting', async ({ one, claim, within }) => {
  await claim(one, 8);
  one.faultOf = () => ({ kind: 'hangs' });
  one.adapter.announce(one.vips, { contested: true });
  await within(0, one.adapter.look(one.vips));
  await within(0, one.adapter.renew(one.vips, 1));
});

scene('a release that hangs is over after three seconds', async ({ one, claim, within, clock }) => {
  await claim(one, 8);
  one.faultOf = () => ({ kind: 'hangs' });
  const began = clock.nowMs();
  await within(4_000, one.adapter.down(one.vips));
  assert.ok(clock.nowMs() - began <= 3_100);
  assert.equal(one.host?.present.size ?? 0, 0);
  assert.deepEqual(await within(0, one.adapter.look(one.vips)), []);
});

for (const example of EXAMPLES) {
  const how = example.fences === true ? 'is refused' : 'is not refused, and corrected by the holder';
  test(`cloud ${example.file}: a claim of an earlier epoch ${how}`, { timeout: 20_000 }, async () => {
    const { one, two, claim, hold, holders } = twoNodes(example);
    await claim(two, 16);
    if (example.fences === true) {
      await assert.rejects(claim(one, 8), { message: /ConditionalCheckFailedException.*tried \d+ times/ });
    } else {
      await claim(one, 8);
      await hold(two, 60);
    }
    assert.deepEqual(holders(), ['lb2']);
  });
}
