import { isDeepStrictEqual } from 'node:util';
import type { AlertMessage } from '../alert/message.ts';
import type { Outbox } from '../alert/outbox.ts';
import type { EventRecord } from '../core/report.ts';
import type { AlertKind, AlertSettings, Settings } from '../core/settings.ts';
import { after, SECOND_MS, type WallMs } from '../core/units.ts';
import {
  ALERTS_PREFIX,
  conditionsOf,
  newTracker,
  nobodyHolds,
  type Aged,
  type Tracker,
} from './alert-conditions.ts';
import { messageMaker, summaryOf, type Draft } from './alert-message.ts';
import { newAlertMoves, type AlertMoves } from './alert-moves.ts';
import type { AlertPorts, Alerts } from './alerts.ts';

const LOOK_EVERY_MS = SECOND_MS;
const CLOSE_MS = 3 * SECOND_MS;
/** A process that restarts has promised to be back. */
const LEAVE_MS = 200;

interface Open {
  readonly settings: AlertSettings;
  readonly groups: Settings['groups'];
  readonly outbox: Outbox;
}

/** Events that are told as they come; what lasts is in alert-conditions.ts, and moves are in alert-moves.ts. */
const toldEvents: Readonly<Record<string, (record: EventRecord) => Draft>> = {
  check: ({ subject, text, cause }) => ({
    ...{ kind: 'checks', severity: 'warning', group: subject, title: `${subject}: ${text}`, cause },
    text: cause === '' ? `${subject}: ${text}` : `${subject}: ${text}: ${cause}`,
  }),
};

/** Loaded when a config wants somebody told (alerts.ts). */
export function newTeller({ node, clock, random, log, history, version, status }: AlertPorts): Alerts {
  let open: Open | undefined;
  let make: ((draft: Draft) => AlertMessage) | undefined;
  let moves: AlertMoves | undefined;
  let tracker: Tracker | undefined;
  let cancelLook: (() => void) | undefined;
  let forgetEvents: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const isWanted = (kind: Draft['kind']): boolean => open?.settings.on.includes(kind as AlertKind) === true;
  const tell = (draft: Draft): void => {
    if (make !== undefined && isWanted(draft.kind)) open?.outbox.add(make(draft));
  };
  const tellAged = ({ agoMs, ...draft }: Aged): void =>
    tell({ ...draft, since: Math.floor(clock.wallMs() - agoMs) as WallMs });
  const watched = (): boolean => isWanted('faults') || isWanted('alarms') || isWanted('peers');

  const look = (): void => {
    cancelLook = clock.wakeAt(after(clock.nowMs(), LOOK_EVERY_MS), look);
    moves?.foundAgain();
    if (tracker === undefined || !watched()) return;
    const lostTold = open?.groups.filter(({ name }) => moves?.isToldLost(name)).map(({ name }) => name) ?? [];
    const conditions = conditionsOf(status()).filter(
      ({ text }) => !lostTold.some((name) => text === nobodyHolds(name)),
    );
    for (const draft of tracker.update(clock.nowMs(), conditions)) tellAged(draft);
  };
  const begin = (settings: Settings): void => {
    if (make !== undefined) return;
    make = messageMaker({ cluster: settings.cluster, node: node.policy.self.name, clock });
    const following = newTracker(clock.nowMs());
    tracker = following;
    moves = newAlertMoves({
      ...{ node, clock, tell },
      nameOfGroup: (id) => open?.groups.find((group) => group.id === id)?.name,
      onMovedFrom: (name) => isWanted('moves') && following.assumeTold(`peer ${name}`, clock.nowMs()),
    });
    forgetEvents = history.onEvent((record) => {
      const draft = toldEvents[record.kind]?.(record);
      if (draft !== undefined) tell(draft);
    });
    cancelLook = clock.wakeAt(after(clock.nowMs(), LOOK_EVERY_MS), look);
  };
  const inForce = (settings: Settings, next: Open | undefined, isSame: boolean) => (): void => {
    if (isSame && open !== undefined && next === undefined) {
      open = { ...open, groups: settings.groups };
      return;
    }
    open = next;
    if (next !== undefined) begin(settings);
  };
  const onGivenUp = (name: string, { title }: AlertMessage, why: string): void => {
    const text = `${ALERTS_PREFIX}${name} was not told "${title}"`;
    if (history.add({ kind: 'alarm', subject: '', text, cause: why }) !== undefined)
      log.warn({ target: name, cause: why }, `${text}: ${why}`);
  };
  const openFor = async (settings: AlertSettings, all: Settings): Promise<() => Open> => {
    // Only when the config wants it: a daemon that tells nobody does without all of this.
    const [{ openTargets }, { newOutbox }] = await Promise.all([
      import('../alert/open.ts'),
      import('../alert/outbox.ts'),
    ]);
    const { name } = node.policy.self;
    return () => {
      const inherited = open?.outbox.handOver();
      const outbox = newOutbox(openTargets(settings, { node: name, version, clock }), settings, {
        ...{ clock, random },
        ...(inherited === undefined ? {} : { inherited }),
        onGivenUp: (target, message, why) => onGivenUp(target.name, message, why),
        summary: (held) => make!(summaryOf(held, settings.rate.perMs)),
      });
      return { settings, groups: all.groups, outbox };
    };
  };
  const sayLost = (lost: ReadonlyMap<string, number>): void => {
    for (const [name, count] of lost)
      log.warn({ target: name, count }, `${ALERTS_PREFIX}${count} not delivered to ${name} before the end`);
  };
  return {
    async prepare(settings) {
      const { alerts } = settings;
      if (alerts !== undefined && isDeepStrictEqual(alerts, open?.settings))
        return inForce(settings, undefined, true);
      if (alerts === undefined) {
        return () => {
          const old = open?.outbox;
          open = undefined;
          void old?.close(CLOSE_MS).then(sayLost);
        };
      }
      const opened = await openFor(alerts, settings);
      return () => inForce(settings, opened(), false)();
    },
    onEffect(effect) {
      if (open !== undefined) moves?.onEffect(effect);
    },
    onStep() {
      if (open !== undefined) moves?.onStep();
    },
    reports: () => open?.outbox.reports(),
    alarms: () =>
      (open?.outbox.reports() ?? [])
        .filter(({ problem }) => problem !== '')
        .map(({ name, queued, problem }) => `${ALERTS_PREFIX}${name}: ${problem}${waiting(queued)}`),
    close() {
      closing ??= (async () => {
        moves?.stop();
        cancelLook?.();
        forgetEvents?.();
        const { outbox } = open ?? {};
        if (outbox !== undefined)
          sayLost(await outbox.close(node.leaving === undefined ? CLOSE_MS : LEAVE_MS));
      })();
      return closing;
    },
  };
}

const waiting = (count: number): string =>
  count === 0 ? '' : `; ${count} ${count === 1 ? 'waits' : 'wait'}`;
