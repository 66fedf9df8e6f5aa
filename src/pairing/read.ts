import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../config/parts.ts';
import { fileShape, type FileShape, type GroupShape, type NodeShape } from '../config/schema.ts';
import { readYaml } from '../config/yaml-source.ts';
import { addressBits } from '../config/ip-address.ts';
import { clusterWith, type Cluster, type Member } from './cluster.ts';
import { renderConfig } from './render.ts';

export interface ReadCluster {
  readonly cluster: Cluster;
  /** Whether the file means more than a line can carry: further settings that somebody wrote into it. */
  readonly saysMore: boolean;
}

/** A config in the words of `init`; or why it is not one that `init` could have begun. One node is enough. */
export function readCluster(text: string): ReadCluster | { readonly problem: string } {
  const file = fileOf(text);
  if ('problem' in file) return file;
  const groups = Object.entries(file.groups);
  const [named] = groups;
  if (groups.length !== 1 || named === undefined) {
    return { problem: `it has ${groups.length} groups, and "sealbeat init" knows configs with one` };
  }
  const [group, settings] = named;
  const members: Member[] = [];
  for (const [name, node] of Object.entries(file.nodes)) {
    const member = memberOf(name, node, settings);
    if ('problem' in member) return member;
    members.push(member);
  }
  const vips: string[] = [];
  for (const vip of settings.vips) {
    if ('label' in vip) return { problem: 'its addresses have labels or interfaces of their own' };
    const full = vip.prefixLength === addressBits(vip.address.family);
    vips.push(full ? vip.address.text : `${vip.address.text}/${vip.prefixLength}`);
  }
  const { interval: intervalMs, timeout: timeoutMs } = file.heartbeat;
  const cluster = clusterWith({ cluster: file.cluster, group, vips, intervalMs, timeoutMs }, members);
  return { cluster, saysMore: !isDeepStrictEqual(fileOf(renderConfig(cluster)), file) };
}

function fileOf(text: string): FileShape | { readonly problem: string } {
  const { value, problems } = readYaml(text);
  const [first] = problems;
  if (first) return { problem: `line ${first.line}: ${first.text}` };
  const file = fileShape.safeParse(value);
  return file.success ? file.data : { problem: 'it is not a good config; "sealbeat check" says why' };
}

function memberOf(
  name: string,
  { key, keys, paths, priority }: NodeShape,
  { interface: links, adapter }: GroupShape,
): Member | { readonly problem: string } {
  if (keys !== undefined || key === undefined) {
    return {
      problem: `${name} has not exactly one key: a change of keys is under way, so finish that first`,
    };
  }
  if (adapter !== 'auto') return { problem: 'its addresses are set in another way than by the system' };
  const link = typeof links === 'object' ? ownValue(links, name) : links;
  if (link === undefined) return { problem: `${name} has no interface for the group` };
  return { name, key, link, paths: paths.map(({ url }) => url), priority };
}
