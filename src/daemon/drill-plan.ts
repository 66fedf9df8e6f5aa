import { failoverBound, returnBound, type Promised } from '../core/drill-promise.ts';
import type { DrillPlan } from '../core/drill-report.ts';
import { heirs } from '../core/group/placement.ts';
import { knownHolder } from '../core/group/known-holder.ts';
import { seconds } from '../core/group/moves.ts';
import type { GroupState } from '../core/group/state.ts';
import type { NodeState } from '../core/node/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { Prober } from '../core/ports.ts';
import type { GroupSettings, Settings } from '../core/settings.ts';
import { SECOND_MS, type MonoMs, type NodeName } from '../core/units.ts';
import { askAll } from '../probe/ask-all.ts';
import { systemPlatform } from '../vip/system-platform.ts';
import { adapterKind } from '../vip/system.ts';
import { traitsOf } from '../vip/traits.ts';
import { barsOf } from './orders.ts';

export interface Refused {
  readonly message: string;
  readonly hint: string;
}

export interface PlanSources {
  readonly node: NodeState;
  readonly settings: Settings;
  readonly now: () => MonoMs;
  readonly isStopping: () => boolean;
  /** Why the config file is not the config in force; empty when it is. */
  readonly configProblem: string;
  readonly prober: Prober;
  /** A switchover there and back: nobody is taken for dead, so nothing that is meant for the dead stands against it. */
  readonly planned: boolean;
  readonly platform?: NodeJS.Platform;
}

/** Who plays dead a little longer than promised sees a slow heir; who plays dead for much longer only hurts clients. */
const SLACK_SHARE = 0.5;

/** What a drill of this group would do, or why there can be none now. */
export async function drillPlan(
  group: GroupSettings,
  sources: PlanSources,
): Promise<{ readonly plan: DrillPlan } | { readonly refusal: Refused }> {
  // Asking the witness takes a while, and much may have happened meanwhile.
  const refusal =
    whyNoDrill(group, sources) ??
    (await whyNoWitness(group, sources)) ??
    (group.witness === undefined ? undefined : whyNoDrill(group, sources));
  return refusal === undefined ? { plan: planOf(group, sources) } : { refusal };
}

function whyNoDrill(group: GroupSettings, sources: PlanSources): Refused | undefined {
  const { node, settings, isStopping, configProblem, planned } = sources;
  const now = sources.now();
  const { name, id } = group;
  const no = (message: string, hint: string): Refused => ({ message, hint });
  if (isStopping()) return no('this node is stopping', 'say it on the node that takes over');
  const state = node.groups.get(id)!;
  const view = viewOf(node, id, now);
  if (state.role !== 'active') {
    const { name: holder, known } = knownHolder(state, view);
    return known === 'nobody' || known === 'self'
      ? no(`this node does not hold ${name} (it is ${state.role})`, `"sealbeat explain ${name}" tells more`)
      : no(`this node does not hold ${name}; ${holder} does`, `on ${holder}: sealbeat drill ${name}`);
  }
  for (const held of settings.groups) {
    const refused =
      planned && held.id !== id ? undefined : whyNotNow(held, node.groups.get(held.id)!, planned);
    if (refused !== undefined) return refused;
  }
  if (configProblem !== '')
    return no(`the config file was refused: ${configProblem}`, 'put it right and "sealbeat reload" first');
  for (const { name: peer, alive, digest, promise } of node.links) {
    if (alive && digest !== settings.digest)
      return no(
        `${peer} runs with another config`,
        'bring the same file to all nodes, and reload them first',
      );
    if (!alive && promise !== undefined && now < promise.until)
      return no(`${peer} is away for a restart`, 'wait until it is back');
  }
  if (heirs(view).length === 0)
    return no(
      `nobody could take over ${name} now: ${barsOf(group, node, now, 0)}`,
      `"sealbeat explain ${name}" tells more`,
    );
  if (settings.arbiter !== undefined && (state.lockedUntil === undefined || state.lockedUntil <= now))
    return no(
      `${name} is held without the arbiter's lock, and nobody could take over without it`,
      'bring the arbiter back first',
    );
  return undefined;
}

/** Every group that is held here goes away for a drill, so none of them may be in the middle of something. */
function whyNotNow({ name, fence }: GroupSettings, state: GroupState, planned: boolean): Refused | undefined {
  const no = (message: string, hint: string): Refused => ({ message, hint });
  const { role, heir, order, frozen } = state;
  if (role === 'claiming' || role === 'releasing' || heir !== 0 || order !== undefined)
    return no(`${name} is moving`, 'wait for the end of that');
  if (role !== 'active') return undefined;
  if (state.leaving !== undefined) return no('this node is restarting', 'wait for the end of that');
  if (frozen) return no(`${name} is frozen, and nobody would take over`, `"sealbeat thaw ${name}" first`);
  if (fence !== undefined && !planned)
    return no(
      `${name} has a fence: whoever takes over would switch this host off`,
      `rehearse it with "sealbeat drill ${name} --planned"; what a fence does is tried by itself`,
    );
  return undefined;
}

async function whyNoWitness(
  { name, witness }: GroupSettings,
  { prober, planned }: PlanSources,
): Promise<Refused | undefined> {
  if (witness === undefined || planned) return undefined;
  const { answered, texts } = await askAll(prober, witness.probes, witness);
  return answered
    ? undefined
    : {
        message: `the witness of ${name} does not answer, so nobody would take over: ${texts.join('; ')}`,
        hint: 'bring it back first',
      };
}

function planOf(group: GroupSettings, sources: PlanSources): DrillPlan {
  const { node, settings } = sources;
  const now = sources.now();
  const self = node.policy.self.name;
  const heirOf = ({ id }: GroupSettings): NodeName | '' => heirs(viewOf(node, id, now))[0]?.name ?? '';
  const held = settings.groups.filter(({ id }) => node.groups.get(id)?.role === 'active');
  const groups = held.map((one) => ({ group: one.name, heir: heirOf(one) }));
  const heir = heirOf(group) as NodeName;
  const failover = failoverBound(promisedFor(group, heir, sources));
  const slowest = Math.max(
    ...held.map((one) => failoverBound(promisedFor(one, heirOf(one) || self, sources)).ms),
  );
  const deadMsMax = Math.ceil(slowest * (1 + SLACK_SHARE)) + SECOND_MS;
  return {
    ...{ group: group.name, node: self, heir, groups, failover, deadMsMax },
    back: returnBound(promisedFor(group, self, sources)),
    ...addressesOf(group, heir, sources),
    warnings: warningsOf(groups, node),
  };
}

const promisedFor = (
  group: GroupSettings,
  taker: NodeName,
  { node, settings, platform = systemPlatform }: PlanSources,
): Promised => {
  const { policy } = node.policy.groups.find(({ id }) => id === group.id)!;
  const { upMs } = traitsOf(group, taker, platform);
  return {
    ...{ intervalMs: policy.intervalMs, timeoutMs: policy.timeoutMs, leaseMs: policy.leaseMs, upMs },
    ...{ asks: policy.asks, overlap: policy.overlapAllowed && settings.arbiter === undefined },
  };
};

/** Whoever has the address is asked from here, as a client would; not where addresses only look as if they were there. */
function addressesOf(
  group: GroupSettings,
  heir: NodeName,
  { node, platform = systemPlatform }: PlanSources,
): Pick<DrillPlan, 'addresses' | 'whyNoAddresses'> {
  const kinds = [heir, node.policy.self.name].map((name) =>
    adapterKind(group.adapters.get(name) ?? 'auto', platform),
  );
  if (kinds.includes('simulated')) return { addresses: [], whyNoAddresses: 'the addresses are simulated' };
  if (kinds.includes('command'))
    return { addresses: [], whyNoAddresses: 'a cloud decides where the addresses lead to' };
  return { addresses: group.vips.map(({ address }) => address), whyNoAddresses: '' };
}

const warningsOf = (groups: DrillPlan['groups'], { links, policy }: NodeState): readonly string[] => [
  ...groups
    .filter(({ heir }) => heir === '')
    .map(({ group }) => `nobody can take over ${group}: it is without service until this node is back`),
  ...links.filter(({ alive }) => !alive).map(({ name }) => `${name} is silent`),
  ...(policy.groups.some(({ policy: { failback } }) => failback.mode === 'auto')
    ? [
        `"failback: auto" moves groups by itself, ${seconds(failbackMs(policy.groups))} after a better node is back`,
      ]
    : []),
];

const failbackMs = (groups: NodeState['policy']['groups']): number =>
  Math.min(
    ...groups.map(({ policy: { failback } }) => (failback.mode === 'auto' ? failback.delayMs : Infinity)),
  );
