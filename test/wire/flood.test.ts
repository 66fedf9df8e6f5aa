import assert from 'node:assert/strict';
import test from 'node:test';
import { helloOf, idOf } from '../../scripts/vectors/actors.ts';
import { REJECTS } from '../../src/core/frame.ts';
import { newLink, type Link } from '../../src/core/peer/link.ts';
import { receive } from '../../src/core/peer/receive.ts';
import { noteEcho, noteSent } from '../../src/core/peer/sent.ts';
import type { MonoMs, NodeName } from '../../src/core/units.ts';
import { openFrame } from '../../src/wire/frame.ts';
import { fromHex } from '../../src/wire/hex.ts';
import { actors, asLb2, bodyOf, directionOf, sealAs } from './parties.ts';
import { START_MS, TIMING } from './sequence-receiver.ts';
import { udpWays } from '../../src/core/ways.ts';

/** 20,000 frames within one second of lb2's clock. */
const FRAMES = 20_000;
const ECHO = idOf<string>('a frame of lb2');

interface Flooded {
  readonly link: Link;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly signaturesChecked: number;
  readonly answers: number;
}

/** lb2 in a session with lb1, of which frames 1 to 100 were accepted. */
function flood(frames: readonly Uint8Array[]): Flooded {
  const link = newLink({ name: 'lb1' as NodeName, number: 1, ways: udpWays(1) }, 1, START_MS);
  link.tx.seq = 1;
  noteSent(link.tx.ring, 1, START_MS, 0);
  noteEcho(link.tx.ring, 1, ECHO);
  const outcomes = new Map<string, number>();
  let signaturesChecked = 0;
  let answers = 0;
  const take = (frame: Uint8Array, at: number): string => {
    const opened = openFrame(frame, asLb2);
    if (!opened.ok) return opened.reject;
    const { body, echo, from, verify } = opened;
    const counted = (): boolean => {
      signaturesChecked += 1;
      return verify();
    };
    const done = receive(link, { body, echo, key: from, path: 0, verify: counted }, at as MonoMs, TIMING);
    if (done.answer !== undefined) answers += 1;
    return done.verdict;
  };
  for (const frame of recorded) assert.equal(take(frame, 1_000), 'ok');
  signaturesChecked = 0;
  for (let index = 0; index < FRAMES; index++) {
    const outcome = take(frames[index % frames.length]!, 1_000 + index / 20);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return { link, outcomes, signaturesChecked, answers };
}

const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
const acksFirst = { ack: 1, echo: ECHO, ackDelayUs: 0, ackedLow: 0, ackedHigh: 0 };
const recorded = numbers.map((seq) => sealAs(bodyOf({ ...acksFirst, seq, sentUs: 5_000 }), `beat ${seq}`));
const beat = recorded[0]!;

const patched = (frame: Uint8Array, at: number, bytes: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(frame);
  copy.set(bytes, at);
  return copy;
};
/** Bytes without order, the same every time: a linear congruential generator. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from(
    { length },
    () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24,
  );
}

const floods: readonly {
  name: string;
  frames: readonly Uint8Array[];
  outcome: string;
  checks?: number;
  answers?: number;
}[] = [
  { name: 'garbage', frames: numbers.map((seed) => noise(244, seed)), outcome: 'magic' },
  {
    name: 'garbage of all lengths',
    frames: numbers.map((seed) => noise(seed * 15 + 1, seed)),
    outcome: 'length',
  },
  {
    name: 'a good header before garbage',
    frames: numbers.map((seed) => patched(beat, 12, noise(232, seed))),
    outcome: 'box',
  },
  {
    name: 'the largest frames with a bad box',
    frames: numbers.map((seed) => patched(noise(1_204, seed), 0, beat.subarray(0, 36))),
    outcome: 'box',
  },
  {
    name: 'our own frames',
    frames: [sealAs(bodyOf(), 'own', directionOf('lb2', 'lb1'))],
    outcome: 'reflected',
  },
  {
    name: 'our own frames under the name of lb1',
    frames: [patched(sealAs(bodyOf(), 'own', directionOf('lb2', 'lb1')), 4, fromHex(actors.lb1.public.id))],
    outcome: 'box',
  },
  { name: 'frames for lb3', frames: [sealAs(bodyOf(), 'other', directionOf('lb1', 'lb3'))], outcome: 'box' },
  {
    name: 'frames of another cluster',
    frames: [sealAs(bodyOf(), 'other', directionOf('lb1', 'lb2', 'silver'))],
    outcome: 'box',
  },
  { name: 'replays of the session', frames: recorded, outcome: 'replay' },
  {
    name: 'beats of old sessions',
    frames: numbers.map((seq) => sealAs(bodyOf({ session: seq, seq }), `old ${seq}`)),
    outcome: 'session',
    checks: 5,
  },
  {
    name: 'hellos of old sessions',
    frames: numbers.map((seq) => sealAs(helloOf({ session: seq, seq }), `old ${seq}`)),
    outcome: 'hello-again',
    checks: 5,
    answers: 100,
  },
  {
    name: 'hellos without end, signed by another, from the holder of a box secret',
    frames: Array.from({ length: 2_000 }, (_, index) => {
      const forged = { ...directionOf('lb1', 'lb2'), signKey: directionOf('lb3', 'lb2').signKey };
      return sealAs(helloOf({ session: 7, seq: index + 1 }), `forged ${index}`, forged);
    }),
    outcome: 'hello-limited',
    checks: 5,
    answers: 100,
  },
];

for (const { name, frames, outcome, checks = 0, answers = 0 } of floods) {
  test(`flood: 20,000 × ${name}: no work, no memory, no effect`, () => {
    const { link, outcomes, signaturesChecked, answers: given } = flood(frames);
    const most = [...outcomes].toSorted((a, b) => b[1] - a[1])[0]!;
    assert.equal(most[0], outcome, JSON.stringify([...outcomes]));
    assert.equal(outcomes.get('ok'), undefined);
    assert.ok(signaturesChecked <= checks, `${signaturesChecked} signatures checked`);
    assert.ok(given <= answers, `${given} answers`);

    assert.equal(link.rx?.newest, 100);
    assert.equal(link.sessionsOpened, 1);
    assert.equal(link.alive, true);
    assert.ok(link.answered.size <= 1_024);
    assert.ok(link.retired.length <= 32 && link.openedAt.length <= 4 && link.groups.size <= 1);
    assert.ok([...link.rejects.keys()].every((reason) => (REJECTS as readonly string[]).includes(reason)));
  });
}

test('flood: a thousand sessions in a row leave as much behind as forty', () => {
  const link = newLink({ name: 'lb1' as NodeName, number: 1, ways: udpWays(1) }, 1, START_MS);
  for (let session = 1; session <= 1_000; session++) {
    link.tx.seq = session;
    noteSent(link.tx.ring, session, START_MS, 0);
    noteEcho(link.tx.ring, session, ECHO);
    const body = bodyOf({ ...acksFirst, ack: session, session, seq: 1, sentUs: 0 });
    const arrived = { body, echo: ECHO, key: actors.lb1.public.id, path: 0, verify: () => true };
    assert.equal(receive(link, arrived, START_MS, TIMING).opened, true);
  }
  assert.equal(link.sessionsOpened, 1_000);
  assert.equal(link.retired.length, 32);
  assert.equal(link.openedAt.length, 4);
});

test('flood: the newest 1,024 answered hellos are remembered, at the limited rate', () => {
  const link = newLink({ name: 'lb1' as NodeName, number: 1, ways: udpWays(1) }, 1, START_MS);
  for (let seq = 1; seq <= 3_000; seq++) {
    const arrived = {
      body: helloOf({ seq }),
      echo: ECHO,
      key: actors.lb1.public.id,
      path: 0,
      verify: () => false,
    };
    assert.equal(receive(link, arrived, (START_MS + 20 * seq) as MonoMs, TIMING).verdict, 'hello');
  }
  assert.equal(link.answered.size, 1_024);
});
