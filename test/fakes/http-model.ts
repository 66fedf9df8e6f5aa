import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: unknown;
}

/** Text is sent as it is, everything else as JSON. */
export interface Said {
  readonly status: number;
  readonly body: unknown;
}

/**
 * What goes wrong with a request: `before` it does anything, or `after` it has taken effect. `work` is done at that moment;
 * without an answer, the true one is given after it.
 */
export interface Trouble {
  readonly when: 'before' | 'after';
  readonly answer?: Said | 'silence' | 'hang up';
  readonly work?: () => void;
}

/** A model of some product behind real HTTP on loopback. Trouble is made by path, once each, in order. */
export class HttpModel {
  /** Paths, in the order in which they were asked. */
  readonly asked: string[] = [];
  readonly url: string;
  readonly #server: Server;
  readonly #troubles: { readonly path: string; readonly trouble: Trouble }[] = [];
  /** Answers that are still owed, for the tests that deliver a request late. */
  readonly #late: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(answer: (asked: Asked) => Said): Promise<HttpModel> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const model = new HttpModel(server);
    server.on('request', (request, response) => void model.#serve(request, response, answer));
    return model;
  }

  trouble(path: string, trouble: Trouble): void {
    this.#troubles.push({ path, trouble });
  }

  /** The next request to `path` reaches the product only with `deliver`; its asker hears nothing. */
  delay(path: string): void {
    this.trouble(path, { when: 'before', answer: 'silence' });
  }

  /** Lets everything take effect that was met with silence before it did. */
  deliver(): void {
    for (const work of this.#late.splice(0)) work();
  }

  get connections(): Promise<number> {
    return new Promise((resolve) => this.#server.getConnections((_, count) => resolve(count)));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    answer: (asked: Asked) => Said,
  ): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
    const url = new URL(request.url ?? '/', this.url);
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
    this.asked.push(`${asked.path}${url.search}`);
    const at = this.#troubles.findIndex(({ path }) => asked.path.startsWith(path));
    const [found] = at < 0 ? [] : this.#troubles.splice(at, 1);
    const { when, work, answer: instead } = found?.trouble ?? { when: 'after' };
    if (when === 'before') work?.();
    let said: Said | 'silence' | 'hang up';
    if (when === 'before' && instead !== undefined) {
      if (instead === 'silence') this.#late.push(() => void answer(asked));
      said = instead;
    } else said = answer(asked);
    if (when === 'after') work?.();
    reply(response, when === 'after' && instead !== undefined ? instead : said);
  }
}

function reply(response: ServerResponse, said: Said | 'silence' | 'hang up'): void {
  if (said === 'silence') return;
  if (said === 'hang up') return void response.destroy();
  const text = typeof said.body === 'string' ? said.body : JSON.stringify(said.body);
  response.writeHead(said.status).end(text);
}
