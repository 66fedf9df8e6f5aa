// Goal: an address lives on the wire as the kernel lets it: asked for first, announced, defended, lost, tried again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passTime } from '../pass-time.ts';
import { ADDIF, CREATE, VIP, VIP6, makeStage } from './stage.ts';
import type { Stage } from './stage.ts';

const STATE = 'ipadm show-addr -p -o state e1000g0/sealvip0';
const stateOf = async (stage: Stage): Promise<string> => (await stage.must(STATE)).trim();

/** When the address begins to work, in milliseconds after the command, to the 10 ms. */
async function usableAfterMs(stage: Stage, command: string): Promise<number> {
  const startMs = stage.clock.nowMs();
  void stage.host.run(command.split(' '));
  while (!stage.lan.holders(VIP).includes('h1') && stage.clock.nowMs() < startMs + 20_000)
    await passTime(stage.clock, 10);
  return stage.clock.nowMs() - startMs;
}

const timings = [
  { driver: 'fast', chance: 0, ms: 450 },
  { driver: 'fast', chance: 0.999, ms: 550 },
  { driver: 'slow', chance: 0, ms: 4_500 },
  { driver: 'slow', chance: 0.999, ms: 5_500 },
] as const;
for (const { driver, chance, ms } of timings) {
  test(`illumos: a ${driver} driver and chance ${chance} give an address after ${ms} ms`, async () => {
    const links = [{ name: 'e1000g0', mac: '8:0:27:1:2:3', driver }];
    const stage = await makeStage({ links, random: () => chance });
    assert.equal(await usableAfterMs(stage, ADDIF), ms);
  });
}

test('illumos: an answer to the last probe counts, however late it comes', async () => {
  const late = Promise.withResolvers<boolean>();
  const stage = await makeStage();
  const wire = stage.lan.join('h1', { e1000g0: 'lan' });
  let asked = 0;
  const isTaken = async (): Promise<boolean> => ((asked += 1) === 3 ? late.promise : false);
  const host = await stage.another({ wire: { ...wire, isTaken } });
  void host.run(ADDIF.split(' '));
  await passTime(stage.clock, 5_000);
  assert.deepEqual([asked, stage.lan.holders(VIP)], [3, []]);
  late.resolve(true);
  await passTime(stage.clock, 1_000);
  assert.deepEqual(stage.lan.holders(VIP), []);
  assert.match(await stage.must('ifconfig e1000g0:1', host), /DUPLICATE/);
});

test('illumos: until it is usable an address is tentative, not on the wire and not announced', async () => {
  const stage = await makeStage();
  void stage.host.run(CREATE.split(' '));
  await passTime(stage.clock, 490);
  assert.equal(await stateOf(stage), 'tentative');
  assert.deepEqual([stage.lan.holders(VIP), stage.lan.announcements], [[], []]);
  await passTime(stage.clock, 20);
  assert.equal(await stateOf(stage), 'ok');
  assert.deepEqual(stage.lan.holders(VIP), ['h1']);
});

test('illumos: create-addr waits for an address that works, a second for a duplicate, and on slow drivers no longer', async () => {
  const slow = [{ name: 'e1000g0', mac: '8:0:27:1:2:3', driver: 'slow' }] as const;
  for (const { stage, isTaken, ms, state } of [
    { stage: await makeStage(), isTaken: false, ms: 500, state: 'ok' },
    { stage: await makeStage(), isTaken: true, ms: 1_000, state: 'duplicate' },
    { stage: await makeStage({ links: slow }), isTaken: false, ms: 1_000, state: 'tentative' },
  ]) {
    if (isTaken) stage.lan.addForeign('lan', VIP);
    const startMs = stage.clock.nowMs();
    await stage.must(CREATE);
    assert.equal(stage.clock.nowMs() - startMs, ms);
    assert.equal(await stateOf(stage), state);
  }
});

test('illumos: addif does not wait', async () => {
  const stage = await makeStage();
  await stage.must(ADDIF);
  assert.equal(stage.clock.nowMs(), 0);
  assert.match(await stage.must('ifconfig e1000g0:1'), /<UP,.*RUNNING/, 'looks as if it were usable');
  assert.deepEqual(stage.lan.holders(VIP), []);
});

test('illumos: an address is announced 5 times, 2 s apart, then every 15 s; IPv6 3 times', async () => {
  const stage = await makeStage({ random: () => 0 });
  void stage.must(ADDIF);
  const seenMs: number[] = [];
  while (stage.clock.nowMs() < 40_000) {
    const before = stage.lan.announcements.length;
    await passTime(stage.clock, 50);
    if (stage.lan.announcements.length > before) seenMs.push(stage.clock.nowMs());
  }
  assert.deepEqual(seenMs, [450, 2_450, 4_450, 6_450, 8_450, 23_450, 38_450]);

  const quiet = await makeStage({ variants: { slowAnnounceMs: 0 } });
  await quiet.must(`ifconfig e1000g0 inet6 addif ${VIP6}/128 up`);
  await passTime(quiet.clock, 60_000, 100);
  assert.equal(quiet.lan.announcements.length, 3);
});

test('illumos: whoever comes second is the duplicate; it leaves the wire and the flags say so', async () => {
  const stage = await makeStage();
  const other = await stage.another();
  await stage.must(CREATE);
  assert.deepEqual(await stage.run(CREATE, other), { rc: 0, stdout: '', stderr: '' });
  assert.equal((await stage.must(STATE, other)).trim(), 'duplicate');
  assert.match(await stage.must('ifconfig e1000g0:1', other), /flags=4001000842<.*DUPLICATE>/);
  assert.deepEqual(stage.lan.holders(VIP), ['h1']);
});

test('illumos: a duplicate comes up by itself after 300 s, when the other has gone', async () => {
  const stage = await makeStage();
  const leave = stage.lan.addForeign('lan', VIP);
  await stage.must(CREATE);
  await passTime(stage.clock, 301_000, 100);
  assert.equal(await stateOf(stage), 'duplicate', 'still taken');
  leave();
  await passTime(stage.clock, 297_000, 100);
  assert.equal(await stateOf(stage), 'duplicate');
  await passTime(stage.clock, 4_000, 100);
  assert.equal(await stateOf(stage), 'ok');
});

test('illumos: with _dup_recovery=0 it stays a duplicate; deleted it does not come back', async () => {
  const stage = await makeStage();
  await stage.must('ipadm set-prop -t -p _dup_recovery=0 ip');
  const leave = stage.lan.addForeign('lan', VIP);
  await stage.must(CREATE);
  leave();
  await passTime(stage.clock, 700_000, 1_000);
  assert.equal(await stateOf(stage), 'duplicate');

  const deleted = await makeStage();
  const go = deleted.lan.addForeign('lan', VIP);
  await deleted.must(CREATE);
  await deleted.must('ipadm delete-addr e1000g0/sealvip0');
  go();
  await passTime(deleted.clock, 700_000, 1_000);
  assert.deepEqual(deleted.lan.holders(VIP), []);
});

test('illumos: down takes a duplicate out of recovery', async () => {
  const stage = await makeStage();
  const leave = stage.lan.addForeign('lan', VIP);
  await stage.must(ADDIF);
  await passTime(stage.clock, 1_000);
  await stage.must('ifconfig e1000g0:1 down');
  leave();
  await passTime(stage.clock, 700_000, 1_000);
  assert.match(await stage.must('ifconfig e1000g0:1'), /flags=1000842<BROADCAST,RUNNING,MULTICAST,IPv4>/);
});

test('illumos: an address is defended 3 times in 30 s and then given up', async () => {
  const stage = await makeStage({ variants: { slowAnnounceMs: 0 } });
  await stage.must(CREATE);
  await passTime(stage.clock, 10_000);
  const before = stage.lan.announcements.length;
  for (const defended of [1, 2, 3]) {
    stage.lan.announceForeign('lan', VIP);
    assert.equal(stage.lan.announcements.length, before + defended);
  }
  await passTime(stage.clock, 29_900, 100);
  assert.equal(await stateOf(stage), 'ok');
  stage.lan.announceForeign('lan', VIP);
  await passTime(stage.clock, 10);
  assert.equal(await stateOf(stage), 'duplicate');
  assert.deepEqual(stage.lan.holders(VIP), []);
});

test('illumos: defences older than 30 s do not count', async () => {
  const stage = await makeStage({ variants: { slowAnnounceMs: 0 } });
  await stage.must(CREATE);
  for (const round of [1, 2]) {
    for (const each of [1, 2, 3]) {
      stage.lan.announceForeign('lan', VIP);
      await passTime(stage.clock, 10);
      assert.equal(await stateOf(stage), 'ok', `round ${round}, defence ${each}`);
    }
    await passTime(stage.clock, 30_100, 100);
  }
});

test('illumos: after a cut heals, one of two holders gives the address up by itself', async () => {
  const stage = await makeStage();
  const other = await stage.another();
  stage.lan.cut('h1', 'h2');
  stage.lan.cut('h2', 'h1');
  await stage.must(CREATE);
  await stage.must(CREATE, other);
  assert.deepEqual(stage.lan.holders(VIP), ['h1', 'h2']);
  stage.lan.heal();
  await passTime(stage.clock, 20_000, 50);
  assert.equal(stage.lan.holders(VIP).length, 1);
});

for (const restarts of [true, false]) {
  test(`illumos: a carrier that comes back ${restarts ? 'makes it ask again' : 'changes nothing'}`, async () => {
    const variants = { linkUpRestartsDetection: restarts, slowAnnounceMs: 0 };
    const stage = await makeStage({ variants });
    const other = await stage.another({ variants });
    await stage.must(CREATE);
    stage.lan.pull('h1', 'e1000g0');
    await passTime(stage.clock, 10_000, 50);
    assert.equal(await stateOf(stage), 'inaccessible');
    await stage.must(CREATE, other);
    await passTime(stage.clock, 10_000, 50);
    stage.lan.plug('h1', 'e1000g0');
    await passTime(stage.clock, 2_000);
    assert.equal(await stateOf(stage), restarts ? 'duplicate' : 'ok');
    assert.deepEqual(stage.lan.holders(VIP), restarts ? ['h2'] : ['h1', 'h2']);
  });
}

test('illumos: recovery waits for the carrier', async () => {
  const variants = { linkUpRestartsDetection: false };
  const stage = await makeStage({ variants });
  const leave = stage.lan.addForeign('lan', VIP);
  await stage.must(CREATE);
  leave();
  stage.lan.pull('h1', 'e1000g0');
  await passTime(stage.clock, 400_000, 500);
  assert.equal(await stateOf(stage), 'duplicate');
  stage.lan.plug('h1', 'e1000g0');
  await passTime(stage.clock, 1_000);
  assert.equal(await stateOf(stage), 'ok');
});
