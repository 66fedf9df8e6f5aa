import { address6 } from './addresses.ts';
import { runTool } from './host-tool.ts';

/** What a cut or a loss applies to: everything, or only what the agents use as heartbeat. */
export type Traffic = 'all' | 'heartbeats';

interface Rule {
  readonly from: string;
  readonly to: string;
  readonly traffic: Traffic;
  readonly lossPerMille: number;
}

/** Faults of the network, made at the switch, where no host can see them. Each is in force when its call returns. */
export class Faults {
  readonly #switchNamespace: string;
  readonly #namespaceOf: (host: string) => string;
  /** nft expressions, one for each kind of packet that is a heartbeat. */
  #heartbeats: readonly string[] = [];
  #rules: Rule[] = [];

  constructor(switchNamespace: string, namespaceOf: (host: string) => string) {
    this.#switchNamespace = switchNamespace;
    this.#namespaceOf = namespaceOf;
  }

  /** Says what a heartbeat looks like to nft, for the agent under test. */
  heartbeatsAre(expressions: readonly string[]): void {
    this.#heartbeats = expressions;
  }

  /** Drops `traffic` from one host to another; the other direction stays. The carrier stays up. */
  cut(from: string, to: string, traffic: Traffic = 'all'): void {
    this.#add([{ from, to, traffic, lossPerMille: 1_000 }]);
  }

  /** Both directions between two hosts, at one moment; the client goes on seeing both. */
  cutBoth(one: string, other: string, traffic: Traffic = 'all'): void {
    this.#add([
      { from: one, to: other, traffic, lossPerMille: 1_000 },
      { from: other, to: one, traffic, lossPerMille: 1_000 },
    ]);
  }

  /** Random loss in both directions between two hosts. */
  lose(one: string, other: string, percent: number, traffic: Traffic = 'heartbeats'): void {
    const lossPerMille = Math.round(percent * 10);
    this.#add([
      { from: one, to: other, traffic, lossPerMille },
      { from: other, to: one, traffic, lossPerMille },
    ]);
  }

  /** Ends all cuts and losses at one moment. */
  heal(): void {
    this.#rules = [];
    this.#apply();
  }

  #add(rules: readonly Rule[]): void {
    this.#rules.push(...rules);
    this.#apply();
  }

  #apply(): void {
    const lines = this.#rules.flatMap(({ from, to, traffic, lossPerMille }) => {
      if (traffic === 'heartbeats' && this.#heartbeats.length === 0)
        throw new Error('say heartbeatsAre() first');
      const chance = lossPerMille >= 1_000 ? '' : `numgen random mod 1000 < ${lossPerMille} `;
      const matches = traffic === 'all' ? [''] : this.#heartbeats;
      return matches.map((match) => `iifname "${from}" oifname "${to}" ${match} ${chance}counter drop`);
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

  /** The host is gone from the network: its port at the switch goes down, and with it the host's own carrier. */
  unplug(host: string): void {
    runTool('ip', ['-n', this.#switchNamespace, 'link', 'set', host, 'down']);
  }

  plugIn(host: string): void {
    runTool('ip', ['-n', this.#switchNamespace, 'link', 'set', host, 'up']);
  }

  /** The operator's `ip link set eth0 down` on the host itself; takes its global IPv6 addresses away. */
  linkDown(host: string): void {
    runTool('ip', ['-n', this.#namespaceOf(host), 'link', 'set', 'eth0', 'down']);
  }

  /** And what the host's network service does then: its own IPv6 address comes back. */
  linkUp(host: string): void {
    runTool(
      'ip',
      ['-n', this.#namespaceOf(host), '-batch', '-'],
      `link set eth0 up\naddress replace ${address6(host)}/64 dev eth0 nodad\n`,
    );
  }
}
