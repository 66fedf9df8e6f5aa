import { canonicalAddress } from '../address.ts';

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

export interface ListedAddress {
  readonly family: 4 | 6;
  /** As `canonicalAddress` writes it, without a zone. */
  readonly address: string;
  /** FreeBSD: the virtual host that it belongs to; 0 for none. */
  readonly vhid: number;
  /** `tentative`: the kernel is still asking whether another host has it. `duplicate`: another host has. */
  readonly state: 'ok' | 'tentative' | 'duplicate';
}

export interface Listing {
  readonly isUp: boolean;
  /** True also where the system does not say. */
  readonly hasCarrier: boolean;
  readonly vhosts: readonly Vhost[];
  readonly addresses: readonly ListedAddress[];
}

const CARP =
  /^\s+carp: (INIT|BACKUP|MASTER) (?:carpdev (\S+) )?vhid (\d+) advbase (\d+) advskew (\d+)(?: carppeer (\S+))?/;
const PEER = /^\s+peer (\S+)(?: peer6 (\S+))?/;
const ADDRESS = /^\s+inet(6?) ([0-9a-fA-F.:]+)(?:%[^\s/]+)?(?:\/\d+)?(?: (.*))?$/;

/** One interface as FreeBSD, OpenBSD and NetBSD print it. By what lines say, not by their order, which differs. */
export function parseListing(text: string): Listing {
  const lines = text.split('\n');
  const vhosts: Vhost[] = [];
  for (const line of lines) {
    const [, state, carpdev = '', vhid, advbase, advskew, carppeer] = CARP.exec(line) ?? [];
    if (state !== undefined) {
      vhosts.push({
        state: state as CarpState,
        ...{ vhid: Number(vhid), advbase: Number(advbase), advskew: Number(advskew) },
        ...{ carpdev, peers: carppeer === undefined ? [] : [carppeer] },
      });
      continue;
    }
    const [, peer, peer6] = PEER.exec(line) ?? [];
    const last = vhosts.at(-1);
    if (peer !== undefined && last !== undefined)
      vhosts[vhosts.length - 1] = { ...last, peers: peer6 === undefined ? [peer] : [peer, peer6] };
  }
  return {
    isUp: /^\S+: flags=[^<]*<([A-Z0-9_]+,)*UP[,>]/.test(lines[0] ?? ''),
    hasCarrier: !lines.some((line) => /^\s+status: no carrier\s*$/.test(line)),
    vhosts,
    addresses: lines.flatMap(addressIn),
  };
}

function addressIn(line: string): readonly ListedAddress[] {
  const [, six, written, more = ''] = ADDRESS.exec(line) ?? [];
  if (six === undefined || written === undefined) return [];
  const family = six === '' ? 4 : 6;
  return [
    {
      family,
      address: canonicalAddress(written, family),
      vhid: Number(/\bvhid (\d+)/.exec(more)?.[1] ?? 0),
      state: /duplicated/i.test(more) ? 'duplicate' : /tentative|detached/i.test(more) ? 'tentative' : 'ok',
    },
  ];
}
