import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../core/ports.ts';
import type { WebhookSettings } from '../core/settings.ts';
import { SECOND_MS } from '../core/units.ts';
import { readAuthorities, readSecret } from './files.ts';
import { inTime } from './in-time.ts';
import type { FindAddresses } from './lookup.ts';
import type { AlertMessage, AlertTarget, SendOutcome } from './message.ts';
import { bodyOf } from './template.ts';
import { firstWords } from './words.ts';

const ANSWER_BYTES_MAX = 4_096;

/** Posts JSON. The same message has the same Idempotency-Key at every attempt, so that a receiver can tell. */
export function webhookTarget(
  settings: WebhookSettings,
  { clock, find, version }: { clock: Clock; find: FindAddresses; version: string },
): AlertTarget {
  return {
    name: settings.name,
    kind: 'webhook',
    async send(message, { lost, signal }) {
      return await inTime(clock, settings.timeoutMs, signal, async (ended) => {
        const url = new URL(settings.url === '' ? await readSecret(settings.urlFile) : settings.url);
        const headers = await headersOf(settings, message, version);
        const body = JSON.stringify(bodyOf(settings.template, message, lost));
        const addresses = await find(url.hostname.replace(/^\[|\]$/g, ''));
        const lookup: LookupFunction = (_host, { all }, done) =>
          all === true ? done(null, [...addresses]) : done(null, addresses[0].address, addresses[0].family);
        const options = { method: 'POST', agent: false, lookup, signal: ended } as const;
        const length = { 'Content-Length': String(Buffer.byteLength(body)) };
        return await post(url, body, { ...options, headers: { ...headers, ...length } }, settings.caFile);
      });
    },
  };
}

async function headersOf(
  { tokenFile, headerFile }: WebhookSettings,
  { id }: AlertMessage,
  version: string,
): Promise<Readonly<Record<string, string>>> {
  const token = tokenFile === '' ? undefined : await readSecret(tokenFile);
  const more = headerFile === '' ? [] : headersIn(await readSecret(headerFile), headerFile);
  return {
    'Content-Type': 'application/json',
    'User-Agent': `sealbeat/${version}`,
    'Idempotency-Key': id,
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...Object.fromEntries(more),
  };
}

function headersIn(text: string, path: string): readonly (readonly [name: string, value: string])[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const [, name, value] = /^([A-Za-z0-9-]+):[ \t]*([\x20-\x7e]+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new Error(`line ${index + 1} of ${path} is not "Name: value"`);
    return [[name, value] as const];
  });
}

async function post(url: URL, body: string, options: RequestOptions, caFile: string): Promise<SendOutcome> {
  const asking = await request(url, options, caFile);
  return await new Promise((resolve, reject) => {
    asking.on('error', reject);
    asking.once('close', () => reject(new Error('closed without an answer')));
    asking.once('response', (response) => {
      response.on('error', reject);
      const words: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) words.push(chunk);
        else finish();
      });
      const finish = (): void => {
        resolve(outcomeOf(response, firstWords(Buffer.concat(words).toString('utf8'))));
        asking.destroy();
      };
      response.once('end', finish);
    });
    asking.end(body);
  });
}

/** TLS is a few MB that most daemons do without, so it is loaded with the first URL that needs it. */
async function request(url: URL, options: RequestOptions, caFile: string): Promise<ClientRequest> {
  if (url.protocol !== 'https:') return (await import('node:http')).request(url, options);
  const [{ request: secure }, { trusting }] = await Promise.all([import('node:https'), import('./trust.ts')]);
  return secure(url, {
    ...options,
    secureContext: trusting(await readAuthorities(caFile)),
  } as RequestOptions);
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage, words: string): SendOutcome {
  const said = `HTTP ${statusCode}${words === '' ? '' : ` ${words}`}`;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'sent', said };
  const isPermanent = statusCode >= 300 && statusCode < 500 && statusCode !== 408 && statusCode !== 429;
  // A redirect is not followed: a secret would be told to somebody else.
  if (isPermanent) return { kind: 'never', why: said };
  const afterMs = retryAfterMs(headers['retry-after'], headers.date);
  return { kind: 'later', why: said, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** Seconds, or a date, which is compared with the server's own. */
function retryAfterMs(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * SECOND_MS;
  const ms = Date.parse(value) - Date.parse(date ?? '');
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
