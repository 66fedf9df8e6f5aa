import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/ports.ts';
import type { EventRecord } from '../../core/report.ts';
import { after, SECOND_MS, type MonoMs } from '../../core/units.ts';
import type { Message } from './message.ts';
import { spoken } from './transitions.ts';
import type { View } from './view.ts';

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
  readonly view: () => View;
  readonly events: (after: number) => readonly EventRecord[];
  readonly onEvent: (listener: (record: EventRecord) => void) => () => void;
  readonly onFault: (error: unknown) => void;
}

/** The pages that are open. While there is none, nothing is looked at, computed or kept. */
export interface Live {
  full(): boolean;
  /** Sends everything, then what changes, until the viewer goes or reads too slowly. */
  join(response: ServerResponse, lastEventId: string): void;
}

/** What the viewers have been sent, so that the next message is what differs. */
interface Told {
  readonly at: MonoMs;
  readonly view: View;
  readonly parts: ReadonlyMap<string, string>;
  readonly lists: string;
}

export function livePages({ clock, view, events, onEvent, onFault }: LivePort): Live {
  const viewers = new Set<ServerResponse>();
  // Numbers begin anew with every process: an id that is not ours says nothing.
  const own = clock.wallMs().toString(36);
  let told: Told | undefined;
  let said: string[] = [];
  let newest = 0;
  let cancelWake = (): void => {};
  let stopListening = (): void => {};

  const wakeAt = (at: MonoMs): void => {
    cancelWake();
    cancelWake = clock.wakeAt(at, push);
  };

  function hear(record: EventRecord): void {
    newest = record.number;
    said = [...said, spoken(record)].slice(-MAX_SAID);
    wakeAt(Math.max(clock.nowMs(), after(told?.at ?? clock.nowMs(), PUSH_APART_MS)) as MonoMs);
  }

  function push(): void {
    try {
      const before = told;
      told = tellingOf(view(), clock.nowMs());
      const text = messageText(told, before, said);
      said = [];
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
    told = undefined;
    said = [];
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
      if (told === undefined || clock.nowMs() - told.at >= PUSH_APART_MS) push();
      if (told === undefined) return leave(response.destroy());
      viewers.add(response);
      const [owner, number] = lastEventId.split('-');
      const missed = owner === own ? events(Number(number)).map(spoken).slice(-MAX_SAID) : [];
      send(response, messageText(told, undefined, missed));
      if (viewers.size === 1) wakeAt(after(clock.nowMs(), PUSH_EVERY_MS));
    },
  };
}

function tellingOf(view: View, at: MonoMs): Told {
  const parts = new Map([...view.parts].map(([id, tree]) => [id, JSON.stringify(tree)]));
  return { at, view, parts, lists: JSON.stringify(view.lists) };
}

/** Everything when nothing was told `before`. The trees are text already: one that goes to sixteen is made once. */
function messageText(told: Told, before: Told | undefined, said: readonly string[]): string {
  const changed = [...told.parts].filter(([id, text]) => before?.parts.get(id) !== text);
  const parts = changed.map(([id, text]) => `${JSON.stringify(id)}:${text}`).join(',');
  const lists = before?.lists === told.lists ? '' : `,"lists":${told.lists}`;
  const { now, title } = told.view;
  return `${JSON.stringify({ now, title, said } satisfies Omit<Message, 'parts' | 'lists'>).slice(0, -1)}${lists},"parts":{${parts}}}`;
}
