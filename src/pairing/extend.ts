import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, stringify, type Node, type YAMLMap } from 'yaml';
import { OperatorError } from '../core/errors.ts';
import { pairOf, parsed } from '../keys/config-document.ts';
import { trustKey } from '../keys/trust.ts';
import { appendPair, applySplices, type Splice } from '../keys/yaml-edit.ts';
import { clusterWith, OTHER_PRIORITY, type Cluster, type Member } from './cluster.ts';
import { readCluster } from './read.ts';
import { interfaceOf, renderConfig } from './render.ts';

/**
 * The file with further nodes. What nobody has edited is written anew, so that all nodes have the same bytes; in a file
 * with somebody's own words only what has to be there is put in between.
 * Throws OperatorError CONFIG_INVALID for a file that is written in a way that cannot be edited.
 */
export function withMembers(text: string, before: Cluster, added: readonly Member[]): string {
  const after = clusterWith(before, [...before.members, ...added]);
  if (text === renderConfig(before)) return renderConfig(after);
  const edited = interfacesEdited(added.reduce(memberAdded, text), before, after);
  const read = readCluster(edited);
  if ('cluster' in read && isDeepStrictEqual(read.cluster, after)) return edited;
  throw new OperatorError('CONFIG_INVALID', 'the config is written in a way that cannot be edited safely', {
    hint: `write the nodes into it by hand: ${added.map(({ name, key }) => `sealbeat key trust ${name} ${key.line}`).join('; ')}`,
  });
}

function memberAdded(text: string, { name, key, paths, priority }: Member): string {
  const { text: edited } = trustKey(text, name, key.line, { paths });
  if (priority === OTHER_PRIORITY) return edited;
  const node = mapAt(edited, ['nodes', name]);
  const pair = `priority: ${priority}`;
  return node ? applySplices(edited, [appendPair(edited, node, { flow: pair, block: [pair] })]) : edited;
}

/** One name for all becomes one for each as soon as they differ. */
function interfacesEdited(text: string, before: Cluster, after: Cluster): string {
  const group = mapAt(text, ['groups', after.group]);
  const value = group && pairOf(group, 'interface')?.value;
  if (!value) return text;
  if (isMap(value)) {
    const known = new Set(before.members.map(({ name }) => name));
    const missing = after.members.filter(({ name }) => !known.has(name));
    return missing.reduce((edited, member) => linkAdded(edited, after.group, member), text);
  }
  const links = interfaceOf(after.members);
  if (typeof links === 'string' || !isScalar(value)) return text;
  return applySplices(text, [replaced(value, flow(links))]);
}

function linkAdded(text: string, group: string, { name, link }: Member): string {
  const links = mapAt(text, ['groups', group, 'interface']);
  if (!links) return text;
  const pair = stringify({ [name]: link }).trim();
  return applySplices(text, [appendPair(text, links, { flow: pair, block: [pair] })]);
}

function replaced(node: Node, insert: string): Splice {
  const [at = 0, end = at] = node.range ?? [];
  return { at, remove: end - at, insert };
}

const flow = (value: object): string => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();

function mapAt(text: string, path: readonly string[]): YAMLMap | undefined {
  let at: unknown = parsed(text).contents;
  for (const step of path) at = isMap(at) ? pairOf(at, step)?.value : undefined;
  return isMap(at) ? at : undefined;
}
