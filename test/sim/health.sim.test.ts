import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WELL, type Health } from '../../src/core/group/health.ts';
import { bestOf, running, stage, telling } from './stage.ts';

const SICK: Health = { sum: 0, failed: ['service'] };
const PAIR = { priorities: [100, 101] };

test('sim: a vital check fails: the other has it within 20 ms, and nobody has to wait for a timeout', () => {
  for (let seed = 1; seed <= 20; seed++) {
    for (const overlapAllowed of [true, false]) {
      const { world } = running({ ...PAIR, seed, overlapAllowed }, 2);
      telling(world, () => {
        const at = world.now;
        world.host(2).checked(SICK);
        assert.ok(world.runUntil(3_000, () => world.actives().join() === '1'));
        assert.ok(world.now - at < 20, `took ${world.now - at} ms`);
        world.runFor(30_000);
        assert.deepEqual(world.holders(), [1]);
      });
    }
  }
});

test('sim: it fails on all: nothing moves; it recovers on one: that one has it', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const { world, claims } = running({ priorities: [100, 100, 102], seed }, 3);
    telling(world, () => {
      for (const host of world.hosts) world.later(seed, () => host.checked(SICK));
      world.runFor(30_000);
      assert.deepEqual(world.holders(), [3]);
      assert.equal(claims.length, 0);
      world.host(1).checked(WELL);
      assert.ok(world.runUntil(100, () => world.holders().join() === '1'));
    });
  }
});

test('sim: it fails on all before anybody holds: the best of them serves, or nobody where that is wanted', () => {
  for (const whenAllUnhealthy of ['best', 'none'] as const) {
    for (let seed = 1; seed <= 20; seed++) {
      const { world } = stage({ priorities: [100, 103, 101], seed, whenAllUnhealthy });
      telling(world, () => {
        for (const host of world.hosts) host.health = SICK;
        // Two of them know it before they may claim; a first result may also come when one holds already.
        for (const host of world.hosts) host.start();
        world.runFor(60_000);
        assert.deepEqual(world.holders(), whenAllUnhealthy === 'best' ? world.actives() : []);
        assert.equal(world.holders().length, whenAllUnhealthy === 'best' ? 1 : 0);
      });
    }
  }
});

test('sim: weights move it there and back, each once', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const { world, claims } = running({ priorities: [100, 101], seed }, 2);
    telling(world, () => {
      for (const host of world.hosts) host.checked({ sum: 2, failed: [] });
      world.runFor(20_000);
      assert.equal(claims.length, 0);
      const at = world.now;
      world.host(2).checked(WELL);
      assert.ok(world.runUntil(1_000, () => world.actives().join() === '1'));
      assert.ok(world.now - at < 20);
      world.runFor(5_000);
      world.host(2).checked({ sum: 2, failed: [] });
      world.runFor(60_000);
      assert.deepEqual(
        claims.map(({ by }) => by),
        [1, 2],
      );
    });
  }
});

test('sim: a service that flaps for ever moves the group as often as the damping allows, and no more', () => {
  for (let seed = 1; seed <= 3; seed++) {
    const damping = { moves: 3, withinMs: 3_600_000 };
    const { world, claims } = running({ priorities: [100, 101], seed, damping }, 2);
    telling(world, () => {
      // Both services flap, at different paces: without damping it would go to and fro for hours.
      for (let at = 0; at < 1_200_000; at += 15_000) {
        world.later(at, () => world.host(2).checked(SICK));
        world.later(at + 7_000, () => world.host(2).checked(WELL));
        world.later(at + 8_000, () => world.host(1).checked(SICK));
        world.later(at + 14_000, () => world.host(1).checked(WELL));
      }
      world.runFor(1_260_000);
      assert.equal(claims.length, 6);
      assert.equal(world.holders().length, 1);
      // A holder that dies is another matter.
      const [holder] = world.actives();
      world.host(holder!).kill();
      world.runFor(10_000);
      assert.deepEqual(world.holders(), [3 - holder!]);
    });
  }
});

test('sim: what has to be done before is done while the VIP is here; the other waits for nothing but that', () => {
  for (let seed = 1; seed <= 15; seed++) {
    const { world } = running({ ...PAIR, seed, preDownMs: 2_000 }, 2);
    telling(world, () => {
      world.host(2).order({ kind: 'drain' });
      const gone = world.runUntil(2_100, () => world.holders().join() === '1');
      assert.ok(gone, 'also when it is never done');
    });
  }
});

test('sim: a restart of an unhealthy holder is none of a healthy one', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { world } = running({ ...PAIR, seed }, 2);
    telling(world, () => {
      for (const host of world.hosts) host.checked(SICK);
      world.runFor(1_000);
      world.host(2).restart({ withinMs: 3_000, awayMs: 300 });
      world.runFor(20_000);
      assert.deepEqual(world.holders(), [bestOf(world)]);
    });
  }
});
