import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Clock } from '../core/ports.ts';
import { after, type MonoMs } from '../core/units.ts';
import type { LaneName } from './asker.ts';
import { newLane, ROOM, type Waiting } from './lanes.ts';
import type { Asking } from './tool.ts';
import { late } from './words.ts';

/** A question that is asked again and again. */
export interface Job {
  readonly lane: LaneName;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  ask(asking: Asking): Promise<CheckAnswer>;
  onAnswer(answer: CheckAnswer, tookMs: number): void;
  /** It was due, and could not be asked then: no room, or the last time has not ended. It is none of its fault. */
  onBehind(): void;
}

export interface Schedule {
  /** Asks for the first time after `firstMs`. Returns what ends it, and with it a run that is under way. */
  add(job: Job, firstMs: number): () => void;
}

/** Who asks ends by itself at the limit; this is for one that does not. */
const GRACE_MS = 50;
/** Waiting for room for longer than that is told. */
const BEHIND_MS = 100;

/** Each job at its own interval, never twice at once. */
export function newSchedule(clock: Clock): Schedule {
  const nextTurn = (go: () => void): void => void clock.wakeAt(clock.nowMs(), go);
  const lanes = Object.fromEntries(
    Object.entries(ROOM).map(([name, room]) => [name, newLane(room, nextTurn)]),
  ) as Record<LaneName, ReturnType<typeof newLane>>;
  return { add: (job, firstMs) => run(job, { clock, lane: lanes[job.lane], firstMs }) };
}

function run(
  job: Job,
  { clock, lane, firstMs }: { clock: Clock; lane: ReturnType<typeof newLane>; firstMs: number },
): () => void {
  const { intervalMs, timeoutMs } = job;
  let dueAt = after(clock.nowMs(), firstMs);
  let phase: 'idle' | 'waiting' | 'running' | 'overdue' = 'idle';
  let isTroubled = false;
  let cancelDue = (): void => undefined;
  let cancelGuard = (): void => undefined;
  let underWay: AbortController | undefined;
  let isEnded = false;

  const tell = (answer: CheckAnswer, tookMs: number): void => {
    isTroubled = answer.said === 'late';
    job.onAnswer(answer, tookMs);
  };
  const start = (wantedAt: MonoMs, ended: () => void): void => {
    const begunAt = clock.nowMs();
    if (begunAt - wantedAt > BEHIND_MS) job.onBehind();
    phase = 'running';
    const controller = new AbortController();
    underWay = controller;
    cancelGuard = clock.wakeAt(after(begunAt, timeoutMs + GRACE_MS), () => {
      phase = 'overdue';
      tell(late(timeoutMs), clock.nowMs() - begunAt);
    });
    const settle = (answer: CheckAnswer): void => {
      ended();
      cancelGuard();
      const isHeard = phase === 'running';
      if (isEnded) return;
      phase = 'idle';
      underWay = undefined;
      if (isHeard) tell(answer, clock.nowMs() - begunAt);
    };
    void job.ask({ timeoutMs, signal: controller.signal }).then(settle);
  };
  const due = (): void => {
    const wantedAt = dueAt;
    const now = clock.nowMs();
    // After a time in which nothing ran, what was missed is not made up for.
    dueAt = after(dueAt, intervalMs * (1 + Math.max(0, Math.floor((now - dueAt) / intervalMs))));
    cancelDue = clock.wakeAt(dueAt, due);
    if (phase === 'overdue') tell({ ...late(timeoutMs), text: 'still no answer to the last time' }, 0);
    if (phase !== 'idle') return job.onBehind();
    phase = 'waiting';
    waiting = { isTroubled, start: (ended) => start(wantedAt, ended) };
    lane.add(waiting);
  };
  let waiting: Waiting | undefined;
  cancelDue = clock.wakeAt(dueAt, due);
  return () => {
    isEnded = true;
    cancelDue();
    cancelGuard();
    if (waiting !== undefined) lane.remove(waiting);
    underWay?.abort();
  };
}
