// Goal: two machines that run with one node's identity and share its address are found out (`status` makes an alarm of it), and do
//       not make the group go to and fro.
// Method: a twin of the standby, at whose socket half of what is meant for the standby arrives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chance } from './chance.ts';
import { HostClock } from './clock.ts';
import { Host } from './host.ts';
import { gapsOf, running, telling } from './stage.ts';
import type { World } from './world.ts';

function twinOf(world: World, number: number): Host {
  const clock = new HostClock({ driftPpm: 20, monoMs: 5_000, wallMs: 1.8e12 });
  return new Host(world, { policy: world.policyOf(number), clock, machine: 'twin' });
}

test('sim: a twin of the standby: the holder sees session after session, and the group does not flap', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const staged = running({ priorities: [100, 101], seed, failback: { mode: 'manual', delayMs: 0 } }, 2);
    const { world, claims, earshot } = staged;
    earshot.disturbed = true;
    const chance = new Chance(seed, 'address');
    const twin = twinOf(world, 1);
    world.reach = (number) => (number === 1 && chance.is(0.5) ? twin : world.host(number));
    telling(world, () => {
      const { sessionsOpened } = world.host(2).agent!.node.links[0]!;
      const from = world.now;
      twin.start();
      world.runFor(60_000);
      const link = world.host(2).agent!.node.links[0]!;
      assert.ok(link.sessionsOpened - sessionsOpened >= 3, 'what `status` makes an alarm of');
      // Either may call the holder dead while the other one is acknowledged: once, until it hears it again.
      assert.ok(claims.length <= 2, `${claims.length} claims in a minute`);
      assert.ok(gapsOf(staged, from).nobodyMs <= world.setup.timeoutMs);
    });
  }
});
