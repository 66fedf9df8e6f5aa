import { request as overHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Clock } from '../core/ports.ts';
import { after, type MonoMs } from '../core/units.ts';
import { firstWords, Unclear } from './unclear.ts';

export const ANSWER_BYTES_MAX = 64 * 1024;

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  /** Undefined when it is not JSON. */
  readonly body: unknown;
  /** Its first words, for people. */
  readonly words: string;
}

/** PEM texts; undefined for what the system has. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface Asker {
  /**
   * Asks one endpoint after another, beginning with the one that answered last, until one answers with anything but 5xx.
   * An endpoint that failed may still have done what it was asked, so only what may be done twice is to be asked.
   * A 5xx is returned when nobody had better; throws Unclear when nobody answered before `byMs`.
   */
  ask(question: Question, byMs: MonoMs): Promise<Answer>;
  /** Ends what is under way, which then throws Unclear, as everything asked later does. */
  close(): void;
}

export function newAsker(endpoints: readonly string[], tls: TlsFiles, clock: Clock): Asker {
  const underWay = new Set<ClientRequest>();
  let closed = false;
  let preferred = 0;
  return {
    async ask(question, byMs) {
      let worst: Answer | undefined;
      const failures: string[] = [];
      for (let tried = 0; tried < endpoints.length; tried += 1) {
        const leftMs = byMs - clock.nowMs();
        if (closed) throw new Unclear('closed');
        if (leftMs <= 0) break;
        const index = (preferred + tried) % endpoints.length;
        // A silent endpoint may use up its share of the time, and not that of those behind it.
        const shareByMs = after(clock.nowMs(), leftMs / (endpoints.length - tried));
        try {
          const url = new URL(question.path, endpoints[index]);
          const answer = await askOne(url, question, { tls, clock, byMs: shareByMs, underWay });
          if (answer.status < 500) {
            preferred = index;
            return answer;
          }
          worst = answer;
        } catch (error) {
          failures.push(error instanceof Error ? error.message : String(error));
        }
      }
      if (worst !== undefined) return worst;
      throw new Unclear(failures.length === 0 ? 'no time is left to ask' : failures.join('; '));
    },
    close() {
      closed = true;
      for (const each of underWay) each.destroy();
    },
  };
}

interface Circumstances {
  readonly tls: TlsFiles;
  readonly clock: Clock;
  readonly byMs: MonoMs;
  readonly underWay: Set<ClientRequest>;
}

function askOne(
  url: URL,
  question: Question,
  { tls, clock, byMs, underWay }: Circumstances,
): Promise<Answer> {
  const body = question.body === undefined ? '' : JSON.stringify(question.body);
  const send = url.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const asking = send(url, {
      method: question.method,
      agent: false, // a connection of its own: nothing stays open between two questions
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body), // Consul ignores a body whose length is not told
        ...question.headers,
      },
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
    });
    underWay.add(asking);
    const fail = (why: string): void => {
      reject(new Unclear(`${url.host}: ${why}`));
      asking.destroy();
    };
    const cancel = clock.wakeAt(byMs, () => fail('no answer in time'));
    asking.on('error', (error: NodeJS.ErrnoException) => fail(whyFailed(error)));
    asking.once('close', () => {
      cancel();
      underWay.delete(asking);
      reject(new Unclear(`${url.host}: closed`)); // nothing happens when there was an answer
    });
    asking.once('response', (response) => collect(response, resolve, fail));
    asking.end(body);
  });
}

function collect(
  response: IncomingMessage,
  onAnswer: (answer: Answer) => void,
  fail: (why: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
    else fail(`answers with more than ${ANSWER_BYTES_MAX / 1024} KiB`);
  });
  response.once('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    if (bytes > ANSWER_BYTES_MAX) return;
    onAnswer({ status: response.statusCode ?? 0, body: parsed(text), words: firstWords(text) });
  });
  response.on('error', () => fail('broke off its answer'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function whyFailed(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'refused';
  if (error.code === 'ECONNRESET') return 'hung up without an answer';
  // Of a name with several addresses, the first failure stands for all.
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  return firstWords(first.message);
}
