import type { ControlAnswer } from '../control/messages.ts';
import { OperatorError } from '../core/errors.ts';
import { initialGroup } from '../core/group/state.ts';
import type { NodeState } from '../core/node/state.ts';
import { reconfigure } from '../core/node/step.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { GroupSettings } from '../core/settings.ts';
import type { GroupId } from '../core/units.ts';
import type { Alerts } from './alerts.ts';
import type { Arbiters } from './arbiters.ts';
import type { Checks } from './checks.ts';
import { keyChange, whyNotNow, type Configured } from './configured.ts';
import type { EpochStore } from './epochs.ts';
import type { Groups } from './groups.ts';
import type { History } from './history.ts';
import type { Hooks } from './hooks.ts';
import type { Happening } from './loop.ts';
import { policyOf } from './policy.ts';
import type { Problems } from './problems.ts';

/** The config in force, and why the file's is not; both change here alone. */
export interface Running {
  configured: Configured;
  /** Empty when the config in force is the file's. */
  problem: string;
}

export interface ReloadPorts {
  readonly running: Running;
  readonly node: NodeState;
  readonly groups: Groups;
  readonly epochs: EpochStore;
  readonly arbiters: Arbiters;
  readonly checks: Pick<Checks, 'configure'>;
  readonly hooks: Hooks;
  readonly alerts: Pick<Alerts, 'prepare'>;
  readonly problems: Problems;
  readonly history: History;
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: (happening: Happening) => void;
  /** Paths of peers that are new are dialled, and the machine is told anew which ways over TCP there are. */
  readonly setPeers: (next: Configured) => void;
  readonly read: () => Promise<Configured>;
  readonly isStopping: () => boolean;
}

/**
 * Reads the files again, one at a time however often it is asked for, and puts them into force as a whole or not at all:
 * everything that can be refused is looked at first, then all of it changes in one turn. Rejects only for faults of ours.
 */
export function reloader(ports: ReloadPorts): () => Promise<ControlAnswer> {
  let underWay: Promise<ControlAnswer> | undefined;
  let waiting: Promise<ControlAnswer> | undefined;
  const reload = (): Promise<ControlAnswer> => {
    if (underWay === undefined) {
      const started = once(ports).finally(() => {
        underWay = undefined;
      });
      underWay = started;
      return started;
    }
    // The one under way may have read the file before it was last written; one more will do for all who ask meanwhile.
    waiting ??= underWay
      .then(
        () => undefined,
        () => undefined, // whoever asked for that one is told
      )
      .then(() => {
        waiting = undefined;
        return reload();
      });
    return waiting;
  };
  return reload;
}

async function once(ports: ReloadPorts): Promise<ControlAnswer> {
  const { running, groups, history, log } = ports;
  try {
    const next = await ports.read();
    const refused = whyNotNow(running.configured, next);
    if (refused !== undefined) throw refused;
    groups.check(next.settings);
    const found = await lookForNew(ports, next);
    const useArbiter = await ports.arbiters.prepare(next.settings);
    const useHooks = await ports.hooks.prepare(next.settings);
    const useAlerts = await ports.alerts.prepare(next.settings);
    if (ports.isStopping()) {
      throw new OperatorError('REFUSED', 'the daemon is stopping', {
        hint: 'it reads the config when it starts',
      });
    }
    const changed = next.settings.digest !== running.configured.settings.digest;
    useArbiter();
    useHooks();
    putIntoForce(ports, next, found);
    useAlerts();
    const text = changed ? 'the new config is in force' : 'the config means the same as before';
    log.info({ digest: next.settings.digest }, `reload: ${text}`);
    history.add({ kind: 'config', subject: '', text, cause: 'reload' });
    return { ok: true, text, facts: { digest: next.settings.digest, changed } };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const { code, message, hint } = error;
    if (!ports.isStopping()) running.problem = message;
    log.error({ code, hint }, `reload refused, the old config stays in force: ${message}`);
    history.add({ kind: 'config', subject: '', text: 'reload refused', cause: message });
    return { ok: false, code, message, hint };
  }
}

/** What is known of groups that this node has not had before, as at a start. */
async function lookForNew(
  { node, groups, epochs }: ReloadPorts,
  next: Configured,
): Promise<ReadonlyMap<GroupId, { readonly has: boolean; readonly epochSeen: number }>> {
  const fresh = next.settings.groups.filter(({ id }) => !node.groups.has(id));
  const look = async (group: GroupSettings) =>
    [group.id, { has: await groups.isFound(group), epochSeen: epochs.get(group.name) }] as const;
  return new Map(await Promise.all(fresh.map(look)));
}

/** Without a pause: no event may meet half of it. */
function putIntoForce(
  { running, node, groups, checks, problems, clock, tell, setPeers }: ReloadPorts,
  next: Configured,
  found: ReadonlyMap<GroupId, { readonly has: boolean; readonly epochSeen: number }>,
): void {
  const now = clock.nowMs();
  const had = new Set([...node.groups].filter(([, { has }]) => has).map(([id]) => id));
  for (const [id, known] of found) node.groups.set(id, initialGroup(now, known));
  reconfigure(node, policyOf(next.settings, next.self.name), keyChange(running.configured, next), now);
  running.configured = next;
  running.problem = '';
  problems.forget();
  groups.configure(next.settings, had);
  setPeers(next);
  checks.configure(next.settings);
  tell({ kind: 'tick' });
}
