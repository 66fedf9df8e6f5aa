// Goal: over TCP the same holds as over UDP, but for what TCP does of itself: it holds up, piles up, refuses and resets.
// Method: the real core over modelled connections (stream.ts, connection.ts, sockets.ts), with trouble at every layer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attacker } from './attacker.ts';
import { End } from './connection.ts';
import { inventedPacket } from './packet.ts';
import { bothWays, cut, gapsOf, restsAt, running, telling, type Stage } from './stage.ts';
import type { Transport } from './way.ts';
import type { Setup, World } from './world.ts';

const TCP: readonly Transport[] = ['tcp'];
const MIXED: readonly Transport[] = ['udp', 'tcp'];

const steady = (setup: Partial<Setup> = {}): Stage =>
  running({ paths: TCP, priorities: [100, 101], failback: { mode: 'manual', delayMs: 0 }, ...setup });

const framesOf = (world: World): number =>
  world.hosts.reduce(
    (sum, { agent }) =>
      sum +
      (agent?.node.links ?? []).reduce((n, { paths }) => n + paths.reduce((m, { sent }) => m + sent, 0), 0),
    0,
  );

for (const setup of [{ paths: TCP }, { paths: MIXED }, { paths: TCP, priorities: [100, 103, 102, 101] }]) {
  test(`sim: ${setup.paths.join(' + ')}, ${setup.priorities?.length ?? 2} nodes: the holder dies and another has it after the timeout`, () => {
    for (let phase = 0; phase < 12; phase++) {
      const staged = steady({ ...setup, seed: phase + 1 });
      const { world, claims } = staged;
      const heir = world.hosts.length === 2 ? 1 : 3;
      telling(world, () => {
        world.runFor(phase * 21);
        const diedAt = world.now;
        world.host(2).kill({ guardToo: phase % 2 === 0 });
        world.runFor(5_000);
        assert.deepEqual(
          claims.map(({ by }) => by),
          [heir],
        );
        assert.ok(claims[0]!.at - diedAt >= 2_700 && claims[0]!.at - diedAt <= 3_050);
        world.host(2).start();
        world.runFor(8_000);
        restsAt(staged, heir);
      });
    }
  });
}

test('sim: TCP only, the first fifth of frames lost on the way is sent again: nothing moves', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const staged = steady({ seed });
    const { world } = staged;
    telling(world, () => {
      for (const way of world.network.ways()) way.loss = 0.05;
      restsAt(staged, 2, 30_000);
      assert.deepEqual(staged.claims, []);
    });
  }
});

test('sim: TCP only, everything is held up for 5 s: the standby takes over, and afterwards one is left', () => {
  for (let phase = 0; phase < 12; phase++) {
    const staged = steady({ seed: phase + 1, socketFrames: phase % 2 === 0 ? 4 : 40 });
    const { world } = staged;
    telling(world, () => {
      world.runFor(phase * 21);
      cut(world, bothWays(1, 2));
      world.runFor(5_000);
      assert.deepEqual(world.holders(), [1, 2]);
      const healedAt = world.now;
      cut(world, bothWays(1, 2), false);
      // The old connections may be given up first, and others dialled.
      assert.ok(world.runUntil(5_000, () => world.holders().length === 1));
      world.runFor(5_000);
      // The first words of a backlog are old ones: nobody may let go for them.
      assert.equal(gapsOf(staged, healedAt).nobodyMs, 0);
      restsAt(staged, 2);
    });
  }
});

test('sim: TCP only, nothing gets through for 40 s: it is not the system that decides when to try again', () => {
  for (let phase = 0; phase < 4; phase++) {
    const staged = steady({ seed: phase + 1 });
    const { world } = staged;
    telling(world, () => {
      cut(world, bothWays(1, 2));
      world.runFor(40_000 + phase * 61);
      cut(world, bothWays(1, 2), false);
      // It would wait for another eleven seconds.
      assert.ok(world.runUntil(5_000, () => world.holders().length === 1));
      restsAt(staged, 2);
    });
  }
});

test('sim: UDP beside TCP, and TCP holds everything up for 5 s: nothing moves, nor when it all comes at once', () => {
  for (let phase = 0; phase < 8; phase++) {
    const staged = steady({ paths: MIXED, seed: phase + 1, socketFrames: 40 });
    const { world } = staged;
    telling(world, () => {
      for (const [from, to] of bothWays(1, 2)) world.network.way(from, to, 1).cut = true;
      world.runFor(5_000 + phase * 30);
      for (const [from, to] of bothWays(1, 2)) world.network.way(from, to, 1).cut = false;
      restsAt(staged, 2, 15_000);
      assert.deepEqual(staged.claims, []);
    });
  }
});

for (const socketFrames of [2, 40]) {
  test(`sim: what a dead holder's system still sends buys no time, ${socketFrames} frames kept there`, () => {
    for (const piledMs of [300, 1_000, 2_400]) {
      for (const healMs of [10, 500, 2_000, 6_000]) {
        const staged = steady({ seed: piledMs + healMs, socketFrames });
        const { world, claims } = staged;
        telling(world, () => {
          cut(world, [[2, 1]]);
          world.runFor(piledMs);
          const diedAt = world.now;
          world.host(2).kill({ guardToo: true });
          world.later(healMs, () => cut(world, [[2, 1]], false));
          world.runFor(10_000);
          assert.equal(claims[0]?.by, 1);
          assert.ok(claims[0].at <= diedAt + 3_050, `claimed ${claims[0].at - diedAt} ms after the death`);
          restsAt(staged, 1);
        });
      }
    }
  });
}

test('sim: the holder is frozen and its system goes on taking frames: its silence counts all the same', () => {
  const staged = steady();
  const { world, claims } = staged;
  telling(world, () => {
    const frozenAt = world.now;
    world.host(2).freeze();
    assert.ok(world.runUntil(3_100, () => world.group(1)?.role === 'active'));
    assert.ok(claims[0]!.at - frozenAt >= 2_700);
    world.host(2).thaw();
    world.runFor(8_000);
    restsAt(staged, world.actives()[0]!);
  });
});

for (const apartMs of [1, 20, 300, 2_000]) {
  test(`sim: all connections are reset every ${apartMs} ms: frames stay few, and UDP beside it keeps the holder`, () => {
    for (const paths of [TCP, MIXED]) {
      const staged = steady({ paths });
      staged.earshot.disturbed = true;
      const { world } = staged;
      const attacker = new Attacker(world);
      let resetting = true;
      const reset = (): void => {
        attacker.resets(1);
        if (resetting) world.later(apartMs, reset);
      };
      telling(world, () => {
        const before = framesOf(world);
        reset();
        world.runFor(15_000);
        // Beats on four ways, one frame for each connection (no more than four a second), probes in every silence.
        const perSecond = (framesOf(world) - before) / 15;
        assert.ok(perSecond < 100, `${perSecond} frames a second`);
        if (paths === MIXED) assert.deepEqual(staged.claims, []);
        resetting = false;
        world.runFor(10_000);
        assert.equal(world.actives().length, 1);
        restsAt(staged, world.actives()[0]!);
      });
    }
  });
}

test('sim: dialling a node that is not there is refused again and again, at the pace of the beat', () => {
  const staged = steady();
  const { world } = staged;
  telling(world, () => {
    world.host(1).kill();
    let dials = 0;
    const { network } = world;
    const { passes } = network;
    network.passes = (way) => {
      if (way === network.way(2, 1)) dials += 1;
      return passes.call(network, way);
    };
    world.runFor(10_000);
    assert.ok(dials >= 30 && dials <= 44, `${dials} dials in ten seconds`);
    restsAt(staged, 2);
  });
});

test('sim: both restart at once over TCP only, again and again: within seconds one of them holds', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { world } = steady({ seed });
    telling(world, () => {
      for (let round = 0; round < 4; round++) {
        for (const host of world.hosts) host.kill();
        world.runFor(50);
        for (const host of world.hosts) host.start();
        world.runFor(200);
      }
      assert.ok(world.runUntil(7_000, () => world.actives().length === 1));
    });
  }
});

test('sim: nonsense on a connection ends that connection, and nothing else', () => {
  const staged = steady();
  staged.earshot.disturbed = true;
  const { world } = staged;
  telling(world, () => {
    for (let round = 0; round < 40; round++) {
      for (const { dialled, accepted } of [...world.connections])
        for (const end of [dialled, accepted])
          if (end.owner !== undefined) end.host.receive(inventedPacket(new Uint8Array(200)), true, end);
      world.runFor(400);
    }
    restsAt(staged, 2);
    assert.deepEqual(staged.claims, []);
  });
});

/** A connection of somebody who has no key: what he writes arrives, what he is told goes nowhere. */
function strangersConnection(world: World, to: number): End {
  const host = world.host(to);
  const nowhere = { write: () => false, left: () => undefined };
  const end = new End(host, nowhere);
  end.owner = host.agent!.sockets;
  end.owner.accepts(end);
  return end;
}

test('sim: true frames, held back and relayed over a connection of a stranger, gain him nothing', () => {
  for (const paths of [TCP, MIXED]) {
    const staged = steady({ paths });
    const { world } = staged;
    telling(world, () => {
      for (let round = 0; round < 12; round++) {
        // On the way to lb1 every third frame is taken off and comes by the stranger instead, who then hears and says nothing.
        let seen = 0;
        world.network.tap = ({ to, packet }) => {
          if (to !== 1 || ++seen % 3 !== 0) return false;
          const end = strangersConnection(world, 1);
          world.later(1, () => world.host(1).receive(packet, false, end));
          return true;
        };
        world.runFor(1_000);
        world.network.tap = () => false;
        world.runFor(700);
      }
      restsAt(staged, 2);
      assert.deepEqual(staged.claims, []);
    });
  }
});
