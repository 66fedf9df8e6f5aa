import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventRecord } from '../../../src/core/report.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { pageRoutes, type PagePort } from '../../../src/web/page/routes.ts';
import type { Scene } from './views.ts';

/** A daemon as far as the page knows one: it shows a scene, and can be given another. */
export interface Stage {
  readonly port: PagePort;
  readonly listeners: number;
  /** How often the status was asked for. */
  readonly looks: number;
  show(scene: Scene): void;
  happen(event: EventRecord): void;
}

export function stage(first: Scene, clock: Clock): Stage {
  let scene = first;
  let looks = 0;
  const listeners = new Set<(event: EventRecord) => void>();
  return {
    get listeners() {
      return listeners.size;
    },
    get looks() {
      return looks;
    },
    show: (next) => (scene = next),
    happen(event) {
      scene = { ...scene, events: [...scene.events, event] };
      for (const listener of listeners) listener(event);
    },
    port: {
      clock,
      status() {
        looks += 1;
        return scene.report;
      },
      events: (after) => scene.events.filter(({ number }) => number > after),
      onEvent(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}

export interface Served {
  readonly url: string;
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** The page's routes behind a plain server on loopback. */
export async function served(port: PagePort, at = 0): Promise<Served> {
  const routes = pageRoutes(port);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const handler = routes.get(request.url ?? '');
    if (handler === undefined) response.writeHead(404).end();
    else handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
