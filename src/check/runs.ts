import { addsItsNumber, checksOn, type CheckQuestion, type CheckSettings } from '../core/checks/settings.ts';
import {
  firstStanding,
  standingAfter,
  WITHOUT_MAX,
  type CheckAnswer,
  type Standing,
} from '../core/checks/standing.ts';
import { addsOf, arithmeticOf, healthOf, type Arithmetic } from '../core/checks/sum.ts';
import { isSameHealth, type Health } from '../core/group/health.ts';
import type { Clock } from '../core/ports.ts';
import type { CheckReport } from '../core/report.ts';
import type { GroupSettings, Settings } from '../core/settings.ts';
import type { GroupId, MonoMs, NodeName } from '../core/units.ts';
import { laneOf, type Asker } from './asker.ts';
import { newSchedule } from './schedule.ts';
import { firstAfterMs } from './spread.ts';
import { subjectText } from './subject-text.ts';

/** A check that has turned, for the history. */
export interface Turn {
  readonly group: GroupSettings['name'];
  readonly check: string;
  readonly is: Standing['is'];
  readonly vital: boolean;
  /** What it said last. */
  readonly output: string;
}

export interface RunsPorts {
  readonly clock: Clock;
  readonly ask: Asker;
  readonly platform: NodeJS.Platform;
  readonly node: NodeName;
  /** Only when it is another than before. */
  readonly onHealth: (group: GroupId, health: Health) => void;
  readonly onTurn: (turn: Turn) => void;
  readonly count: (name: string) => void;
}

/** All checks of this node: asked, judged, added up and shown. */
export interface Runs {
  /** A check that asks what it asked before keeps where it stands. */
  configure(settings: Settings): void;
  reports(group: GroupId): readonly CheckReport[];
  arithmetic(group: GroupId, base: number): Arithmetic;
  alarms(): readonly string[];
  stop(): void;
}

interface Run {
  readonly group: GroupSettings['name'];
  readonly id: GroupId;
  readonly key: string;
  check: CheckSettings;
  standing: Standing;
  last: { readonly at: MonoMs; readonly tookMs: number; readonly text: string } | undefined;
  slow: number;
  behind: number;
  count: number;
  end: () => void;
}

export function newRuns(ports: RunsPorts): Runs {
  const { clock, ask, platform, node } = ports;
  const schedule = newSchedule(clock);
  const groups = new Map<GroupId, Map<string, Run>>();
  const told = new Map<GroupId, Health>();

  const judged = (group: GroupId): readonly Run[] => [...(groups.get(group)?.values() ?? [])];
  const tellHealth = (group: GroupId): void => {
    const health = healthOf(judged(group));
    const before = told.get(group);
    // What the process before this one said still stands until we know as much as it did, or enough to let go.
    const isComplete = judged(group).every(({ count }) => count > 0) || health.failed.length > 0;
    if (before === undefined ? !isComplete : isSameHealth(before, health)) return;
    told.set(group, health);
    ports.onHealth(group, health);
  };
  /** First of all: people read the cause before what comes of it. */
  const tellTurn = ({ group, check: { name, vital }, standing: { is } }: Run, output: string): void =>
    ports.onTurn({ group, check: name, is, vital, output });
  const onAnswer = (run: Run, answer: CheckAnswer, tookMs: number): void => {
    const now = clock.nowMs();
    const before = run.standing;
    run.standing = standingAfter(before, answer, run.check, now);
    run.last = { at: now, tookMs, text: answer.text };
    run.count += 1;
    ports.count('checks asked');
    if (answer.said === 'late') {
      run.slow += 1;
      ports.count('checks too slow');
    }
    // Adding up is for all of them, and nearly every answer says what the one before said.
    const isNews = run.standing.is !== before.is || run.standing.number !== before.number;
    if (run.standing.is !== before.is) tellTurn(run, answer.text);
    if (isNews || !told.has(run.id)) tellHealth(run.id);
  };
  const begin = (run: Run, count: number): void => {
    const { question, intervalMs, timeoutMs } = run.check;
    const name = `${run.group}/${run.check.name}`;
    run.end = schedule.add(
      {
        ...{ lane: laneOf(question.kind, platform), intervalMs, timeoutMs },
        ask: (asking) => ask(question, asking),
        onAnswer: (answer, tookMs) => onAnswer(run, answer, tookMs),
        onBehind() {
          run.behind += 1;
          ports.count('checks behind');
        },
      },
      firstAfterMs(name, { intervalMs, count }),
    );
  };
  const configureGroup = ({ id, name, checks }: GroupSettings, count: number): void => {
    const before = groups.get(id) ?? new Map<string, Run>();
    const now = clock.nowMs();
    const runs = new Map<string, Run>();
    for (const check of checks) {
      const key = keyOf(check, node);
      const old = before.get(check.name);
      before.delete(check.name);
      const fresh = { last: undefined, slow: 0, behind: 0, count: 0, end: () => undefined };
      const standing = firstStanding(check.initial, now);
      const kept = old?.key === key ? old : undefined;
      const run: Run = kept ?? { group: name, id, key, check, standing, ...fresh };
      const isRetimed = kept === undefined || timing(kept.check) !== timing(check);
      run.check = check;
      runs.set(check.name, run);
      if (!isRetimed) continue;
      old?.end();
      begin(run, count);
    }
    for (const gone of before.values()) gone.end();
    groups.set(id, runs);
    tellHealth(id);
  };
  return {
    configure({ groups: wanted }) {
      const here = wanted.map((group) => ({ ...group, checks: checksOn(group.checks, node) }));
      const count = here.reduce((sum, { checks }) => sum + checks.length, 0);
      for (const [id, runs] of groups) {
        if (here.some((group) => group.id === id)) continue;
        for (const run of runs.values()) run.end();
        groups.delete(id);
        told.delete(id);
      }
      for (const group of here) configureGroup(group, count);
    },
    reports: (group) => judged(group).map((run) => reportOf(run, node, clock.nowMs())),
    arithmetic: (group, base) => arithmeticOf(base, judged(group)),
    alarms: () => [...groups.keys()].flatMap((group) => judged(group).flatMap(alarmsOf)),
    stop() {
      for (const runs of groups.values()) for (const run of runs.values()) run.end();
      groups.clear();
    },
  };
}

/** What a check asks, and from where it starts: with another of these it is another check. */
const keyOf = ({ question, initial }: CheckSettings, node: NodeName): string =>
  JSON.stringify([plain(question, node), initial]);
const plain = (question: CheckQuestion, node: NodeName): unknown => {
  if (question.kind === 'interface') return [question.kind, question.interfaces.get(node)];
  return question.kind === 'http' ? { ...question, headers: [...question.headers] } : question;
};
const timing = ({ intervalMs, timeoutMs }: CheckSettings): string => `${intervalMs} ${timeoutMs}`;

function reportOf(run: Run, node: NodeName, now: MonoMs): CheckReport {
  const { check, standing, last, slow, behind, count } = run;
  return {
    name: check.name,
    kind: check.question.kind,
    subject: subjectText(check.question, node),
    state: standing.is,
    vital: check.vital,
    weight: check.weight,
    numeric: addsItsNumber(check.question),
    adds: addsOf(run),
    sinceMs: now - standing.since,
    output: last?.text ?? '',
    ranAgoMs: last && now - last.at,
    tookMs: last?.tookMs,
    slow,
    behind,
    runs: count,
    withoutResult: standing.without,
  };
}

function alarmsOf({ group, check, standing, last }: Run): readonly string[] {
  const said = last?.text ?? '';
  const found: string[] = [];
  if (check.vital && standing.is === 'down')
    found.push(`${group}: the vital check ${check.name} fails: ${said}`);
  if (standing.without >= WITHOUT_MAX) {
    const counts = standing.is === 'unknown' ? 'it counts as nothing' : `it still counts as ${standing.is}`;
    found.push(
      `${group}: the check ${check.name} came to no result ${standing.without} times in a row: ${said}; ${counts}`,
    );
  }
  return found;
}
