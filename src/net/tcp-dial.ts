import { connect, type Socket } from 'node:net';
import type { Clock } from '../core/ports.ts';
import type { PathSettings } from '../core/settings.ts';
import { after, SECOND_MS, type MonoMs } from '../core/units.ts';
import type { Names } from './names.ts';
import { openConnection, type Connection, type Over } from './tcp-connection.ts';

/** One of a peer's TCP paths, and our connection to it, for as long as the config lists it. */
export interface Dialled {
  readonly kind: 'tcp';
  readonly to: PathSettings;
  readonly ready: boolean;
  /** False when the frame was skipped. */
  send(frame: Uint8Array): boolean;
  /** Ends the connection, if there is one, and makes another. */
  redial(): void;
  close(): void;
}

export interface DialOptions {
  readonly clock: Clock;
  readonly names: Names;
  readonly timing: () => TcpTiming;
  readonly count: (what: string) => void;
  readonly onFrame: (frame: Uint8Array, over: Over) => void;
  readonly onReady: (ready: boolean) => void;
  /** It was refused, reset or ended by others. */
  readonly onTrouble: (code: string) => void;
}

export interface TcpTiming {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

const DIAL_APART_MS_MIN = 100;
const CONNECT_MS_MIN = SECOND_MS;

export function startDialling(to: PathSettings, options: DialOptions): Dialled {
  const { clock, names, timing, count, onFrame, onReady, onTrouble } = options;
  let connection: Connection | undefined;
  let attempt: Socket | undefined;
  let attemptAt = clock.nowMs();
  let closed = false;
  let cancel = (): void => undefined;

  const wake = (at: MonoMs, what: () => void): void => {
    cancel();
    cancel = clock.wakeAt(at, what);
  };
  const again = (): void => {
    if (!closed) wake(after(attemptAt, Math.max(timing().intervalMs, DIAL_APART_MS_MIN)), dial);
  };
  const dial = (): void => {
    attemptAt = clock.nowMs();
    const target = names.addressOf(to.host);
    if (target === undefined) return again();
    const socket = connect({ host: target.address, port: to.port, noDelay: true });
    attempt = socket;
    const failed = (): void => {
      attempt = undefined;
      socket.destroy();
      again();
    };
    wake(after(attemptAt, Math.max(timing().timeoutMs, CONNECT_MS_MIN)), failed);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (attempt !== socket) return; // given up
      failed();
      onTrouble(error.code ?? error.message);
    });
    socket.once('connect', () => {
      if (attempt === socket) connected(socket);
    });
  };
  const connected = (socket: Socket): void => {
    cancel();
    attempt = undefined;
    socket.removeAllListeners('error');
    const lost = (): void => {
      connection = undefined;
      onReady(false);
      again();
    };
    const refuse = (reason: string): void => {
      count(`connections closed: ${reason}`);
      opened.drop();
      lost();
    };
    // Whose frames come here is for the frames to say; where it leads to is in the config, as it is over UDP.
    const over: Over = { send: (frame) => opened.send(frame), refuse, belongsTo: () => undefined };
    const opened = openConnection(socket, {
      ...{ clock, trusted: true, onFrame: (frame) => onFrame(frame, over) },
      onOutOfStep: () => refuse('length'),
      onEnd(code) {
        lost();
        onTrouble(code);
      },
    });
    connection = opened;
    onReady(true);
  };

  dial();
  return {
    kind: 'tcp',
    to,
    get ready() {
      return connection !== undefined;
    },
    send: (frame) => connection?.send(frame) ?? false,
    redial() {
      if (connection === undefined) return;
      connection.drop();
      connection = undefined;
      again();
    },
    close() {
      closed = true;
      cancel();
      connection?.drop();
      attempt?.destroy();
      connection = attempt = undefined;
    },
  };
}
