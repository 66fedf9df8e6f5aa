import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/ports.ts';
import type { EventRecord, StatusReport } from '../../core/report.ts';
import { after, SECOND_MS, type MonoMs } from '../../core/units.ts';
import type { Message } from './message.ts';
import { EVENTS_SHOWN, spoken } from './transitions.ts';

export const MAX_VIEWERS = 16;
/** What a viewer may leave unread in our memory before it is cut off; its browser comes back by itself. */
export const MAX_UNREAD_BYTES = 1024 * 1024;
/** Transitions come in bursts; a page is told of them at most so often. */
export const PUSH_APART_MS = 250;
const PUSH_EVERY_MS = SECOND_MS;
const MAX_SAID = 8;
/** How soon a browser tries again, in its own words. */
const RETRY_LINE = 'retry: 1000\n\n';

export interface LivePort {
  readonly clock: Clock;
  readonly status: () => StatusReport;
  readonly events: (after: number) => readonly EventRecord[];
  readonly onEvent: (listener: (record: EventRecord) => void) => () => void;
  readonly onFault: (error: unknown) => void;
}

/** The pages that are open. While there is none, nothing is looked at, computed or kept. */
export interface Live {
  full(): boolean;
  /** Sends the report now and again, until the viewer goes or reads too slowly. */
  join(response: ServerResponse, lastEventId: string): void;
}

/** The newest look, as text already: what goes to sixteen is made once. */
interface Look {
  readonly at: MonoMs;
  readonly report: string;
}

export function livePages({ clock, status, events, onEvent, onFault }: LivePort): Live {
  const viewers = new Set<ServerResponse>();
  // Numbers begin anew with every process: an id that is not ours says nothing.
  const own = clock.wallMs().toString(36);
  let look: Look | undefined;
  /** Transitions that the viewers have not been told of. */
  let unsaid: string[] = [];
  let newest = 0;
  let cancelWake = (): void => {};
  let stopListening = (): void => {};

  const wakeAt = (at: MonoMs): void => {
    cancelWake();
    cancelWake = clock.wakeAt(at, push);
  };

  function hear(record: EventRecord): void {
    newest = record.number;
    unsaid = [...unsaid, spoken(record)].slice(-MAX_SAID);
    // Not now: the daemon is in the middle of what it tells us of.
    const now = clock.nowMs();
    wakeAt(Math.max(now, after(look?.at ?? now, PUSH_APART_MS)) as MonoMs);
  }

  function push(): void {
    try {
      look = { at: clock.nowMs(), report: JSON.stringify(status()) };
      const text = messageText(look, unsaid, unsaid.length > 0 ? events(0) : undefined);
      unsaid = [];
      for (const viewer of [...viewers]) send(viewer, text);
    } catch (error) {
      // Who only looks on must not stop what is being done.
      onFault(error);
      for (const viewer of viewers) viewer.destroy();
    }
    if (viewers.size > 0) wakeAt(after(clock.nowMs(), PUSH_EVERY_MS));
  }

  function send(viewer: ServerResponse, text: string): void {
    viewer.write(`id: ${own}-${newest}\ndata: ${text}\n\n`);
    if (viewer.writableLength > MAX_UNREAD_BYTES) viewer.destroy();
  }

  function leave(viewer: ServerResponse): void {
    viewers.delete(viewer);
    if (viewers.size === 0) rest();
  }

  function rest(): void {
    cancelWake();
    stopListening();
    look = undefined;
    unsaid = [];
  }

  function begin(): void {
    newest = events(0).at(-1)?.number ?? 0;
    stopListening = onEvent(hear);
  }

  return {
    full: () => viewers.size >= MAX_VIEWERS,
    join(response, lastEventId) {
      if (viewers.size === 0) begin();
      response.once('close', () => leave(response));
      response.on('error', () => response.destroy());
      response.write(RETRY_LINE);
      if (look === undefined || clock.nowMs() - look.at >= PUSH_APART_MS) push();
      if (look === undefined) return leave(response.destroy());
      viewers.add(response);
      const [owner, number] = lastEventId.split('-');
      const missed = owner === own ? events(Number(number)).map(spoken).slice(-MAX_SAID) : [];
      send(response, messageText(look, missed, events(0)));
      if (viewers.size === 1) wakeAt(after(clock.nowMs(), PUSH_EVERY_MS));
    },
  };
}

function messageText(look: Look, said: readonly string[], events?: readonly EventRecord[]): string {
  const rest: Omit<Message, 'report'> = {
    now: Math.round(look.at),
    said,
    ...(events === undefined ? {} : { events: events.slice(-EVENTS_SHOWN) }),
  };
  return `${JSON.stringify(rest).slice(0, -1)},"report":${look.report}}`;
}
