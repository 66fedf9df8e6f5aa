import { isIPv6 } from 'node:net';
import { CONFIG_PARTS, type Settings } from '../core/settings.ts';
import { GROUPS_PER_FRAME } from '../core/frame.ts';
import {
  BODY,
  BODY_AT,
  BODY_STEP,
  CONFIG_PART_BYTES,
  FRAME_BYTES_MAX,
  GROUP_BYTES,
  HELLO_BODY_BYTES,
} from '../wire/layout.ts';
import type { Facts, WayFacts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

const UDP_HEADER_BYTES = 8;

/** The largest that this cluster sends: a first greeting, or a beat that names as many groups as fit. */
export function largestFrameBytes({ groups }: Pick<Settings, 'groups'>): number {
  const named = Math.min(groups.length, GROUPS_PER_FRAME) * GROUP_BYTES;
  const beat = BODY.groups + named + 2 + CONFIG_PARTS.length * CONFIG_PART_BYTES;
  const body = Math.max(beat, HELLO_BODY_BYTES);
  return Math.min(FRAME_BYTES_MAX, BODY_AT + Math.ceil(body / BODY_STEP) * BODY_STEP);
}

export const packetBytes = (frameBytes: number, address: string): number =>
  frameBytes + UDP_HEADER_BYTES + (isIPv6(address) ? 40 : 20);

export function mtuFindings({ ways, links, config }: Facts): readonly Finding[] {
  if (config.settings === undefined) return [];
  const frameBytes = largestFrameBytes(config.settings);
  return ways.flatMap((way): Finding[] => {
    const { address, route, transport } = way;
    // TCP cuts its own stream to what fits.
    if (transport === 'tcp' || address === undefined || route === undefined || route === 'none') return [];
    const mtu = route.mtu ?? links?.get(route.link)?.mtu;
    if (mtu === undefined) return [];
    return [mtuFinding(way, { address, link: route.link, mtu, bytes: packetBytes(frameBytes, address) })];
  });
}

function mtuFinding(
  { peer, ping, largePing }: WayFacts,
  { address, link, mtu, bytes }: { address: string; link: string; mtu: number; bytes: number },
): Finding {
  if (mtu < bytes) {
    return {
      ...{ id: 'mtu-fragments', level: 'warning', subject: peer },
      what: `packets of up to ${bytes} bytes go to ${address} over ${link}, where ${mtu} fit: they are cut into fragments`,
      why: 'a lost fragment is a lost frame, and many filters drop fragments: greetings do not get through',
      fix: `ip link set dev ${link} mtu ${Math.max(1_280, bytes)}, or as large as the network carries (ip route get ${address})`,
    };
  }
  if (ping === 'answered' && largePing === 'silent') {
    return {
      ...{ id: 'mtu-blocked', level: 'problem', subject: peer },
      what: `${address} answers a small ping, and not one of ${bytes} bytes, although ${mtu} should fit`,
      why: 'a tunnel or a switch on the way carries less than the interfaces say, and frames of this size vanish',
      fix: `find what fits: ping -M do -s SIZE ${address}; then: ip link set dev ${link} mtu SIZE+28`,
    };
  }
  return fine('mtu', peer, `packets of up to ${bytes} bytes, ${mtu} fit through ${link}`);
}
