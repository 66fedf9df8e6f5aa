import type { Clock } from '../core/ports.ts';
import type { EventRecord } from '../core/report.ts';

/** The last transitions with their causes, and who wants to hear of new ones. Bounded. */
export interface History {
  add(record: Omit<EventRecord, 'number' | 'at'>): EventRecord;
  after(number: number): readonly EventRecord[];
  onEvent(listener: (record: EventRecord) => void): () => void;
}

const KEPT = 500;

export function newHistory(clock: Clock): History {
  const records: EventRecord[] = [];
  const listeners = new Set<(record: EventRecord) => void>();
  let number = 0;
  return {
    add(said) {
      number += 1;
      const record = { number, at: new Date(clock.wallMs()).toISOString(), ...said };
      records.push(record);
      if (records.length > KEPT) records.shift();
      for (const listener of listeners) listener(record);
      return record;
    },
    after: (from) => records.filter((record) => record.number > from),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
