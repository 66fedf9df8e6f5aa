import type { GroupState } from '../../src/core/group/state.ts';
import type { NodeState } from '../../src/core/node/state.ts';
import type { Link } from '../../src/core/peer/link.ts';
import type { Host } from './host.ts';
import { Violation, type Around, type World } from './world.ts';

/**
 * I5, first half: a frame that is not accepted changes nothing but counters. Timers that are due are run first, so that
 * whatever differs afterwards was the frame's doing. Not compared, because PROTOCOL.md lets an unaccepted frame change
 * them: what is noted of a peer that cannot be reached, and what an answer costs (numbers, buckets).
 */
export const compareAround =
  (world: World, { most }: { most: number }): Around =>
  (host, isForeign, deliver) => {
    const { agent } = host;
    if (!isForeign || agent === undefined || most <= 0) return void deliver();
    most -= 1;
    // A timer before its time asks no rules; a carrier that is lost always does, and changes nothing by itself.
    host.feed((at) => ({ ...at, kind: 'carrier', up: false }));
    if (host.agent !== agent) return void deliver();
    const before = likeness(agent.node);
    const accepted = likeness(agent.node, { isStale: true });
    const verified = world.sealing.verified;
    const opened = sessionsOf(agent.node);
    const done = deliver();
    const verdict = done?.verdict;
    if (verdict === undefined || verdict === 'ok') return;
    // A stale one of the open session says "received", and it may open a session; it must not say anything else.
    const isStale = verdict === 'stale';
    if (isStale && sessionsOf(agent.node) !== opened) return;
    // It is genuine all the same: it may show that our own clock stood still.
    if (isStale && done!.effects.some(({ kind }) => kind === 'drain')) return;
    const now = isStale ? likeness(agent.node, { isStale }) : likeness(agent.node);
    if (now !== (isStale ? accepted : before)) {
      throw new Violation(
        'I5',
        `a frame that came to "${verdict}" changed ${host.name}:\n${difference(isStale ? accepted : before, now)}`,
      );
    }
    if (verdict === 'replay' || verdict === 'late' || verdict === 'retired') {
      if (world.sealing.verified !== verified)
        throw new Violation('I5', `a "${verdict}" cost a signature check`);
    }
    forbidEffects(
      host,
      verdict,
      done!.effects.map(({ kind }) => kind),
    );
  };

function forbidEffects(host: Host, verdict: string, kinds: readonly string[]): void {
  const forbidden = kinds.find((kind) => kind !== 'send');
  if (forbidden !== undefined)
    throw new Violation('I5', `a "${verdict}" made ${host.name} do "${forbidden}"`);
  if (kinds.length > 1)
    throw new Violation('I5', `a "${verdict}" made ${host.name} send ${kinds.length} frames`);
}

const sessionsOf = (node: NodeState): number =>
  node.links.reduce((sum, { sessionsOpened }) => sum + sessionsOpened, 0);

function likeness(node: NodeState, { isStale = false } = {}): string {
  const links = node.links.map((link) => linkLikeness(link, isStale));
  const groups = [...node.groups.values()].map(groupLikeness);
  return [...links, ...groups].join('\n');
}

function linkLikeness(link: Link, isStale: boolean): string {
  const { name, alive, deadline, heardSince, freshAt, lostAt, graceUsed, saysHearsUs, saysCanReceive } = link;
  const { intervalMs, timeoutMs, digest } = link;
  const said = [...link.groups].map(([id, { record }]) => `${id} ${Object.values(record).join()}`);
  const always = {
    name,
    alive,
    deadline,
    heardSince,
    freshAt,
    lostAt,
    graceUsed,
    saysHearsUs,
    saysCanReceive,
  };
  const word = { intervalMs, timeoutMs, digest, said };
  const { tx, rx, openFloor, offsetMs, anchorAt, ackedTx, sessionsOpened, retired } = link;
  const session = {
    tx: [tx.session, tx.newestAcked, tx.everAcked],
    rx: rx && [rx.session, rx.newest, rx.newestEcho, rx.newestAt, rx.window.top, ...rx.window.words],
    ...{ openFloor, offsetMs, anchorAt, ackedTx, sessionsOpened, retired },
  };
  return JSON.stringify(isStale ? { ...always, ...word } : { ...always, ...word, ...session });
}

function groupLikeness(state: GroupState): string {
  const { strays, steady, ...rest } = state;
  return JSON.stringify({ ...rest, strays: [...strays], steady: [...steady] });
}

function difference(before: string, after: string): string {
  const now = after.split('\n');
  return before
    .split('\n')
    .flatMap((line, index) => (line === now[index] ? [] : [`  before ${line}`, `  after  ${now[index]}`]))
    .join('\n');
}
