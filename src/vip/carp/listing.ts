import { canonicalAddress } from '../address.ts';
import { parseListing } from '../bsd/listing.ts';
import type { ShownAddress } from '../plain/tools.ts';

export type CarpState = 'INIT' | 'BACKUP' | 'MASTER';

/** A virtual host as ifconfig(8) shows it. */
export interface Vhost {
  readonly state: CarpState;
  readonly vhid: number;
  readonly advbase: number;
  readonly advskew: number;
  /** The physical interface, where CARP is an interface of its own; else empty. */
  readonly carpdev: string;
  /** Whom it advertises to, where the system says so; multicast groups are among them. */
  readonly peers: readonly string[];
}

export interface ListedAddress extends Pick<ShownAddress, 'family' | 'address' | 'prefixLength' | 'state'> {
  /** FreeBSD: the virtual host that it belongs to; 0 for none. */
  readonly vhid: number;
}

export interface Listing {
  readonly isUp: boolean;
  /** True also where the system does not say. */
  readonly hasCarrier: boolean;
  readonly vhosts: readonly Vhost[];
  readonly addresses: readonly ListedAddress[];
}

/*
 * What `ifconfig IF` prints of CARP, on FreeBSD 14 with a second line:
 *   <tab>carp: MASTER vhid 1 advbase 1 advskew 0
 *   <tab>      peer 224.0.0.18 peer6 ff02::12
 * and on OpenBSD and NetBSD of a carp interface:
 *   <tab>carp: BACKUP carpdev em0 vhid 1 advbase 1 advskew 100 carppeer 10.77.0.2
 */
const CARP =
  /^\s+carp: (INIT|BACKUP|MASTER) (?:carpdev (\S+) )?vhid (\d+) advbase (\d+) advskew (\d+)(?: carppeer (\S+))?/;
const PEER = /^\s+peer (\S+)(?: peer6 (\S+))?/;
const WITH_VHID = /^\s+inet(6?) ([^\s/%]+).* vhid (\d+)/;

/** `absent`, `unreadable`: as for addresses alone. */
export function parseCarpListing(text: string, name: string): Listing | 'absent' | 'unreadable' {
  const shown = parseListing(text, name);
  if (typeof shown === 'string') return shown;
  const lines = text.split('\n');
  const vhids = new Map(lines.flatMap(vhidIn));
  return {
    isUp: shown.up,
    hasCarrier: shown.carrier,
    vhosts: vhostsIn(lines),
    addresses: shown.addresses.map(({ family, address, prefixLength, state }) => ({
      ...{ family, address, prefixLength, state },
      vhid: vhids.get(address) ?? 0,
    })),
  };
}

function vhostsIn(lines: readonly string[]): readonly Vhost[] {
  const vhosts: Vhost[] = [];
  for (const line of lines) {
    const [, state, carpdev = '', vhid, advbase, advskew, carppeer] = CARP.exec(line) ?? [];
    if (state !== undefined) {
      const numbers = { vhid: Number(vhid), advbase: Number(advbase), advskew: Number(advskew) };
      const peers = carppeer === undefined ? [] : [carppeer];
      vhosts.push({ state: state as CarpState, ...numbers, carpdev, peers });
      continue;
    }
    const [, peer, peer6] = PEER.exec(line) ?? [];
    const last = vhosts.at(-1);
    if (peer !== undefined && last !== undefined)
      vhosts[vhosts.length - 1] = { ...last, peers: peer6 === undefined ? [peer] : [peer, peer6] };
  }
  return vhosts;
}

function vhidIn(line: string): readonly (readonly [string, number])[] {
  const [, six, address, vhid] = WITH_VHID.exec(line) ?? [];
  if (address === undefined) return [];
  return [[canonicalAddress(address, six === '6' ? 6 : 4), Number(vhid)]];
}
