import assert from 'node:assert/strict';
import test from 'node:test';
import { groupOf, helloOf, idOf, SESSION } from '../../scripts/vectors/actors.ts';
import type { Body } from '../../src/core/frame.ts';
import type { Link } from '../../src/core/peer/link.ts';
import type { GroupId } from '../../src/core/units.ts';
import { toHex } from '../../src/wire/hex.ts';
import { asLb2, bodyOf, directionOf, sealAs } from './parties.ts';
import { receiver } from './sequence-receiver.ts';

const ECHO = idOf<string>('a frame of lb2');
const acksFirst: Partial<Body> = { ack: 1, echo: ECHO, ackDelayUs: 0, ackedLow: 0, ackedHigh: 0 };
const web = idOf<GroupId>('web');

const frameOf = (body: Body): string => toHex(sealAs(body, `${body.session}/${body.seq}/${body.hello}`));
const forgedOf = (body: Body): string => {
  const forged = { ...directionOf('lb1', 'lb2'), signKey: directionOf('lb3', 'lb2').signKey };
  return toHex(sealAs(body, 'forged', forged));
};

/** lb2 with an open session of lb1, whose clock began at 1,000 ms. */
function openSession(): ReturnType<typeof receiver> {
  const lb2 = receiver(asLb2);
  lb2.send({ atMs: 1_000, sent: { seq: 1, echo: ECHO } });
  const first = bodyOf({ ...acksFirst, seq: 10, sentUs: 5_000 });
  assert.equal(lb2.receive({ atMs: 1_010, frame: frameOf(first) }).verdict, 'ok');
  return lb2;
}

const priorityOf = (link: Link): number | undefined => link.groups.get(web)?.record.priority;

test('receive: an older frame is accepted and its words are not taken', () => {
  const lb2 = openSession();
  const resigns = bodyOf({ ...acksFirst, seq: 9, sentUs: 4_000, groups: [groupOf('web', { priority: 0 })] });
  assert.equal(lb2.receive({ atMs: 1_020, frame: frameOf(resigns) }).verdict, 'ok');
  assert.equal(priorityOf(lb2.link), 101);
  const newer = bodyOf({ ...acksFirst, seq: 11, sentUs: 6_000, groups: [groupOf('web', { priority: 0 })] });
  assert.equal(lb2.receive({ atMs: 1_021, frame: frameOf(newer) }).verdict, 'ok');
  assert.equal(priorityOf(lb2.link), 0);
});

test('receive: the words of a stale frame are not taken, though it is the newest', () => {
  const lb2 = openSession();
  const resigns = bodyOf({ ...acksFirst, seq: 11, sentUs: 6_000, groups: [groupOf('web', { priority: 0 })] });
  assert.equal(lb2.receive({ atMs: 4_100, frame: frameOf(resigns) }).verdict, 'stale');
  assert.equal(priorityOf(lb2.link), 101);
  assert.equal(lb2.link.rx?.newest, 11); // it is acknowledged: that says only "received"
});

test('receive: delay and trickling keep a dead peer alive until its timeout and no longer', () => {
  const lb2 = openSession();
  // The last word before the crash was sealed at 990 ms of its clock; fifty frames of before are let through one by one.
  for (let index = 0; index < 50; index++) {
    const sentUs = (500 + 10 * index) * 1_000;
    const held = bodyOf({ ...acksFirst, ackDelayUs: sentUs - 5_000, seq: 20 + index, sentUs });
    lb2.receive({ atMs: 2_000 + 50 * index, frame: frameOf(held) });
  }
  // Its clock began between 995 and 1,005 ms of ours: the first exchange took 10 ms. The lower bound counts, less drift.
  assert.ok(lb2.link.deadline <= 995 + 990 + 3_000, `${lb2.link.deadline}`);
  assert.ok(lb2.link.deadline >= 995 + 990 + 3_000 - 2, `${lb2.link.deadline}`);
});

const untouched = (link: Link): object => {
  // A limit that refuses counts time in its bucket; all else must be as it was.
  const { rejects: _, helloBucket: __, ...rest } = link;
  return structuredClone(rest);
};

test('receive: a refused frame changes nothing but its counter', () => {
  const seen = bodyOf({ ...acksFirst, seq: 10, sentUs: 5_000 });
  const refusals: Readonly<Record<string, (lb2: ReturnType<typeof receiver>) => string>> = {
    replay: () => frameOf(seen),
    late: (lb2) => {
      lb2.receive({ atMs: 1_011, frame: frameOf(bodyOf({ seq: 3_000, ...acksFirst, sentUs: 6_000 })) });
      return frameOf(bodyOf({ seq: 11, ...acksFirst, sentUs: 6_000 }));
    },
    signature: () => forgedOf(bodyOf({ seq: 12, ...acksFirst, sentUs: 6_000 })),
    retired: (lb2) => {
      lb2.send({ atMs: 1_011, sent: { seq: 2, echo: ECHO } });
      const opens = bodyOf({ ...acksFirst, ack: 2, session: SESSION - 1, seq: 1, sentUs: 1_000 });
      assert.equal(lb2.receive({ atMs: 1_012, frame: frameOf(opens) }).opened, true);
      return frameOf(bodyOf({ ...acksFirst, seq: 13, sentUs: 6_000 }));
    },
    'hello-again': (lb2) => {
      const hello = helloOf({ session: 9 });
      assert.equal(lb2.receive({ atMs: 1_011, frame: frameOf(hello) }).verdict, 'hello');
      return frameOf(hello);
    },
    'hello-limited': (lb2) => {
      for (let seq = 1; seq <= 50; seq++) {
        const hello = helloOf({ session: 9, seq });
        assert.equal(lb2.receive({ atMs: 1_020, frame: frameOf(hello) }).verdict, 'hello');
      }
      return frameOf(helloOf({ session: 9, seq: 51 }));
    },
    // No signature is checked either: the one before was looked at less than a quarter of a second ago.
    session: (lb2) => {
      lb2.receive({ atMs: 1_011, frame: frameOf(bodyOf({ session: 9, seq: 1 })) });
      return frameOf(bodyOf({ session: 9, seq: 2 }));
    },
  };
  for (const [reason, refusal] of Object.entries(refusals)) {
    const lb2 = openSession();
    const frame = refusal(lb2);
    const before = untouched(lb2.link);
    const count = lb2.link.rejects.get(reason) ?? 0;
    const { verdict, answer } = lb2.receive({ atMs: 1_020, frame });
    assert.equal(verdict, reason);
    assert.equal(answer, null, reason);
    assert.deepEqual(untouched(lb2.link), before, reason);
    assert.equal(lb2.link.rejects.get(reason), count + 1, reason);
  }
});

test('receive: no signature is checked for a frame that is refused anyway', () => {
  const lb2 = openSession();
  lb2.receive({ atMs: 1_011, frame: frameOf(bodyOf({ seq: 3_000, ...acksFirst, sentUs: 6_000 })) });
  for (const body of [bodyOf({ seq: 10 }), bodyOf({ seq: 3_000 }), bodyOf({ seq: 1_976 })]) {
    const { verdict, verified } = lb2.receive({ atMs: 1_012, frame: forgedOf(body) });
    assert.match(verdict, /^(late|replay)$/);
    assert.equal(verified, 0);
  }
});

test('receive: more groups than fit one frame are kept while frames are lost', () => {
  const lb2 = openSession();
  const groups = (from: number, to: number): Body['groups'] =>
    Array.from({ length: to - from }, (_, index) => groupOf(`group-${from + index}`));
  const say = (seq: number, atMs: number, first: boolean): void => {
    const part = first ? groups(0, 35) : groups(35, 70);
    const body = bodyOf({ ...acksFirst, seq, sentUs: (atMs - 1_005) * 1_000, groupsInAll: 70, groups: part });
    assert.equal(lb2.receive({ atMs, frame: frameOf(body) }).verdict, 'ok');
  };
  say(20, 1_100, true);
  say(21, 1_101, false);
  // A long run of losses, after which only one half comes at first.
  say(200, 3_000, true);
  assert.equal(lb2.link.groups.size, 71);
  // Groups that do not come round any more are gone from the peer's config; "web" was one of the first frame's.
  for (let seq = 201; seq < 220; seq++) say(seq, 3_000 + seq, true);
  assert.deepEqual(
    [lb2.link.groups.has(idOf('group-0')), lb2.link.groups.has(idOf('group-69')), lb2.link.groups.has(web)],
    [true, false, false],
  );
});

test('receive: a peer that invents groups fills no memory', () => {
  const lb2 = openSession();
  for (let seq = 20; seq < 60; seq++) {
    const groups = Array.from({ length: 35 }, (_, index) => groupOf(`invented-${seq}-${index}`));
    const body = bodyOf({ ...acksFirst, seq, sentUs: seq * 1_000, groupsInAll: 65_535, groups });
    lb2.receive({ atMs: 1_100 + seq, frame: frameOf(body) });
  }
  assert.equal(lb2.link.groups.size, 256);
});
