import type { Body } from '../../src/core/frame.ts';

/**
 * What is on the wire. The body of a frame that nobody has touched may be passed along beside the bytes, which are then
 * made only for those who look at them; bytes that somebody made up have none.
 */
export class Packet {
  readonly from: number;
  readonly to: number;
  readonly body: Body | undefined;
  /** First 8 bytes of the nonce. */
  readonly echo: string;
  /** True time of sealing; never, for what was made up. */
  readonly sealedAt: number;
  #bytes: Uint8Array | undefined;
  readonly #encode: (packet: Packet) => Uint8Array;

  constructor(
    { from, to, body, echo, sealedAt }: Sealed,
    bytes: Uint8Array | undefined,
    encode: (packet: Packet) => Uint8Array,
  ) {
    this.from = from;
    this.to = to;
    this.body = body;
    this.echo = echo;
    this.sealedAt = sealedAt;
    this.#bytes = bytes;
    this.#encode = encode;
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= this.#encode(this));
  }
}

export interface Sealed {
  readonly from: number;
  readonly to: number;
  /** Undefined where only the bytes tell. */
  readonly body: Body | undefined;
  readonly echo: string;
  readonly sealedAt: number;
}

const madeUp: Sealed = {
  from: 0,
  to: 0,
  body: undefined,
  echo: '',
  sealedAt: Number.NEGATIVE_INFINITY,
};

/** Bytes of somebody who has no key. */
export const inventedPacket = (bytes: Uint8Array): Packet => new Packet(madeUp, bytes, () => bytes);
