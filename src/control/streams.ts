import type { ServerResponse } from 'node:http';
import type { EventRecord } from '../core/report.ts';
import type { ControlPort, StreamEnd } from './messages.ts';

export const MAX_STREAMS = 16;
/** What a reader may leave unread in our memory before it is dropped; some thousand records. */
export const MAX_UNREAD_BYTES = 1024 * 1024;
/** How long a dropped reader gets to read to its last line. */
const FAREWELL_MS = 5_000;

/** The clients that follow the events. */
export interface Streams {
  full(): boolean;
  /** Sends the kept records above `after` and then every new one, until the client goes or reads too slowly. */
  open(response: ServerResponse, after: number): void;
  /** Ends all of them with a last line. */
  close(): void;
}

export function eventStreams(port: Pick<ControlPort, 'events' | 'onEvent'>): Streams {
  const ends = new Set<(end: StreamEnd) => void>();

  function open(response: ServerResponse, after: number): void {
    const stop = port.onEvent((record) => send(record));
    const leave = (): void => {
      stop();
      ends.delete(end);
    };
    const end = (last: StreamEnd): void => {
      leave();
      response.end(line(last));
      const timer = setTimeout(() => response.destroy(), FAREWELL_MS);
      timer.unref();
      response.once('close', () => clearTimeout(timer));
    };
    const send = (record: EventRecord): void => {
      response.write(line(record));
      if (response.writableLength <= MAX_UNREAD_BYTES) return;
      end({ end: 'slow-reader', message: `more than ${MAX_UNREAD_BYTES} bytes were left unread` });
    };
    ends.add(end);
    response.once('close', leave);
    response.flushHeaders(); // the client shall know at once that it is heard, events or none
    for (const record of port.events(after)) {
      if (!ends.has(end)) return;
      send(record);
    }
  }

  return {
    full: () => ends.size >= MAX_STREAMS,
    open,
    close: () => {
      for (const end of [...ends]) end({ end: 'shutdown', message: 'the daemon stops' });
    },
  };
}

const line = (value: EventRecord | StreamEnd): string => `${JSON.stringify(value)}\n`;
