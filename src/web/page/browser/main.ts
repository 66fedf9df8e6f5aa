import type { EventRecord } from '../../../core/report.ts';
import { ageText } from '../age-text.ts';
import { LOST_AFTER_MS, type Message } from '../message.ts';
import { viewOf } from '../view.ts';
import { clockSaid, showAges, sinceSaidMs } from './ages.ts';
import { arrange, made, patch } from './patch.ts';
import { drawSparks } from './sparks.ts';

const TICK_MS = 500;
const AGAIN_MS = 5_000;
const SAID_KEPT = 8;

const at = (id: string): HTMLElement => document.getElementById(id)!;
const root = document.documentElement;
let title = document.title;
let events: readonly EventRecord[] = [];
let source: EventSource;
let openedAt = 0;
/** Somebody answers, but not with a stream: the daemon has no room for another page, or a proxy finds no daemon. */
let isRefused = false;

function open(): void {
  source = new EventSource('events');
  openedAt = Date.now();
  source.onmessage = ({ data }: MessageEvent<string>) => {
    isRefused = false;
    show(JSON.parse(data) as Message);
  };
  source.onerror = () => {
    isRefused = source.readyState === EventSource.CLOSED;
    setLost(true);
  };
}

function show({ now, report, said, events: newest }: Message): void {
  clockSaid(now);
  events = newest ?? events;
  const view = viewOf(report, events, now);
  title = view.title;
  const fresh = new Map<string, Element>();
  for (const [id, draw] of view.parts) {
    const tree = draw();
    const there = document.getElementById(id);
    if (there === null) fresh.set(id, made(tree) as Element);
    else patch(there, tree);
  }
  for (const [id, ids] of Object.entries(view.lists)) arrange(at(id), ids, fresh);
  drawSparks();
  for (const text of said) say(text);
  setLost(false);
}

/** Read out to those who listen; nothing is seen of it. */
function say(text: string): void {
  const line = document.createElement('p');
  line.textContent = text;
  at('said').append(line);
  while (at('said').children.length > SAID_KEPT) at('said').firstElementChild!.remove();
}

/** A page that shows the past says so first of all: an old "active" is worse than none. */
function setLost(lost: boolean): void {
  const wasLost = root.classList.contains('lost');
  root.classList.toggle('lost', lost);
  at('lost').hidden = !lost;
  at('link').hidden = lost;
  at('link').textContent = 'live';
  document.title = lost ? `? ${title.slice(2)}` : title;
  if (!lost && wasLost) say('connected again');
  if (lost) showLost();
  showAges();
}

function showLost(): void {
  const because = isRefused ? 'Updates are refused, as when 16 pages are open already' : 'Connection lost';
  const [reason, rest] = lostLines();
  if (reason.textContent !== because) reason.textContent = because;
  rest.textContent = `, showing what was known ${ageText(sinceSaidMs())} ago`;
}

/** The reason is read out once; the seconds that count up beside it are not. */
function lostLines(): readonly [Element, Element] {
  const lost = at('lost');
  if (lost.children.length === 0) {
    const rest = document.createElement('span');
    rest.setAttribute('aria-hidden', 'true');
    lost.append(document.createElement('b'), rest);
  }
  return [lost.children[0]!, lost.children[1]!];
}

function tick(): void {
  if (sinceSaidMs() > LOST_AFTER_MS) setLost(true);
  else showAges();
  // A connection can die without a word, and a refused one is not tried again by the browser.
  const isDumb = source.readyState === EventSource.OPEN ? sinceSaidMs() > AGAIN_MS : false;
  if ((isDumb || source.readyState === EventSource.CLOSED) && Date.now() - openedAt > AGAIN_MS) {
    source.close();
    open();
  }
}

clockSaid(Number(document.body.dataset['now']));
at('link').hidden = false;
open();
setInterval(tick, TICK_MS);
document.addEventListener('visibilitychange', tick);
