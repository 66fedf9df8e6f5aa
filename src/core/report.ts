import type { CheckKind, CheckStanding } from './checks/settings.ts';
import type { Arithmetic } from './checks/sum.ts';
import type { Explanation } from './group/explanation.ts';
import type { QuestionKind } from './group/state.ts';
import type { HookMoment } from './hooks.ts';
import type { ConfigPart } from './settings.ts';
import type { GroupName, NodeId, NodeName } from './units.ts';

/**
 * What `status` shows and the control socket serves as JSON. Ages are milliseconds at the moment `at`; every fact says
 * how old it is, because a stale "active" is worse than none.
 */
export interface StatusReport {
  /** Wall time, ISO 8601, for people. */
  readonly at: string;
  readonly version: string;
  readonly node: NodeName;
  readonly cluster: string;
  readonly upForMs: number;
  /** It is ending, and its VIPs stay for the next process. */
  readonly restarting?: true | undefined;
  readonly configPath: string;
  readonly configDigest: string;
  /** Of this node's keys in the running config, the newest first; two while its key is being changed. */
  readonly keyIds?: readonly NodeId[];
  /** Why the last reload was refused; empty when the running config is the file's. */
  readonly configProblem: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly leaseSeconds: number;
  readonly peers: readonly PeerReport[];
  readonly groups: readonly GroupReport[];
  /** Things an operator should look at now, one sentence each; empty in peace. */
  readonly alarms: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
  /** Whom the config wants told, and how that goes; absent where it names nobody. */
  readonly alerts?: readonly AlertReport[];
}

/** One place that messages are sent to. Counts are since the config was read. */
export interface AlertReport {
  /** `mail`, or the name of the webhook. */
  readonly name: string;
  readonly kind: 'mail' | 'webhook';
  readonly queued: number;
  readonly sent: number;
  /** Refused for good, or tried for too long. */
  readonly failed: number;
  /** Pushed out of a full queue. */
  readonly dropped: number;
  /** Since it last took one; undefined before the first. */
  readonly lastSentAgoMs: number | undefined;
  /** Why the last attempt failed; empty when it did not. */
  readonly problem: string;
}

export interface PeerReport {
  readonly name: NodeName;
  /** `alive`: heard within its timeout. `suspect`: late and being asked. `silent`: dead to us. `unproven`: heard, but it cannot hear us. */
  readonly state: 'alive' | 'suspect' | 'silent' | 'unproven';
  /** It acknowledged a frame of ours within the timeout. */
  readonly hearsUs: boolean;
  /** Since the newest fresh frame was received; undefined before the first. */
  readonly heardAgoMs: number | undefined;
  /** Silent, and it said before that it would be back: it is waited for so much longer. */
  readonly awayForMs?: number | undefined;
  readonly timeoutMs: number;
  readonly intervalMs: number | undefined;
  /** How often its session was opened since this process started. */
  readonly sessions: number;
  readonly configDrift: boolean;
  /** Which parts of its config differ from ours; empty until it has said so. */
  readonly configDiffers?: readonly ConfigPart[];
  /** Which of our keys it last called our newest; `unknown` before it has said, and for one that we don't have. */
  readonly knowsOurKey?: 'newest' | 'older' | 'unknown';
  readonly paths: readonly PathReport[];
  /** Refused frames that named this peer as sender, by reason. */
  readonly rejects: Readonly<Record<string, number>>;
}

export interface PathReport {
  readonly url: string;
  readonly up: boolean;
  readonly rttMs: number | undefined;
  /** Of our last 64 frames, the share that the peer did not acknowledge, 0 to 100. */
  readonly lossPercent: number | undefined;
  readonly sent: number;
  readonly received: number;
}

export interface GroupReport {
  readonly name: GroupName;
  readonly role: 'init' | 'standby' | 'claiming' | 'active' | 'releasing';
  readonly fault: string;
  /** The cause of the last transition, a sentence. */
  readonly why: string;
  readonly sinceMs: number;
  readonly has: boolean;
  readonly priority: number;
  readonly basePriority: number;
  readonly epoch: number;
  /** The node known to hold the group, or empty. */
  readonly holder: NodeName | '';
  /** How the holder is known: it is us, we hear it, another node told us, or it announced a restart and is waited for. */
  readonly holderKnown: 'self' | 'direct' | 'second-hand' | 'away' | 'nobody';
  /** For a holder that is away for a restart: how much longer it is waited for. */
  readonly backWithinMs?: number | undefined;
  readonly heir: NodeName | '';
  readonly drained: boolean;
  readonly frozen: boolean;
  readonly sticky: boolean;
  /** Since the last confirmed renewal of the lease; undefined when no VIP is held. */
  readonly renewedAgoMs: number | undefined;
  /** While we wait for those who have to agree to a claim of ours: who has not answered yet, and since when it is asked. */
  readonly asking?: AskingReport | undefined;
  /** The newest answer of the witness; undefined before it was ever asked. */
  readonly witness?: WitnessReport | undefined;
  /** The arbiter's lock; undefined where the config wants none. */
  readonly lock?: LockReport | undefined;
  /** It has moved to and fro, and stays where it is; undefined while it has not. */
  readonly damped?: DampedReport | undefined;
  readonly vips: readonly VipReport[];
  /** As the config names it for this node. */
  readonly adapter: string;
  /** What the adapter says about how the VIPs are held here; one sentence each, mostly none. */
  readonly notes?: readonly string[];
  /** Nodes that can't hold it for no other reason than their checks, as they say. */
  readonly failingElsewhere?: readonly NodeName[];
  /** What this node asks of itself, in the order of the names; undefined where it asks nothing. */
  readonly checks?: readonly CheckReport[] | undefined;
  /** How the priority comes about with them. */
  readonly arithmetic?: Arithmetic | undefined;
  /** Where the config has some; in the order of the moments. */
  readonly hooks?: readonly HookReport[] | undefined;
}

export interface CheckReport {
  readonly name: string;
  readonly kind: CheckKind;
  /** What it is about, as the config names it: a process, a URL, a command. */
  readonly subject: string;
  readonly state: CheckStanding;
  readonly vital: boolean;
  readonly weight: number;
  /** It adds the number that it reads, times the weight. */
  readonly numeric: boolean;
  /** What it adds to the priority now. */
  readonly adds: number;
  readonly sinceMs: number;
  /** What the last run saw: one short line, empty before the first. */
  readonly output: string;
  /** Undefined before the first run. */
  readonly ranAgoMs: number | undefined;
  readonly tookMs: number | undefined;
  /** Runs without an answer in time, since the start. */
  readonly slow: number;
  /** How often it was due and could not run then: too much else did, or its last run had not ended. */
  readonly behind: number;
  readonly runs: number;
  /** The last runs in a row that came to no result. */
  readonly withoutResult: number;
}

export interface HookReport {
  readonly moment: HookMoment;
  /** As a shell would be told. */
  readonly command: string;
  /** Of the newest run. */
  readonly state: 'never' | 'running' | 'done' | 'failed' | 'timed out';
  /** Of the newest run that has ended, as `tookMs` and `output`; undefined where there was none. */
  readonly exitCode: number | undefined;
  /** Since the newest run began, or ended. */
  readonly ranAgoMs: number | undefined;
  readonly tookMs: number | undefined;
  /** Since the daemon started, or since a reload changed the hook. `failures` counts time limits, too. */
  readonly runs: number;
  readonly failures: number;
  /** Not run, because a newer state had made it meaningless, or its turn came too late. */
  readonly dropped: number;
  /** Its last lines. */
  readonly output: string;
}

export interface DampedReport {
  /** `failback`: it does not fail back by itself. `checks`: checks do not move it either. */
  readonly holds: 'failback' | 'checks';
  readonly moves: number;
  readonly withinMs: number;
  readonly forMs: number;
}

export interface AskingReport {
  readonly questions: readonly QuestionKind[];
  readonly sinceMs: number;
}

export interface WitnessReport {
  readonly answers: boolean;
  readonly text: string;
  readonly agoMs: number;
}

export interface LockReport {
  /** Ours for so long still; undefined when it is not ours as far as we know. */
  readonly leftMs: number | undefined;
  /** What the arbiter last said that was not "yours": who has it, or why it could not be asked; or empty. */
  readonly problem: string;
  /** Since the newest answer was asked for; undefined before the first. */
  readonly agoMs: number | undefined;
}

export interface VipReport {
  readonly address: string;
  readonly prefixLength: number;
  readonly link: string;
  /** What the last look at the host showed; false before the first. */
  readonly present: boolean;
  /** Since that look; undefined before the first. */
  readonly lookedAgoMs?: number | undefined;
}

/** What `explain` shows of one group. */
export interface ExplainReport extends Explanation, Pick<GroupReport, 'checks' | 'arithmetic'> {
  /** Wall time, ISO 8601, for people. */
  readonly at: string;
  readonly node: NodeName;
  readonly group: GroupName;
  readonly timeoutMs: number;
}

/** One transition, as `events` shows it: who moved from where to where, and the cause. */
export interface EventRecord {
  readonly number: number;
  readonly at: string;
  readonly kind: 'role' | 'peer' | 'vip' | 'program' | 'config' | 'alarm' | 'daemon' | 'check';
  /** The group, the peer or empty. */
  readonly subject: string;
  readonly text: string;
  readonly cause: string;
}
