import type { AdapterName, GroupSettings, NodeSettings, Settings, VipSettings } from '../core/settings.ts';
import { addressBits, inNetwork, parseIpAddress } from './ip-address.ts';
import type { Finding } from './shape-problems.ts';

/** By interface name: its addresses, as they are now. An interface that is down may be missing. */
export type HostInterfaces = ReadonlyMap<string, readonly HostAddress[]>;
export interface HostAddress {
  readonly address: string;
  readonly prefixLength: number;
}

export interface Host {
  readonly platform: string;
  /** Why an adapter of this name cannot do here what the group wants; undefined when it can. */
  whyNoAdapter(name: AdapterName, group: GroupSettings): string | undefined;
  readonly interfaces: HostInterfaces;
  /** Whether a secondary address outlives its primary there: net.ipv4.conf.LINK.promote_secondaries. */
  promotesSecondaries(link: string): boolean;
}

const LINUX_NAME_CHARACTERS = 15;

/**
 * What a file can't know by itself: whether its addresses fit this host. Warnings, since an interface may come up later
 * and a router may lead to a lone /32; "check --strict" takes them as errors.
 */
export function hostFindings({ groups }: Settings, self: NodeSettings, host: Host): readonly Finding[] {
  const virtual = new Set(groups.flatMap(({ vips }) => vips.map(({ address }) => address)));
  return groups
    .filter(({ adapters }) => adapters.get(self.name) !== 'simulated')
    .flatMap((group) =>
      group.vips.flatMap((vip, index) => {
        const link = vip.interfaces.get(self.name);
        if (link === undefined) return [];
        const { platform, interfaces } = host;
        const why = host.whyNoAdapter(group.adapters.get(self.name) ?? 'auto', group);
        if (why !== undefined)
          return [{ severity: 'error' as const, text: why, path: ['groups', group.name, 'adapter'] }].slice(
            0,
            index === 0 ? 1 : 0,
          );
        const found = [whyNotHere(vip, { platform, interfaces, link, virtual }), whyItStays(vip, link, host)];
        return found
          .filter((one) => one !== undefined)
          .map((one) => ({ ...one, path: ['groups', group.name, 'vips', index] }));
      }),
    );
}

type Here = { platform: string; interfaces: HostInterfaces; link: string; virtual: ReadonlySet<string> };

function whyNotHere(
  vip: VipSettings,
  { platform, interfaces, link, virtual }: Here,
): Pick<Finding, 'severity' | 'text'> | undefined {
  if (platform === 'linux' && link.length > LINUX_NAME_CHARACTERS) {
    return {
      severity: 'error',
      text: `"${link}" is too long for an interface of Linux: ${LINUX_NAME_CHARACTERS} characters at most`,
    };
  }
  const addresses = interfaces.get(link);
  if (!addresses) {
    return {
      severity: 'warning',
      text: `${link} is not up with an address on this host${others(interfaces)}`,
    };
  }
  const address = parseIpAddress(vip.address);
  if (!address || vip.prefixLength < addressBits(vip.family) || link.startsWith('lo')) return undefined;
  const own = addresses.filter((candidate) => !virtual.has(parseIpAddress(candidate.address)?.text ?? ''));
  const near = own.some((candidate) => {
    const base = parseIpAddress(candidate.address);
    return base !== undefined && inNetwork(address, base, candidate.prefixLength);
  });
  if (near) return undefined;
  const shown = own
    .filter((candidate) => parseIpAddress(candidate.address)?.family === vip.family)
    .map((candidate) => `${candidate.address}/${candidate.prefixLength}`);
  return {
    severity: 'warning',
    text: `${vip.address} is in no network of ${link} (${shown.join(', ') || `no IPv${vip.family} address`}); neighbours will not look for it there`,
  };
}

/** A primary IPv4 address that went by itself would take its secondaries with it, so it gets no lease and no guard. */
function whyItStays(
  { address, family, prefixLength }: VipSettings,
  link: string,
  { platform, promotesSecondaries }: Host,
): Pick<Finding, 'severity' | 'text'> | undefined {
  if (platform !== 'linux' || family === 6 || prefixLength === addressBits(family)) return undefined;
  if (promotesSecondaries(link)) return undefined;
  return {
    severity: 'warning',
    text: `${address}/${prefixLength} has neither lease nor guard on ${link}: it stays when the agent is killed, and two hosts may then hold it; write ${address}/32, or set net.ipv4.conf.${link}.promote_secondaries=1`,
  };
}

function others(interfaces: HostInterfaces): string {
  const names = [...interfaces.keys()].filter((name) => !name.startsWith('lo'));
  return names.length > 0 ? `; there are ${names.join(', ')}` : '';
}
