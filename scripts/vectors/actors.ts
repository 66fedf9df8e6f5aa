import { createHash } from 'node:crypto';
import type { Body, GroupRecord } from '../../src/core/frame.ts';
import type { GroupId, NodeId } from '../../src/core/units.ts';
import { encodeBody } from '../../src/wire/body.ts';
import { directionsBetween, sealFrame, type OutboundDirection } from '../../src/wire/frame.ts';
import { identityFrom, type SecretIdentity } from '../../src/wire/identity.ts';

/** Who speaks in the vectors. Everything is derived from these words, so the same vectors come out every time. */
const seedOf = (words: string): Uint8Array => createHash('sha512').update(words).digest().subarray(0, 32);

export const CLUSTER = 'golden';

const actor = (name: string): SecretIdentity =>
  identityFrom({
    signSeed: seedOf(`sealbeat vectors, ${name}, signing seed`),
    boxSecret: seedOf(`sealbeat vectors, ${name}, box secret`),
  });

/** lb1 speaks and lb2 listens, unless a vector says something else; `stranger` is in nobody's config. */
export const actors = {
  lb1: actor('lb1'),
  lb2: actor('lb2'),
  lb3: actor('lb3'),
  stranger: actor('stranger'),
} as const;
export type ActorName = keyof typeof actors;

export const directionOf = (from: ActorName, to: ActorName, cluster = CLUSTER): OutboundDirection =>
  directionsBetween(actors[from], actors[to].public, cluster).outbound;

/** A nonce that is fixed by a vector's name. Real ones come from deriveNonce. */
export const nonceOf = (words: string): Uint8Array =>
  new Uint8Array(createHash('sha512').update(`sealbeat vectors, nonce, ${words}`).digest().subarray(0, 24));

export const idOf = <Id extends string>(words: string): Id =>
  createHash('sha512').update(words).digest('hex').slice(0, 16) as Id;

export const groupOf = (name: string, change: Partial<GroupRecord> = {}): GroupRecord => ({
  id: idOf<GroupId>(name),
  role: 'standby',
  priority: 100,
  base: 100,
  has: false,
  sticky: false,
  frozen: false,
  overlap: true,
  checksOnly: false,
  heir: 0,
  holder: 0,
  holderRole: 'init',
  holderPriority: 0,
  freezeCounter: 0,
  epoch: 0,
  ...change,
});

export const NO_ECHO = '0000000000000000';
export const SESSION = 4_503_599_627_370_495;
export const EPOCH = 1_700_000_000_001 * 8;

/** An ordinary beat of lb1 to lb2 in the middle of a session. */
export const bodyOf = (change: Partial<Body> = {}): Body => ({
  hello: false,
  probe: false,
  answer: false,
  hearsYou: true,
  canReceive: true,
  versionMax: 1,
  path: 0,
  intervalUs: 250_000,
  timeoutUs: 3_000_000,
  session: SESSION,
  seq: 4_321,
  sentUs: 1_080_250_125,
  ack: 4_310,
  echo: '00112233445566ff',
  ackDelayUs: 125_250,
  ackedLow: 0xffff_fffe,
  ackedHigh: 0xffff_ffff,
  yourKey: actors.lb2.public.id satisfies NodeId,
  digest: idOf('the config'),
  promiseMs: 0,
  groupsInAll: 1,
  configParts: [],
  asksFor: [],
  groups: [groupOf('web', { role: 'active', priority: 101, base: 101, has: true, epoch: EPOCH })],
  ...change,
});

/** What a node says before it has heard anything. */
export const helloOf = (change: Partial<Body> = {}): Body =>
  bodyOf({
    hello: true,
    hearsYou: false,
    seq: 1,
    sentUs: 0,
    ack: 0,
    echo: NO_ECHO,
    ackDelayUs: 0,
    ackedLow: 0,
    ackedHigh: 0,
    groups: [groupOf('web', { role: 'init' })],
    ...change,
  });

export const sealAs = (
  body: Body | Uint8Array,
  words: string,
  direction: OutboundDirection = directionOf('lb1', 'lb2'),
): Uint8Array => sealFrame(body instanceof Uint8Array ? body : encodeBody(body), nonceOf(words), direction);
