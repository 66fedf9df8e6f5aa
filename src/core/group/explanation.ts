import type { RoleName } from '../frame.ts';
import type { NodeName } from '../units.ts';
import type { PlacementBar } from './placement.ts';
import type { Bar } from './bars.ts';
import type { Consent, Hold } from './consent.ts';
import type { Inability } from './election.ts';
import type { KnownHolder } from './known-holder.ts';
import type { Answer, QuestionKind } from './state.ts';

/** What explain.ts finds: facts, no words. Times are milliseconds from the moment at which it was asked. */
export interface Explanation {
  readonly role: RoleName;
  readonly sinceMs: number;
  /** The cause of the last transition, a sentence. */
  readonly cause: string;
  readonly holder: KnownHolder;
  readonly frozen: boolean;
  /** We are ending, and the VIP stays for the next process. */
  readonly restarting: boolean;
  /** A handover of ours is under way to this node. */
  readonly heir: NodeName | '';
  /** In the order of the config. */
  readonly nodes: readonly NodeFacts[];
  readonly takeover: Takeover;
  readonly failback: Failback | undefined;
  /** What we do when we hear nobody; empty when we don't hold it. */
  readonly alone: readonly Alone[];
  readonly questions: readonly QuestionFacts[];
  /** Since when we wait for those who have to agree to a claim of ours. */
  readonly askingForMs: number | undefined;
  readonly lease: { readonly endsInMs: number } | undefined;
  /** `letsGoInMs`: when we would give the VIP up because of it, unless all others agree that we hold. */
  readonly lock: { readonly endsInMs: number; readonly letsGoInMs: number } | undefined;
}

export interface NodeFacts {
  readonly name: NodeName;
  readonly isSelf: boolean;
  readonly holds: boolean;
  /** By its own word; undefined when it has not spoken of the group. */
  readonly role: RoleName | undefined;
  /** What it can do now; 0 for nothing. */
  readonly priority: number | undefined;
  readonly alive: boolean;
  readonly twoWay: boolean;
  /** What keeps it from being handed the group; undefined for one that can take over, and for the holder. */
  readonly bar: Bar | Inability | undefined;
  /** More on the bar, where more is known. */
  readonly barDetail: string;
}

export interface Takeover {
  /** Who would claim if the holder fell silent, or claims now that there is none; the first one first. */
  readonly claimants: readonly Claimant[];
  /** Who has to agree, and what a refusal leads to. */
  readonly asks: readonly Ask[];
}

export interface Claimant {
  readonly name: NodeName;
  readonly isSelf: boolean;
  /** After the holder's last word, or from now on when nobody holds it. */
  readonly afterMs: number;
}

export interface Ask {
  readonly question: QuestionKind;
  readonly ifNot: Consent;
}

/** A node with a higher priority than the holder's could take over. */
export interface Failback {
  readonly to: NodeName;
  /** What keeps it from happening by itself; undefined when it will happen. */
  readonly bar: PlacementBar | 'restarting' | 'paused' | 'moved too often' | undefined;
  /** Undefined where only the holder knows. */
  readonly inMs: number | undefined;
  readonly delayMs: number;
}

export interface Alone {
  readonly when: 'always' | 'all well' | 'witness silent' | 'lock lost';
  readonly hold: Hold;
}

export interface QuestionFacts {
  readonly question: QuestionKind;
  /** Asked so long ago and not answered. */
  readonly pendingForMs: number | undefined;
  readonly last: Pick<Answer, 'outcome' | 'text'> | undefined;
  readonly lastAgoMs: number | undefined;
}
