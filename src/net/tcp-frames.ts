import type { Readable } from 'node:stream';

/*
 * Over TCP each frame has its length in front, 2 bytes, big-endian. Lengths are those that a frame can have (wire/layout.ts;
 * this folder does not know the wire): anything else means that sender and recipient are out of step, or that somebody
 * speaks another protocol.
 */
const LENGTH_BYTES = 2;
const FRAME_BYTES_MIN = 180;
const FRAME_BYTES_MAX = 1_204;
const FRAME_STEP = 64;

export const isFrameLength = (length: number): boolean =>
  length >= FRAME_BYTES_MIN && length <= FRAME_BYTES_MAX && (length - FRAME_BYTES_MIN) % FRAME_STEP === 0;

/** As it goes out: in one piece, so that it leaves in one segment. */
export function framed(frame: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + frame.length);
  bytes.writeUInt16BE(frame.length);
  bytes.set(frame, LENGTH_BYTES);
  return bytes;
}

export interface FrameReader {
  /** The next frame; `waiting` for more of it, or `out of step` for ever. */
  next(): Uint8Array | 'waiting' | 'out of step';
}

/** Takes from a stream no more than the frame that is asked for; what lies behind it stays there. */
export function frameReader(source: Readable): FrameReader {
  let length: number | undefined;
  /** A stream that has ended gives what it has, however much was asked for. */
  const take = (count: number): Buffer | undefined => {
    const bytes = source.read(count) as Buffer | null;
    return bytes?.length === count ? bytes : undefined;
  };
  return {
    next() {
      length ??= take(LENGTH_BYTES)?.readUInt16BE();
      if (length === undefined) return 'waiting';
      if (!isFrameLength(length)) return 'out of step';
      const frame = take(length);
      if (frame === undefined) return 'waiting';
      length = undefined;
      return frame;
    },
  };
}
