import { OperatorError } from '../core/errors.ts';
import type { NodeSettings, PublicIdentity } from '../core/settings.ts';
import type { NodeId, NodeName } from '../core/units.ts';
import { directionsBetween, type InboundDirection, type OutboundDirection } from './frame.ts';
import type { SecretIdentity } from './identity.ts';

/** Which keys go with which frame, on a node that knows its own identities and everybody's public ones. */
export interface Keyring {
  /** Ways to open a frame of this sender, one per identity of ours; none for a stranger; 'self' for our own ids. */
  inbound(sender: NodeId): readonly InboundDirection[] | 'self';
  nodeOf(id: NodeId): NodeName | undefined;
  /** The one pair of keys for the next frame to `peer`, which must be another node of the config. */
  outbound(peer: NodeName, facts: KeyFacts): OutboundDirection;
}

/** What is known of the peer's keys at the moment a frame is sealed. */
export interface KeyFacts {
  /** The identity of ours that the peer calls the newest it knows, from its newest fresh frame. */
  readonly namedOurKey: NodeId | undefined;
  /** The identity that sealed the last accepted frame of the peer. */
  readonly signedWith: NodeId | undefined;
  /** We have an open session of the peer, and it is alive. */
  readonly isOpen: boolean;
  /** The number of the frame that is to be sealed. */
  readonly seq: number;
}

/** One identity of ours and one of a peer's. */
interface Pair {
  readonly ours: NodeId;
  readonly theirs: NodeId;
  readonly inbound: InboundDirection;
  readonly outbound: OutboundDirection;
}

/**
 * Computes every pair of keys once, 1 to 20 ms each: at the start and after a change of the config.
 *
 * Shape:  `own` has one identity, or two while a rotation is under way, the newest first, like each node's `keys`.
 * Throws: OperatorError KEY_INVALID when two identities have the same id, or one is both ours and another node's.
 */
export function makeKeyring(
  own: readonly SecretIdentity[],
  nodes: readonly NodeSettings[],
  self: NodeName,
  cluster: string,
): Keyring {
  const names = namesById(own, nodes, self);
  const pairs = new Map<NodeName, readonly Pair[]>();
  const inbound = new Map<NodeId, readonly InboundDirection[]>();
  for (const { name, keys } of nodes) {
    if (name === self) continue;
    const ofPeer = own.flatMap((mine) => keys.map((theirs) => pairOf(mine, theirs, cluster)));
    pairs.set(name, ofPeer);
    for (const { id } of keys) {
      const ways = ofPeer.filter(({ theirs }) => theirs === id).map((pair) => pair.inbound);
      inbound.set(id, ways);
    }
  }
  return {
    inbound: (sender) => (names.get(sender) === self ? 'self' : (inbound.get(sender) ?? [])),
    nodeOf: (id) => names.get(id),
    outbound(peer, facts) {
      const ofPeer = pairs.get(peer);
      if (ofPeer === undefined) throw new RangeError(`${peer} is not another node of this cluster`);
      return choose(ofPeer, facts).outbound;
    },
  };
}

function pairOf(mine: SecretIdentity, theirs: PublicIdentity, cluster: string): Pair {
  return { ours: mine.public.id, theirs: theirs.id, ...directionsBetween(mine, theirs, cluster) };
}

/**
 * With an open session the peer has told which keys it knows and has: ours that it named, its own with which it signed,
 * each the older one as long as it said nothing of the kind. Without one, or when it is silent and may have come back with
 * other keys, nothing is known, so the pairs take turns.
 */
function choose(pairs: readonly Pair[], { namedOurKey, signedWith, isOpen, seq }: KeyFacts): Pair {
  if (!isOpen) return pairs[turnOf(seq, pairs.length)]!;
  const oldest = pairs.at(-1)!;
  const ours = pairs.some((pair) => pair.ours === namedOurKey) ? namedOurKey : oldest.ours;
  const theirs = pairs.some((pair) => pair.theirs === signedWith) ? signedWith : oldest.theirs;
  return pairs.find((pair) => pair.ours === ours && pair.theirs === theirs)!;
}

/**
 * Multiples of the golden ratio instead of `seq % count`: paths take numbers in turn as well, and a path must not see one
 * and the same pair for ever.
 */
const turnOf = (seq: number, count: number): number =>
  Math.floor(((Math.imul(seq, 0x9e3779b1) >>> 0) / 0x1_0000_0000) * count);

function namesById(
  own: readonly SecretIdentity[],
  nodes: readonly NodeSettings[],
  self: NodeName,
): ReadonlyMap<NodeId, NodeName> {
  const names = new Map<NodeId, NodeName>();
  for (const { name, keys } of nodes) {
    for (const { id } of keys) {
      const other = names.get(id);
      if (other !== undefined) throw sharedIdentity(id, other, name);
      names.set(id, name);
    }
  }
  const mine = new Set<NodeId>();
  for (const { public: identity } of own) {
    const { id } = identity;
    const owner = names.get(id) ?? self;
    // An identity that the config does not list yet is still ours: what it sealed must not come back as a stranger's.
    if (owner !== self || mine.has(id)) throw sharedIdentity(id, owner, self);
    mine.add(id);
    names.set(id, self);
  }
  return names;
}

const sharedIdentity = (id: NodeId, one: NodeName, other: NodeName): OperatorError =>
  new OperatorError(
    'KEY_INVALID',
    one === other
      ? `the identity ${id} stands twice at ${one}`
      : `${one} and ${other} have the same identity ${id}`,
    {
      hint: 'every node needs an identity of its own: run "sealbeat keygen" on it and put its line into the config',
    },
  );
