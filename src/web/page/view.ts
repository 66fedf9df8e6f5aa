import type { EventRecord, StatusReport } from '../../core/report.ts';
import { alertsTree } from './alerts.ts';
import { groupId, groupTree } from './group.ts';
import { nodeId, peerTree, selfTree } from './node.ts';
import { transitionsTree } from './transitions.ts';
import type { Tree } from './tree.ts';
import { verdictOf, verdictTree } from './verdict.ts';

/** The page at one moment. Its parts go by the id that each has in the document, and are drawn one by one. */
export interface View {
  readonly title: string;
  readonly parts: ReadonlyMap<string, () => Tree>;
  /** Which parts stand in a list, in order. Groups keep the config's: what jumps about is not found at night. */
  readonly lists: Readonly<Record<'groups' | 'nodes', readonly string[]>>;
}

export function viewOf(report: StatusReport, events: readonly EventRecord[], now: number): View {
  const { node, groups, peers } = report;
  return {
    title: `${verdictOf(report).shape} ${node} · sealbeat`,
    parts: new Map([
      ['verdict', () => verdictTree(report)],
      ...groups.map((group) => [groupId(group.name), () => groupTree(group, report, now)] as const),
      [nodeId(node), () => selfTree(report, now)],
      ...peers.map((peer) => [nodeId(peer.name), () => peerTree(peer, now)] as const),
      ['transitions', () => transitionsTree(events, report, now)],
      ['alerts', () => alertsTree(report, now)],
    ]),
    lists: {
      groups: groups.map(({ name }) => groupId(name)),
      nodes: [node, ...peers.map(({ name }) => name)].map(nodeId),
    },
  };
}
