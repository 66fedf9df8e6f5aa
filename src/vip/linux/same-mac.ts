import { OperatorError } from '../../core/errors.ts';
import { ipFailed } from './ip-failed.ts';
import { type IpCoprocess } from './ip-coprocess.ts';
import { type InterfaceSysctl, switchOn } from './interface-sysctl.ts';

/**
 * Sets the interface's hardware address to what it is. With arp_notify and ndisc_notify the kernel then sends a
 * gratuitous ARP for every IPv4 address and an unsolicited advertisement for every IPv6 address of the interface:
 * no tool, no raw socket, one command for any number of VIPs (measured: within 7 ms, no link flap). It makes this
 * host forget its neighbours on that interface, who are asked again at the next packet.
 *
 * It is what IPv6 falls back to. Deleting a VIP and adding it again would send an advertisement too, but it needs a
 * writable accept_dad on top of what this needs, and leaves the host without the VIP for a moment: so never that.
 */
export async function announceBySameMac(
  { ip, sysctl, timeoutMs }: { ip: IpCoprocess; sysctl: InterfaceSysctl; timeoutMs: number },
  link: string,
  families: ReadonlySet<4 | 6>,
): Promise<void> {
  const off = [
    families.has(4) && !switchOn(sysctl, 'ipv4', link, 'arp_notify')
      ? `net.ipv4.conf.${link}.arp_notify`
      : '',
    families.has(6) && !switchOn(sysctl, 'ipv6', link, 'ndisc_notify')
      ? `net.ipv6.conf.${link}.ndisc_notify`
      : '',
  ].filter((name) => name !== '');
  if (off.length > 0) {
    throw new OperatorError(
      'VIP_DENIED',
      `announcing on ${link}: ${off.join(' and ')} is 0 and cannot be written`,
      {
        hint: `set ${off.map((name) => `${name}=1`).join(' and ')} in /etc/sysctl.d, or install arping and ndptool`,
      },
    );
  }

  const state = await ip.show(link, { timeoutMs });
  if (state === undefined) throw ipFailed(`link set dev ${link}`, `Cannot find device "${link}"`);
  if (state.mac === '') {
    throw new OperatorError('VIP_FAILED', `announcing on ${link}: it has no Ethernet address`, {
      hint: 'announce: { method: none } where there is no neighbour to tell',
    });
  }
  const line = sameMacLine(link, state.mac);
  const [failure] = await ip.change([line], { timeoutMs });
  if (failure !== undefined) throw ipFailed(line, failure.text);
}

export function sameMacLine(link: string, mac: string): string {
  return `link set dev ${link} address ${mac}`;
}
