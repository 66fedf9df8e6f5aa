import { explain } from '../core/group/explain.ts';
import { viewOf } from '../core/node/view.ts';
import type { NodeState } from '../core/node/state.ts';
import type { Clock } from '../core/ports.ts';
import type { ExplainReport } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { GroupName } from '../core/units.ts';
import type { Checks } from './checks.ts';

/** What this node knows of one group at this moment, explained; undefined when the config has no such group. Reads only. */
export function explainReport(
  group: GroupName,
  {
    node,
    clock,
    settings,
    checksOf,
  }: { node: NodeState; clock: Clock; settings: Settings; checksOf?: Checks['reportOf'] },
): ExplainReport | undefined {
  const id = settings.groups.find(({ name }) => name === group)?.id;
  const state = id && node.groups.get(id);
  if (id === undefined || state === undefined) return undefined;
  const view = viewOf(node, id, clock.nowMs());
  return {
    at: new Date(clock.wallMs()).toISOString(),
    node: node.policy.self.name,
    group,
    timeoutMs: node.policy.timeoutMs,
    ...explain(state, view),
    ...checksOf?.(id, view.basePriority),
  };
}
