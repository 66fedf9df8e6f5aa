import type { PublicIdentity } from '../core/settings.ts';
import type { Parts } from './parts.ts';
import { NODES_MAX, NODES_MIN, type NodeShape } from './schema.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

export function nodeFindings({ nodes }: Parts): readonly Finding[] {
  const known = [...nodes].filter((entry): entry is [string, NodeShape] => entry[1] !== undefined);
  return [
    ...howMany(nodes.size),
    ...known.flatMap(([name, node]) => keyOrKeys(name, node)),
    ...keysUsedTwice(known),
    ...pathsUsedTwice(known),
  ];
}

const error = (path: YamlPath, text: string): Finding => ({ severity: 'error', path, text });

function howMany(count: number): readonly Finding[] {
  if (count >= NODES_MIN && count <= NODES_MAX) return [];
  return [
    error(
      ['nodes'],
      `${count === 1 ? 'there is 1 node' : `there are ${count} nodes`}; a cluster has ${NODES_MIN} to ${NODES_MAX}`,
    ),
  ];
}

function keyOrKeys(name: string, { key, keys }: NodeShape): readonly Finding[] {
  const path = ['nodes', name];
  if (key && keys) return [error([...path, 'keys'], 'stands beside "key"; only one of the two may be given')];
  if (key || keys) return [];
  return [
    error(
      path,
      `has no key; run "sealbeat keygen" on ${name} and write the line that it prints here as "key"`,
    ),
  ];
}

const keysOf = (
  name: string,
  { key, keys }: NodeShape,
): readonly { path: YamlPath; identity: PublicIdentity }[] => [
  ...(key ? [{ path: ['nodes', name, 'key'], identity: key }] : []),
  ...(keys ?? []).map((identity, index) => ({ path: ['nodes', name, 'keys', index], identity })),
];

function keysUsedTwice(nodes: readonly [string, NodeShape][]): readonly Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [name, node] of nodes) {
    for (const { path, identity } of keysOf(name, node)) {
      const owner = owners.get(identity.id);
      if (owner === name) findings.push(error(path, `is listed twice for ${name}; remove one of the two`));
      else if (owner !== undefined) {
        findings.push(
          error(
            path,
            `is the key of ${owner} too; every node needs its own: run "sealbeat keygen" on ${name}`,
          ),
        );
      }
      owners.set(identity.id, owner ?? name);
    }
  }
  return findings;
}

function pathsUsedTwice(nodes: readonly [string, NodeShape][]): readonly Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [name, { paths }] of nodes) {
    for (const [index, { transport, host, port, url }] of paths.entries()) {
      const where = `${transport} ${host} ${port}`;
      const owner = owners.get(where);
      if (owner !== undefined) {
        const whose =
          owner === name
            ? 'stands twice'
            : `is a path of ${owner} too; heartbeats would reach only one of them`;
        findings.push(error(['nodes', name, 'paths', index], `${url} ${whose}`));
      }
      owners.set(where, owner ?? name);
    }
  }
  return findings;
}
