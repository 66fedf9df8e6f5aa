import { probe } from '../bsd/duplicate-detection.ts';
import { type Interface, type KernelAddress, addressOn, runFor } from '../bsd/interface.ts';
import type { Kernel } from '../bsd/kernel.ts';
import type { Knob } from '../bsd/knobs.ts';

/** RFC 5227, in the words and with the numbers of if_arp.c. */
const PROBE_WAIT_MS = 1_000;
const PROBE_MIN_MS = 1_000;
const PROBE_MAX_MS = 2_000;
const ANNOUNCE_WAIT_MS = 2_000;
const ANNOUNCE_NUM = 2;
const ANNOUNCE_INTERVAL_MS = 2_000;
const DEFEND_INTERVAL_MS = 10_000;

export interface ArpDad {
  /** Uses the address, after a duplicate detection unless that is switched off. */
  bringUp(iface: Interface, address: KernelAddress): void;
  /** Somebody else speaks for an address. */
  conflict(link: string, address: string): void;
}

export interface ArpDadOptions {
  readonly kernel: Kernel;
  readonly dadCount: Knob;
  /** From 0 up to 1. */
  readonly fraction: () => number;
}

/** Duplicate address detection for IPv4: 4 to 7 s in which the address is dead, and a defence afterwards. */
export function arpDad({ kernel, dadCount, fraction }: ArpDadOptions): ArpDad {
  const defendedAtMs = new WeakMap<KernelAddress, number>();
  const announce = (iface: Interface, address: KernelAddress, times: number): void => {
    kernel.announce(iface, address);
    if (times === 1) return;
    const again = (): void => announce(iface, address, times - 1);
    runFor(address, 'announce', kernel.timers.in(ANNOUNCE_INTERVAL_MS, again));
  };
  const settle = (iface: Interface, address: KernelAddress, announcements: number): void => {
    address.state = 'usable';
    kernel.publish();
    announce(iface, address, announcements);
  };
  const fail = (address: KernelAddress): void => {
    address.stops.get('dad')?.();
    address.stops.get('announce')?.();
    address.state = 'duplicated';
    kernel.publish();
  };
  return {
    bringUp(iface, address) {
      const count = dadCount.read();
      if (count <= 0) return settle(iface, address, 1);
      address.state = 'tentative';
      kernel.publish();
      const { probesAtMs, endAtMs } = probeTimes(count, fraction);
      const probing = {
        probesAtMs,
        endAtMs,
        isTaken: () => kernel.wire.isTaken(iface.name, address.address),
        onResult: ({ isTaken }: { isTaken: boolean }) =>
          isTaken ? fail(address) : settle(iface, address, ANNOUNCE_NUM),
      };
      runFor(address, 'dad', probe(probing, kernel.timers));
    },
    conflict(link, text) {
      const iface = kernel.find(link);
      const address = iface && addressOn(iface, text);
      if (iface === undefined || address?.family !== 4 || address.state === 'detached') return;
      if (address.state !== 'usable') return fail(address);
      const nowMs = kernel.timers.nowMs();
      if (nowMs - (defendedAtMs.get(address) ?? -Infinity) > DEFEND_INTERVAL_MS) {
        defendedAtMs.set(address, nowMs);
        kernel.announce(iface, address);
      } else if (dadCount.read() > 0) fail(address);
    },
  };
}

function probeTimes(count: number, fraction: () => number) {
  let atMs = PROBE_WAIT_MS * fraction();
  const probesAtMs = [atMs];
  while (probesAtMs.length < count) {
    atMs += PROBE_MIN_MS + (PROBE_MAX_MS - PROBE_MIN_MS) * fraction();
    probesAtMs.push(atMs);
  }
  return { probesAtMs, endAtMs: atMs + ANNOUNCE_WAIT_MS };
}
