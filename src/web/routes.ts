import type { WebSettings } from '../core/settings.ts';
import { answer, type Handler, type Routes } from './answer.ts';

export interface Verdict {
  readonly ok: boolean;
  readonly text: string;
}

/** What the daemon lends to the listener. All of it only reads. */
export interface WebPort {
  metrics(): Promise<string>;
  health(): Verdict;
  readiness(): Verdict;
}

/** Prometheus' text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `page` has the paths of the status page, / among them; without it / says what there is. */
export function webRoutes(
  port: WebPort,
  { page, metrics }: Pick<WebSettings, 'page' | 'metrics'>,
  pages: Routes = new Map(),
): Routes {
  const served: [string, Handler][] = [
    ['/healthz', (_, response) => sendVerdict(response, port.health())],
    ['/readyz', (_, response) => sendVerdict(response, port.readiness())],
  ];
  if (metrics)
    served.unshift([
      '/metrics',
      async (_, response) => answer(response, 200, { text: await port.metrics(), type: METRICS_TYPE }),
    ]);
  const paths = served.map(([path]) => path);
  const index = `sealbeat\n\n${paths.join('\n')}\n`;
  return new Map<string, Handler>([
    ['/', (_, response) => answer(response, 200, { text: index })],
    ...served,
    ...(page ? pages : []),
  ]);
}

const sendVerdict = (response: Parameters<Handler>[1], { ok, text }: Verdict): void =>
  answer(response, ok ? 200 : 503, { text: `${text}\n` });
