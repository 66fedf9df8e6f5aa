import type { Body } from '../../src/core/frame.ts';
import type { Arrived } from '../../src/core/peer/receive.ts';
import type { NodeId } from '../../src/core/units.ts';
import { decodeBody, encodeBody } from '../../src/wire/body.ts';
import {
  deriveNonce,
  directionsBetween,
  nonceEcho,
  openFrame,
  sealFrame,
  type InboundDirection,
  type OutboundDirection,
} from '../../src/wire/frame.ts';
import { toHex } from '../../src/wire/hex.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import type { Chance } from './chance.ts';

export interface Clocks {
  readonly wallMs: number;
  readonly monoMs: number;
}

/** How bodies become datagrams and back: the real frame, or a cheap stand-in for its box around the real body. */
export interface Sealing {
  seal(from: number, to: number, body: Body, clocks: Clocks): { bytes: Uint8Array; echo: string };
  /** What host `at` makes of a datagram: the reject that the box comes to, or a frame for the core. */
  open(at: number, bytes: Uint8Array): { from: number; arrived: Arrived } | string;
  idOf(number: number): NodeId;
  /** Signatures looked at so far. */
  verified: number;
}

const CHEAP_HEAD = 20;

/** sender, recipient, cluster, checksum, nonce: whatever is not for its recipient fails as it would at the real box. */
export function cheapSealing(chance: Chance, clusters: { readonly of: (host: number) => number }): Sealing {
  const idOf = (number: number): NodeId => number.toString(16).padStart(16, '0') as NodeId;
  const sealing: Sealing = {
    verified: 0,
    idOf,
    seal(from, to, body) {
      const plain = encodeBody(body);
      const bytes = new Uint8Array(CHEAP_HEAD + plain.length);
      bytes.set(plain, CHEAP_HEAD);
      const view = new DataView(bytes.buffer);
      bytes[0] = from;
      bytes[1] = to;
      bytes[2] = clusters.of(from);
      view.setUint32(8, chance.whole(0x1_0000_0000));
      view.setUint32(12, chance.whole(0x1_0000_0000));
      view.setUint32(4, checksum(bytes));
      return { bytes, echo: toHex(bytes.subarray(8, 16)) };
    },
    open(at, bytes) {
      if (bytes.length < CHEAP_HEAD + 64) return 'length';
      const from = bytes[0]!;
      if (from === at) return 'reflected';
      if (from === 0 || from > 8) return 'unknown-sender';
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (bytes[1] !== at || bytes[2] !== clusters.of(at) || view.getUint32(4) !== checksum(bytes))
        return 'box';
      const body = decodeBody(bytes.subarray(CHEAP_HEAD));
      if (body === undefined) return 'malformed';
      const verify = (): boolean => {
        sealing.verified += 1;
        return true;
      };
      return {
        from,
        arrived: { body, echo: toHex(bytes.subarray(8, 16)), key: idOf(from), path: 0, verify },
      };
    },
  };
  return sealing;
}

/** Over everything but the checksum itself. */
function checksum(bytes: Uint8Array): number {
  let sum = Math.imul(bytes[0]! + 256 * bytes[1]! + 65_536 * bytes[2]!, 0x9e3779b1);
  for (let at = 8; at < bytes.length; at++) sum = Math.imul(sum ^ bytes[at]!, 0x01000193);
  return sum >>> 0;
}

/** Real keys, nonces, boxes and signatures. */
export function realSealing(
  chance: Chance,
  hosts: number,
  clusters: { readonly of: (host: number) => number },
): Sealing {
  const identities = Array.from({ length: hosts }, () => makeIdentity(chance));
  const out = new Map<string, OutboundDirection>();
  const into = new Map<string, InboundDirection>();
  for (let from = 1; from <= hosts; from++) {
    for (let to = 1; to <= hosts; to++) {
      if (from === to) continue;
      const [mine, theirs] = [identities[from - 1]!, identities[to - 1]!];
      const { inbound, outbound } = directionsBetween(mine, theirs.public, `cluster-${clusters.of(from)}`);
      out.set(`${from}>${to}`, outbound);
      into.set(`${to}>${from}`, inbound);
    }
  }
  const ids = identities.map((identity) => identity.public.id);
  const sealing: Sealing = {
    verified: 0,
    idOf: (number) => ids[number - 1]!,
    seal(from, to, body, clocks) {
      const direction = out.get(`${from}>${to}`)!;
      const plain = encodeBody(body);
      const nonce = deriveNonce(direction, chance.bytes(32), clocks, plain);
      return { bytes: sealFrame(plain, nonce, direction), echo: nonceEcho(nonce) };
    },
    open(at, bytes) {
      const opened = openFrame(bytes, (sender) => {
        const from = ids.indexOf(sender) + 1;
        if (from === at) return 'self';
        return from === 0 ? [] : [into.get(`${from}>${at}`)!];
      });
      if (!opened.ok) return opened.reject;
      const { body, echo } = opened;
      const verify = (): boolean => {
        sealing.verified += 1;
        return opened.verify();
      };
      return {
        from: ids.indexOf(opened.from) + 1,
        arrived: { body, echo, key: opened.from, path: 0, verify },
      };
    },
  };
  return sealing;
}
