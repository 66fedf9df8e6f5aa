// Goal: a machine that goes on from a snapshot, once or again and again, says old numbers and believes old words; within a
//       few timeouts the pair hears each other again, and one of them holds.
// Method: snapshots of either side, gone on from after less than a timeout, a few, and a minute; with the real box too, where
//         the same numbers must not make the same nonces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTwoWay } from '../../src/core/peer/link.ts';
import type { Host, Snapshot } from './host.ts';
import { gapsOf, restsAt, running, telling } from './stage.ts';
import type { World } from './world.ts';

const hearsOther = (world: World, host: Host): boolean =>
  isTwoWay(host.agent!.node.links[0]!, host.clock.mono(world.now), host.policy);

/** Between two beats, so that nothing is under way. */
function snapshotOf(world: World, host: Host): Snapshot {
  const { nextBeatAt } = host.agent!.node;
  world.runFor(Math.max(0, host.clock.trueAt(nextBeatAt) - world.now) + 120);
  return host.snapshot()!;
}

for (const { name, victim } of [
  { name: 'the standby', victim: 1 },
  { name: 'the holder', victim: 2 },
]) {
  for (const ageMs of [700, 5_000, 60_000]) {
    test(`sim: ${name} goes on from a snapshot that is ${ageMs} ms old: the pair finds itself again`, () => {
      for (let seed = 1; seed <= 8; seed++) {
        const staged = running({ priorities: [100, 101], seed, failback: { mode: 'manual', delayMs: 0 } });
        staged.earshot.disturbed = true;
        const { world } = staged;
        telling(world, () => {
          const host = world.host(victim);
          const snapshot = snapshotOf(world, host);
          world.runFor(ageMs + seed * 13);
          const from = world.now;
          host.restore(snapshot);
          assert.ok(
            world.runUntil(8 * world.setup.timeoutMs, () =>
              world.hosts.every((one) => hearsOther(world, one)),
            ),
            'they hear each other both ways',
          );
          world.runFor(10_000);
          // Both may let go in the same moment: then it takes a round trip and a call.
          assert.ok(gapsOf(staged, from).nobodyMs <= 10);
          assert.equal(world.actives().length, 1);
          restsAt(staged, world.actives()[0]!);
        });
      }
    });
  }

  test(`sim: ${name} goes on from the same snapshot while its peer has retired that session: they do not stay deaf`, () => {
    const staged = running({ priorities: [100, 101], failback: { mode: 'manual', delayMs: 0 } });
    staged.earshot.disturbed = true;
    const { world } = staged;
    telling(world, () => {
      const host = world.host(victim);
      const snapshot = snapshotOf(world, host);
      for (const ms of [4_000, 9_000, 2_000]) {
        world.runFor(ms);
        host.restore(snapshot);
      }
      world.runFor(15_000);
      assert.ok(world.hosts.every((one) => hearsOther(world, one)));
      restsAt(staged, world.actives()[0]!);
    });
  });

  test(`sim: ${name} goes on from the same snapshot six times`, () => {
    for (const box of ['passing', 'real'] as const) {
      const staged = running({ priorities: [100, 101], box, failback: { mode: 'manual', delayMs: 0 } });
      staged.earshot.disturbed = true;
      const { world } = staged;
      telling(world, () => {
        const host = world.host(victim);
        const snapshot = snapshotOf(world, host);
        // In each life it has the time to begin a session of its own anew, and it must not be the last life's again.
        for (let life = 0; life < 6; life++) {
          world.runFor(14_000);
          host.restore(snapshot);
          world.runFor(5_000);
          assert.ok(
            world.hosts.every((one) => hearsOther(world, one)),
            'they hear each other both ways',
          );
        }
        world.runFor(10_000);
        assert.equal(world.actives().length, 1);
        restsAt(staged, world.actives()[0]!);
      });
    }
  });
}
