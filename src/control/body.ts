import type { IncomingMessage } from 'node:http';
import { refusal, type Refusal } from './routes.ts';

export const MAX_BODY_BYTES = 64 * 1024;

export type ReadBody =
  { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Reads a request's body as JSON; undefined for an empty one. The server's request timeout bounds the wait, the size is
 * bounded here. Never rejects. Listens instead of iterating: leaving an iteration early would destroy the connection
 * and with it the refusal.
 */
export function readBody(request: IncomingMessage): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else resolve(no(413, `the body is longer than ${MAX_BODY_BYTES} bytes`, 'orders are short'));
    });
    request.once('end', () => resolve(parse(Buffer.concat(chunks).toString('utf8').trim())));
    request.once('error', () => resolve(no(400, 'the body broke off', 'try again')));
  });
}

function parse(text: string): ReadBody {
  try {
    return { ok: true, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  } catch {
    return no(400, 'the body is not JSON', 'send {} or nothing');
  }
}

const no = (status: number, message: string, hint: string): ReadBody => ({
  ok: false,
  refusal: refusal(status, 'USAGE', message, hint),
});
