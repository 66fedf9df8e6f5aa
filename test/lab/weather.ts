import type { ChildProcess } from 'node:child_process';
import { address4 } from './addresses.ts';
import type { Network } from './addresses.ts';
import { runTool } from './host-tool.ts';
import { startNamespaceChild } from './namespace-child.ts';

/** How the way between two hosts is: every datagram takes `delayMs` ± `jitterMs`, and some come twice. */
export interface Delay {
  readonly delayMs: number;
  /** Jitter larger than the time between two datagrams puts them out of order. */
  readonly jitterMs?: number;
  readonly duplicatePercent?: number;
}

/** What a relay is told. */
export interface RelayOptions extends Required<Delay> {
  readonly listenPort: number;
  readonly toAddress: string;
  readonly toPort: number;
}

interface Relayed {
  readonly to: string;
  readonly fromAddress: string;
  readonly port: number;
  readonly listenPort: number;
  readonly process: ChildProcess;
}

const FIRST_RELAY_PORT = 17_200;

/**
 * Slow ways, where the kernel has no netem: in the receiver's namespace the port of arriving heartbeats is rewritten to that
 * of a relay, before anything on the host sees them. Without connection tracking, so that a rule works from its first
 * packet on and leaves nothing behind. A TCP connection goes through the relay at the side that was called, both ways; one
 * that was there before is reset at the beginning and at the end. IPv4 alone.
 */
export class Weather {
  readonly #namespaceOf: (host: string) => string;
  #relays: Relayed[] = [];
  #started = 0;

  constructor(namespaceOf: (host: string) => string) {
    this.#namespaceOf = namespaceOf;
  }

  /** In force when it settles. What a relay holds back when it ends is lost. */
  async delay(from: string, to: string, port: number, way: Delay, network: Network): Promise<void> {
    this.#started += 1;
    const listenPort = FIRST_RELAY_PORT + this.#started;
    const options: RelayOptions = {
      ...{ jitterMs: 0, duplicatePercent: 0, ...way },
      ...{ listenPort, toAddress: address4(to, network), toPort: port },
    };
    const relay = await startNamespaceChild(this.#namespaceOf(to), 'relay.ts', [JSON.stringify(options)]);
    this.#relays.push({ to, fromAddress: address4(from, network), port, listenPort, process: relay });
    this.#apply(to);
  }

  clear(): void {
    const relays = this.#relays;
    this.#relays = [];
    for (const to of new Set(relays.map((relay) => relay.to))) this.#apply(to);
    for (const relay of relays) relay.process.kill('SIGKILL');
  }

  pids(): readonly (number | undefined)[] {
    return this.#relays.map((relay) => relay.process.pid);
  }

  #apply(to: string): void {
    const here = this.#relays.filter((relay) => relay.to === to);
    const arriving = here.flatMap(({ fromAddress, port, listenPort }) =>
      ['udp', 'tcp'].map((l4) => `ip saddr ${fromAddress} ${l4} dport ${port} ${l4} dport set ${listenPort}`),
    );
    // The caller must not notice that another port answers.
    const leaving = here.map(
      ({ fromAddress, port, listenPort }) =>
        `ip daddr ${fromAddress} tcp sport ${listenPort} tcp sport set ${port}`,
    );
    const chain = (name: string, hook: string, lines: readonly string[]): string[] => [
      `chain ${name} { type filter hook ${hook} priority raw`,
      ...lines,
      '}',
    ];
    const table = [
      'table ip sbl',
      'delete table ip sbl',
      'table ip sbl {',
      ...chain('arriving', 'prerouting', arriving),
      ...chain('leaving', 'output', leaving),
      '}',
      ...(here.length === 0 ? ['delete table ip sbl'] : []),
    ];
    runTool('ip', ['netns', 'exec', this.#namespaceOf(to), 'nft', '-f', '-'], `${table.join('\n')}\n`);
  }
}
