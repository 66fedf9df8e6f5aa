import { isIP } from 'node:net';
import type { Clock, Exec, Log } from '../core/ports.ts';
import { SECOND_MS, type MonoMs } from '../core/units.ts';

/**
 * The kernel's idea of where an address is on the link (ARP, neighbour discovery). For a peer that was away it is
 * INCOMPLETE: the kernel holds frames back and asks once a second, however often we send. A peer that comes back with our
 * hardware address still in its memory is heard at once, but what we send waits for the next time that the kernel asks.
 *
 * Measured, Linux 6.18, IPv4 and IPv6 alike, from the peer's return to an entry that works, with a frame sent at once:
 * INCOMPLETE for 0.25 s: 0.75 s, what is left of the second. The same, deleted first: 14 to 23 ms, the run of `ip` among
 * them. FAILED: 6 to 26 ms, because the next frame makes the kernel ask at once; so that is left alone. With beats every
 * 250 ms over IPv6, from hearing a peer that still knew us to being heard by it: 0.57 to 0.93 s without this, at most
 * 0.16 s with it. A peer that has to ask for us first, after a boot or a loss of its carrier, fills our entry by
 * asking, and nothing waits.
 */
export interface Neighbours {
  /**
   * For a peer that is heard again: forgets an entry that is INCOMPLETE, so that the next frame makes the kernel ask.
   * Returns at once, does nothing on other systems, and never fails: without it the frame is late by a second at most.
   */
  refresh(address: string): void;
}

export interface NeighbourOptions {
  readonly exec: Exec;
  readonly clock: Clock;
  readonly log: Pick<Log, 'debug'>;
  readonly platform: NodeJS.Platform;
  /** iproute2's program. */
  readonly ip?: string;
}

/** As often as the kernel asks by itself; more would take its own question's answer away. */
const REFRESH_EVERY_MS = SECOND_MS;
const TIMEOUT_MS = SECOND_MS;

export function newNeighbours({ exec, clock, log, platform, ip = 'ip' }: NeighbourOptions): Neighbours {
  const underWay = new Set<string>();
  /** Only those of the last second: bounded by how many addresses the peers have. */
  const startedAt = new Map<string, MonoMs>();

  const run = async (args: readonly string[]): Promise<string> => {
    const ran = await exec.run(ip, args, { timeoutMs: TIMEOUT_MS });
    if (ran.exitCode === 0) return ran.stdout;
    throw new Error(ran.missing ? `${ip} is not installed` : ran.stderr.trim() || 'no answer in time');
  };

  const refreshOne = async (address: string): Promise<void> => {
    const shown = await run(['-j', 'neighbour', 'show', 'to', address]);
    for (const link of linksAsking(shown, address)) await run(['neighbour', 'delete', address, 'dev', link]);
  };

  return {
    refresh(scoped) {
      // A zone (`fe80::1%eth0`) names the link, which ip tells by itself.
      const [address = ''] = scoped.split('%');
      if (platform !== 'linux' || isIP(address) === 0 || underWay.has(address)) return;
      const now = clock.nowMs();
      for (const [other, at] of startedAt) if (now - at >= REFRESH_EVERY_MS) startedAt.delete(other);
      if (startedAt.has(address)) return;
      startedAt.set(address, now);
      underWay.add(address);
      void refreshOne(address)
        .catch((error: unknown) =>
          log.debug({ address, error: String(error) }, 'a neighbour entry stays as it is'),
        )
        .finally(() => underWay.delete(address));
    },
  };
}

/** The interfaces on which the kernel is still asking for the address; ip before 5.0 prints nothing where there is none. */
function linksAsking(json: string, address: string): readonly string[] {
  const entries: unknown = json.trim() === '' ? [] : JSON.parse(json);
  if (!Array.isArray(entries)) return [];
  return (entries as readonly Record<string, unknown>[]).flatMap(({ dst, dev, state }) =>
    dst === address && typeof dev === 'string' && Array.isArray(state) && state.includes('INCOMPLETE')
      ? [dev]
      : [],
  );
}
