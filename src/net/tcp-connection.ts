import type { Socket } from 'node:net';
import { fullBucket, take } from '../core/bucket.ts';
import type { Clock } from '../core/ports.ts';
import { after } from '../core/units.ts';
import { framed, frameReader } from './tcp-frames.ts';

/** The connection on which a frame came, as the one who judges the frame sees it. Datagrams have none. */
export interface Over {
  /** One frame back, in answer. False when it was skipped. */
  send(frame: Uint8Array): boolean;
  /** What came is no frame of a peer: the stream is out of step, or a stranger's. It ends. */
  refuse(reason: string): void;
  /** A frame was accepted as from this node; `path` is the place of the way that it named. */
  belongsTo(node: number, path: number): void;
}

export interface Connection {
  readonly socket: Socket;
  /** False when the frame was skipped, because the last one has not left or the connection has ended. */
  send(frame: Uint8Array): boolean;
  /** Ends it, and `onEnd` is not called. */
  drop(): void;
  /** From now on it may speak as fast as a peer does. */
  trust(): void;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly trusted: boolean;
  readonly onFrame: (frame: Uint8Array) => void;
  /** The stream cannot be read any further. The connection is still there. */
  readonly onOutOfStep: () => void;
  /** The other side ended it, or the system did: with the system's code. */
  readonly onEnd: (code: string) => void;
}

/**
 * How fast frames are taken from a connection, by whether it has proven whose it is. A peer asks, answers and beats a few
 * hundred times a second at most, and what waits after a stall is no more than it sends unacknowledged. A stranger has said
 * all that it needs to in two frames; the rest is left in the kernel, and in the end at the sender.
 */
const PEER_RATE = { perSecond: 1_000, burst: 64 } as const;
const STRANGER_RATE = { perSecond: 200, burst: 4 } as const;

export function openConnection(
  socket: Socket,
  { clock, trusted, onFrame, onOutOfStep, onEnd }: ConnectionOptions,
): Connection {
  const reader = frameReader(socket);
  let rate: typeof PEER_RATE | typeof STRANGER_RATE = trusted ? PEER_RATE : STRANGER_RATE;
  let bucket = fullBucket(rate.burst, clock.nowMs());
  let isOpen = true;
  let cancelPause: (() => void) | undefined;

  const finish = (): void => {
    isOpen = false;
    cancelPause?.();
    cancelPause = undefined;
    // Without sending what is left: a frame that has not left by now is worth nothing.
    socket.destroy();
  };
  const end = (code: string): void => {
    if (!isOpen) return;
    finish();
    onEnd(code);
  };
  const read = (): void => {
    while (isOpen && cancelPause === undefined) {
      const frame = reader.next();
      if (frame === 'waiting') return;
      if (frame === 'out of step') return onOutOfStep();
      onFrame(frame);
      if (isOpen && !take(bucket, clock.nowMs(), rate)) pause();
    }
  };
  const pause = (): void => {
    cancelPause = clock.wakeAt(after(clock.nowMs(), 1_000 / rate.perSecond), () => {
      cancelPause = undefined;
      take(bucket, clock.nowMs(), rate); // for the frame that was one too many
      read();
    });
  };

  socket.on('readable', read);
  socket.on('end', () => end('ended'));
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  socket.on('close', () => end('closed'));
  return {
    socket,
    send(frame) {
      if (!isOpen || socket.writableLength > 0) return false;
      socket.write(framed(frame));
      return true;
    },
    drop: finish,
    trust() {
      rate = PEER_RATE;
      bucket = fullBucket(rate.burst, clock.nowMs());
    },
  };
}
