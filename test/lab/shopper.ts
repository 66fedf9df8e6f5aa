// Runs in a client's namespace: a visitor of a web site who asks for a page every few milliseconds, each time on a new connection,
// with the cookie of the first answer. Arguments: URL EVERY-MS SHORTEST-GAP-MS.
import { get } from 'node:http';
import type { ShopperMessage } from './shop-visit.ts';

const [url = '', every = '', shortest = ''] = process.argv.slice(2);
/** A question that is lost on the way would else ask again after a second, and be answered by whoever has the address by then. */
const PATIENCE_MS = 500;

const tell = (message: ShopperMessage): void => void process.send?.(message);
const wallOf = (monoMs: number): number => Date.now() - (performance.now() - monoMs);

let cookie: string | undefined;
let waiting = false;
let answered = 0;
let refused = 0;
let lastMs = 0;
let lastAnswerer = '';

function ask(): void {
  // The first answer gives the cookie, so nothing else is asked until it is here.
  if (cookie === undefined && waiting) return;
  waiting = true;
  const headers = cookie === undefined ? {} : { cookie };
  const question = get(url, { agent: false, timeout: PATIENCE_MS, headers }, (answer) => {
    let page = '';
    answer.setEncoding('utf8').on('data', (text: string) => (page += text));
    answer.on('error', lost);
    answer.on('end', () => {
      cookie ??= answer.headers['set-cookie']?.[0]?.split(';')[0];
      if (answer.statusCode === 200) got(page.trim(), String(answer.headers['x-proxy']));
      else lost();
    });
  });
  question.on('timeout', () => question.destroy(new Error('no answer')));
  question.on('error', lost);
}

function lost(): void {
  waiting = false;
  refused += 1;
}

function got(server: string, proxy: string): void {
  const nowMs = performance.now();
  waiting = false;
  answered += 1;
  if (lastMs !== 0 && nowMs - lastMs >= Number(shortest)) {
    tell({ kind: 'gap', fromMs: wallOf(lastMs), toMs: wallOf(nowMs), lengthMs: nowMs - lastMs });
  }
  lastMs = nowMs;
  if (`${proxy} ${server}` === lastAnswerer) return;
  lastAnswerer = `${proxy} ${server}`;
  tell({ kind: 'answerer', proxy, server, atMs: wallOf(nowMs) });
}

process.on('message', (number: number) => {
  tell({ kind: 'report', number, answered, refused, cookie: cookie ?? '' });
});
process.on('disconnect', () => process.exit(0)); // the test has gone
setInterval(ask, Number(every));
tell({ kind: 'ready' });
