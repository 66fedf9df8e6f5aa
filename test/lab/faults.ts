import { address4, address6, interfaceOn, portOf } from './addresses.ts';
import type { Network } from './addresses.ts';
import { runTool } from './host-tool.ts';
import { Weather } from './weather.ts';
import type { Delay } from './weather.ts';

/** What a cut or a loss applies to: everything, or only what the agents use as heartbeat. */
export type Traffic = 'all' | 'heartbeats';

interface Rule {
  readonly from: string;
  readonly to: string;
  readonly traffic: Traffic;
  readonly lossPerMille: number;
  readonly network: Network;
}

const HEARTBEAT_PORT = 7112;

/** Faults of the network, made at the switch, where no host can see them. Each is in force when its call returns. */
export class Faults {
  readonly #switchNamespace: string;
  readonly #namespaceOf: (host: string) => string;
  /** nft expressions, one for each kind of packet that is a heartbeat. */
  #heartbeats: readonly string[] = [];
  #rules: Rule[] = [];
  readonly #weather: Weather;

  constructor(switchNamespace: string, namespaceOf: (host: string) => string) {
    this.#switchNamespace = switchNamespace;
    this.#namespaceOf = namespaceOf;
    this.#weather = new Weather(namespaceOf);
  }

  /** Says what a heartbeat looks like to nft, for the agent under test. */
  heartbeatsAre(expressions: readonly string[]): void {
    this.#heartbeats = expressions;
  }

  /** Drops `traffic` from one host to another; the other direction stays. The carrier stays up. */
  cut(from: string, to: string, traffic: Traffic = 'all', network: Network = 'lan'): void {
    this.#add([{ from, to, traffic, lossPerMille: 1_000, network }]);
  }

  /** Both directions between two hosts, at one moment; the client goes on seeing both. */
  cutBoth(one: string, other: string, traffic: Traffic = 'all', network: Network = 'lan'): void {
    const rule = { traffic, lossPerMille: 1_000, network };
    this.#add([
      { from: one, to: other, ...rule },
      { from: other, to: one, ...rule },
    ]);
  }

  /** Random loss in both directions between two hosts. */
  lose(
    one: string,
    other: string,
    percent: number,
    traffic: Traffic = 'heartbeats',
    network: Network = 'lan',
  ): void {
    const rule = { traffic, lossPerMille: Math.round(percent * 10), network };
    this.#add([
      { from: one, to: other, ...rule },
      { from: other, to: one, ...rule },
    ]);
  }

  /** Heartbeats take longer in both directions; over UDP they may come twice or out of order. In force when it settles. */
  async delay(one: string, other: string, way: Delay, network: Network = 'lan'): Promise<void> {
    await this.#weather.delay(one, other, HEARTBEAT_PORT, way, network);
    await this.#weather.delay(other, one, HEARTBEAT_PORT, way, network);
  }

  /** Ends all cuts, losses and delays at one moment. */
  heal(): void {
    this.#rules = [];
    this.#apply();
    this.#weather.clear();
  }

  /** The processes that make delays: they run in the hosts' namespaces. */
  relayPids(): readonly (number | undefined)[] {
    return this.#weather.pids();
  }

  #add(rules: readonly Rule[]): void {
    this.#rules.push(...rules);
    this.#apply();
  }

  #apply(): void {
    const lines = this.#rules.flatMap(({ from, to, traffic, lossPerMille, network }) => {
      if (traffic === 'heartbeats' && this.#heartbeats.length === 0)
        throw new Error('say heartbeatsAre() first');
      const chance = lossPerMille >= 1_000 ? '' : `numgen random mod 1000 < ${lossPerMille} `;
      const matches = traffic === 'all' ? [''] : this.#heartbeats;
      const ports = `iifname "${portOf(from, network)}" oifname "${portOf(to, network)}"`;
      return matches.map((match) => `${ports} ${match} ${chance}counter drop`);
    });
    // One transaction: there is no moment with half of the rules.
    const table = [
      'table bridge sbl',
      'delete table bridge sbl',
      'table bridge sbl {',
      'chain forward { type filter hook forward priority 0',
      ...lines,
      '}',
      '}',
    ];
    runTool('ip', ['netns', 'exec', this.#switchNamespace, 'nft', '-f', '-'], `${table.join('\n')}\n`);
  }

  /** Packets that the present rules have dropped. */
  dropped(): number {
    const list = runTool('ip', [
      'netns',
      'exec',
      this.#switchNamespace,
      'nft',
      'list',
      'table',
      'bridge',
      'sbl',
    ]);
    return [...list.matchAll(/counter packets (\d+)/g)].reduce(
      (sum, [, packets]) => sum + Number(packets),
      0,
    );
  }

  /** The host is gone from a network: its port at the switch goes down, and with it the host's own carrier. */
  unplug(host: string, network: Network = 'lan'): void {
    this.unplugFrom(host, [network]);
  }

  /** From several networks at about one moment. */
  unplugFrom(host: string, networks: readonly Network[]): void {
    const lines = networks.map((network) => `link set ${portOf(host, network)} down\n`);
    runTool('ip', ['-n', this.#switchNamespace, '-batch', '-'], lines.join(''));
  }

  plugIn(host: string, network: Network = 'lan'): void {
    runTool('ip', ['-n', this.#switchNamespace, 'link', 'set', portOf(host, network), 'up']);
  }

  /** The operator's `ip link set eth0 down` on the host itself; takes its global IPv6 addresses away. */
  linkDown(host: string, network: Network = 'lan'): void {
    runTool('ip', ['-n', this.#namespaceOf(host), 'link', 'set', interfaceOn(network), 'down']);
  }

  /** And what the host's network service does then: its own addresses come back where they are gone. */
  linkUp(host: string, network: Network = 'lan'): void {
    const device = interfaceOn(network);
    const lines = [
      `link set ${device} up`,
      `address replace ${address4(host, network)}/24 dev ${device}`,
      `address replace ${address6(host, network)}/64 dev ${device} nodad`,
    ];
    runTool('ip', ['-n', this.#namespaceOf(host), '-batch', '-'], `${lines.join('\n')}\n`);
  }

  /** The operator's `ip address flush dev eth0`: the host's own addresses go, and with them every VIP. */
  flushAddresses(host: string, network: Network = 'lan'): void {
    runTool('ip', ['-n', this.#namespaceOf(host), 'address', 'flush', 'dev', interfaceOn(network)]);
  }
}
