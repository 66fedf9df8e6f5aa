// Goal: sessions open, live and end whatever clocks, processes and single directions do; the rows of protocol.md's list that
//       are about the wire and that seeds seldom reach.
// Method: each event in each state, at several phases, with loss where loss matters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attacker } from './attacker.ts';
import { compareAround } from './intrusion.ts';
import { bothWays, cut, gapsOf, restsAt, running, stage, telling, type Stage } from './stage.ts';
import type { Setup, World } from './world.ts';

const MANUAL = { mode: 'manual', delayMs: 0 } as const;

const steady = (setup: Partial<Setup> = {}): Stage =>
  running({ priorities: [100, 101], failback: MANUAL, ...setup });

const linkOf = (world: World, at: number) => world.host(at).agent!.node.links[0]!;

const isSettled = (world: World): boolean => world.actives().length === 1 && world.holders().length === 1;

// ── restarts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

for (const { name, victim } of [
  { name: 'the standby', victim: 1 },
  { name: 'the holder', victim: 2 },
]) {
  for (const loss of [0, 0.1, 0.3, 0.6]) {
    test(`sim: ${name} restarts six times within a second, ${loss * 100} % loss: its last session is the one that counts`, () => {
      for (let seed = 1; seed <= 6; seed++) {
        const { world } = steady({ seed });
        telling(world, () => {
          for (const way of world.network.ways()) way.loss = loss;
          for (let round = 0; round < 6; round++) {
            world.host(victim).kill();
            world.runFor(20 + seed * 5);
            world.host(victim).start();
            world.runFor(130);
          }
          const isLast = (): boolean =>
            linkOf(world, 3 - victim).rx?.session === linkOf(world, victim).tx.session;
          assert.ok(world.runUntil(20_000, () => isSettled(world) && isLast()));
        });
      }
    });
  }
}

test('sim: a node restarts while it claims, after any part of the claim', () => {
  for (let afterMs = 0; afterMs < 40; afterMs += 2) {
    const staged = steady({ seed: afterMs + 1 });
    const { world } = staged;
    telling(world, () => {
      world.host(1).mood.slowMs = 30;
      world.host(2).kill();
      assert.ok(world.runUntil(3_200, () => world.group(1)?.role === 'claiming'));
      world.runFor(afterMs);
      world.host(1).kill({ guardToo: afterMs % 4 === 0 });
      world.runFor(100);
      world.host(1).start();
      world.host(2).start();
      world.runFor(12_000);
      assert.ok(isSettled(world));
      restsAt(staged, world.actives()[0]!);
    });
  }
});

for (const overlapAllowed of [true, false]) {
  for (const victim of [1, 2]) {
    test(`sim: lb${victim} restarts during a handover from lb2 to lb1, ${overlapAllowed ? 'made' : 'broken'} first`, () => {
      for (let afterMs = 0; afterMs < 24; afterMs++) {
        const staged = steady({ seed: afterMs + 1, overlapAllowed, delayMs: 3 });
        const { world } = staged;
        telling(world, () => {
          world.host(2).order({ kind: 'switchover', to: 1 });
          world.runFor(afterMs);
          world.host(victim).kill();
          world.runFor(50);
          world.host(victim).start();
          world.runFor(14_000);
          assert.ok(isSettled(world));
          restsAt(staged, world.actives()[0]!);
        });
      }
    });
  }
}

// ── one direction ────────────────────────────────────────────────────────────────────────────────────────────────────

const EVENTS: readonly {
  readonly name: string;
  readonly happens: (world: World) => void;
  readonly driftPpm?: number;
}[] = [
  { name: 'the standby restarts', happens: (world) => restart(world, 1) },
  { name: 'the holder restarts', happens: (world) => restart(world, 2) },
  { name: 'the holder dies and is back in 5 s', happens: (world) => restart(world, 2, 5_000) },
  { name: "the holder's machine is paused for 2 s", happens: (world) => pause(world, 2, 2_000) },
  { name: "the holder's machine is paused for 10 s", happens: (world) => pause(world, 2, 10_000) },
  { name: "the standby's machine is paused for 10 s", happens: (world) => pause(world, 1, 10_000) },
  { name: 'clocks part by 200 ppm', happens: () => undefined, driftPpm: 200 },
];

function restart(world: World, number: number, afterMs = 50): void {
  world.host(number).kill();
  world.later(afterMs, () => world.host(number).start());
}

function pause(world: World, number: number, ms: number): void {
  world.host(number).pause();
  world.later(ms, () => world.host(number).resume({ wallFollows: true }));
}

for (const { name, happens, driftPpm } of EVENTS) {
  for (const way of [
    [1, 2],
    [2, 1],
  ] as const) {
    test(`sim: while lb${way[0]} does not reach lb${way[1]}, ${name}: always somebody, and one after the heal`, () => {
      for (let phase = 0; phase < 8; phase++) {
        const staged = steady({ seed: phase + 1, ...(driftPpm === undefined ? {} : { driftPpm }) });
        const { world } = staged;
        telling(world, () => {
          cut(world, [way]);
          world.runFor(phase % 2 === 0 ? 8_000 + phase * 31 : 100 + phase * 37);
          happens(world);
          world.runFor(40_000);
          assert.ok(world.holders().length >= 1, 'nobody held in the end');
          cut(world, [way], false);
          world.runFor(15_000);
          assert.ok(isSettled(world));
          restsAt(staged, world.actives()[0]!);
        });
      }
    });
  }
}

for (const { name, number } of [
  { name: 'the standby', number: 1 },
  { name: 'the holder', number: 2 },
]) {
  test(`sim: the interface of ${name} takes nothing in, at every phase: one is left when it does again`, () => {
    for (let phase = 0; phase < 12; phase++) {
      const staged = steady({ seed: phase + 1 });
      const { world } = staged;
      telling(world, () => {
        world.runFor(phase * 21);
        world.host(number).receiveDead = true;
        world.runFor(12_000);
        assert.ok(world.holders().length >= 1);
        world.host(number).receiveDead = false;
        world.runFor(10_000);
        assert.ok(isSettled(world));
        restsAt(staged, world.actives()[0]!);
      });
    }
  });
}

// ── delay ────────────────────────────────────────────────────────────────────────────────────────────────────────────

for (const { name, late } of [
  { name: "the holder's words", late: [2, 1] },
  { name: "the standby's words", late: [1, 2] },
]) {
  for (const delayMs of [200, 900, 1_900]) {
    test(`sim: only ${name} take ${delayMs} ms: from the start, from some moment, and every other second`, () => {
      for (const from of ['the start', 'some moment', 'now and then'] as const) {
        for (let seed = 1; seed <= 4; seed++) {
          const staged = stage({ priorities: [100, 101], failback: MANUAL, seed });
          const { world, claims } = staged;
          const way = world.network.way(late[0]!, late[1]!);
          const slow = (isSlow: boolean): void =>
            void Object.assign(
              way,
              isSlow ? { delayMs, jitterMs: delayMs / 10 } : { delayMs: 1, jitterMs: 0.25 },
            );
          const alternate = (isSlow: boolean): void => {
            slow(isSlow);
            world.later(1_000 + seed * 70, () => alternate(!isSlow));
          };
          telling(world, () => {
            if (from === 'the start') slow(true);
            for (const host of world.hosts) host.start();
            world.runFor(20_000);
            assert.equal(world.actives().length, 1);
            const [holder] = world.actives();
            claims.length = 0;
            if (from === 'some moment') slow(true);
            if (from === 'now and then') alternate(true);
            restsAt(staged, holder!, 20_000);
            assert.equal(claims.length, 0);
          });
        }
      }
    });
  }
}

test('sim: everything arrives three times, within milliseconds or seconds: nothing moves', () => {
  for (const laterMs of [2, 400, 2_500]) {
    const staged = steady();
    const { world, claims } = staged;
    const attacker = new Attacker(world);
    world.around = compareAround(world, { most: 500 });
    const again = (): void => {
      attacker.replays({ rate: 1, to: undefined, lastMs: 500 });
      world.later(laterMs, () => attacker.replays({ rate: 1, to: undefined, lastMs: laterMs + 500 }));
      world.later(500, again);
    };
    telling(world, () => {
      world.later(500, again);
      restsAt(staged, 2, 20_000);
      assert.deepEqual(claims, []);
    });
  }
});

test('sim: clocks that are slewed apart by 8 % while both directions work: nothing moves, and a death is found out', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const staged = steady({ seed, driftPpm: 80_000 });
    const { world, claims } = staged;
    telling(world, () => {
      restsAt(staged, 2, 60_000);
      assert.equal(claims.length, 0);
      world.host(2).kill();
      assert.ok(world.runUntil(3_000 * 1.2, () => world.group(1)?.role === 'active'));
    });
  }
});

// ── who must not be believed ─────────────────────────────────────────────────────────────────────────────────────────

test('sim: opening words that are held back for an hour open nothing', () => {
  const { world } = steady();
  const attacker = new Attacker(world);
  world.around = compareAround(world, { most: 500 });
  telling(world, () => {
    world.host(2).kill();
    attacker.withholds({ from: 2, to: 1, ms: 400, share: 1 });
    world.host(2).start();
    world.runFor(400);
    world.host(2).kill();
    world.runFor(3_600_000);
    const before = linkOf(world, 1).sessionsOpened;
    attacker.delivers({ apartMs: 10, shuffled: false });
    world.runFor(8_000);
    assert.equal(linkOf(world, 1).sessionsOpened, before);
    assert.deepEqual(world.actives(), [1]);
  });
});

test('sim: errors of the network every millisecond make a node ask no more than once in a silence', () => {
  const staged = steady();
  const { world } = staged;
  const sent = (): number =>
    world.hosts.reduce((sum, { number }) => sum + linkOf(world, number).paths[0]!.sent, 0);
  telling(world, () => {
    const before = sent();
    const refuse = (): void => {
      world.host(1).refused(2);
      world.host(2).refused(1);
      world.later(1, refuse);
    };
    refuse();
    world.runFor(10_000);
    // A beat is a word; after each the next error may ask once. Eighty beats, as many questions, as many answers.
    assert.ok(sent() - before <= 330, `${sent() - before} frames in ten seconds`);
    restsAt(staged, 2, 4_000);
    assert.deepEqual(staged.claims, []);
  });
});

for (const ms of [-3.15e11, 3.15e11]) {
  test(`sim: a full restart with every other wall clock ten years ${ms < 0 ? 'back' : 'ahead'}`, () => {
    for (const victims of [[1], [2], [1, 2]]) {
      const staged = steady();
      const { world } = staged;
      telling(world, () => {
        for (const host of world.hosts) host.kill();
        for (const victim of victims) world.host(victim).stepWall(ms);
        for (const host of world.hosts) host.start();
        world.runFor(10_000);
        restsAt(staged, 2);
      });
    }
  });
}

test('sim: the pair is cut apart and healed while one restarts: never nobody for longer than a takeover', () => {
  for (let phase = 0; phase < 16; phase++) {
    const staged = steady({ seed: phase + 1 });
    const { world } = staged;
    telling(world, () => {
      cut(world, bothWays(1, 2));
      world.runFor(5_000);
      const from = world.now;
      world.host(1).kill();
      world.runFor(phase * 25);
      cut(world, bothWays(1, 2), false);
      world.host(1).start();
      world.runFor(10_000);
      assert.equal(gapsOf(staged, from).nobodyMs, 0);
      restsAt(staged, 2);
    });
  }
});
