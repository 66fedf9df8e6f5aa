import { peersOf } from './carp-peers.ts';
import type { VhostShape } from './carp-shape.ts';
import type { Vhost } from './carp-vhosts.ts';
import { unknownNodes } from './group-rules.ts';
import type { Parts } from './parts.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

const error = (path: YamlPath, text: string): Finding => ({ severity: 'error', path, text });

export function unicastFindings(parts: Parts, { path, carp, nodes, addresses }: Vhost): readonly Finding[] {
  if (carp.unicast === false || nodes.length === 0) return [];
  const at = [...path, 'unicast'];
  const strangers = unknownNodes(parts, at, carp.unicast);
  if (strangers.length > 0) return strangers;
  if (nodes.length !== 2) {
    const text = `reaches one other node, but ${nodes.length === 1 ? `only ${nodes[0]} uses` : `${nodes.length} nodes use`} CARP here; leave it out, and advertisements are multicast`;
    return [error(at, text)];
  }
  const { problems } = peersOf(carp.unicast, nodes, parts.nodes);
  if (problems.length > 0)
    return problems.map(({ node, text }) => error(placeOf(at, carp.unicast, node), text));
  return wrongAddresses(parts, { at, carp, nodes, vips: addresses });
}

function wrongAddresses(
  parts: Parts,
  {
    at,
    carp,
    nodes,
    vips,
  }: { at: YamlPath; carp: VhostShape; nodes: readonly string[]; vips: readonly Address[] },
): readonly Finding[] {
  return [...peersOf(carp.unicast, nodes, parts.nodes).own].flatMap(([node, { text, family }]) => {
    const place = placeOf(at, carp.unicast, node);
    if (vips.some((vip) => vip.text === text))
      return [
        error(place, `${text} is a virtual address of this group; name one that ${node} has for itself`),
      ];
    if (vips.some((vip) => vip.family === family)) return [];
    const why = `${text} is an IPv${family} address, and CARP speaks only in the families of the virtual addresses; write an IPv${vips[0]?.family ?? 4} address of ${node}`;
    return [error(place, why)];
  });
}

type Address = { readonly text: string; readonly family: 4 | 6 };

export const placeOf = (at: YamlPath, written: unknown, node: string): YamlPath =>
  typeof written === 'object' && written !== null && Object.hasOwn(written, node) ? [...at, node] : at;
