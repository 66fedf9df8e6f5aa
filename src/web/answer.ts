import type { IncomingMessage, ServerResponse } from 'node:http';

/** By path. Only GET and HEAD come so far; what a handler throws is answered with 500. */
export type Routes = ReadonlyMap<string, Handler>;
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export const TEXT = 'text/plain; charset=utf-8';

/**
 * For every answer, and whoever serves a page says what more it may do. Nothing here is meant to be kept, framed, sniffed or
 * read by another site.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Cache-Control': 'no-store',
};

export function secure(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

export function answer(
  response: ServerResponse,
  status: number,
  { text, type = TEXT }: { readonly text: string; readonly type?: string },
): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const bytes = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length });
  response.end(bytes);
}
