import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASKS_NOBODY, type AskPolicy } from '../../src/core/group/state.ts';
import { Chance } from './chance.ts';
import { NeverTwoHolders } from './checks.ts';
import { run } from './run.ts';
import { cut, gapsOf, restsAt, running, telling, type Stage } from './stage.ts';
import { WEB, type Setup, type World } from './world.ts';

// Goal: those who are asked before a claim keep two from holding, and cost no service that they need not cost.
// Method: cuts, deaths and absences at every phase of the beat, each with what must not happen beside what must.

const WITNESS = { witness: { timeoutMs: 500 } } as const;
const WAIT = { confirm: { ifAlive: 'wait', timeoutMs: 500 } } as const;
const TAKE = { confirm: { ifAlive: 'take', timeoutMs: 500 } } as const;
const FENCE = { fence: { timeoutMs: 2_000 } } as const;
const LOCK = { lock: { ttlMs: 10_000, timeoutMs: 1_000 } } as const;
const MANUAL = { failback: { mode: 'manual', delayMs: 0 } } as const;
const TWO = { priorities: [101, 100], ...MANUAL } as const;
const THREE = { priorities: [102, 101, 100], ...MANUAL } as const;

const asking = (asks: Partial<AskPolicy>, setup: Partial<Setup>, holder?: number): Stage =>
  running({ ...setup, asks: { ...ASKS_NOBODY, ...asks } }, holder);

/** The same, and never do two hold it for a moment. */
function never(asks: Partial<AskPolicy>, setup: Partial<Setup>, holder?: number): Stage {
  const staged = asking(asks, setup, holder);
  staged.world.checks.push(new NeverTwoHolders(staged.world, { mayCross: false }));
  return staged;
}

/** Nobody on one side hears anybody on another. */
function splits(world: World, sides: readonly (readonly number[])[], isCut = true): void {
  const sideOf = (number: number): number => sides.findIndex((side) => side.includes(number));
  for (const { number: from } of world.hosts) {
    for (const { number: to } of world.hosts)
      if (from !== to && sideOf(from) !== sideOf(to)) cut(world, [[from, to]], isCut);
  }
}

/** From everything: the others, the witness and the arbiter. */
function cutsOff(world: World, number: number): void {
  splits(world, [[number], world.hosts.map((host) => host.number).filter((other) => other !== number)]);
  Object.assign(world.host(number).cutOff, { witness: true, arbiter: true });
}

function mends(world: World): void {
  splits(
    world,
    world.hosts.map(({ number }) => [number]),
    false,
  );
  for (const { cutOff } of world.hosts)
    Object.assign(cutOff, { witness: false, arbiter: false, fence: false });
  Object.assign(world.counsel.outside, { witnessDown: false, arbiterDown: false, fenceFails: false });
}

/** Exactly one in the end, whoever it is, and then nothing moves. */
function restsWithOne(staged: Stage): void {
  const { world } = staged;
  assert.ok(
    world.runUntil(30_000, () => world.holders().length === 1 && world.actives().length === 1),
    'nobody, or more than one',
  );
  world.runFor(world.setup.timeoutMs);
  restsAt(staged, world.actives()[0]!);
}

// ── witness ──────────────────────────────────────────────────────────────────────────────────────────────────────────

for (const nodes of [TWO, THREE]) {
  test(`sim: witness, the holder of ${nodes.priorities.length} is cut off: it lets go before another claims`, () => {
    for (let phase = 0; phase < 25; phase++) {
      const staged = never(WITNESS, { ...nodes, seed: phase + 1, delayMs: [0.1, 1, 10, 40][phase % 4]! });
      const { world, claims } = staged;
      telling(world, () => {
        world.runFor(phase * 10);
        const cutAt = world.now;
        cutsOff(world, 1);
        assert.ok(
          world.runUntil(3_000, () => world.holders().length === 0),
          'it did not let go',
        );
        assert.equal(claims.length, 0);
        // Nine tenths of 3 s, less two beats and four ways of up to 40 ms each, of which it counts two twice.
        assert.ok(world.now - cutAt > 1_700, 'it let go long before anybody could claim');
        assert.ok(
          world.runUntil(1_500, () => world.holders().length === 1),
          'nobody took over',
        );
        assert.equal(claims[0]?.by, 2);
        mends(world);
        restsAt(staged, 2);
      });
    }
  });
}

test('sim: witness, it is down while the nodes hear each other: nothing moves', () => {
  for (const nodes of [TWO, THREE]) {
    const staged = never(WITNESS, nodes);
    telling(staged.world, () => {
      staged.world.counsel.outside.witnessDown = true;
      restsAt(staged, 1, 60_000);
    });
  }
});

test('sim: witness, it is down, one of three is dead and frames are lost: nothing moves', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const staged = never(WITNESS, { ...THREE, seed });
    const { world } = staged;
    telling(world, () => {
      world.host(3).kill();
      world.runFor(10_000);
      world.counsel.outside.witnessDown = true;
      for (const way of world.network.ways()) way.loss = 0.3;
      restsAt(staged, 1, 30_000);
    });
  }
});

test('sim: witness, it is down and the holder dies: nobody serves until it is back, then one', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const staged = never(WITNESS, { ...TWO, seed });
    const { world, claims } = staged;
    telling(world, () => {
      world.counsel.outside.witnessDown = true;
      world.host(1).kill();
      world.runFor(60_000);
      assert.equal(claims.length, 0);
      world.counsel.outside.witnessDown = false;
      assert.ok(
        world.runUntil(3_000, () => world.holders().join() === '2'),
        'nobody serves',
      );
      restsAt(staged, 2);
    });
  }
});

test('sim: witness, it is down and the dead holder returns instead: it serves again', () => {
  const staged = never(WITNESS, TWO);
  const { world } = staged;
  telling(world, () => {
    world.counsel.outside.witnessDown = true;
    world.host(1).kill();
    world.runFor(20_000);
    world.host(1).start();
    restsWithOne(staged);
  });
});

test('sim: witness, both sides of a cut reach it: both hold, as the manual says, and one after the cut', () => {
  const staged = asking(WITNESS, TWO);
  const { world } = staged;
  telling(world, () => {
    splits(world, [[1], [2]]);
    world.runFor(10_000);
    assert.deepEqual(world.holders(), [1, 2]);
    mends(world);
    restsWithOne(staged);
  });
});

test('sim: witness, a standby that is cut off alone does not claim', () => {
  for (let phase = 0; phase < 10; phase++) {
    const staged = never(WITNESS, { ...TWO, seed: phase + 1 });
    const { world } = staged;
    telling(world, () => {
      world.runFor(phase * 25);
      cutsOff(world, 2);
      restsAt(staged, 1, 30_000);
      mends(world);
      restsAt(staged, 1);
    });
  }
});

// ── confirm ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const SILENT = [2_700, 3_060] as const;
const deaths: readonly {
  name: string;
  asks: Partial<AskPolicy>;
  dies: (world: World) => void;
  extraMs: number;
}[] = [
  {
    name: 'the host answers: one lease of waiting',
    asks: WAIT,
    dies: (world) => world.host(1).kill({ guardToo: true }),
    extraMs: 2_200,
  },
  {
    name: 'the host is dead: none, but for the question',
    asks: WAIT,
    dies: (world) => world.host(1).pause(),
    extraMs: 500,
  },
  {
    name: 'the host answers, take: none',
    asks: TAKE,
    dies: (world) => world.host(1).kill({ guardToo: true }),
    extraMs: 0,
  },
];
for (const { name, asks, dies, extraMs } of deaths) {
  test(`sim: confirm, ${name}`, () => {
    for (let phase = 0; phase < 10; phase++) {
      const staged = asking(asks, { ...TWO, seed: phase + 1 });
      const { world, claims } = staged;
      telling(world, () => {
        world.runFor(phase * 25);
        const diedAt = world.now;
        dies(world);
        world.runFor(10_000);
        assert.deepEqual(
          claims.map(({ by }) => by),
          [2],
          'once',
        );
        const afterMs = claims[0]!.at - diedAt;
        assert.ok(afterMs >= SILENT[0] + extraMs && afterMs <= SILENT[1] + extraMs, `after ${afterMs} ms`);
      });
    }
  });
}

test('sim: confirm, a holder that is back within the wait keeps it', () => {
  const staged = never(WAIT, TWO);
  const { world } = staged;
  telling(world, () => {
    world.host(1).freeze();
    world.runFor(4_000);
    world.host(1).thaw();
    world.runFor(10_000);
    assert.equal(world.actives().length, 1);
    assert.equal(world.holders().length, 1);
  });
});

// ── fence ────────────────────────────────────────────────────────────────────────────────────────────────────────────

test('sim: fence, the holder is off before another claims', () => {
  for (let phase = 0; phase < 15; phase++) {
    const staged = never(FENCE, { ...TWO, seed: phase + 1 });
    const { world } = staged;
    telling(world, () => {
      world.runFor(phase * 17);
      splits(world, [[1], [2]]);
      assert.ok(world.runUntil(4_000, () => world.holders().join() === '2'));
      assert.equal(world.host(1).agent, undefined);
      mends(world);
      restsAt(staged, 2, 20_000);
    });
  }
});

test('sim: fence, the dead holder is switched off and on, the dead standby is left alone', () => {
  const staged = never(FENCE, THREE);
  const { world } = staged;
  telling(world, () => {
    world.host(3).kill();
    world.runFor(5_000);
    world.host(1).kill({ guardToo: true });
    assert.ok(world.runUntil(4_000, () => world.holders().join() === '2'));
    world.runFor(8_000);
    assert.notEqual(world.host(1).agent, undefined, 'it was not fenced');
    assert.equal(world.host(3).agent, undefined, 'it was fenced');
  });
});

test('sim: fence, a planned move fences nobody', () => {
  const staged = never(FENCE, TWO);
  const { world } = staged;
  telling(world, () => {
    const { agent } = world.host(1);
    world.host(1).order({ kind: 'switchover', to: 2 });
    world.runFor(1_000);
    restsAt(staged, 2);
    assert.equal(world.host(1).agent, agent);
  });
});

test('sim: fence, while it fails nobody claims, and it is tried again less and less often', () => {
  const staged = never(FENCE, TWO);
  const { world, claims } = staged;
  telling(world, () => {
    world.counsel.outside.fenceFails = true;
    splits(world, [[1], [2]]);
    world.runFor(40_000);
    assert.equal(claims.length, 0);
    assert.deepEqual(world.holders(), [1]);
    const { role, failures } = world.group(2)!;
    assert.equal(role, 'standby');
    assert.ok(failures >= 3 && failures <= 5, `${failures} failures in 40 s`);
    world.counsel.outside.fenceFails = false;
    assert.ok(world.runUntil(60_000, () => world.holders().join() === '2'));
  });
});

test('sim: fence, where one node cannot fence, another may', () => {
  const staged = never(FENCE, THREE);
  const { world, claims } = staged;
  telling(world, () => {
    world.host(2).cutOff.fence = true;
    splits(world, [[1], [2, 3]]);
    assert.ok(world.runUntil(10_000, () => world.holders().join() === '3'));
    assert.deepEqual(
      claims.map(({ by }) => by),
      [3],
    );
  });
});

// ── arbiter ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const SPLITS: readonly (readonly (readonly number[])[])[] = [
  [[1], [2]],
  [[1], [2, 3]],
  [[2], [1, 3]],
  [[3], [1, 2]],
  [[1], [2], [3]],
];
for (const sides of SPLITS) {
  const name = sides.map((side) => side.join('+')).join(' | ');
  test(`sim: arbiter, split ${name}: one holder where the arbiter is, nobody where it is not`, () => {
    const nodes = sides.flat().length === 2 ? TWO : THREE;
    const everybody = sides.flat();
    for (const reach of [...sides, everybody, []]) {
      for (const holder of everybody) {
        for (let phase = 0; phase < 3; phase++) {
          const staged = never(LOCK, { ...nodes, seed: phase + 1, delayMs: [1, 40, 0.1][phase]! }, holder);
          const { world, claims } = staged;
          telling(world, () => {
            world.runFor(phase * 83);
            for (const { number, cutOff } of world.hosts) cutOff.arbiter = !reach.includes(number);
            splits(world, sides);
            world.runFor(25_000);
            const holders = world.holders();
            assert.equal(holders.length, reach.length > 0 ? 1 : 0, `reach ${reach}, holder lb${holder}`);
            assert.ok(holders.every((number) => reach.includes(number)));
            if (reach.includes(holder)) assert.deepEqual([holders, claims], [[holder], []], 'it moved');
            mends(world);
            restsWithOne(staged);
          });
        }
      }
    }
  });
}

for (const nodes of [TWO, THREE]) {
  test(`sim: arbiter, network and arbiter of ${nodes.priorities.length} come and go: never two`, () => {
    for (let seed = 1; seed <= 25; seed++) {
      const staged = never(LOCK, { ...nodes, seed, delayMs: [0.1, 1, 10, 40][seed % 4]! });
      const { world } = staged;
      const chance = new Chance(seed, 'flaps');
      telling(world, () => {
        for (let round = 0; round < 60; round++) {
          for (const way of world.network.ways()) if (chance.is(0.3)) way.cut = chance.is(0.5);
          for (const { cutOff } of world.hosts) if (chance.is(0.3)) cutOff.arbiter = chance.is(0.4);
          world.counsel.outside.arbiterDown = chance.is(0.1);
          world.runFor(chance.between(50, 2_000));
        }
        mends(world);
        restsWithOne(staged);
      });
    }
  });
}

test('sim: arbiter, it is gone for ten minutes while all are heard: the holder stays; then a peer is lost: it lets go', () => {
  for (const nodes of [TWO, THREE]) {
    const staged = never(LOCK, nodes);
    const { world, claims, counts } = staged;
    telling(world, () => {
      world.counsel.outside.arbiterDown = true;
      world.runFor(600_000);
      assert.deepEqual([world.holders(), claims, counts], [[1], [], []]);
      splits(world, [[1], [2, 3]]);
      assert.ok(
        world.runUntil(world.setup.timeoutMs, () => world.holders().length === 0),
        'it kept it',
      );
      world.counsel.outside.arbiterDown = false;
      world.host(1).cutOff.arbiter = true;
      assert.ok(world.runUntil(10_000, () => world.holders().join() === '2'));
    });
  }
});

test('sim: arbiter, it is gone and the holder dies: nobody claims until it is back', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const staged = never(LOCK, { ...TWO, seed });
    const { world, claims } = staged;
    telling(world, () => {
      world.counsel.outside.arbiterDown = true;
      world.runFor(1_000 * seed);
      world.host(1).kill();
      world.runFor(60_000);
      assert.equal(claims.length, 0);
      world.counsel.outside.arbiterDown = false;
      assert.ok(world.runUntil(3_000, () => world.holders().join() === '2'));
    });
  }
});

test('sim: arbiter, the holder dies: its lock is waited for, and no longer', () => {
  for (let phase = 0; phase < 10; phase++) {
    const staged = never(LOCK, { ...TWO, seed: phase + 1 });
    const { world, claims } = staged;
    telling(world, () => {
      world.runFor(phase * 333);
      const diedAt = world.now;
      world.host(1).kill({ guardToo: true });
      assert.ok(world.runUntil(12_000, () => world.holders().join() === '2'));
      assert.ok(claims[0]!.at - diedAt >= 3_000 && claims[0]!.at - diedAt < 11_500);
    });
  }
});

test('sim: arbiter, the holder of three dies: the better of the others most often asks first after the end of its lock', () => {
  let best = 0;
  for (let phase = 0; phase < 40; phase++) {
    const staged = never(LOCK, { priorities: [103, 102, 101], seed: phase + 1 });
    const { world, claims } = staged;
    telling(world, () => {
      world.runFor(phase * 333);
      claims.length = 0;
      world.host(1).kill({ guardToo: true });
      assert.ok(world.runUntil(12_000, () => claims.length > 0));
      best += claims[0]!.by === 2 ? 1 : 0;
      world.runFor(15_000);
      assert.deepEqual(world.holders(), [2], 'and in the end it holds');
    });
  }
  // Asked for as often by both, it was 1 of 40.
  assert.ok(best >= 24, `only ${best} of 40`);
});

test('sim: arbiter, the holder is cut off and freezes at any moment: its VIP is gone before its lock', () => {
  for (let afterMs = 3_000; afterMs < 10_500; afterMs += 150) {
    const staged = never(LOCK, { ...TWO, seed: afterMs });
    const { world } = staged;
    telling(world, () => {
      cutsOff(world, 1);
      world.runFor(afterMs);
      world.host(1).freeze();
      assert.ok(world.runUntil(12_000, () => world.holders().join() === '2'));
    });
  }
});

test('sim: arbiter, a planned move leaves nobody without the VIP for a moment', () => {
  for (const nodes of [TWO, THREE]) {
    for (let seed = 1; seed <= 12; seed++) {
      const staged = never(LOCK, { ...nodes, seed, delayMs: [0.1, 1, 10, 40][seed % 4]! });
      const { world } = staged;
      telling(world, () => {
        const orderedAt = world.now;
        world.host(1).order({ kind: 'switchover', to: 2 });
        assert.ok(world.runUntil(1_000, () => world.holders().join() === '2'));
        assert.equal(gapsOf(staged, orderedAt).nobodyMs, 0);
        restsAt(staged, 2);
      });
    }
  }
});

test('sim: arbiter, a planned move with one of three dead: the heir has it after a short gap, never two', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const staged = never(LOCK, { ...THREE, seed });
    const { world } = staged;
    telling(world, () => {
      world.host(2).kill();
      world.runFor(5_000);
      const orderedAt = world.now;
      world.host(1).order({ kind: 'switchover', to: 3 });
      assert.ok(world.runUntil(1_000, () => world.holders().join() === '3'));
      assert.ok(
        gapsOf(staged, orderedAt).nobodyMs < 150,
        `${gapsOf(staged, orderedAt).nobodyMs} ms of nobody`,
      );
      restsAt(staged, 3);
    });
  }
});

test('sim: arbiter, a planned move while it is gone comes back to the giver, without a gap', () => {
  const staged = never(LOCK, TWO);
  const { world, counts } = staged;
  telling(world, () => {
    world.counsel.outside.arbiterDown = true;
    world.host(1).order({ kind: 'switchover', to: 2 });
    world.runFor(20_000);
    assert.deepEqual([world.actives(), world.holders(), counts], [[1], [1], []]);
    world.counsel.outside.arbiterDown = false;
    restsAt(staged, 1, 20_000);
    assert.ok(world.group(1)!.lockedUntil !== undefined);
  });
});

test('sim: arbiter, a claim is handed on only when all have heard of it: the seeds that found it', () => {
  for (const seed of [10_060, 10_321]) {
    const { violation, world } = run(seed, { scenario: 'arbiter', tells: true });
    assert.equal(violation, undefined, `seed ${seed}: ${violation?.message}\n${world.story.last(60)}`);
  }
});

test('sim: arbiter with a witness, the holder is cut off from everything: one after the other', () => {
  for (let phase = 0; phase < 12; phase++) {
    const staged = never({ ...LOCK, ...WITNESS }, { ...TWO, seed: phase + 1 });
    const { world } = staged;
    telling(world, () => {
      world.runFor(phase * 21);
      cutsOff(world, 1);
      assert.ok(world.runUntil(3_000, () => !world.host(1).kernel.has(WEB)));
      assert.ok(world.runUntil(12_000, () => world.holders().join() === '2'));
      mends(world);
      restsAt(staged, 2);
    });
  }
});
