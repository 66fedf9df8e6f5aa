import { OperatorError } from '../../core/errors.ts';
import { type Clock } from '../../core/ports.ts';
import { after } from '../../core/units.ts';
import { ipFailed } from './ip-failed.ts';
import { type IpCoprocess } from './ip-coprocess.ts';
import { type InterfaceSysctl, switchOn } from './interface-sysctl.ts';

/** When the interface's count is read after an announcement. Some drivers learn it from the hardware once a second. */
const COUNTED_AFTER_MS = [0, 20, 200, 1_000, 1_500];

export interface SameMacPorts {
  /** Of its own: it shows interfaces without their addresses, and does not wait for a thousand renewals. */
  readonly ip: IpCoprocess;
  readonly sysctl: InterfaceSysctl;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How many packets the interface has sent; undefined when nobody knows. */
  readonly sentPackets: (link: string) => number | undefined;
}

/** How many addresses of each family are to be announced. */
export type AddressCounts = ReadonlyMap<4 | 6, number>;

/**
 * Sets the interface's hardware address to what it is. With arp_notify and ndisc_notify the kernel then sends a
 * gratuitous ARP for every IPv4 address and an unsolicited advertisement for every IPv6 address of the interface:
 * no tool, no raw socket, one command for any number of VIPs (measured: a thousand within 4 ms, no link flap). It makes
 * this host forget its neighbours on that interface, who are asked again at the next packet.
 *
 * Since Linux 6.5 the kernel does not bother the driver with an address that is no other; before, the driver sets it in
 * the hardware once more, and one that cannot do that while the interface is up refuses the command.
 *
 * Settles when the interface has counted as many packets, with false when it never does: then nothing was announced,
 * whatever the command said. True where there is no count to go by.
 *
 * Deleting a VIP and adding it again would send an advertisement for IPv6 too, but it needs a writable accept_dad on top
 * of what this needs, and leaves the host without the VIP for a moment: so never that.
 */
export async function announceBySameMac(
  ports: SameMacPorts,
  link: string,
  counts: AddressCounts,
): Promise<boolean> {
  const { ip, timeoutMs, sentPackets } = ports;
  switchNotifyOn(ports, link, counts);
  const state = await ip.show(link, { timeoutMs });
  if (state === undefined) throw ipFailed(`link set dev ${link}`, `Cannot find device "${link}"`);
  if (state.mac === '') {
    throw new OperatorError('VIP_FAILED', `announcing on ${link}: it has no Ethernet address`, {
      hint: 'announce: { method: none } where there is no neighbour to tell',
    });
  }
  const line = sameMacLine(link, state.mac);
  const before = sentPackets(link);
  const [failure] = await ip.change([line], { timeoutMs });
  if (failure !== undefined) throw ipFailed(line, failure.text);
  if (before === undefined || !state.carrier) return true;
  const wanted = [...counts.values()].reduce((sum, count) => sum + count, before);
  if (await hasSent(ports, link, wanted)) return true;
  const now = await ip.show(link, { timeoutMs });
  return now?.carrier !== true; // a cable that was pulled meanwhile is no fault of this way
}

function switchNotifyOn({ sysctl }: SameMacPorts, link: string, counts: AddressCounts): void {
  const off = [
    counts.has(4) && !switchOn(sysctl, 'ipv4', link, 'arp_notify') ? `net.ipv4.conf.${link}.arp_notify` : '',
    counts.has(6) && !switchOn(sysctl, 'ipv6', link, 'ndisc_notify')
      ? `net.ipv6.conf.${link}.ndisc_notify`
      : '',
  ].filter((name) => name !== '');
  if (off.length === 0) return;
  throw new OperatorError(
    'VIP_DENIED',
    `announcing on ${link}: ${off.join(' and ')} is 0 and cannot be written`,
    {
      hint: `set ${off.map((name) => `${name}=1`).join(' and ')} in /etc/sysctl.d, or install arping and ndptool`,
    },
  );
}

async function hasSent({ clock, sentPackets }: SameMacPorts, link: string, wanted: number): Promise<boolean> {
  for (const afterMs of COUNTED_AFTER_MS) {
    if (afterMs > 0) await new Promise<void>((wake) => clock.wakeAt(after(clock.nowMs(), afterMs), wake));
    const sent = sentPackets(link);
    if (sent === undefined || sent >= wanted) return true;
  }
  return false;
}

export function sameMacLine(link: string, mac: string): string {
  return `link set dev ${link} address ${mac}`;
}
