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
import { fromHex, toHex } from '../../src/wire/hex.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import type { Chance } from './chance.ts';
import { Packet } from './packet.ts';

export interface Clocks {
  readonly wallMs: number;
  readonly monoMs: number;
}

/** How bodies become packets and back: the real frame, or a cheap stand-in for its box around the real body. */
export interface Sealing {
  seal(from: number, to: number, body: Body, clocks: Clocks): Packet;
  /** What host `at` makes of a packet: the reject that the box comes to, or a frame for the core. */
  open(at: number, packet: Packet): { from: number; arrived: Arrived } | string;
  /** What somebody makes who has stolen the secret of the box between two nodes, but not the one that signs. */
  forge(from: number, to: number, body: Body, clocks: Clocks): Packet;
  idOf(number: number): NodeId;
  /** Signatures looked at so far. */
  verified: number;
}

export interface Clusters {
  readonly of: (host: number) => number;
}

const CHEAP_HEAD = 20;
/** How nonces begin where the cheap box stands for one with a bad signature. */
const FORGED = '00000000';

const cheapIds = Array.from({ length: 10 }, (_, number) => number.toString(16).padStart(16, '0') as NodeId);

/**
 * A cheap box around the real body. `passing` hands the body itself along and makes bytes only for those who look at them:
 * whoever changes a bit gets what the bytes come to.
 */
export function cheapSealing(
  chance: Chance,
  clusters: Clusters,
  now: () => number,
  { passing }: { passing: boolean },
): Sealing {
  const encode = (packet: Packet): Uint8Array => cheapBytes(packet, clusters.of(packet.from));
  // Never the same twice, which is all that the core may ask of them.
  const series = toHex(Uint8Array.of(1, ...chance.bytes(3)));
  let made = 0;
  const holds = (): boolean => {
    sealing.verified += 1;
    return true;
  };
  const fails = (): boolean => {
    sealing.verified += 1;
    return false;
  };
  const arrivedAs = (from: number, body: Body, echo: string): { from: number; arrived: Arrived } => {
    const verify = echo.startsWith(FORGED) ? fails : holds;
    return { from, arrived: { body, echo, key: cheapIds[from]!, path: body.path, verify } };
  };
  const sealing: Sealing = {
    verified: 0,
    idOf: (number) => cheapIds[number]!,
    seal(from, to, body) {
      made += 1;
      const echo = series + made.toString(16).padStart(8, '0');
      const packet = new Packet({ from, to, body, echo, sealedAt: now() }, undefined, encode);
      if (passing) return packet;
      return new Packet({ from, to, body: undefined, echo, sealedAt: now() }, packet.bytes, encode);
    },
    forge(from, to, body) {
      made += 1;
      const echo = FORGED + made.toString(16).padStart(8, '0');
      return new Packet({ from, to, body, echo, sealedAt: Number.NEGATIVE_INFINITY }, undefined, encode);
    },
    open(at, packet) {
      if (packet.body === undefined) return openCheap(at, packet.bytes, clusters.of(at), arrivedAs);
      if (packet.from === at) return 'reflected';
      if (packet.to !== at) return 'box';
      return arrivedAs(packet.from, packet.body, packet.echo);
    },
  };
  return sealing;
}

/** sender, recipient, cluster, checksum, nonce: whatever is not for its recipient fails as it would at the real box. */
function cheapBytes({ from, to, body, echo }: Packet, cluster: number): Uint8Array {
  const plain = encodeBody(body!);
  const bytes = new Uint8Array(CHEAP_HEAD + plain.length);
  bytes.set(plain, CHEAP_HEAD);
  bytes.set(fromHex(echo), 8);
  bytes[0] = from;
  bytes[1] = to;
  bytes[2] = cluster;
  new DataView(bytes.buffer).setUint32(4, checksum(bytes));
  return bytes;
}

function openCheap<T>(
  at: number,
  bytes: Uint8Array,
  cluster: number,
  arrivedAs: (from: number, body: Body, echo: string) => T,
): T | string {
  if (bytes.length < CHEAP_HEAD + 64) return 'length';
  const from = bytes[0]!;
  if (from === at) return 'reflected';
  if (from === 0 || from > 8) return 'unknown-sender';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[1] !== at || bytes[2] !== cluster || view.getUint32(4) !== checksum(bytes)) return 'box';
  const body = decodeBody(bytes.subarray(CHEAP_HEAD));
  if (body === undefined) return 'malformed';
  return arrivedAs(from, body, toHex(bytes.subarray(8, 16)));
}

/** Over everything but the checksum itself. */
function checksum(bytes: Uint8Array): number {
  let sum = Math.imul(bytes[0]! + 256 * bytes[1]! + 65_536 * bytes[2]!, 0x9e3779b1);
  for (let at = 8; at < bytes.length; at++) sum = Math.imul(sum ^ bytes[at]!, 0x01000193);
  return sum >>> 0;
}

/** Real keys, nonces, boxes and signatures. */
export function realSealing(chance: Chance, hosts: number, clusters: Clusters, now: () => number): Sealing {
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
  const stranger = directionsBetween(makeIdentity(chance), identities[0]!.public, 'cluster-1').outbound;
  const sealing: Sealing = {
    verified: 0,
    idOf: (number) => ids[number - 1]!,
    seal(from, to, body, clocks) {
      const direction = out.get(`${from}>${to}`)!;
      const plain = encodeBody(body);
      const nonce = deriveNonce(direction, chance.bytes(32), clocks, plain);
      const bytes = sealFrame(plain, nonce, direction);
      const sealed = { from, to, body: undefined, echo: nonceEcho(nonce), sealedAt: now() };
      return new Packet(sealed, bytes, () => bytes);
    },
    forge(from, to, body, clocks) {
      const direction = { ...out.get(`${from}>${to}`)!, signKey: stranger.signKey };
      const plain = encodeBody(body);
      const nonce = deriveNonce(direction, chance.bytes(32), clocks, plain);
      const bytes = sealFrame(plain, nonce, direction);
      const forged = {
        from,
        to,
        body: undefined,
        echo: nonceEcho(nonce),
        sealedAt: Number.NEGATIVE_INFINITY,
      };
      return new Packet(forged, bytes, () => bytes);
    },
    open(at, packet) {
      const opened = openFrame(packet.bytes, (sender) => {
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
        arrived: { body, echo, key: opened.from, path: body.path, verify },
      };
    },
  };
  return sealing;
}
