import { request as plainRequest, type ClientRequest, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ProbeSettings } from '../core/settings.ts';
import type { Addresses } from './addresses.ts';
import type { Question } from './question.ts';
import { cut, whatWentWrong } from './words.ts';

type HttpProbe = Extract<ProbeSettings, { readonly url: string }>;
export type Request = (target: URL, options: RequestOptions) => ClientRequest;

/**
 * The status line is the answer: a redirect counts and is not followed, and the body is not waited for.
 * `secureRequest` is asked for with the first https probe, because TLS is a few MB that most daemons do without.
 */
export async function askHttp(
  { kind, url }: HttpProbe,
  { addresses, secureRequest }: { addresses: Addresses; secureRequest: () => Promise<Request> },
  question: Question,
): Promise<void> {
  const target = new URL(url);
  const request = kind === 'https' ? await secureRequest() : plainRequest;
  const lookup = await addresses.find(target.hostname.replace(/^\[|\]$/g, ''), question);
  if (lookup === undefined || question.isOver()) return;
  // Without an agent: a connection that was kept from before would say little about now.
  const asking = request(target, {
    agent: false,
    lookup,
    headers: { 'user-agent': 'sealbeat', accept: '*/*' },
  });
  question.onEnd(() => asking.destroy());
  asking.on('response', (response) => {
    response.on('error', () => {}); // it is cut off on purpose
    const { statusCode = 0, httpVersion } = response;
    question.answer(statusCode >= 200 && statusCode < 400, `HTTP/${httpVersion} ${statusCode}`);
  });
  asking.on('error', (error) => {
    question.answer(false, certificateRefused(asking.socket, error) ?? whatWentWrong(error));
  });
  asking.on('close', () => question.answer(false, 'closed without an answer'));
  asking.end();
}

/** Node adds advice for people who start Node themselves, behind a semicolon. */
function certificateRefused(socket: Socket | null, { message }: Error): string | undefined {
  const { authorizationError } = (socket ?? {}) as Partial<TLSSocket>;
  if (authorizationError === undefined || authorizationError === null) return undefined;
  return cut(`certificate refused: ${message.split('; ')[0]}`);
}
