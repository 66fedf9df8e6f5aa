import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attacker } from './attacker.ts';
import { Forger } from './forger.ts';
import { compareAround } from './intrusion.ts';
import { bothWays, cut, restsAt, running, telling, type Stage } from './stage.ts';
import type { Setup } from './world.ts';

// Goal: who has no key can delay and drop, and nothing else. Method: PROTOCOL.md's list of attacks that one path allows,
// each with a comparison of everything a node knows before and after any frame that it did not accept (I5).

function attacked(setup: Partial<Setup> = {}): Stage & { attacker: Attacker } {
  const staged = running({ priorities: [100, 101], failback: { mode: 'manual', delayMs: 0 }, ...setup });
  staged.earshot.disturbed = true;
  const attacker = new Attacker(staged.world);
  staged.world.around = compareAround(staged.world, { most: 1_000 });
  // A past worth recording: a handover there and back.
  const { world } = staged;
  telling(world, () => {
    world.host(2).order({ kind: 'switchover', to: 1 });
    world.runFor(2_000);
    world.host(1).order({ kind: 'switchover', to: 2 });
    world.runFor(2_000);
    assert.deepEqual(world.actives(), [2]);
  });
  staged.claims.length = 0;
  return { ...staged, attacker };
}

for (const box of ['passing', 'cheap', 'real'] as const) {
  for (const rate of [0.1, 1, 10, 1_000]) {
    test(`sim: everything ever said is replayed at ${rate} times its speed, ${box} box`, () => {
      const staged = attacked({ box });
      const { world, attacker } = staged;
      telling(world, () => {
        attacker.replays({ rate, to: undefined, lastMs: 1e9 });
        restsAt(staged, 2, 8_000);
        assert.deepEqual(staged.claims, []);
      });
    });
  }
}

for (const victims of [[1], [2], [1, 2]]) {
  test(`sim: replay from the moment at which ${victims.map((v) => `lb${v}`).join(' and ')} restart`, () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { world, attacker } = attacked({ seed });
      telling(world, () => {
        for (const victim of victims) world.host(victim).kill();
        world.runFor(30);
        for (const victim of victims) world.host(victim).start();
        attacker.replays({ rate: 100, to: undefined, lastMs: 1e9 });
        assert.ok(
          world.runUntil(9_000, () => world.actives().length === 1 && world.holders().length === 1),
          'sessions open in spite of it',
        );
        world.runFor(10_000);
        assert.equal(world.actives().length, 1);
      });
    }
  });
}

test('sim: a dead holder is not kept alive by its own recorded words', () => {
  for (const rate of [0.1, 1, 10]) {
    const { world, attacker } = attacked();
    telling(world, () => {
      world.host(2).kill();
      attacker.replays({ rate, to: 1, lastMs: 1e9 });
      assert.ok(world.runUntil(3_100, () => world.group(1)?.role === 'active'));
    });
  }
});

for (const apartMs of [20, 250, 900]) {
  test(`sim: words held back before a death and trickled every ${apartMs} ms buy no time`, () => {
    const { world, attacker } = attacked();
    telling(world, () => {
      attacker.withholds({ from: 2, to: 1, ms: 2_500, share: 1 });
      world.runFor(2_500);
      world.host(2).kill();
      attacker.delivers({ apartMs, shuffled: false });
      assert.ok(world.runUntil(3_050, () => world.group(1)?.role === 'active'));
    });
  });
}

test('sim: opening words held back and delivered after the death open nothing', () => {
  for (const waitMs of [500, 5_000, 60_000]) {
    const { world, attacker } = attacked();
    telling(world, () => {
      world.host(2).kill();
      attacker.withholds({ from: 2, to: 1, ms: 400, share: 1 });
      world.host(2).start();
      world.runFor(400);
      world.host(2).kill();
      world.runFor(waitMs);
      const opened = world.host(1).agent!.node.links[0]!.sessionsOpened;
      attacker.delivers({ apartMs: 10, shuffled: false });
      world.runFor(8_000);
      assert.equal(world.actives().join(), '1');
      assert.equal(world.host(1).agent!.node.links[0]!.alive, false);
      if (waitMs >= 5_000) assert.equal(world.host(1).agent!.node.links[0]!.sessionsOpened, opened);
    });
  }
});

test('sim: two processes in a row, all their opening words delivered later in either order', () => {
  for (const shuffled of [false, true]) {
    const staged = attacked();
    const { world, attacker } = staged;
    telling(world, () => {
      attacker.withholds({ from: 2, to: 1, ms: 2_000, share: 1 });
      for (let round = 0; round < 2; round++) {
        world.host(2).kill();
        world.runFor(20);
        world.host(2).start();
        world.runFor(1_000);
      }
      // The second one is heard by now; the words of the first must not put its session in the other's place.
      world.runFor(5_000);
      const holder = world.actives()[0]!;
      const session = world.host(1).agent!.node.links[0]!.rx!.session;
      attacker.delivers({ apartMs: 5, shuffled });
      restsAt(staged, holder, 20_000);
      assert.equal(world.host(1).agent!.node.links[0]!.rx!.session, session);
    });
  }
});

test('sim: late words of a claim and of a resignation, still inside the window, change nothing', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const staged = attacked({ seed });
    const { world, attacker } = staged;
    telling(world, () => {
      attacker.withholds({ from: 2, to: 1, ms: 400, share: 0.6 });
      world.host(2).order({ kind: 'drain' });
      world.runFor(100);
      world.host(2).order({ kind: 'undrain' });
      world.runFor(300);
      world.host(1).order({ kind: 'switchover', to: 2 });
      world.runFor(5_000);
      assert.equal(world.actives().length, 1);
      const holder = world.actives()[0]!;
      const before = staged.claims.length;
      attacker.delivers({ apartMs: 30, shuffled: true });
      world.runFor(6_000);
      assert.equal(staged.claims.length, before);
      restsAt(staged, holder, 1_000);
    });
  }
});

for (const box of ['cheap', 'real'] as const) {
  test(`sim: invented frames change nothing and cost no signature check, ${box} box`, () => {
    const staged = attacked({ box });
    const { world, attacker } = staged;
    telling(world, () => {
      attacker.invents(2_000, 4_000);
      restsAt(staged, 2, 6_000);
      assert.deepEqual(staged.claims, []);
    });
  });
}

test('sim: a flood of recorded hellos: memory stays flat, beats go on, nothing moves', () => {
  const staged = attacked();
  const { world, attacker } = staged;
  telling(world, () => {
    cut(world, bothWays(1, 2));
    for (let round = 0; round < 12; round++) {
      world.host(2).kill();
      world.host(2).start();
      world.runFor(1_500);
    }
    cut(world, bothWays(1, 2), false);
    world.runFor(10_000);
    const holder = world.actives()[0]!;
    for (let round = 0; round < 20; round++) attacker.replays({ rate: 1_000, to: 1, lastMs: 60_000 });
    restsAt(staged, holder, 5_000);
    const link = world.host(1).agent!.node.links[0]!;
    assert.ok(link.answered.size <= 1_024 && link.retired.length <= 32 && link.rejects.size < 20);
  });
});

test('sim: probes sent back and forth do not multiply', () => {
  const staged = attacked();
  const { world, attacker } = staged;
  telling(world, () => {
    const sent = (): number =>
      world.hosts.reduce((sum, { agent }) => sum + (agent?.node.links[0]!.paths[0]!.sent ?? 0), 0);
    for (const way of world.network.ways()) way.loss = 0.6;
    world.runFor(6_000);
    for (const way of world.network.ways()) way.loss = 0;
    world.runFor(1_000);
    const before = sent();
    for (let round = 0; round < 5; round++) {
      attacker.replays({ rate: 10, to: undefined, lastMs: 9_000 });
      world.runFor(1_000);
    }
    // Two nodes, five seconds: forty beats, and no answer to anything that was not new.
    assert.ok(sent() - before <= 50, `${sent() - before} frames`);
    restsAt(staged, 2, 1_000);
  });
});

for (const box of ['passing', 'real'] as const) {
  test(`sim: who has the secret of a box and no key that signs changes nothing, ${box} box`, () => {
    for (let seed = 1; seed <= (box === 'real' ? 1 : 6); seed++) {
      const staged = attacked({ box, seed });
      const { world } = staged;
      const forger = new Forger(world);
      telling(world, () => {
        forger.forges(1_500, 5_000);
        restsAt(staged, 2, 8_000);
        assert.deepEqual(staged.claims, []);
        const { rejects } = world.host(1).agent!.node.links[0]!;
        assert.ok((rejects.get('signature') ?? 0) > 100, 'they came as far as the signature');
      });
    }
  });
}
