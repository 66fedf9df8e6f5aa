import { Pair } from '../lab/agent.ts';
import type { StartOptions } from '../lab/agent.ts';
import { VIP4 } from '../lab/addresses.ts';
import { withLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { descendantsOf } from '../lab/process-tree.ts';
import { sealbeat } from '../lab/sealbeat.ts';
import type { SealbeatCluster } from '../lab/sealbeat.ts';
import { SettableClock } from '../lab/settable-clock.ts';
import { untilSteady } from '../lab/wait.ts';
import { TIMING } from './fault.ts';
import type { Expected, Size } from './fault.ts';
import type { Setting } from './settings.ts';

const AUDIT_BOUND_MS = 40_000;
const AUDIT_STEADY_MS = 1_000;

/** Thrown when this program or machine cannot have a setting; the message says why. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
}

export interface StageOptions {
  readonly size: Size;
  readonly setting: Setting;
}

/** A running cluster in a lab, in which h1 holds: what a fault strikes, and what it must be again afterwards. */
export class Stage {
  readonly lab: Lab;
  readonly pair: Pair<SealbeatCluster>;
  readonly #clocks: ReadonlyMap<string, SettableClock>;

  private constructor(lab: Lab, pair: Pair<SealbeatCluster>, clocks: ReadonlyMap<string, SettableClock>) {
    this.lab = lab;
    this.pair = pair;
    this.#clocks = clocks;
  }

  /** All agents started; throws NotPossible when the program refuses the setting. */
  static async raise(lab: Lab, { setting }: StageOptions): Promise<Stage> {
    const priorities = Object.fromEntries(lab.hosts.map((host, place) => [host, 103 - place]));
    const { intervalMs, timeoutMs, failbackDelayMs } = TIMING;
    const setup = { intervalMs, timeoutMs, failbackDelayMs, priorities, vips: lab.vips };
    const pair = await Pair.prepare(lab, sealbeat(setting.options), setup);
    const refusal = pair.cluster.refusal('h1');
    if (refusal !== undefined) throw new NotPossible(refusal);
    setting.before?.(lab);
    const clocks = setting.settableClocks === true ? lab.hosts : [];
    const stage = new Stage(lab, pair, new Map(clocks.map((host) => [host, new SettableClock(lab, host)])));
    await pair.startAll(Object.fromEntries(lab.hosts.map((host) => [host, stage.#startOptions(host)])));
    await stage.audit();
    return stage;
  }

  get hosts(): readonly string[] {
    return this.lab.hosts;
  }

  get size(): Size {
    return this.hosts.length === 2 ? 2 : 3;
  }

  /** All hosts but one. */
  others(host: string): readonly string[] {
    return this.hosts.filter((each) => each !== host);
  }

  clock(host: string): SettableClock {
    const clock = this.#clocks.get(host);
    if (clock === undefined) throw new Error(`the clock of ${host} cannot be set in this setting`);
    return clock;
  }

  #startOptions(host: string): StartOptions {
    const clock = this.#clocks.get(host);
    return clock === undefined ? {} : { env: clock.env };
  }

  /** An order that must be obeyed. */
  async order(host: string, path: string, body?: object): Promise<void> {
    const { status, body: answer } = await this.pair.cluster.order(host, path, body);
    if (status !== 200) throw new Error(`${host} refused ${path}: ${JSON.stringify(answer)}`);
  }

  async start(host: string): Promise<void> {
    await this.pair.start(host, this.#startOptions(host));
  }

  /** Waits until the VIP is where it is expected, and the client is answered accordingly. */
  async untilAsExpected(
    { holders, answers }: Pick<Expected, 'holders' | 'answers'>,
    { steadyMs, boundMs }: { steadyMs: number; boundMs: number },
  ): Promise<void> {
    const wanted = holders === 'one' ? 'anybody alone' : holders.join('+') || 'nobody';
    let seen = '';
    const check = async (): Promise<boolean> => {
      const [now, answer] = [this.lab.holdersNow(), await this.lab.client.answeredBy(VIP4)];
      seen = `the VIP is on ${now.join('+') || 'nobody'} and ${answer} answers`;
      const places = holders === 'one' ? now.length === 1 : now.join() === holders.join();
      const expected = answers ?? (now.length > 1 ? answer : (now[0] ?? 'nobody'));
      return places && answer === expected;
    };
    await untilSteady(`${wanted} with the VIP`, steadyMs, boundMs, check, () => seen);
  }

  /** Everything is put right, in the order in which an operator would: network, processes, configuration, orders. */
  async heal(): Promise<void> {
    this.lab.faults.heal();
    for (const host of this.hosts) {
      for (const network of this.lab.networks) {
        this.lab.faults.plugIn(host, network);
        this.lab.faults.linkUp(host, network);
      }
      if (this.pair.isRunning(host)) this.pair.agent(host).signalTree('SIGCONT');
      this.#clocks.get(host)?.set(0);
    }
    this.pair.cluster.rewrite(() => undefined);
    await Promise.all(
      this.hosts.map(async (host) => {
        if (!this.pair.isRunning(host)) await this.start(host);
        await this.order(host, '/v1/reload');
        await this.order(host, '/v1/thaw');
        await this.order(host, '/v1/undrain');
      }),
    );
    // What was moved by order stays until it is told otherwise; everything else must go back by itself.
    for (const host of this.hosts) {
      const { groups } = await this.pair.cluster.status(host);
      if (groups[0]?.role === 'active' && groups[0].sticky) {
        await this.pair.cluster.order(host, '/v1/groups/web/failback');
      }
    }
  }

  /** Waits until one holds and all agree on it, hear each other and want the same, and nothing is left over. */
  async audit(): Promise<void> {
    let complaint = '';
    const check = async (): Promise<boolean> => (complaint = await this.#complaint()) === '';
    await untilSteady(
      'a healthy cluster with h1 holding',
      AUDIT_STEADY_MS,
      AUDIT_BOUND_MS,
      check,
      () => complaint,
    );
  }

  /** Processes that the agent has not started, or no longer knows. */
  #strangersOn(host: string): readonly { readonly pid: number; readonly command: string }[] {
    const { pid: agent } = this.pair.agent(host);
    const own = [agent, ...descendantsOf(agent)];
    return this.lab.processesOn(host).filter(({ pid }) => !own.includes(pid));
  }

  /** What is not as it should be in peace; empty for nothing. */
  async #complaint(): Promise<string> {
    const [holders, answer] = [this.lab.holdersNow().join('+'), await this.lab.client.answeredBy(VIP4)];
    if (holders !== 'h1' || answer !== 'h1') return `the VIP is on ${holders || 'nobody'}, ${answer} answers`;
    for (const host of this.hosts) {
      if (!this.pair.isRunning(host)) return `the agent on ${host} ended with ${this.pair.agent(host).end}`;
      const { groups, peers } = await this.pair.cluster.status(host);
      const [group] = groups;
      if (group?.holder !== 'h1') return `${host} takes ${group?.holder || 'nobody'} for the holder`;
      if (group.fault !== '' || group.frozen || group.drained) return `${host} is not able: ${group.why}`;
      for (const peer of peers) {
        if (peer.state !== 'alive' || !peer.hearsUs) return `${host} and ${peer.name} do not hear each other`;
        if (peer.configDrift) return `${host} says that ${peer.name} runs with another config`;
      }
      const [left] = this.#strangersOn(host);
      // Looked at twice: one that was just ending, or just beginning, is nobody's fault.
      if (left !== undefined && this.#strangersOn(host).some(({ pid }) => pid === left.pid)) {
        return `left over on ${host}: ${left.command}`;
      }
    }
    return '';
  }
}

/** Runs `body` on a stage of its own. */
export async function withStage<T>(options: StageOptions, body: (stage: Stage) => Promise<T>): Promise<T> {
  const hosts = ['h1', 'h2', 'h3'].slice(0, options.size);
  return await withLab(
    { hosts, networks: options.setting.networks, vips: [VIP4], clientEveryMs: 2 },
    async (lab) => body(await Stage.raise(lab, options)),
  );
}
