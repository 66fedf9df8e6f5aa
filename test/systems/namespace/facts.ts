import { isIPv6 } from 'node:net';
import { mustRun } from './tool.ts';

/** An interface of this namespace before anybody's model has touched it. */
export interface InterfaceFacts {
  readonly name: string;
  /** `02:77:00:00:00:01`. */
  readonly mac: string;
  /** `10.77.0.1/24`; without link-local ones, which the kernel makes and keeps. */
  readonly addresses: readonly string[];
}

interface ShownLink {
  readonly address?: string;
  readonly addr_info?: readonly {
    readonly local?: string;
    readonly prefixlen?: number;
    readonly scope?: string;
  }[];
}

export async function factsOf(name: string): Promise<InterfaceFacts> {
  const [shown = {}] = JSON.parse(
    await mustRun('ip', ['-json', 'address', 'show', 'dev', name]),
  ) as ShownLink[];
  const addresses = (shown.addr_info ?? [])
    .filter(({ local, scope }) => local !== undefined && scope === 'global')
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  return { name, mac: shown.address ?? '', addresses };
}

export const firstIpv4 = ({ addresses }: InterfaceFacts): string | undefined =>
  addresses.find((address) => !isIPv6(address.split('/')[0] ?? ''));
