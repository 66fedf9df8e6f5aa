import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NeverTwoHolders } from './checks.ts';
import { gapsOf, restsAt, running, stage, telling, type Stage } from './stage.ts';
import type { Setup } from './world.ts';

// Goal: whatever happens to a process, its VIP is gone before another has it (I2), and the service goes on.
// Method: kills, freezes and stuck adapters at every phase of the beat; rows 13, 14 and 15 of group.md.

function runningSafely(setup: Partial<Setup>): Stage {
  const staged = running({ priorities: [100, 101], ...setup });
  staged.world.checks.push(new NeverTwoHolders(staged.world));
  return staged;
}

for (const { name, guardToo, nobodyMsMax } of [
  { name: 'the guard takes the VIP down', guardToo: false, nobodyMsMax: 3_100 },
  { name: 'guard killed too: the lease does', guardToo: true, nobodyMsMax: 3_100 },
]) {
  test(`sim: the holder is killed; ${name}; the other has it after the timeout`, () => {
    for (let phase = 0; phase < 25; phase++) {
      const staged = runningSafely({ seed: phase + 1 });
      const { world } = staged;
      telling(world, () => {
        world.runFor(phase * 10);
        const killedAt = world.now;
        world.host(2).kill({ guardToo });
        world.runFor(5_000);
        restsAt(staged, 1);
        assert.ok(gapsOf(staged, killedAt).nobodyMs <= nobodyMsMax + 12_000);
        assert.ok(staged.claims[0]!.at - killedAt <= 3_050, 'not later than the timeout');
        assert.ok(staged.claims[0]!.at - killedAt >= 2_700, 'not before it');
      });
    }
  });
}

test('sim: the holder is killed while a third of all frames is lost: its lease is over first', () => {
  let claims = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const staged = running({ seed, priorities: [100, 101] });
    const { world } = staged;
    for (const way of world.network.ways()) way.loss = 0.3;
    telling(world, () => {
      world.runFor(3_000 + seed * 7);
      const killedAt = world.now;
      world.host(2).kill({ guardToo: true });
      world.runFor(8_000);
      claims += staged.claims.length;
      // Beats and answers may all be lost just before the crash: PROTOCOL.md states that share.
      assert.ok(gapsOf(staged, killedAt).severalMs < 700);
      assert.deepEqual(world.holders(), [1]);
    });
  }
  assert.equal(claims, 60);
});

for (const frozenMs of [400, 900, 1_100, 1_600, 2_900, 3_300, 8_000]) {
  test(`sim: rows 13 and 14, the holder's process is frozen for ${frozenMs} ms`, () => {
    for (let phase = 0; phase < 16; phase++) {
      const staged = runningSafely({ seed: phase + 1, failback: { mode: 'manual', delayMs: 0 } });
      const { world } = staged;
      telling(world, () => {
        world.runFor(phase * 16);
        world.host(2).freeze();
        world.runFor(frozenMs);
        world.host(2).thaw();
        world.runFor(6_000);
        assert.equal(world.actives().length, 1);
        // What was missed in less than a lease costs nothing; in more, the holder asks first and may find itself alone.
        if (frozenMs < 700) assert.deepEqual(staged.claims, []);
        if (frozenMs > 3_200) assert.deepEqual(world.actives(), [1]);
        restsAt(staged, world.actives()[0]!);
      });
    }
  });
}

test('sim: row 15, frozen with "up" under way: nobody ends up active with nothing on the interface', () => {
  for (let frozenMs = 100; frozenMs < 4_000; frozenMs += 150) {
    const staged = runningSafely({ seed: frozenMs });
    const { world } = staged;
    telling(world, () => {
      world.host(1).mood.slowMs = 300;
      world.host(2).kill();
      assert.ok(world.runUntil(4_000, () => world.group(1)?.role === 'claiming'));
      world.host(1).freeze();
      world.runFor(frozenMs);
      world.host(1).thaw();
      world.host(1).mood.slowMs = 3;
      world.runFor(12_000);
      restsAt(staged, 1);
    });
  }
});

test('sim: the adapter of a claimer hangs: the other takes over', () => {
  const staged = running({ priorities: [100, 101, 102] });
  const { world } = staged;
  telling(world, () => {
    world.host(2).mood.hanging = 1;
    world.host(3).kill();
    assert.ok(world.runUntil(12_000, () => world.actives().join() === '1'));
    world.host(2).mood.hanging = 0;
    restsAt(staged, 1, 3_000);
  });
});

test('sim: the adapter of the holder hangs: it lets its lease lapse and another takes over', () => {
  const staged = running({ priorities: [100, 101] });
  const { world } = staged;
  world.checks.push(new NeverTwoHolders(world));
  telling(world, () => {
    world.host(2).mood.hanging = 1;
    assert.ok(world.runUntil(9_000, () => world.actives().join() === '1'));
    assert.deepEqual(world.holders(), [1]);
  });
});

test('sim: somebody deletes the VIP: it is back in milliseconds, three times; then another node gets it', () => {
  const staged = running({ priorities: [100, 101], failback: { mode: 'manual', delayMs: 0 } });
  const { world } = staged;
  const deletes = (): void =>
    world.host(2).kernel.remove(world.host(2).policy.groups[0]!.id, 'deleted by hand');
  telling(world, () => {
    // Between two beats, so that the look finds it gone and not the next renewal.
    world.runFor(100);
    for (let round = 0; round < 3; round++) {
      deletes();
      assert.ok(world.runUntil(20, () => world.holders().join() === '2'));
      world.runFor(500);
    }
    assert.deepEqual(staged.claims, []);
    deletes();
    assert.ok(world.runUntil(4_000, () => world.actives().join() === '1'));
  });
});

test('sim: a standby that stalls for half a timeout every 0.2 s still takes over', () => {
  for (const stallMs of [30, 300, 1_650]) {
    const staged = running({ priorities: [100, 101] });
    const { world } = staged;
    telling(world, () => {
      const hiccup = (): void => {
        world.host(1).freeze();
        world.later(stallMs, () => {
          world.host(1).thaw();
          world.later(200, hiccup);
        });
      };
      hiccup();
      world.runFor(10_000);
      assert.deepEqual(world.actives(), [2]);
      assert.deepEqual(staged.claims, [], 'a stalling standby accuses nobody');
      world.host(2).kill();
      // Only the time in which it listened counts, plus what is forgiven once.
      const share = (stallMs + 200) / 200;
      // That it claims is asked, not that it becomes active: the next stall may void the claim that it has just made.
      assert.ok(world.runUntil(3_000 * share + 3_000, () => staged.claims.length > 0));
    });
  }
});

test('sim: a paused machine finds out from the first frame that it stood still, and lets go', () => {
  for (let phase = 0; phase < 10; phase++) {
    const staged = running({
      seed: phase + 1,
      priorities: [100, 101],
      failback: { mode: 'manual', delayMs: 0 },
    });
    const { world } = staged;
    telling(world, () => {
      world.runFor(phase * 25);
      world.host(2).pause();
      world.runFor(5_000);
      assert.deepEqual(world.actives(), [1, 2]);
      const resumedAt = world.now;
      world.host(2).resume({ wallFollows: phase % 2 === 0 });
      world.runFor(6_000);
      // Limit 4 of group.md: its lease stood still too.
      assert.ok(gapsOf(staged, resumedAt).severalMs < 2_050);
      assert.equal(world.actives().length, 1);
      restsAt(staged, world.actives()[0]!);
    });
  }
});

test('sim: an old lease that is still there at the start is adopted by the only node', () => {
  const staged = stage({ priorities: [100, 101], leaseSeconds: 0 });
  const { world } = staged;
  telling(world, () => {
    world.host(1).kernel.put(world.host(1).policy.groups[0]!.id, 0);
    world.host(1).start();
    world.runFor(7_000);
    restsAt(staged, 1);
  });
});

test('sim: an old lease that is still there at the start is taken down when another holds', () => {
  const staged = running({ priorities: [100, 101], leaseSeconds: 0 });
  const { world } = staged;
  telling(world, () => {
    world.host(1).kill({ guardToo: true });
    world.host(1).kernel.put(world.host(1).policy.groups[0]!.id, 0);
    world.host(1).start();
    assert.ok(world.runUntil(200, () => world.holders().join() === '2'));
    restsAt(staged, 2);
  });
});
