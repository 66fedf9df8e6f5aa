import type { Lab } from './lab.ts';
import type { Program } from './program.ts';

/** What a pair of agents is asked to do; every contender turns it into its own configuration. */
export interface AgentSetup {
  readonly intervalMs: number;
  /** Silence after which a peer is dead. Contenders that derive it from the interval ignore it. */
  readonly timeoutMs: number;
  /** By host; the highest one is to hold the VIPs. */
  readonly priorities: Readonly<Record<string, number>>;
  readonly vips: readonly string[];
  /** How long a better host must be back before it is given the VIPs again. */
  readonly failbackDelayMs: number;
  /** `auto` unless said otherwise. */
  readonly failbackMode?: 'auto' | 'manual';
}

/** A failover agent that a lab can run on its hosts. */
export interface Contender<C extends Cluster = Cluster> {
  readonly name: string;
  /** nft expressions for the packets that are its heartbeats. */
  readonly heartbeats: readonly string[];
  /** Writes what all hosts need into the lab's folder. */
  prepare(lab: Lab, setup: AgentSetup): Promise<C>;
}

/** The agents of one lab; each may be started, stopped and started again. */
export interface Cluster {
  /** Settles when the agent says that it runs, which is not yet when it has decided anything. */
  start(host: string, options?: StartOptions): Promise<Program>;
  /** Settles when the agents on these hosts know of each other, where they can say so. */
  untilSettled(hosts: readonly string[], boundMs: number): Promise<void>;
}

export interface StartOptions {
  /** `cgroup.procs` of the group that counts its CPU time. */
  readonly cgroupProcs?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** A cluster and its running agents, as most runs want them: all hosts up and the best one serving. */
export class Pair<C extends Cluster = Cluster> {
  readonly lab: Lab;
  readonly cluster: C;
  readonly #setup: AgentSetup;
  readonly #agents = new Map<string, Program>();

  private constructor(lab: Lab, cluster: C, setup: AgentSetup) {
    this.lab = lab;
    this.cluster = cluster;
    this.#setup = setup;
  }

  static async prepare<C extends Cluster>(
    lab: Lab,
    contender: Contender<C>,
    setup: AgentSetup,
  ): Promise<Pair<C>> {
    lab.faults.heartbeatsAre(contender.heartbeats);
    return new Pair(lab, await contender.prepare(lab, setup), setup);
  }

  /** The host that is to hold the VIPs while nothing is wrong. */
  get best(): string {
    const [best] = Object.entries(this.#setup.priorities).sort(([, a], [, b]) => b - a);
    if (best === undefined) throw new Error('a setup needs at least one host');
    return best[0];
  }

  agent(host: string): Program {
    const agent = this.#agents.get(host);
    if (agent === undefined) throw new Error(`no agent was started on ${host}`);
    return agent;
  }

  isRunning(host: string): boolean {
    return this.#agents.get(host)?.isRunning ?? false;
  }

  async start(host: string, options: StartOptions = {}): Promise<Program> {
    const agent = await this.cluster.start(host, options);
    this.#agents.set(host, agent);
    return agent;
  }

  /** Starts every agent and waits until the best host serves. */
  async startAll(options: Readonly<Record<string, StartOptions>> = {}): Promise<void> {
    const hosts = Object.keys(this.#setup.priorities);
    await Promise.all(hosts.map((host) => this.start(host, options[host])));
    await this.cluster.untilSettled(hosts, 15_000 + 2 * this.#setup.timeoutMs);
    await this.untilServedBy(this.best);
  }

  /** `lab.untilServedBy` with a bound made for this setup, and the agents' own words when it is not kept. */
  async untilServedBy(host: string): Promise<void> {
    await this.#withWords(() => this.lab.untilServedBy(host, this.boundMs));
  }

  /** `lab.untilAnsweredBy` in the same way. */
  async untilAnsweredBy(host: string): Promise<void> {
    await this.#withWords(() => this.lab.untilAnsweredBy(host, this.boundMs));
  }

  /** `lab.untilAnsweredByOneOf` in the same way. */
  async untilAnsweredByOneOf(hosts: readonly string[]): Promise<string> {
    return await this.#withWords(() => this.lab.untilAnsweredByOneOf(hosts, this.boundMs));
  }

  /** Long enough for any change to be over, on a busy machine too: what takes longer is broken. */
  get boundMs(): number {
    return 15_000 + 5 * this.#setup.timeoutMs;
  }

  async #withWords<T>(wait: () => Promise<T>): Promise<T> {
    try {
      return await wait();
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${this.lastWords()}`, {
        cause: error,
      });
    }
  }

  /** The end of what every agent has printed. */
  lastWords(): string {
    return [...this.#agents]
      .map(([host, agent]) => `--- ${host} (${agent.end ?? 'running'}):\n${agent.output.slice(-3_000)}`)
      .join('\n');
  }

  /** Stops the agent on one host and forgets it. Rejects when it does not end by itself in 10 s. */
  async stop(host: string): Promise<Program> {
    const agent = this.agent(host);
    await agent.stop(10_000);
    this.#agents.delete(host);
    return agent;
  }

  /** Stops all agents, whatever state they are in, and waits until no VIP is left; the lab stays. */
  async stopAll(): Promise<void> {
    for (const agent of this.#agents.values()) agent.signalTree('SIGCONT');
    await Promise.allSettled([...this.#agents.values()].map((agent) => agent.stop(5_000)));
    this.#agents.clear();
    this.lab.clear();
    await this.lab.sync();
  }
}
