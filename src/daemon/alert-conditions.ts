import type { PeerReport, StatusReport } from '../core/report.ts';
import type { AlertKind } from '../core/settings.ts';
import { SECOND_MS, type MonoMs } from '../core/units.ts';
import type { Draft } from './alert-message.ts';

/** Something that lasts, is told when it begins and when it is over. */
export interface Condition {
  readonly kind: AlertKind;
  /** The same for as long as it lasts, whatever its sentence says of times. */
  readonly key: string;
  readonly group: string;
  readonly text: string;
  readonly severity: 'critical' | 'warning';
  /** False where another node tells it; what has been told all the same is told to its end. */
  readonly isOurs: boolean;
}

/** Alarms about alerts themselves begin like this, and are shown but not sent. */
export const ALERTS_PREFIX = 'alerts: ';

/** What of a status is worth telling. */
export function conditionsOf(report: StatusReport): readonly Condition[] {
  const faults = report.groups
    .filter(({ fault }) => fault !== '')
    .map(({ name, fault, holder }): Condition => ({
      ...{ kind: 'faults', key: `fault ${name}`, group: name, text: `${name}: ${fault}`, isOurs: true },
      severity: holder === '' ? 'critical' : 'warning',
    }));
  const isOurs = speaksForAll(report);
  const silent = report.peers.filter(isSilent).map(({ name }): Condition => ({
    ...{ kind: 'peers', key: `peer ${name}`, group: '', text: `${name} is silent`, isOurs },
    severity: 'warning',
  }));
  const said = new Set([...faults, ...silent].map(({ text }) => text));
  const away = report.peers.filter(({ awayForMs }) => awayForMs !== undefined);
  const alarms = report.alarms
    .filter((text) => !said.has(text) && !text.startsWith(ALERTS_PREFIX))
    // An announced restart is no alarm, as long as it keeps its promise.
    .filter((text) => !away.some(({ name }) => text.startsWith(`${name} restarts:`)))
    .map((text): Condition => ({ ...alarmPlace(text, report), kind: 'alarms', text, isOurs: true }));
  return [...faults, ...silent, ...alarms];
}

const isSilent = ({ state, awayForMs }: PeerReport): boolean => state === 'silent' && awayForMs === undefined;

/** Of the nodes that hear each other the first by name tells of those that none hears: one message and not several. */
const speaksForAll = ({ node, peers }: StatusReport): boolean =>
  peers.every(({ name, state }) => state === 'silent' || node < name);

function alarmPlace(text: string, { groups }: StatusReport): Pick<Condition, 'key' | 'group' | 'severity'> {
  const group = groups.find(({ name }) => text.startsWith(`${name}:`) || text.startsWith(`${name} is `));
  const isCritical = group !== undefined && text === nobodyHolds(group.name);
  return {
    key: `alarm ${withoutTimes(text)}`,
    group: group?.name ?? '',
    severity: isCritical ? 'critical' : 'warning',
  };
}

export const nobodyHolds = (group: string): string => `${group}: nobody is known to hold it`;

/** The same alarm a moment later says other times and shares. */
const withoutTimes = (text: string): string =>
  text.replace(/less than a minute|\b\d+(\.\d+)?\s?(ms|s|min|h|%)(?![a-z0-9])/g, '#');

export interface Tracker {
  /** What is so now; returns what is to be told of it. */
  update(now: MonoMs, conditions: readonly Condition[]): readonly Aged[];
  /** It need not be told when it begins, because something else tells it. */
  assumeTold(key: string, now: MonoMs): void;
}

/** What is over sooner is not told, and neither is an end that does not last. */
export const SETTLE_MS = 2 * SECOND_MS;
/** Of a process that has just started, everything is silent at first. */
const START_MS = 10 * SECOND_MS;
/** How long something may take to show up after it was told in other words. */
const ASSUMED_MS = 30 * SECOND_MS;

interface Tracked {
  readonly condition: Condition;
  readonly since: MonoMs;
  readonly told: boolean;
  readonly goneSince: MonoMs | undefined;
}

export function newTracker(startedAt: MonoMs): Tracker {
  const known = new Map<string, Tracked>();
  const assumed = new Map<string, MonoMs>();

  const seen = (now: MonoMs, condition: Condition): Aged | undefined => {
    const before = known.get(condition.key) ?? { since: now, told: false };
    const from = Math.max(before.since, startedAt + START_MS - SETTLE_MS);
    const isDue = !before.told && now - from >= SETTLE_MS && condition.isOurs;
    const { since } = before;
    known.set(condition.key, { condition, since, told: before.told || isDue, goneSince: undefined });
    const isAssumed = now - (assumed.get(condition.key) ?? Number.NEGATIVE_INFINITY) < ASSUMED_MS;
    return isDue && !isAssumed ? begun(condition, now - since) : undefined;
  };
  const missing = (now: MonoMs, key: string, tracked: Tracked): Aged | undefined => {
    const goneSince = tracked.goneSince ?? now;
    if (tracked.told && now - goneSince < SETTLE_MS) {
      known.set(key, { ...tracked, goneSince });
      return undefined;
    }
    known.delete(key);
    return tracked.told ? ended(tracked.condition, now - tracked.since) : undefined;
  };
  return {
    update(now, conditions) {
      const present = new Set(conditions.map(({ key }) => key));
      const drafts = [
        ...[...known].filter(([key]) => !present.has(key)).map(([key, one]) => missing(now, key, one)),
        ...conditions.map((condition) => seen(now, condition)),
      ];
      for (const [key, at] of assumed) if (now - at >= ASSUMED_MS) assumed.delete(key);
      return drafts.filter((draft) => draft !== undefined);
    },
    assumeTold: (key, now) => void assumed.set(key, now),
  };
}

/** How long ago it began, for whoever knows what time it is. */
export type Aged = Draft & { readonly agoMs: number };

const begun = ({ kind, key, group, severity, text }: Condition, agoMs: number): Aged => ({
  ...{ kind, key, severity, title: text, text, agoMs },
  ...(group === '' ? {} : { group }),
});

function ended({ kind, key, group, text }: Condition, agoMs: number): Aged {
  const words = kind === 'peers' ? `${text.replace(/ is silent$/, '')} is heard again` : `over: ${text}`;
  return {
    ...{ kind, key, severity: 'info', resolved: true, title: words, text: words, agoMs },
    ...(group === '' ? {} : { group }),
  };
}
