import type { NodeName } from '../units.ts';

/** One health check of a group, the same on every node that asks it. */
export interface CheckSettings {
  readonly name: string;
  readonly question: CheckQuestion;
  /** Who asks; empty for every node. */
  readonly nodes: readonly NodeName[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** How many good results in a row make it up, and how many bad ones make it down. */
  readonly rise: number;
  readonly fall: number;
  /** What counts until the first result. */
  readonly initial: CheckStanding;
  /** What no answer in time means. */
  readonly slow: 'unknown' | 'failed';
  /** While it is down, the node can't hold the group. Then the weight is 0. */
  readonly vital: boolean;
  /** Positive: added to the priority while it is up. Negative: while it is down. */
  readonly weight: number;
}

/** Unknown is neutral: it adds nothing and fails nothing. */
export type CheckStanding = 'up' | 'down' | 'unknown';

export type CheckQuestion =
  /** A process of this executable runs. */
  | { readonly kind: 'process'; readonly process: string }
  /** systemd: the unit is active. */
  | { readonly kind: 'unit'; readonly unit: string }
  /** illumos: the service is online. */
  | { readonly kind: 'smf'; readonly smf: string }
  /** A connection is accepted. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | HttpQuestion
  | { readonly kind: 'ping'; readonly host: string }
  /** The interface has a carrier. By node; every node that asks is in it. */
  | { readonly kind: 'interface'; readonly interfaces: ReadonlyMap<NodeName, string> }
  | FileQuestion
  /** It ends with exit code 0. No shell. `user`: whose rights it has; empty for the daemon's. */
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly user: string };

export type CheckKind = CheckQuestion['kind'];

export interface HttpQuestion {
  readonly kind: 'http';
  readonly url: string;
  /** Status codes that are good, each range with both its ends. */
  readonly statuses: readonly StatusRange[];
  /** What the body contains; empty for anything. */
  readonly body: string;
  /** By name, in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Whether a certificate has to be good. */
  readonly verify: boolean;
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export interface FileQuestion {
  readonly kind: 'file';
  readonly file: string;
  /** What has to stand in it, spaces around it aside; undefined for one whose number is added to the priority. */
  readonly is: string | undefined;
}

/** A file whose number, times the weight, is added to the priority. */
export const addsItsNumber = (question: CheckQuestion): boolean =>
  question.kind === 'file' && question.is === undefined;

/** The checks that a node asks. */
export const checksOn = (checks: readonly CheckSettings[], node: NodeName): readonly CheckSettings[] =>
  checks.filter(({ nodes }) => nodes.length === 0 || nodes.includes(node));
