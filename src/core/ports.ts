import type { ProbeSettings } from './settings.ts';
import type { RoleName } from './frame.ts';
import type { GroupName, MonoMs, NodeName, WallMs } from './units.ts';

/** Time comes in from outside; tests and the simulator bring their own. */
export interface Clock {
  nowMs(): MonoMs;
  wallMs(): WallMs;
  /** Calls `wake` at or shortly after `atMs`; returns what cancels it. */
  wakeAt(atMs: MonoMs, wake: () => void): () => void;
}

export interface Random {
  bytes(count: number): Uint8Array;
}

export interface Ran {
  /** -1 when the program could not be started or was ended by a signal or by the time limit. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly missing: boolean;
}

export interface RunOptions {
  readonly timeoutMs: number;
  readonly stdin?: string;
  /** On top of our own environment, unless `bare`. */
  readonly env?: Readonly<Record<string, string>>;
  /** It gets nothing of our own environment. */
  readonly bare?: boolean;
  /** Where it begins; our own folder without it. */
  readonly folder?: string;
  /** As this user, with this one group and no other. Needs root, unless it is us. */
  readonly as?: RunAs;
  /**
   * It may start others, as scripts do: at the time limit, and when `signal` aborts, all of them are ended. What it leaves
   * running when it ends by itself is not waited for.
   */
  readonly withOffspring?: boolean;
  /** With `withOffspring`: all of them are first asked to end, and ended after so long. */
  readonly lastMs?: number;
  /** Of each stream so much is kept, the last; a MiB without it. */
  readonly outputBytesMax?: number;
  readonly signal?: AbortSignal;
}

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** Runs a program to its end. No shell: arguments are a list, so nothing is ever quoted. Never rejects. */
export interface Exec {
  run(file: string, args: readonly string[], how: RunOptions): Promise<Ran>;
}

/** What a host says of one path: enough to tell whether it can be run, and who can change it. */
export type FileFacts =
  | { readonly is: 'missing' | 'unreadable' }
  | {
      readonly is: 'file' | 'directory' | 'other';
      /** Permission bits, the sticky bit included. */
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

/** A program that keeps running beside us and speaks in lines. */
export interface Child {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Settles when the kernel has all of `text`; rejects when the program no longer reads. */
  write(text: string): Promise<void>;
  /** Closes its stdin, which the programs that we keep take as "go". */
  endInput(): void;
  kill(): void;
}

export interface ChildEvents {
  readonly onStdout?: (line: string) => void;
  readonly onStderr?: (line: string) => void;
  /** Once, after the last line. */
  readonly onEnd?: (end: { readonly exitCode: number; readonly missing: boolean }) => void;
}

/** Starts a program that stays. `detached` gives it a session of its own, out of reach of Ctrl-C at a terminal. */
export interface Spawn {
  start(file: string, args: readonly string[], events: ChildEvents, how?: { detached: boolean }): Child;
}

/** One virtual address on one interface of this host. */
export interface Vip {
  readonly address: string;
  readonly family: 4 | 6;
  readonly prefixLength: number;
  /** Interface name. */
  readonly link: string;
  /** Linux IPv4 label `IF:name`; empty for none. */
  readonly label: string;
}

/**
 * Puts virtual addresses on this host's interfaces and takes them off. Level-triggered: it is told what should be,
 * makes it so any number of times, and reports what a look showed afterwards. It never retries: that is policy.
 * Addresses other than the ones it is handed are never touched.
 */
export interface VipAdapter {
  /** Every VIP in one batch; settles when a look showed all of them. Throws OperatorError otherwise. */
  up(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  /** Starts the lease of every VIP anew, and puts one back that is gone. Throws OperatorError. */
  renew(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  /** Settles when a look showed that none of them is there. Throws OperatorError otherwise. */
  down(vips: readonly Vip[]): Promise<void>;
  /**
   * A `down` waits behind a call that still runs: one that may take long, because it runs an operator's programs, ends
   * them and throws. Absent where no call takes long.
   */
  supersede?(): void;
  /** Those of `vips` that are on the host now. Throws when it cannot tell: "don't know" must not read as "no". */
  look(vips: readonly Vip[]): Promise<readonly Vip[]>;
  /**
   * Tells the neighbours once where the VIPs are. Starts it and returns; failures are reported through `onProblem`.
   * `contested`: somebody else may have taken them meanwhile, so that a third party has to be told again as well.
   */
  announce(vips: readonly Vip[], why?: { readonly contested: boolean }): void;
  /** Reports what the system says about the VIPs' interfaces, as a hint to look. Returns what stops it. */
  watch(vips: readonly Vip[], onChange: (change: VipChange) => void): () => void;
  /** The commands that `up` and `down` would run, for people to read. */
  plan(
    vips: readonly Vip[],
    leaseSeconds: number,
  ): { readonly up: readonly string[]; readonly down: readonly string[] };
  /**
   * For a restart: from now on they are on the host for `leaseSeconds` and then gone, whatever happens to this process, and
   * `close` leaves them there. Throws OperatorError when the system cannot promise that; then nothing has changed.
   */
  leave(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  /** What an operator should know about how these are held, as of the last call; one sentence each, mostly none. */
  notes(vips: readonly Vip[]): readonly string[];
  /** Ends child processes. VIPs that are still held are then taken down by the guard. */
  close(): Promise<void>;
}

/** On whose behalf an adapter acts. Systems need none of it; an operator's own program is told. */
export interface Errand {
  readonly group: GroupName;
  readonly node: NodeName;
  readonly epoch: number;
  readonly role: RoleName;
  /** The other node of the move: who had it before, or who gets it; empty when nobody is known. */
  readonly peer: NodeName | '';
  readonly cause: string;
}

export type VipChange =
  | { readonly kind: 'removed'; readonly vip: Vip }
  | { readonly kind: 'added'; readonly vip: Vip }
  | { readonly kind: 'carrier'; readonly link: string; readonly up: boolean };

/** A node that a probe asks about. */
export interface Probed {
  readonly name: string;
  /** Its address or host name, from the first of its paths. */
  readonly host: string;
}

export interface ProbeAnswer {
  readonly answered: boolean;
  /** What was seen, a few words: `connected`, `refused`, `no answer in 1 s`, `exit code 2: …`. */
  readonly text: string;
  /** Not answered, because nothing came in time. */
  readonly isLate?: true;
}

/** Asks the world a yes-or-no question. Never rejects, and never takes much longer than its limit. */
export interface Prober {
  ask(probe: ProbeSettings, limit: { readonly timeoutMs: number }, about?: Probed): Promise<ProbeAnswer>;
}

export type LockAnswer =
  /** Ours, for at least the TTL from the moment of asking. */
  | { readonly kind: 'mine' }
  | { readonly kind: 'other'; readonly by: string }
  /** It could not be asked, or did not answer clearly: it may be ours, or anybody's. */
  | { readonly kind: 'unknown'; readonly text: string };

/** Locks with a time to live at a third party, one for each group. Level-triggered, as adapters are. Never rejects. */
export interface Arbiter {
  /** Takes the lock, or makes ours last anew. A lock that an earlier process of this node holds is ours. */
  take(group: string): Promise<LockAnswer>;
  /** Lets the lock go, if it is ours; somebody else can have it at once. */
  give(group: string): Promise<void>;
  close(): Promise<void>;
}

/** Whoever started this process and watches over it. Telling it something costs the daemon nothing and never fails. */
export interface Supervisor {
  /** The words of sd_notify(3), said in the order of the calls. */
  tell(words: Readonly<Record<string, string>>): void;
  /** It ends a process that is silent for so long; 0 when it does not. */
  readonly watchdogMs: number;
}

/** Structured log; the shell's only voice. `fields` carry values, `text` the sentence. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}
