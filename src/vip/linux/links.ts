import { type Vip } from '../../core/ports.ts';
import { byLink } from '../address.ts';
import { type IpCoprocess } from './ip-coprocess.ts';
import { ipFailed } from './ip-failed.ts';
import { type Address, type LinkState, addressOf } from './ip-json.ts';

/** What a look found; undefined for an interface that does not exist. */
export type Links = ReadonlyMap<string, LinkState | undefined>;

export async function lookAt(ip: IpCoprocess, vips: readonly Vip[], timeoutMs: number): Promise<Links> {
  const links = new Map<string, LinkState | undefined>();
  for (const link of byLink(vips).keys()) links.set(link, await ip.show(link, { timeoutMs }));
  return links;
}

export function addressIn(vip: Vip, links: Links): Address | undefined {
  const link = links.get(vip.link);
  return link === undefined ? undefined : addressOf(vip, link);
}

export const isThere = (vip: Vip, links: Links): boolean => addressIn(vip, links) !== undefined;

/** The interface of the VIP, or an error. */
export function present(vip: Vip, links: Links): LinkState {
  const link = links.get(vip.link);
  if (link === undefined) throw ipFailed(`address show dev ${vip.link}`, `Cannot find device "${vip.link}"`);
  return link;
}
