import type { ControlAnswer, ControlCommand, ControlPort } from '../../src/control/messages.ts';
import type { DrillState } from '../../src/core/drill-report.ts';
import type { EventRecord, ExplainReport, StatusReport } from '../../src/core/report.ts';
import { statusReport } from './status-report.ts';

export const eventRecord = (number: number, changes: Partial<EventRecord> = {}): EventRecord => ({
  number,
  at: '2026-03-01T12:00:00.250Z',
  kind: 'role',
  subject: 'web',
  text: 'standby → active',
  cause: 'lb2 was silent for 3.0 s',
  ...changes,
});

export interface FakePort extends ControlPort {
  report: StatusReport;
  explained: ExplainReport | undefined;
  drilled: DrillState;
  answer: (command: ControlCommand) => Promise<ControlAnswer>;
  readonly commands: ControlCommand[];
  readonly records: EventRecord[];
  readonly listeners: Set<(record: EventRecord) => void>;
  /** Something happens: kept, and told to who listens. */
  happen(record: EventRecord): void;
}

export function fakePort(): FakePort {
  const fake: FakePort = {
    report: statusReport(),
    explained: undefined,
    drilled: { plan: undefined, refusal: undefined, last: undefined },
    answer: () => Promise.resolve({ ok: true, text: 'done' }),
    commands: [],
    records: [],
    listeners: new Set(),
    happen(record) {
      fake.records.push(record);
      for (const listener of fake.listeners) listener(record);
    },
    status: () => fake.report,
    metrics: () => Promise.resolve('up 1\n'),
    health: () => ({ ok: true, text: 'ok' }),
    readiness: () => ({ ok: false, text: 'it is starting' }),
    explain: (group) => (fake.explained?.group === group ? fake.explained : undefined),
    drill: () => Promise.resolve(fake.drilled),
    events: (after) => fake.records.filter(({ number }) => number > after),
    onEvent(listener) {
      fake.listeners.add(listener);
      return () => fake.listeners.delete(listener);
    },
    command(command) {
      fake.commands.push(command);
      return fake.answer(command);
    },
  };
  return fake;
}
