import type { Body } from '../../src/core/frame.ts';
import type { Verdict } from '../../src/core/peer/receive.ts';
import { toHex } from '../../src/wire/hex.ts';
import { bodyOf, directionOf, groupOf, helloOf, idOf, sealAs, SESSION, type ActorName } from './actors.ts';

/**
 * What lb2 makes of frames that come after each other, from step 6 of the receive path on. It starts with no session, an
 * interval of 250 ms, a timeout of 3 s, one path; its monotonic clock says `atMs`.
 */
export interface Sequence {
  readonly name: string;
  readonly steps: readonly (SentStep | ReceivedStep)[];
}

/** lb2 sends lb1 a frame: only its number and the start of its nonce matter here. */
export interface SentStep {
  readonly atMs: number;
  readonly sent: { readonly seq: number; readonly echo: string };
}

export interface ReceivedStep {
  readonly atMs: number;
  readonly frame: string;
  readonly expect: Expected;
}

export interface Expected {
  readonly verdict: Verdict;
  /** The frame opened a session. */
  readonly opened: boolean;
  readonly answer: 'hello' | 'probe' | null;
  /** How many signatures were checked for this frame: 0 or 1. */
  readonly verified: number;
  /** lb1 is alive to lb2 afterwards. */
  readonly alive: boolean;
}

const echoOf = (seq: number): string => idOf(`nonce of frame ${seq} of lb2`);
const sends = (atMs: number, seq: number): SentStep => ({ atMs, sent: { seq, echo: echoOf(seq) } });
/** Acknowledges frame `ack` of lb2, received a moment ago. */
const acks = (ack: number): Partial<Body> => ({
  ack,
  echo: echoOf(ack),
  ackDelayUs: 0,
  ackedLow: 0,
  ackedHigh: 0,
});
const acksNothing: Partial<Body> = {
  ack: 0,
  echo: '0000000000000000',
  ackDelayUs: 0,
  ackedLow: 0,
  ackedHigh: 0,
};

const ok: Expected = { verdict: 'ok', opened: false, answer: null, verified: 1, alive: true };
const opens: Expected = { ...ok, opened: true };
const refused = (verdict: Verdict, change: Partial<Expected> = {}): Expected => ({
  ...ok,
  verdict,
  verified: 0,
  ...change,
});
const beforeAnySession = { alive: false };
const answered = (verified: number): Expected =>
  refused('hello', { answer: 'hello', verified, alive: false });

const hexOf = (body: Body, from: ActorName = 'lb1'): string =>
  toHex(sealAs(body, `${body.session}/${body.seq}`, from === 'lb1' ? undefined : forged(from)));

/** In the right box under the name of lb1, but signed by another: what the holder of a box secret alone can do. */
const forged = (signer: ActorName): ReturnType<typeof directionOf> => ({
  ...directionOf('lb1', 'lb2'),
  signKey: directionOf(signer, 'lb2').signKey,
});

const gets = (atMs: number, body: Partial<Body>, expect: Expected, from?: ActorName): ReceivedStep => ({
  atMs,
  frame: hexOf(body.hello === true ? helloOf(body) : bodyOf(body), from),
  expect,
});

/** lb2 sends frame 1 at 1,000 ms; lb1, whose session began then, acknowledges it with its own first frame. */
const opening: readonly (SentStep | ReceivedStep)[] = [
  sends(1_000, 1),
  gets(1_010, { ...acks(1), seq: 1, sentUs: 5_000 }, opens),
];

const OTHER = SESSION - 1;

export const sequences = (): readonly Sequence[] => [
  {
    name: 'a beat opens a session when it acknowledges a frame of ours',
    steps: [
      ...opening,
      gets(1_250, { ...acksNothing, seq: 2, sentUs: 250_000 }, ok),
      gets(1_260, { ...acks(1), probe: true, seq: 3, sentUs: 255_000 }, { ...ok, answer: 'probe' }),
      gets(1_261, { ...acks(1), probe: true, seq: 4, sentUs: 256_000 }, ok), // one answer per path and 2 ms
      gets(1_300, { ...acks(1), probe: true, answer: true, seq: 5, sentUs: 290_000 }, ok), // answers never ask
    ],
  },
  {
    name: 'replay: twice the same frame, also with a higher one between',
    steps: [
      ...opening,
      gets(1_011, { ...acks(1), seq: 1, sentUs: 5_000 }, refused('replay')),
      gets(1_260, { ...acksNothing, seq: 3, sentUs: 250_000 }, ok),
      gets(1_261, { ...acks(1), seq: 1, sentUs: 5_000 }, refused('replay')),
      gets(1_262, { ...acksNothing, seq: 2, sentUs: 240_000 }, ok), // late, not seen
      gets(1_263, { ...acksNothing, seq: 2, sentUs: 240_000 }, refused('replay')),
    ],
  },
  {
    name: 'late: 1,024 numbers behind',
    steps: [
      ...opening,
      gets(1_250, { ...acksNothing, seq: 2_000, sentUs: 240_000 }, ok),
      gets(1_251, { ...acksNothing, seq: 976, sentUs: 241_000 }, refused('late')),
      gets(1_252, { ...acksNothing, seq: 977, sentUs: 242_000 }, ok),
      gets(1_253, { ...acks(1), seq: 1, sentUs: 5_000 }, refused('late')),
    ],
  },
  {
    name: 'a number near 2^53 leaves room for nothing but itself',
    steps: [
      ...opening,
      gets(1_250, { ...acksNothing, seq: Number.MAX_SAFE_INTEGER, sentUs: 240_000 }, ok),
      gets(1_251, { ...acksNothing, seq: Number.MAX_SAFE_INTEGER, sentUs: 240_000 }, refused('replay')),
      gets(1_252, { ...acksNothing, seq: 2, sentUs: 241_000 }, refused('late')),
    ],
  },
  {
    name: 'signature: by another key, of the open session',
    steps: [
      ...opening,
      gets(1_250, { ...acksNothing, seq: 2, sentUs: 240_000 }, refused('signature', { verified: 1 }), 'lb3'),
      gets(1_251, { ...acksNothing, seq: 2, sentUs: 240_000 }, ok), // the number is still free
      gets(1_252, { ...acksNothing, seq: 2, sentUs: 240_000 }, refused('replay'), 'lb3'), // no check for a seen one
    ],
  },
  {
    name: 'signature: by another key, of a frame that would open a session',
    steps: [
      sends(1_000, 1),
      gets(
        1_010,
        { ...acks(1), seq: 1, sentUs: 5_000 },
        refused('signature', { verified: 1, alive: false }),
        'lb3',
      ),
      gets(1_011, { ...acks(1), seq: 1, sentUs: 5_000 }, opens),
    ],
  },
  {
    name: 'retired: the session before',
    steps: [
      ...opening,
      sends(1_100, 2),
      gets(1_110, { ...acks(2), session: OTHER, seq: 1, sentUs: 100_000 }, opens),
      sends(1_200, 3),
      gets(1_210, { ...acks(3), seq: 2, sentUs: 205_000 }, refused('retired')),
      gets(1_211, { hello: true, session: SESSION, seq: 3, sentUs: 206_000 }, refused('retired')),
    ],
  },
  {
    name: 'hello-again: answered once',
    steps: [
      gets(1_000, { hello: true, seq: 1 }, answered(1)),
      gets(1_001, { hello: true, seq: 1 }, refused('hello-again', beforeAnySession)),
      gets(1_002, { hello: true, seq: 2 }, answered(0)), // its signature is looked at 4 times a second
      gets(1_250, { hello: true, seq: 3, sentUs: 250_000 }, answered(1)),
    ],
  },
  {
    name: 'hello: an answer needs the box alone',
    steps: [
      gets(1_000, { hello: true, seq: 1 }, answered(1), 'lb3'),
      gets(1_001, { hello: true, seq: 2 }, answered(0)),
    ],
  },
  {
    name: 'hello-limited: 50 at once, then 50 a second',
    steps: [
      ...Array.from({ length: 50 }, (_, index) =>
        gets(1_000, { hello: true, seq: index + 1 }, answered(index === 0 ? 1 : 0)),
      ),
      gets(1_000, { hello: true, seq: 51 }, refused('hello-limited', beforeAnySession)),
      gets(1_021, { hello: true, seq: 51 }, answered(0)), // a refused one was not remembered
      gets(1_022, { hello: true, seq: 52 }, refused('hello-limited', beforeAnySession)),
    ],
  },
  {
    name: 'session: acknowledges nothing of ours, and asks for nothing',
    steps: [
      sends(1_000, 1),
      gets(
        1_010,
        { ...acksNothing, seq: 1, sentUs: 5_000 },
        refused('session', { ...beforeAnySession, verified: 1 }),
      ),
      gets(1_011, { ...acks(2), seq: 2, sentUs: 6_000 }, refused('session', beforeAnySession)),
      gets(
        1_012,
        { ...acks(1), echo: echoOf(2), seq: 3, sentUs: 7_000 },
        refused('session', beforeAnySession),
      ),
      gets(1_013, { ...acks(1), seq: 4, sentUs: 8_000 }, opens),
    ],
  },
  {
    name: 'session: acknowledges a frame of before the present session',
    steps: [
      sends(900, 1),
      sends(1_000, 2),
      gets(1_010, { ...acks(2), seq: 1, sentUs: 5_000 }, opens),
      gets(1_011, { ...acks(1), session: OTHER, seq: 1, sentUs: 5_000 }, refused('session', { verified: 1 })),
      gets(1_012, { ...acks(2), session: OTHER, seq: 2, sentUs: 6_000 }, refused('session')),
    ],
  },
  {
    name: 'session: acknowledges a frame of more than two timeouts ago',
    steps: [
      sends(1_000, 1),
      gets(
        7_001,
        { ...acks(1), seq: 1, sentUs: 5_995_000 },
        refused('session', { ...beforeAnySession, verified: 1 }),
      ),
    ],
  },
  {
    name: 'a session is opened by an acknowledgement of a frame of two timeouts ago',
    steps: [
      sends(1_000, 1),
      gets(7_000, { ...acks(1), ackDelayUs: 5_990_000, seq: 2, sentUs: 5_995_000 }, opens),
    ],
  },
  {
    name: 'stale: held back for longer than a timeout',
    steps: [
      ...opening,
      gets(3_900, { ...acksNothing, seq: 3, sentUs: 2_890_000 }, ok),
      gets(4_200, { ...acksNothing, seq: 2, sentUs: 100_000 }, refused('stale', { verified: 1 })),
      gets(4_201, { ...acksNothing, seq: 2, sentUs: 100_000 }, refused('replay')),
      gets(4_202, { ...acksNothing, seq: 4, sentUs: 110_000 }, refused('stale', { verified: 1 })),
    ],
  },
  {
    name: 'stale: opens a session and is no sign of life',
    steps: [
      sends(1_000, 1),
      gets(
        4_500,
        { ...acks(1), seq: 1, sentUs: 5_000 },
        refused('stale', { opened: true, verified: 1, alive: false }),
      ),
      gets(4_510, { ...acksNothing, seq: 2, sentUs: 3_400_000 }, ok),
    ],
  },
  {
    name: 'an old resignation is accepted for what it acknowledges, not for what it says',
    steps: [
      ...opening,
      gets(1_300, { ...acksNothing, seq: 9, sentUs: 290_000 }, ok),
      gets(1_310, { ...acksNothing, seq: 8, sentUs: 280_000, groups: [groupOf('web', { priority: 0 })] }, ok),
    ],
  },
];
