import { isLoopback, parseIpAddress } from './ip-address.ts';
import type { Parts } from './parts.ts';
import type { Finding } from './shape-problems.ts';
import { isOneForAll } from './web-meaning.ts';
import type { ListenShape } from './web-shape.ts';
import { closest } from './closest.ts';

/** What a listener shows, and to whom; that it is for nothing is an error. */
export function webFindings({ web, nodes }: Parts): readonly Finding[] {
  if (!web) return [];
  const { listen, page, metrics } = web;
  const useless: readonly Finding[] =
    page || metrics
      ? []
      : [{ severity: 'error', path: ['web'], text: 'serves neither page nor metrics; remove it' }];
  const places: readonly (readonly [path: readonly string[], ListenShape])[] = isOneForAll(listen)
    ? [[['web', 'listen'], listen]]
    : Object.entries(listen).map(([node, one]) => [['web', 'listen', node], one] as const);
  const strangers = isOneForAll(listen) ? [] : Object.keys(listen).filter((name) => !nodes.has(name));
  return [
    ...useless,
    ...strangers.map((name): Finding => {
      const near = closest(name, [...nodes.keys()]);
      const hint =
        near === undefined ? `the nodes are ${[...nodes.keys()].join(', ')}` : `did you mean ${near}?`;
      return {
        severity: 'error',
        path: ['web', 'listen', name],
        atKey: true,
        text: `there is no such node; ${hint}`,
      };
    }),
    ...places.flatMap(([path, one]) => exposure(path, one)),
  ];
}

function exposure(path: readonly string[], { host, port }: ListenShape): readonly Finding[] {
  const address = parseIpAddress(host)!;
  if (isLoopback(address)) return [];
  const who = address.value === 0n ? 'on any network of this host' : `who reaches ${host}`;
  const text = `port ${port} shows to everybody ${who}, without a password and unencrypted, what "sealbeat status" shows: nodes, addresses, paths and events; nothing can be changed there`;
  return [{ severity: 'note', path, text }];
}
