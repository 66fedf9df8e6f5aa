import {
  request as plainRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionOptions as TlsOptions, TLSSocket } from 'node:tls';
import type { ProbeSettings } from '../core/settings.ts';
import type { Addresses } from './addresses.ts';
import type { Question } from './question.ts';
import { cut, whatWentWrong } from './words.ts';

const GOOD = [{ from: 200, to: 399 }];

type HttpProbe = Extract<ProbeSettings, { readonly url: string }>;
export type Request = (target: URL, options: RequestOptions) => ClientRequest;

/** Of a body that something is looked for in. */
const BODY_BYTES_MAX = 256 * 1024;

/**
 * The status line is the answer: a redirect counts and is not followed, and the body is waited for only if it has to contain
 * something.
 * `secureRequest` is asked for with the first https probe, because TLS is a few MB that most daemons do without.
 */
export async function askHttp(
  { kind, url, wants }: HttpProbe,
  { addresses, secureRequest }: { addresses: Addresses; secureRequest: () => Promise<Request> },
  question: Question,
): Promise<void> {
  const target = new URL(url);
  const request = kind === 'https' ? await secureRequest() : plainRequest;
  const lookup = await addresses.find(target.hostname.replace(/^\[|\]$/g, ''), question);
  if (lookup === undefined || question.isOver()) return;
  // Without an agent: a connection that was kept from before would say little about now.
  const options: RequestOptions & Pick<TlsOptions, 'rejectUnauthorized'> = {
    agent: false,
    lookup,
    headers: { 'user-agent': 'sealbeat', accept: '*/*', ...Object.fromEntries(wants?.headers ?? []) },
    ...(wants?.verify === false ? { rejectUnauthorized: false } : {}),
  };
  const asking = request(target, options);
  question.onEnd(() => asking.destroy());
  asking.on('response', (response) => {
    response.on('error', () => {}); // it is cut off on purpose
    const { statusCode = 0, httpVersion } = response;
    const { statuses = GOOD, body = '' } = wants ?? {};
    const isGood = statuses.some(({ from, to }) => statusCode >= from && statusCode <= to);
    const text = `HTTP/${httpVersion} ${statusCode}`;
    if (!isGood || body === '') question.answer(isGood, text);
    else lookFor(body, response, { text, question });
  });
  asking.on('error', (error) => {
    question.answer(false, certificateRefused(asking.socket, error) ?? whatWentWrong(error));
  });
  asking.on('close', () => question.answer(false, 'closed without an answer'));
  asking.end();
}

/** Until it is found, or there is no more to look at. */
function lookFor(
  wanted: string,
  response: IncomingMessage,
  { text, question }: { text: string; question: Question },
): void {
  let body = Buffer.alloc(0);
  const isMissing = (): void => question.answer(false, cut(`${text}, without "${wanted}" in it`));
  question.awaits(`${text}, but no "${wanted}" in it`);
  response.on('data', (chunk: Buffer) => {
    body = Buffer.concat([body, chunk]);
    if (body.includes(wanted)) question.answer(true, cut(`${text}, with "${wanted}" in it`));
    else if (body.length > BODY_BYTES_MAX) isMissing();
  });
  response.on('end', isMissing);
}

/** Node adds advice for people who start Node themselves, behind a semicolon. */
function certificateRefused(socket: Socket | null, { message }: Error): string | undefined {
  const { authorizationError } = (socket ?? {}) as Partial<TLSSocket>;
  if (authorizationError === undefined || authorizationError === null) return undefined;
  return cut(`certificate refused: ${message.split('; ')[0]}`);
}
