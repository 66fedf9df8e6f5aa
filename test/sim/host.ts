import { type Health, WELL } from '../../src/core/group/health.ts';
import { legacyOf, type GroupEffect, type GroupOrder, type Legacy } from '../../src/core/group/state.ts';
import type { NodeEvent, NodePolicy, NodeState, NodeStep } from '../../src/core/node/state.ts';
import { reconfigure, startNode, step } from '../../src/core/node/step.ts';
import type { Arrived } from '../../src/core/peer/receive.ts';
import { noteEcho } from '../../src/core/peer/sent.ts';
import type { GroupId, MonoMs, NodeName, WallMs } from '../../src/core/units.ts';
import { Adapter, Mood } from './adapter.ts';
import type { Appointment } from './agenda.ts';
import { Chance } from './chance.ts';
import type { HostClock } from './clock.ts';
import { Kernel } from './kernel.ts';
import type { End } from './connection.ts';
import type { Packet } from './packet.ts';
import { Sockets } from './sockets.ts';
import type { World } from './world.ts';

/** Datagrams that a socket keeps for an agent that does not read. */
const SOCKET_QUEUE_MAX = 200;
const HINT_MS_MAX = 5;
const STOP_MS_MAX = 5_000;
const FIRST_CHECK_MS_MAX = 2_000;

export type Timed = { readonly now: MonoMs; readonly wall: WallMs };

/** A running process of the program. */
export interface Agent {
  readonly node: NodeState;
  readonly adapter: Adapter;
  readonly sockets: Sockets;
  frozen: boolean;
  /** Since when it has been reading its sockets, and speaking, without a break. */
  awakeSince: number;
  timer: Appointment | undefined;
  /** For which wake-up the timer is. */
  timerFor: number;
  /** What waits for a frozen agent, in the order in which it came. */
  readonly waiting: (() => void)[];
  datagramsWaiting: number;
  tickWaits: boolean;
  drainAsked: boolean;
  stopping: boolean;
  /** It announced a restart, and what follows is for whoever ordered it. */
  onLeft: (() => void) | undefined;
}

/** What a snapshot of a machine holds, as far as it matters here. */
export interface Snapshot extends Timed {
  readonly vips: readonly GroupId[];
  readonly node: NodeState;
}

/** One machine: clocks, kernel, guard, and perhaps a process of the program, which is the real core. */
export class Host {
  readonly number: number;
  readonly name: NodeName;
  readonly clock: HostClock;
  readonly kernel: Kernel;
  readonly mood: Mood;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #checkChance: Chance;
  /** What the checks on this machine find. */
  health: Health = WELL;
  /** Epochs in the state directory. */
  readonly #stored = new Map<GroupId, number>();
  readonly cutOff = { witness: false, arbiter: false, fence: false };
  /** What the last process left for the next one, and until when that is good. */
  #legacy: { readonly until: number; readonly groups: ReadonlyMap<GroupId, Legacy> } | undefined;
  agent: Agent | undefined;
  policy: NodePolicy;
  pausedAt: number | undefined;
  readonly #whenResumed: { readonly leftMs: number; readonly run: () => void }[] = [];
  #receiveDead = false;
  /** Since when its interface has been taking something in. */
  hearsSince = 0;
  /** How often it stood still, in all, by every kind of stall: what its peers may be forgiven. */
  stoodStillMs = 0;

  constructor(
    world: World,
    { policy, clock, machine }: { policy: NodePolicy; clock: HostClock; machine?: string },
  ) {
    this.number = policy.self.number;
    this.name = policy.self.name;
    this.policy = policy;
    this.clock = clock;
    this.#world = world;
    this.mood = new Mood(() => world.now);
    this.#chance = new Chance(world.setup.seed, machine ?? `host ${this.number}`);
    this.#checkChance = new Chance(world.setup.seed, `checks of ${machine ?? this.number}`);
    this.kernel = new Kernel(
      new Chance(world.setup.seed, `kernel ${this.number}`),
      (ms, run) => this.later(ms, run),
      (group, present, cause) => this.#kernelChanged(group, present, cause),
    );
  }

  /** After some of this machine's time: a paused machine is not there to see it pass. */
  later(ms: number, run: () => void): Appointment {
    const at = this.#world.now + ms;
    return this.#world.agenda.at(at, () => {
      if (this.pausedAt === undefined) run();
      else this.#whenResumed.push({ leftMs: at - this.pausedAt, run });
    });
  }

  /** The interface takes nothing in. */
  get receiveDead(): boolean {
    return this.#receiveDead;
  }
  set receiveDead(isDead: boolean) {
    this.#receiveDead = isDead;
    if (!isDead) this.hearsSince = this.#world.now;
  }

  get isRunning(): boolean {
    return this.agent !== undefined && !this.agent.frozen && this.pausedAt === undefined;
  }

  // ── processes ──────────────────────────────────────────────────────────────────────────────────────────────────────

  start(): void {
    if (this.agent !== undefined) return;
    const found = new Map(
      this.policy.groups.map(({ id }) => [
        id,
        {
          has: this.kernel.has(id),
          epochSeen: this.#stored.get(id) ?? 0,
          legacy: this.#world.now < (this.#legacy?.until ?? 0) ? this.#legacy?.groups.get(id) : undefined,
        },
      ]),
    );
    const seed = BigInt(this.#chance.whole(0x1_0000_0000)) * 0x1_0000_0000n;
    const start = { ...this.#at(), seed: seed + BigInt(this.#chance.whole(0x1_0000_0000)), found };
    this.#world.say(this, 'process starts');
    this.#lives(startNode(this.policy, start));
    const { agent } = this;
    // The checks of a new process come to a result when their turn comes.
    if (this.health !== WELL)
      this.later(this.#checkChance.between(1, FIRST_CHECK_MS_MAX), () => {
        if (this.agent === agent) this.checked(this.health);
      });
  }

  #lives(node: NodeState): void {
    const { setup, now } = this.#world;
    const adapterHost = {
      kernel: this.kernel,
      chance: this.#chance,
      mood: this.mood,
      leaseSeconds: setup.leaseSeconds,
    };
    const adapter: Adapter = new Adapter(adapterHost, {
      later: (ms, run) => void this.later(ms, run),
      now: () => this.clock.mono(this.#world.now),
      answer: (group, result) =>
        this.#deliver(agent, () => {
          adapter.resultRead();
          this.feed((at) => ({ ...at, kind: 'called', group, result }));
        }),
    });
    const agent: Agent = {
      node,
      adapter,
      sockets: new Sockets(this.#world.socketsFor(this, (run) => this.#deliver(agent, run))),
      frozen: false,
      awakeSince: now,
      timer: undefined,
      timerFor: Number.NaN,
      waiting: [],
      datagramsWaiting: 0,
      tickWaits: false,
      drainAsked: false,
      stopping: false,
      onLeft: undefined,
    };
    this.#legacy = undefined;
    this.agent = agent;
    this.feed((at) => ({ ...at, kind: 'tick' }));
    agent.sockets.start();
    this.#countReceived(agent);
  }

  /** The machine as it is, to be gone on from later. Taken while no command of the adapter is under way. */
  snapshot(): Snapshot | undefined {
    if (this.agent === undefined) return undefined;
    const vips = this.policy.groups.map(({ id }) => id).filter((id) => this.kernel.has(id));
    return { ...this.#at(), vips, node: structuredClone(this.agent.node) };
  }

  /** The machine goes on from a snapshot, and does not know it. */
  restore({ now, wall, vips, node }: Snapshot): void {
    if (this.agent !== undefined) this.#end(this.agent);
    this.#world.say(this, 'machine goes on from a snapshot');
    this.clock.rewind(this.#world.now, { mono: now, wall });
    for (const { id } of this.policy.groups) {
      if (vips.includes(id)) this.kernel.put(id, this.#world.setup.leaseSeconds);
      else this.kernel.remove(id, 'it was not there in the snapshot');
    }
    this.#lives(structuredClone(node));
  }

  /** SIGKILL. The guard sees its pipe close, ends the child and takes the VIPs down, unless it was killed too. */
  kill({ guardToo = false }: { guardToo?: boolean } = {}): void {
    const { agent } = this;
    if (agent === undefined) return;
    this.#world.say(this, guardToo ? 'process and guard are killed' : 'process is killed');
    this.#end(agent);
    if (guardToo) return;
    this.later(this.#chance.between(1, 10), () => {
      agent.adapter.killed = true;
      for (const { id } of this.policy.groups) {
        // What was left for the next process is not the guard's any more.
        if (agent.node.groups.get(id)?.leaving?.isLeft === true) continue;
        this.kernel.remove(id, 'the guard takes it down');
      }
    });
  }

  #end(agent: Agent): void {
    agent.adapter.orphaned = true;
    if (agent.timer !== undefined) agent.timer.cancelled = true;
    this.agent = undefined;
    agent.sockets.leave();
    this.#world.agentEnded(this);
  }

  /** SIGTERM: it lets go of everything and ends. */
  stop(): void {
    const { agent } = this;
    if (agent === undefined || agent.stopping) return;
    agent.stopping = true;
    this.order({ kind: 'stop' });
    this.later(STOP_MS_MAX, () => {
      if (this.agent === agent) this.kill();
    });
  }

  /** It ends and leaves its VIPs; the next process comes after `awayMs`, within what was announced or not. */
  restart({ withinMs, awayMs }: { withinMs: number; awayMs: number }): void {
    const { agent } = this;
    if (agent === undefined || agent.stopping || agent.onLeft !== undefined) return;
    agent.onLeft = () => this.later(awayMs, () => this.start());
    this.#deliver(agent, () => {
      this.#world.say(this, `is told to restart within ${withinMs} ms`);
      this.feed((at) => ({ ...at, kind: 'ordered', group: undefined, order: { kind: 'leave', withinMs } }));
    });
    this.later(STOP_MS_MAX + 3_000, () => {
      if (this.agent === agent) this.kill();
    });
  }

  #leaves(agent: Agent): void {
    const { leaving, groups } = agent.node;
    // A little less than was announced, so that nobody adopts what another is about to claim.
    const until = this.#world.now + (leaving?.withinMs ?? 0) - 200;
    this.#legacy = { until, groups: new Map([...groups].map(([id, state]) => [id, legacyOf(state)])) };
    this.#world.say(this, 'process ends and leaves its VIPs');
    const { onLeft } = agent;
    this.#end(agent);
    onLeft?.();
  }

  #endsWhenStopped(agent: Agent): void {
    if (!agent.stopping || this.agent !== agent) return;
    for (const { role, has } of agent.node.groups.values()) {
      if (has || (role !== 'standby' && role !== 'init')) return;
    }
    this.#world.say(this, 'process ends');
    this.#end(agent);
    agent.onLeft?.();
  }

  /** SIGSTOP of the agent; its child goes on. */
  freeze(): void {
    if (this.agent === undefined || this.agent.frozen) return;
    this.#world.say(this, 'process is frozen');
    this.agent.frozen = true;
  }

  /** SIGCONT. As Node does: first the timer that is over, then what waits in sockets and pipes. */
  thaw(): void {
    const { agent } = this;
    if (agent === undefined || !agent.frozen) return;
    this.#world.say(this, 'process is thawed');
    agent.frozen = false;
    agent.awakeSince = this.#world.now;
    if (this.pausedAt === undefined) this.#catchUp(agent);
  }

  #catchUp(agent: Agent): void {
    if (agent.tickWaits) {
      agent.tickWaits = false;
      this.feed((at) => ({ ...at, kind: 'tick' }));
    }
    const waiting = agent.waiting.splice(0);
    agent.datagramsWaiting = 0;
    for (const handle of waiting) if (this.agent === agent) handle();
  }

  /** The whole machine stands still: clocks, kernel, children. */
  pause(): void {
    if (this.pausedAt !== undefined) return;
    this.#world.say(this, 'machine is paused');
    this.pausedAt = this.#world.now;
    this.clock.pause(this.#world.now);
  }

  resume({ wallFollows }: { wallFollows: boolean }): void {
    if (this.pausedAt === undefined) return;
    const { agent } = this;
    this.stoodStillMs += this.#world.now - this.pausedAt;
    this.clock.resume(this.#world.now, { wallFollows });
    this.pausedAt = undefined;
    this.#world.say(this, 'machine is resumed');
    for (const { leftMs, run } of this.#whenResumed.splice(0)) this.later(leftMs, run);
    if (agent === undefined) return;
    agent.awakeSince = this.#world.now;
    if (!agent.frozen) this.#catchUp(agent);
    agent.timerFor = Number.NaN;
    if (this.agent === agent) this.#arm(agent);
  }

  // ── what reaches the process ───────────────────────────────────────────────────────────────────────────────────────

  /** A frame reaches a socket of the process: `over` is the connection, for a datagram there is none. */
  receive(packet: Packet, isForeign: boolean, over?: End): void {
    const { agent } = this;
    if (agent === undefined || this.receiveDead) return;
    if (this.isRunning) return this.#reads(agent, packet, isForeign, over);
    if (over === undefined) {
      if (agent.datagramsWaiting >= SOCKET_QUEUE_MAX) return;
      agent.datagramsWaiting += 1;
    }
    agent.waiting.push(() => this.#reads(agent, packet, isForeign, over));
  }

  #reads(agent: Agent, packet: Packet, isForeign: boolean, over: End | undefined): void {
    if (this.agent !== agent) return;
    agent.sockets.reading = over;
    this.#world.arrived(this, packet, isForeign, over);
    agent.sockets.reading = undefined;
  }

  /** The socket reports that nobody listens there. */
  refused(peer: number): void {
    const { agent } = this;
    if (agent === undefined || this.receiveDead) return;
    this.#deliver(agent, () => this.feed((at) => ({ ...at, kind: 'trouble', peer })));
  }

  order(order: GroupOrder): void {
    const { agent } = this;
    if (agent === undefined) return;
    this.#deliver(agent, () => {
      this.#world.say(this, `is told: ${Object.values(order).join(' ')}`);
      this.feed((at) => ({ ...at, kind: 'ordered', group: undefined, order }));
    });
  }

  /** A drill: it plays dead for at most this long. */
  playDead(forMs: number): void {
    const { agent } = this;
    if (agent === undefined || agent.stopping) return;
    this.#deliver(agent, () => {
      this.#world.say(this, `plays dead for ${forMs.toFixed(0)} ms`);
      this.feed((at) => ({ ...at, kind: 'playDead', forMs }));
    });
  }

  /** The checks of this host come to this result; a process that starts later finds it by itself. */
  checked(health: Health): void {
    this.health = health;
    const { agent } = this;
    if (agent === undefined) return;
    this.#deliver(agent, () => {
      this.#world.say(this, `checks: ${health.sum} ${health.failed.join(' ') || 'all well'}`);
      for (const { id: group } of this.policy.groups)
        this.feed((at) => ({ ...at, kind: 'health', group, health }));
    });
  }

  /** The config is read again, with another base priority for this node. */
  reprioritize(priority: number): void {
    const groups = this.policy.groups.map((group) => ({ ...group, basePriority: priority }));
    this.policy = { ...this.policy, groups };
    const { agent } = this;
    if (agent === undefined) return;
    this.#deliver(agent, () => {
      this.#world.say(this, `has priority ${priority} in its config now`);
      reconfigure(agent.node, this.policy, () => false, this.#at().now);
      agent.sockets.tellsAgain();
      this.feed((at) => ({ ...at, kind: 'tick' }));
    });
  }

  stepWall(ms: number): void {
    this.#world.say(this, `wall clock is set by ${ms} ms`);
    this.clock.stepWall(ms);
  }

  #deliver(agent: Agent, handle: () => void): void {
    if (this.agent !== agent) return;
    if (this.isRunning) handle();
    else agent.waiting.push(handle);
  }

  #kernelChanged(group: GroupId, present: boolean, cause: string): void {
    this.#world.kernelChanged(this, group, present, cause);
    const { agent } = this;
    if (present || agent === undefined) return;
    this.later(this.#chance.between(0.2, HINT_MS_MAX), () =>
      this.#deliver(agent, () => this.feed((at) => ({ ...at, kind: 'hint', group }))),
    );
  }

  /** The interface's counter of received packets, looked at now and then: any network has some traffic. */
  #countReceived(agent: Agent): void {
    this.later(400, () => {
      if (this.agent !== agent) return;
      if (!this.receiveDead && this.isRunning) this.feed((at) => ({ ...at, kind: 'received' }));
      this.#countReceived(agent);
    });
  }

  // ── one callback ───────────────────────────────────────────────────────────────────────────────────────────────────

  #at(): Timed {
    return { now: this.clock.mono(this.#world.now), wall: this.clock.wall(this.#world.now) };
  }

  /** Hands one event to the core and carries out what it wants. */
  feed(eventAt: (at: Timed) => NodeEvent): NodeStep | undefined {
    return this.#feed(eventAt(this.#at()));
  }

  /** The same for a frame, of which there are many. */
  feedFrame(from: number, arrived: Arrived): NodeStep | undefined {
    const { now } = this.#world;
    return this.#feed({
      now: this.clock.mono(now),
      wall: this.clock.wall(now),
      kind: 'frame',
      from,
      arrived,
    });
  }

  #feed(event: NodeEvent): NodeStep | undefined {
    const { agent } = this;
    if (agent === undefined) return undefined;
    const late = event.now - agent.node.wakeAt;
    if (late > 0) this.stoodStillMs += late;
    const done = step(agent.node, event);
    this.#perform(agent, done);
    this.#world.stepped(this, event, done);
    if (this.agent === agent) this.#arm(agent);
    this.#endsWhenStopped(agent);
    return done;
  }

  #perform(agent: Agent, { effects }: NodeStep): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const packet = this.#world.seals(this, effect.peer, effect.body);
        const link = agent.node.links.find(({ number }) => number === effect.peer)!;
        noteEcho(link.tx.ring, effect.body.seq, packet.echo);
        this.#world.sends(this, agent, effect, packet);
      } else if (effect.kind === 'drain') {
        this.#drains(agent);
      } else if (effect.kind === 'group') {
        const inner = effect.effect;
        if (inner.kind === 'moved') this.#world.moved(this, effect.group, inner);
        else if (inner.kind === 'told') this.#world.say(this, `${inner.text}: ${inner.cause}`);
        else if (inner.kind === 'remember') this.#stored.set(effect.group, inner.epoch);
        else if (inner.kind === 'ask') this.#asks(agent, effect.group, inner);
        else if (inner.kind === 'unlock') this.#world.counsel.give(this, effect.group);
        else if (inner.kind === 'prepare') this.#prepares(agent, effect.group, inner.id);
        else if (inner.kind === 'leave')
          agent.adapter.ask(effect.group, inner.kind, inner.call, inner.withinMs / 1_000);
        else if (inner.kind !== 'announce' && inner.kind !== 'unprepare')
          agent.adapter.ask(effect.group, inner.kind, inner.call);
      } else if (effect.kind === 'left') {
        this.#leaves(agent);
        return;
      } else if (effect.kind === 'notLeft') {
        this.#world.say(this, `does not leave its VIPs: ${effect.cause}`);
        agent.stopping = true;
      } else if (effect.kind === 'cameAlive') {
        agent.awakeSince = this.#world.now;
        this.#world.say(this, `comes alive: ${effect.cause}`);
      } else if (effect.kind === 'redial') {
        agent.sockets.redial(effect.peer, effect.path);
      } else if (this.#world.tells) {
        const who = effect.kind === 'peer' ? `${effect.name} ` : '';
        this.#world.say(this, `${who}${effect.text}: ${effect.cause}`);
      }
    }
  }

  #asks(agent: Agent, group: GroupId, { question, id, about }: Extract<GroupEffect, { kind: 'ask' }>): void {
    this.#world.counsel.ask(this, group, question, about, ({ outcome, text }) =>
      this.#deliver(agent, () =>
        this.feed((at) => ({ ...at, kind: 'answered', group, result: { question, id, outcome, text } })),
      ),
    );
  }

  /** What is to be done takes its time, and now and then for ever. */
  #prepares(agent: Agent, group: GroupId, id: number): void {
    if (this.#checkChance.is(0.1)) return;
    this.later(this.#checkChance.between(0, 1.2 * this.#world.setup.preDownMs), () =>
      this.#deliver(agent, () => this.feed((at) => ({ ...at, kind: 'prepared', group, id }))),
    );
  }

  /** Two turns of the loop without a datagram, then "drained". */
  #drains(agent: Agent): void {
    if (agent.drainAsked) return;
    agent.drainAsked = true;
    this.later(this.#chance.between(0.2, 2), () =>
      this.#deliver(agent, () => {
        agent.drainAsked = false;
        this.feed((at) => ({ ...at, kind: 'drained' }));
      }),
    );
  }

  /** One timer, at the earliest wake-up that was asked for; timers are a little late, never early. */
  #arm(agent: Agent): void {
    const { wakeAt } = agent.node;
    if (agent.timerFor === wakeAt) return;
    if (agent.timer !== undefined) agent.timer.cancelled = true;
    agent.timerFor = wakeAt;
    const dueAt = this.clock.trueAt(wakeAt);
    const lateMs = this.#chance.is(0.02) ? this.#chance.between(0, 8) : 0.05;
    agent.timer = this.later(Math.max(0, dueAt - this.#world.now) + lateMs, () => {
      if (this.agent !== agent) return;
      agent.timerFor = Number.NaN;
      if (agent.frozen) agent.tickWaits = true;
      else this.feed((at) => ({ ...at, kind: 'tick' }));
    });
  }
}
