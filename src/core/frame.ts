import type { GroupId, NodeId } from './units.ts';

/** What one frame says, after the box was opened and before anything of it is believed (PROTOCOL.md, body). */
export interface Body {
  /** The sender has no open session with the recipient, or does not know that the recipient has opened its own. */
  readonly hello: boolean;
  /** Asks for one frame at once, over the path on which it came. */
  readonly probe: boolean;
  /** Is such a frame; never asks again. */
  readonly answer: boolean;
  /** The recipient is alive to the sender. */
  readonly hearsYou: boolean;
  /** The sender's interface has received something lately. */
  readonly canReceive: boolean;
  readonly versionMax: number;
  /** Place of the path in the recipient's list, from 0. */
  readonly path: number;
  readonly intervalUs: number;
  readonly timeoutUs: number;
  /** Random, from 1; new for every process and every fresh start towards a peer. */
  readonly session: number;
  /** From 1, a number of its own for every frame, path and copy. */
  readonly seq: number;
  /** When it was sealed, in microseconds since the session began. */
  readonly sentUs: number;
  /** Newest frame that the sender received from the recipient; 0 for none. */
  readonly ack: number;
  /** First 8 bytes of that frame's nonce, as 16 hex digits. */
  readonly echo: string;
  /** From the arrival of that frame to `sentUs`. */
  readonly ackDelayUs: number;
  /** Which of the 64 frames before `ack` arrived: bit 0 of `ackedLow` is `ack - 1`. */
  readonly ackedLow: number;
  readonly ackedHigh: number;
  /** The recipient's newest key in the sender's config. */
  readonly yourKey: NodeId;
  readonly digest: string;
  /** "Back within": how long the sender will be away for a restart; 0 for no promise. */
  readonly promiseMs: number;
  readonly groupsInAll: number;
  readonly groups: readonly GroupRecord[];
  /** Digests of parts of the sender's config, 8 hex digits each, for a recipient whose whole digest is another; else empty. */
  readonly configParts: readonly string[];
  /** Groups that the sender, a standby, asks their holder to hand to it. */
  readonly asksFor: readonly GroupId[];
}

export type RoleName = 'init' | 'standby' | 'claiming' | 'active' | 'releasing';

/** As many records as fit a frame; more take turns. */
export const GROUPS_PER_FRAME = 35;

/** What a node says of itself in one group. */
export interface GroupRecord {
  readonly id: GroupId;
  readonly role: RoleName;
  /** Effective priority, 1 to 254; 0 means "I can't". */
  readonly priority: number;
  /** Base priority and weights: what `priority` would be if nothing stood against the node. Tells something when `checksOnly`. */
  readonly base: number;
  /** The VIP is or may be on the sender's interface. */
  readonly has: boolean;
  /** The group was placed by an operator and stays until it is told otherwise. */
  readonly sticky: boolean;
  readonly frozen: boolean;
  /** In `releasing`: the sender keeps the VIP until the heir is active. Elsewhere: its adapter allows that. */
  readonly overlap: boolean;
  /** Priority is 0 for no other reason than checks. */
  readonly checksOnly: boolean;
  /** Whom the sender wants to take over, by number (place in the sorted list of names + 1); 0 for nobody. */
  readonly heir: number;
  /** Best holder that the sender hears itself, other than the recipient, by number; 0 for none. */
  readonly holder: number;
  readonly holderRole: RoleName;
  readonly holderPriority: number;
  readonly freezeCounter: number;
  readonly epoch: number;
}

/** Why a frame was not accepted, in the order of the receive path; each is a counter and changes nothing else. */
export const REJECTS = [
  'length',
  'magic',
  'version',
  'unknown-sender',
  'reflected',
  'box',
  'malformed',
  'late',
  'replay',
  'signature',
  'retired',
  'hello-again',
  'hello-limited',
  'session',
  'stale',
] as const;
export type Reject = (typeof REJECTS)[number];
