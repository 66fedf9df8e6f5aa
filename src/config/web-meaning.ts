import type { NodeSettings, WebSettings } from '../core/settings.ts';
import type { ListenShape } from './web-shape.ts';
import { ownValue } from './parts.ts';
import type { WebShape } from './schema.ts';

export const isOneForAll = (listen: WebShape['listen']): listen is ListenShape =>
  typeof listen['host'] === 'string';

export function webOf(
  { listen, page, metrics, allow_hosts = [] }: WebShape,
  nodes: readonly NodeSettings[],
): WebSettings {
  const places = nodes.flatMap(({ name }) => {
    const own = isOneForAll(listen) ? listen : ownValue(listen, name);
    return own === undefined ? [] : [[name, own] as const];
  });
  return { listen: new Map(places), page, metrics, allowHosts: [...new Set(allow_hosts)].toSorted() };
}
