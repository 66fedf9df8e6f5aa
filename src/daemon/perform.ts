import type { GroupEffect } from '../core/group/state.ts';
import type { NodeEffect, NodeState } from '../core/node/state.ts';
import type { Clock, Log, Random } from '../core/ports.ts';
import { SECOND_MS, type GroupId, type GroupName } from '../core/units.ts';
import type { Links } from '../net/links.ts';
import type { Keyring } from '../wire/keyring.ts';
import type { Counters } from './counters.ts';
import type { EpochStore } from './epochs.ts';
import type { History } from './history.ts';
import { whenDrained } from './drain.ts';
import type { Happening } from './loop.ts';
import type { Hooks } from './hooks.ts';
import type { Questions } from './questions.ts';
import { sealFor } from './transmit.ts';
import type { VipQueue } from './vip-queue.ts';

/** What the effects need; the parts that a reload may replace are asked for each time. */
export interface Hands {
  readonly node: NodeState;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly counters: Counters;
  readonly history: History;
  readonly epochs: EpochStore;
  readonly net: Links;
  readonly tell: (happening: Happening) => void;
  readonly keyring: () => Keyring;
  readonly queueOf: (group: GroupId) => VipQueue | undefined;
  readonly announce: (group: GroupId, contested: boolean) => void;
  readonly questions: Questions;
  readonly hooks: Hooks;
  /** The VIPs are left and the peers know it; or not. */
  readonly onLeft: () => void;
  readonly onNotLeft: (cause: string) => void;
  /** A drill's silence is over. */
  readonly onCameAlive: (end: Extract<NodeEffect, { readonly kind: 'cameAlive' }>) => void;
  readonly groupName: (group: GroupId) => GroupName;
}

type Performers<E extends { readonly kind: string }, A extends readonly unknown[] = []> = {
  readonly [K in E['kind']]: (effect: Extract<E, { kind: K }>, ...more: A) => void;
};

/** One line per effect: a new effect does not compile until it has one. Outcomes come back as events. */
export function performer(hands: Hands): (effect: NodeEffect) => void {
  const { node, log, counters, history, net } = hands;

  const call = (
    effect: Exclude<Extract<GroupEffect, { readonly call: number }>, { kind: 'leave' }>,
    group: GroupId,
  ): void => hands.queueOf(group)?.add(effect.kind, effect.call);

  const forGroup: Performers<GroupEffect, [GroupId]> = {
    up: call,
    renew: call,
    down: call,
    look: call,
    leave: ({ call: id, withinMs }, group) => hands.queueOf(group)?.leave(id, withinMs / SECOND_MS),
    ask: ({ question, id, about }, group) => {
      counters.add(`asked: ${question}`);
      hands.questions.ask(group, question, id, about);
    },
    unlock: (_, group) => hands.questions.unlock(group),
    prepare: ({ id }, group) =>
      void hands.hooks.beforeDown(group).then(() => hands.tell({ kind: 'prepared', group, id })),
    unprepare: (_, group) => hands.hooks.staysUp(group),
    announce: ({ contested }, group) => {
      counters.add('announcements');
      hands.announce(group, contested);
    },
    remember: ({ epoch }, group) => hands.epochs.put(hands.groupName(group), epoch),
    moved: ({ from, to, cause }, group) => {
      const subject = hands.groupName(group);
      counters.add(`moved to ${to}`);
      log.info({ group: subject, from, to, cause }, `${subject}: ${from} → ${to}: ${cause}`);
      history.add({ kind: 'role', subject, text: `${from} → ${to}`, cause });
      hands.hooks.onMoved(group, from, to);
    },
    told: ({ text, cause }, group) => {
      const subject = hands.groupName(group);
      counters.add(`told: ${text}`);
      // What fails again and again is counted; the log says it as often as the history keeps it.
      if (history.add({ kind: 'vip', subject, text, cause }) !== undefined)
        log.warn({ group: subject, cause }, `${subject}: ${text}: ${cause}`);
    },
  };

  const forNode: Performers<NodeEffect> = {
    send: ({ peer, path, body }) => {
      const link = node.links.find(({ number }) => number === peer);
      if (link === undefined) return;
      counters.add('frames sent');
      const frame = sealFor(link, body, {
        keyring: hands.keyring(),
        random: hands.random,
        clock: hands.clock,
      });
      if (body.answer) net.answer(peer, path, frame);
      else net.send(peer, path, frame);
    },
    group: ({ group, effect }) => perform(forGroup, effect, group),
    peer: ({ name, text, cause }) => {
      const found = node.links.find((link) => link.name === name && link.alive);
      if (found !== undefined) net.refresh(found.number);
      log.info({ peer: name, cause }, `${name} ${text}: ${cause}`);
      history.add({ kind: 'peer', subject: name, text, cause });
    },
    node: ({ text, cause }) => {
      log.warn({ cause }, `${text}: ${cause}`);
      history.add({ kind: 'daemon', subject: '', text, cause });
    },
    left: () => hands.onLeft(),
    notLeft: ({ cause }) => hands.onNotLeft(cause),
    cameAlive: (effect) => hands.onCameAlive(effect),
    redial: ({ peer, path }) => {
      counters.add('connections closed: stuck');
      net.redial(peer, path);
    },
    drain: () => whenDrained(net.received, () => hands.tell({ kind: 'drained' })),
  };
  return (effect) => perform(forNode, effect);
}

/** TypeScript cannot see that a table's line fits the effect that chose it; this is the one place that knows. */
function perform<E extends { readonly kind: string }, A extends readonly unknown[]>(
  table: Performers<E, A>,
  effect: E,
  ...more: A
): void {
  const line = table[effect.kind as E['kind']] as (effect: E, ...more: A) => void;
  line(effect, ...more);
}
