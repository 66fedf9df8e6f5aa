import { isPending } from '../core/group/asking.ts';
import { effectivePriority, LEASE_ROUNDING_MS, someApart } from '../core/group/election.ts';
import { dampedFacts } from '../core/group/damping.ts';
import { knownHolder } from '../core/group/known-holder.ts';
import { seconds } from '../core/group/moves.ts';
import type { GroupState, GroupView } from '../core/group/state.ts';
import { canReceive, viewOf } from '../core/node/view.ts';
import type { NodeState } from '../core/node/state.ts';
import { hearsUs, timeoutFor, type Link } from '../core/peer/link.ts';
import { isSuspect } from '../core/peer/suspicion.ts';
import { isUnproven } from '../core/peer/unproven.ts';
import type { Clock, Vip } from '../core/ports.ts';
import type { AlertReport, GroupReport, HookReport, PeerReport, StatusReport } from '../core/report.ts';
import { CONFIG_PARTS, type ConfigPart, type GroupSettings, type Settings } from '../core/settings.ts';
import { MINUTE_MS, SECOND_MS, type GroupId, type MonoMs, type NodeId } from '../core/units.ts';
import { pathReports, pathsDown } from './path-status.ts';
import type { Checks } from './checks.ts';
import type { Look } from './groups.ts';

export interface StatusSources {
  readonly node: NodeState;
  readonly clock: Clock;
  readonly version: string;
  readonly configPath: string;
  readonly configProblem: string;
  readonly settings: Settings;
  readonly counters: Readonly<Record<string, number>>;
  /** What adapters complain of, as sentences. */
  readonly problems: readonly string[];
  readonly vipsOf: (group: GroupSettings) => readonly Vip[];
  readonly lookOf: (group: GroupId) => Look | undefined;
  readonly notesOf: (group: GroupId) => readonly string[];
  readonly checksOf?: Checks['reportOf'];
  readonly hooksOf?: (group: GroupId) => readonly HookReport[] | undefined;
  readonly alerts?: readonly AlertReport[] | undefined;
}

/** The whole state as people and programs see it. Reads only. */
export function statusReport(sources: StatusSources): StatusReport {
  const { node, clock, settings } = sources;
  const now = clock.nowMs();
  const peers = node.links.map((link) => peerReport(link, node, settings, now));
  const groups = settings.groups.map((group) => groupReport(group, sources, now));
  return {
    at: new Date(clock.wallMs()).toISOString(),
    version: sources.version,
    node: node.policy.self.name,
    cluster: settings.cluster,
    upForMs: now - node.startedAt,
    restarting: node.leaving === undefined ? undefined : true,
    configPath: sources.configPath,
    configDigest: settings.digest,
    keyIds: ownKeyIds(node, settings),
    configProblem: sources.configProblem,
    intervalMs: settings.heartbeat.intervalMs,
    timeoutMs: settings.heartbeat.timeoutMs,
    leaseSeconds: settings.leaseSeconds,
    peers,
    groups,
    alarms: alarms(sources, peers, groups, now),
    counters: { ...sources.counters, stalls: node.stalls },
    ...(sources.alerts === undefined ? {} : { alerts: sources.alerts }),
  };
}

function peerReport(link: Link, node: NodeState, settings: Settings, now: MonoMs): PeerReport {
  const { policy } = node;
  const state = isUnproven(link, now, policy)
    ? 'unproven'
    : !link.alive
      ? 'silent'
      : isSuspect(link, now, policy)
        ? 'suspect'
        : 'alive';
  return {
    name: link.name,
    state,
    hearsUs: hearsUs(link, now, policy),
    heardAgoMs: link.freshAt === undefined ? undefined : now - link.freshAt,
    awayForMs: awayForMs(link, now),
    timeoutMs: timeoutFor(link, policy),
    intervalMs: link.intervalMs,
    sessions: link.sessionsOpened,
    configDrift: link.alive && link.digest !== settings.digest,
    configDiffers: differingParts(link, settings),
    knowsOurKey: knowledgeOf(link, ownKeyIds(node, settings)),
    paths: pathReports(link, { settings, self: policy.self.name }, now, timeoutFor(link, policy)),
    rejects: Object.fromEntries(link.rejects),
  };
}

function awayForMs({ alive, promise }: Link, now: MonoMs): number | undefined {
  return alive || promise === undefined || now >= promise.until ? undefined : promise.until - now;
}

const ownKeyIds = ({ policy }: NodeState, { nodes }: Settings): readonly NodeId[] =>
  (nodes.find(({ name }) => name === policy.self.name)?.keys ?? []).map(({ id }) => id);

/** While it is silent this stays what it last said: it may come back with another config, which its next frame tells. */
function knowledgeOf({ namedOurKey }: Link, keyIds: readonly NodeId[]): 'newest' | 'older' | 'unknown' {
  if (namedOurKey === undefined || !keyIds.includes(namedOurKey)) return 'unknown';
  return namedOurKey === keyIds[0] ? 'newest' : 'older';
}

/** What a peer's config says otherwise, as far as it has told. */
function differingParts({ alive, digest, configParts }: Link, settings: Settings): readonly ConfigPart[] {
  if (!alive || digest === settings.digest || configParts.length === 0) return [];
  return CONFIG_PARTS.filter(
    (part, place) => (configParts[place] ?? settings.partDigests[part]) !== settings.partDigests[part],
  );
}

const differenceText = ({ configDiffers = [] }: PeerReport): string =>
  configDiffers.length === 0 ? '' : `: other ${configDiffers.join(', ')}`;

function groupReport(group: GroupSettings, sources: StatusSources, now: MonoMs): GroupReport {
  const { node, vipsOf, lookOf, notesOf, checksOf, hooksOf = () => undefined } = sources;
  const look = lookOf(group.id);
  const state = node.groups.get(group.id)!;
  const view = viewOf(node, group.id, now);
  const held = knownHolder(state, view);
  return {
    name: group.name,
    role: state.role,
    fault: state.fault?.text ?? deafFault(state, view),
    why: state.cause,
    sinceMs: now - state.since,
    has: state.has,
    priority: effectivePriority(state, view),
    basePriority: view.basePriority,
    epoch: state.role === 'active' ? state.epoch : state.epochSeen,
    holder: held.name,
    holderKnown: held.known,
    backWithinMs: held.backWithinMs,
    heir: view.names[state.heir - 1] ?? '',
    drained: state.drained,
    frozen: state.frozen,
    sticky: state.sticky,
    renewedAgoMs:
      state.has && state.renewedAt !== undefined && view.policy.leaseMs > 0
        ? now - state.renewedAt
        : undefined,
    ...agreement(state, view),
    damped: dampedFacts(state, view),
    vips: vipsOf(group).map((vip) => ({
      address: vip.address,
      prefixLength: vip.prefixLength,
      link: vip.link,
      present: look?.isFound(vip) ?? false,
      lookedAgoMs: look === undefined ? undefined : now - look.at,
    })),
    adapter: group.adapters.get(node.policy.self.name) ?? 'auto',
    notes: notesOf(group.id),
    ...failingElsewhere(view),
    ...checksOf?.(group.id, view.basePriority),
    hooks: hooksOf(group.id),
  };
}

function failingElsewhere({ peers }: GroupView): Pick<GroupReport, 'failingElsewhere'> {
  const failing = peers.filter(({ alive, record }) => alive && record?.checksOnly === true);
  return failing.length === 0 ? {} : { failingElsewhere: failing.map(({ name }) => name) };
}

const LOCK_SLACK_MS = SECOND_MS;

/** Who has to agree to what this group does, and what they last said. */
function agreement(state: GroupState, view: GroupView): Pick<GroupReport, 'asking' | 'witness' | 'lock'> {
  const { witness, lock } = state.answers;
  const pending = (['confirm', 'witness', 'lock', 'fence'] as const).filter((one) =>
    isPending(state, view, one),
  );
  const leftMs = state.lockedUntil === undefined ? 0 : state.lockedUntil - view.now;
  return {
    asking: state.asking && { questions: pending, sinceMs: view.now - state.asking.since },
    witness: witness && {
      answers: witness.outcome === 'yes',
      text: witness.text,
      agoMs: view.now - witness.askedAt,
    },
    lock:
      view.policy.asks.lock === undefined
        ? undefined
        : {
            leftMs: leftMs > 0 ? leftMs : undefined,
            problem: lock === undefined || lock.outcome === 'yes' ? '' : lock.text,
            agoMs: lock && view.now - lock.askedAt,
          },
  };
}

/** What is wrong with witness and lock. Nobody asks the witness while all is well, so that an old no says nothing then. */
function agreementAlarms(
  { name, witness, lock, role }: GroupReport,
  state: GroupState,
  view: GroupView,
): readonly string[] {
  const found: string[] = [];
  const matters = state.witnessLostAt !== undefined || someApart(view);
  if (witness !== undefined && !witness.answers && matters)
    found.push(`${name}: the witness does not answer: ${witness.text}`);
  const { ttlMs = 0 } = view.policy.asks.lock ?? {};
  if (lock === undefined || role !== 'active') return found;
  const why = lock.problem === '' ? '' : `: ${lock.problem}`;
  if (lock.leftMs === undefined) return [...found, `${name} is held without the arbiter's lock${why}`];
  const ageMs = ttlMs - lock.leftMs;
  // It is renewed after a third of its time, and asking takes a moment.
  if (ageMs <= ttlMs / 3 + LOCK_SLACK_MS) return found;
  const left = `it runs for another ${seconds(lock.leftMs)}`;
  return [...found, `${name}: the lock was not renewed for ${seconds(ageMs)}; ${left}${why}`];
}

function dampedAlarms({ name, damped }: GroupReport): readonly string[] {
  if (damped === undefined) return [];
  const { holds, moves, withinMs, forMs } = damped;
  const what = holds === 'failback' ? 'does not fail back' : 'stays where it is, whatever checks say';
  const often = `it has moved ${moves} times within ${Math.round(withinMs / MINUTE_MS)} min`;
  return [`${name}: ${often}, so for another ${seconds(forMs)} it ${what}`];
}

const DEAF = 'deaf: nothing is received on the interface, so who is silent cannot be told';
const deafFault = (state: GroupState, view: GroupView): string =>
  !view.canReceive && (state.role === 'standby' || state.role === 'init') ? DEAF : '';

function alarms(
  { node, configProblem, problems, settings }: StatusSources,
  peers: readonly PeerReport[],
  groups: readonly GroupReport[],
  now: MonoMs,
): readonly string[] {
  const found: string[] = [];
  if (configProblem !== '')
    found.push(`the config file was refused, the old one is in force: ${configProblem}`);
  found.push(...problems);
  const { playingDead } = node;
  if (playingDead !== undefined)
    found.push(`a drill: this node plays dead, for another ${seconds(playingDead.until - now)} at most`);
  for (const peer of peers) {
    const { name } = peer;
    if (peer.state === 'unproven') found.push(`${name} reaches me but I don't reach ${name}: firewall?`);
    else if (peer.awayForMs !== undefined)
      found.push(`${name} restarts: it is waited for another ${seconds(peer.awayForMs)}`);
    else if (peer.state === 'silent') found.push(`${name} is silent`);
    else if (!peer.hearsUs && playingDead === undefined)
      found.push(`${name} is heard but does not hear me: one-way cut or firewall?`);
    const link = node.links.find((one) => one.name === name);
    if (link !== undefined && peer.state === 'alive') found.push(...pathsDown(link, peer, now));
    if (peer.configDrift) found.push(`${name} runs with another config${differenceText(peer)}`);
    if (peer.timeoutMs > node.policy.timeoutMs) {
      found.push(
        `${name} beats so slowly that it is given ${Math.round(peer.timeoutMs)} ms instead of ${node.policy.timeoutMs} ms`,
      );
    }
    const third = link?.openedAt.at(-3);
    if (third !== undefined && now - third < 10 * node.policy.timeoutMs) {
      found.push(`${name} changed its session three times in a short while: do two agents use its identity?`);
    }
  }
  for (const group of groups) {
    if (group.fault !== '') found.push(`${group.name}: ${group.fault}`);
    const id = settings.groups.find(({ name }) => name === group.name)!.id;
    found.push(...agreementAlarms(group, node.groups.get(id)!, viewOf(node, id, now)));
    if (group.holderKnown === 'nobody' && playingDead === undefined)
      found.push(`${group.name}: nobody is known to hold it`);
    found.push(...dampedAlarms(group));
    if (group.frozen)
      found.push(`${group.name} is frozen: if its holder dies, nobody serves until "sealbeat thaw"`);
  }
  const overlapMs = settings.leaseSeconds * SECOND_MS + LEASE_ROUNDING_MS - node.policy.timeoutMs;
  if (settings.leaseSeconds > 0 && overlapMs > 0) {
    const seconds = (overlapMs / SECOND_MS).toFixed(1);
    found.push(
      `timeout is shorter than lease + 1.2 s: a frozen holder and its successor may overlap for ${seconds} s`,
    );
  }
  if (!canReceive(node, now) && !groups.some(({ fault }) => fault === DEAF))
    found.push("nothing is received on the VIPs' interfaces");
  return found;
}
