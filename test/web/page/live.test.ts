import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { Clock } from '../../../src/core/ports.ts';
import { MAX_UNREAD_BYTES, MAX_VIEWERS, PUSH_APART_MS } from '../../../src/web/page/live.ts';
import type { Message } from '../../../src/web/page/message.ts';
import { pageRoutes, type PagePort } from '../../../src/web/page/routes.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { groupReport } from '../../fakes/status-report.ts';
import { until } from '../../lab/wait.ts';
import { stage } from './stage.ts';
import { EVIL, eventRecord, hostile, many, peace } from './views.ts';

/** The far end of a response, as far as the page uses one. */
class Viewer extends EventEmitter {
  status = 0;
  headers: Record<string, string> = {};
  text = '';
  headersSent = false;
  destroyed = false;
  ended = false;
  writableLength = 0;
  /** Reads nothing: all that is written stays unread. */
  stuck = false;
  setHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  writeHead(status: number, headers: Record<string, string>): this {
    this.status = status;
    this.headers = { ...this.headers, ...headers };
    this.headersSent = true;
    return this;
  }
  write(text: string): boolean {
    this.text += text;
    if (this.stuck) this.writableLength += text.length;
    return true;
  }
  end(text: Uint8Array | string = ''): this {
    this.text += String(text);
    this.ended = true;
    return this;
  }
  destroy(): this {
    this.destroyed = true;
    this.emit('close');
    return this;
  }
  get messages(): readonly Message[] {
    return [...this.text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as Message);
  }
  get lastId(): string {
    return [...this.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
  }
}

function theatre(scene = peace, changes: Partial<PagePort> = {}) {
  const clock = new ManualClock();
  const play = stage(scene, clock);
  const routes = pageRoutes({ ...play.port, ...changes });
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET', stuck = false): Viewer => {
    const viewer = new Viewer();
    viewer.stuck = stuck;
    const request = { method, headers, socket: { setTimeout: () => {} } } as unknown as IncomingMessage;
    routes.get(path)!(request, viewer as unknown as ServerResponse);
    return viewer;
  };
  return { clock, play, ask };
}

test('page live: the report at once and every second, the transitions only when there are new ones', () => {
  const { clock, ask } = theatre();
  const viewer = ask('/events');
  assert.equal(viewer.headers['Content-Type'], 'text/event-stream');
  assert.match(viewer.text, /^retry: 1000\n\nid: /);
  const plain = JSON.parse(JSON.stringify(peace)) as typeof peace;
  assert.deepEqual(viewer.messages, [{ now: 0, said: [], events: plain.events, report: plain.report }]);
  clock.goOn(999);
  assert.equal(viewer.messages.length, 1);
  clock.goOn(1);
  assert.deepEqual(viewer.messages[1], { now: 1_000, said: [], report: plain.report });
});

test('page live: a transition is pushed at once, with its sentence', () => {
  const { clock, play, ask } = theatre();
  const viewer = ask('/events');
  clock.goOn(500);
  play.show({ ...peace, report: { ...peace.report, groups: [groupReport({ role: 'standby' })] } });
  play.happen(eventRecord(9, { text: 'active → standby', cause: 'told so' }));
  assert.equal(viewer.messages.length, 1, 'not within the step that the daemon is in');
  clock.goOn(0);
  const { said, report, events } = viewer.messages.at(-1)!;
  assert.deepEqual(said, ['group web: active → standby (told so)']);
  assert.deepEqual([report.groups.length, report.groups[0]!.role], [1, 'standby']);
  assert.equal(events!.at(-1)!.number, 9);
  clock.goOn(1_000);
  assert.equal(viewer.messages.at(-1)!.now, 1_500, 'a second after that, and not after the one before');
});

test('page live: a burst of transitions is four pushes a second, and a bounded number of sentences', () => {
  const { clock, play, ask } = theatre();
  const viewer = ask('/events');
  for (let number = 1; number <= 100; number += 1) {
    play.happen(eventRecord(number));
    clock.goOn(10);
  }
  assert.ok(viewer.messages.length <= 2 + 1_000 / PUSH_APART_MS, String(viewer.messages.length));
  assert.ok(viewer.messages.length >= 4);
  for (const { said } of viewer.messages) assert.ok(said.length <= 8);
});

test('page live: nobody looks, nothing is done', () => {
  const { clock, play, ask } = theatre();
  clock.goOn(10_000);
  assert.deepEqual([play.looks, play.listeners, clock.waiting], [0, 0, 0]);
  const viewer = ask('/events');
  const other = ask('/events');
  assert.equal(play.listeners, 1);
  viewer.destroy();
  assert.equal(play.listeners, 1);
  other.destroy();
  assert.deepEqual([play.listeners, clock.waiting], [0, 0]);
  const { looks } = play;
  clock.goOn(10_000);
  assert.equal(play.looks, looks);
});

test('page live: sixteen look at what is looked up once', () => {
  const { clock, play, ask } = theatre();
  const viewers = Array.from({ length: MAX_VIEWERS }, () => ask('/events'));
  assert.equal(play.looks, 1);
  clock.goOn(1_000);
  assert.equal(play.looks, 2);
  assert.ok(viewers.every(({ messages }) => messages.length === 2));
  const late = ask('/events');
  assert.equal(late.status, 503);
  assert.match(late.text, /^16 pages are open already: close one of them\n$/);
  viewers[3]!.destroy();
  assert.equal(ask('/events').status, 200);
});

test('page live: who joins later has the transitions, and the others are not sent them again', () => {
  const { clock, ask } = theatre();
  const first = ask('/events');
  clock.goOn(600);
  const second = ask('/events');
  assert.ok('events' in second.messages[0]!);
  assert.ok(!('events' in first.messages[1]!));
  clock.goOn(1_000);
  assert.deepEqual(second.messages.at(-1), first.messages.at(-1));
});

test('page live: who does not read is cut off, the others go on', () => {
  const { clock, ask } = theatre(many());
  const viewer = ask('/events');
  const stuck = ask('/events', {}, 'GET', true);
  clock.goOn(60_000);
  assert.ok(stuck.destroyed);
  assert.ok(stuck.writableLength < 2 * MAX_UNREAD_BYTES);
  assert.ok(!viewer.destroyed);
  const { length } = viewer.messages;
  clock.goOn(1_000);
  assert.equal(viewer.messages.length, length + 1);
});

test('page live: who comes back hears what it missed, but nothing from another process', () => {
  const { clock, play, ask } = theatre();
  const viewer = ask('/events');
  const { lastId } = viewer;
  viewer.destroy();
  play.happen(eventRecord(5, { text: 'active → standby', cause: '' }));
  clock.goOn(2_000);
  const back = ask('/events', { 'last-event-id': lastId });
  assert.deepEqual(back.messages[0]!.said, ['group web: active → standby']);
  for (const strange of ['', 'elsewhere-3', '-', `${lastId.split('-')[0]}-x`, '\u0000'])
    assert.deepEqual(ask('/events', { 'last-event-id': strange }).messages[0]!.said, [], strange);
});

test('page live: texts of any kind stay on their line of the stream', () => {
  const { ask, play, clock } = theatre(hostile);
  const viewer = ask('/events');
  play.happen(eventRecord(7, { text: `a\n\ndata: {}\r\n${EVIL}` }));
  clock.goOn(1_000);
  assert.equal(viewer.messages.length, 2);
  assert.match(viewer.messages[1]!.said[0]!, /^group web: a\\n\\ndata: \{\}\\x0d/);
});

test('page live: a look that fails ends the pages and not the daemon', () => {
  const faults: unknown[] = [];
  let fails = false;
  const clock = new ManualClock();
  const play = stage(peace, clock);
  const { ask } = theatre(peace, {
    clock,
    onFault: (error) => faults.push(error),
    onEvent: (listener) => play.port.onEvent(listener),
    status() {
      if (fails) throw new Error('a bug');
      return peace.report;
    },
  });
  const viewer = ask('/events');
  fails = true;
  clock.goOn(1_000);
  assert.ok(viewer.destroyed);
  assert.equal(ask('/').status, 500);
  assert.ok(ask('/events').destroyed);
  assert.deepEqual([faults.length, clock.waiting, play.listeners], [3, 0, 0]);
  fails = false;
  assert.equal(ask('/events').messages.length, 1);
});

test('page routes: reading only, and the same page for a moment', async () => {
  const { clock, play, ask } = theatre();
  assert.equal(ask('/', {}, 'POST').status, 405);
  assert.equal(ask('/', {}, 'POST').headers['Allow'], 'GET, HEAD');
  const pages = Array.from({ length: 100 }, () => ask('/'));
  const zipped = ask('/', { 'accept-encoding': 'br, gzip' });
  await until('drawn', 5_000, () => pages.every(({ ended }) => ended) && zipped.ended);
  assert.equal(zipped.headers['Content-Encoding'], 'gzip');
  assert.equal(pages[0]!.headers['Content-Encoding'], undefined);
  assert.ok(pages.every(({ status, ended }) => status === 200 && ended));
  assert.match(pages[0]!.headers['Content-Security-Policy']!, /default-src 'none'/);
  assert.equal(play.looks, 1);
  clock.goOn(1_000);
  ask('/');
  assert.equal(play.looks, 2);
  assert.deepEqual(JSON.parse(ask('/status.json').text), JSON.parse(JSON.stringify(peace.report)));
});

test('page routes: a long page is drawn between what else there is to do', async () => {
  const clock = new ManualClock();
  const play = stage(many(), clock);
  const slow: Clock = {
    nowMs: () => {
      clock.goOn(1); // as if every look at the clock came a millisecond after the one before
      return clock.nowMs();
    },
    wallMs: () => clock.wallMs(),
    wakeAt(_at, wake) {
      turns += 1;
      wake();
      return () => {};
    },
  };
  let turns = 0;
  const { ask } = theatre(many(), { ...play.port, clock: slow });
  const viewer = ask('/');
  await until('drawn', 5_000, () => viewer.ended);
  assert.ok(turns >= 20, `${turns} turns for more than a hundred pieces`);
  assert.match(viewer.text, /group-service-100[^]*<\/html>\n$/);
});

test('page routes: HEAD of the stream is no viewer, and another site is none either', () => {
  const { play, ask } = theatre();
  assert.ok(ask('/events', {}, 'HEAD').ended);
  assert.equal(ask('/events', { 'sec-fetch-site': 'cross-site' }).status, 403);
  assert.equal(play.listeners, 0);
  assert.equal(ask('/events', { 'sec-fetch-site': 'same-origin' }).status, 200);
});
