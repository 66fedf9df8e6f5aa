/** Where the demo plays: two hosts on which daemons run, a VIP, a client, and somebody who means no good. */
export interface Stage {
  /** One sentence: what is real here and what is not. */
  readonly what: string;
  readonly vip: string;
  /** Host names; the first one is to hold the VIP. */
  readonly hosts: readonly [string, string];
  /** The YAML of the group's interface, and lines that the group needs besides. */
  readonly groupLines: readonly string[];
  /** For keys, the config and sockets; removed at the end. */
  readonly folder: string;
  path(host: string): string;
  /** Runs the daemon with these arguments on a host. */
  start(host: string, args: readonly string[]): Running;
  /** Hosts whose interface has the VIP now. */
  holders(): Promise<readonly string[]>;
  /** What is seen to go missing, for sentences: `the client was without an answer`. */
  readonly outage: string;
  /** Who answers the client now; `nobody` when no one does. */
  answeredBy(): Promise<string>;
  /** How long nobody answered, the longest time since `fromMs` (wall clock). */
  longestGapMs(fromMs: number): Promise<number>;
  /** What the smallest gap is that this stage can see. */
  readonly resolutionMs: number;
  /** Listens in the place of `host`'s daemon, which must not run, until `count` frames have come. */
  record(host: string, count: number): Promise<readonly Uint8Array[]>;
  /** Sends datagrams to the heartbeat port of `host`, from somewhere else. */
  inject(host: string, frames: readonly Uint8Array[]): Promise<void>;
  /** Ends and removes everything. May be called twice. */
  dispose(): void;
}

export interface Running {
  readonly pid: number;
  readonly isRunning: boolean;
  readonly output: string;
  signal(name: NodeJS.Signals): void;
}

export const PORT = 7112;
