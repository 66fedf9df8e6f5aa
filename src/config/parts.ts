import {
  sectionShapes,
  type AlertsShape,
  type ArbiterShape,
  type FileShape,
  type GroupShape,
  type InterfaceShape,
  type NodeShape,
  type WebShape,
} from './schema.ts';

/**
 * What of a file has a meaning. When another part has none, the rules still look at the rest, so that an operator sees
 * all problems at once and not one after each correction.
 */
export interface Parts {
  readonly heartbeat: FileShape['heartbeat'] | undefined;
  readonly leaseSeconds: number | undefined;
  /** As written; see restart-rules.ts for what it means without a lease. */
  readonly restartSeconds: number | undefined;
  /** Every node and group that the file names, with what it says about it or undefined. Sorted by name. */
  readonly nodes: ReadonlyMap<string, NodeShape | undefined>;
  readonly groups: ReadonlyMap<string, GroupShape | undefined>;
  readonly arbiter: ArbiterShape | undefined;
  readonly alerts: AlertsShape | undefined;
  readonly web: WebShape | undefined;
}

export const partsOf = ({
  heartbeat,
  lease,
  restart,
  nodes,
  groups,
  arbiter,
  alerts,
  web,
}: FileShape): Parts => ({
  heartbeat,
  leaseSeconds: lease,
  restartSeconds: restart,
  nodes: sortedByName(nodes, (node) => node),
  groups: sortedByName(groups, (group) => group),
  arbiter,
  alerts,
  web,
});

export function partsOfBroken(value: unknown): Parts {
  const file = asRecord(value);
  const heartbeat = sectionShapes.heartbeat.safeParse(file['heartbeat'] ?? {});
  const lease = sectionShapes.lease.safeParse(file['lease']);
  const restart = sectionShapes.restart.safeParse(file['restart']);
  return {
    heartbeat: heartbeat.data,
    leaseSeconds: lease.data,
    restartSeconds: restart.data,
    nodes: sortedByName(asRecord(file['nodes']), (node) => sectionShapes.node.safeParse(node).data),
    groups: sortedByName(asRecord(file['groups']), (group) => sectionShapes.group.safeParse(group).data),
    arbiter: sectionShapes.arbiter.safeParse(file['arbiter']).data,
    alerts: sectionShapes.alerts.safeParse(file['alerts']).data,
    web: sectionShapes.web.safeParse(file['web']).data,
  };
}

/** The interface on each node, for one that is said once or per node. */
export function interfacesOn(
  nodes: Iterable<string>,
  shape: InterfaceShape | undefined,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const node of nodes) {
    const name = typeof shape === 'object' ? ownValue(shape, node) : shape;
    if (name !== undefined) found.set(node, name);
  }
  return found;
}

/** What a mapping of the file says for a name; a node may be called "constructor", which every object inherits. */
export const ownValue = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

function sortedByName<T, U>(record: Readonly<Record<string, T>>, read: (value: T) => U): Map<string, U> {
  const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(entries.map(([name, value]) => [name, read(value)]));
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
