import type { Clock } from '../core/ports.ts';
import type { EventRecord } from '../core/report.ts';
import { MINUTE_MS, type MonoMs } from '../core/units.ts';

/** The last transitions with their causes, and who wants to hear of new ones. Bounded. */
export interface History {
  /** Returns the record, or undefined when the same complaint came lately and was only counted. */
  add(record: Omit<EventRecord, 'number' | 'at'>): EventRecord | undefined;
  after(number: number): readonly EventRecord[];
  onEvent(listener: (record: EventRecord) => void): () => void;
}

const KEPT = 500;
const COMPLAINTS_KEPT = 64;
/** A renewal that fails comes several times a second, and must not push out how it came to that. */
const COMPLAINT_EVERY_MS = MINUTE_MS;

export function newHistory(clock: Clock, onListenerFault: (error: unknown) => void): History {
  const records: EventRecord[] = [];
  const listeners = new Set<(record: EventRecord) => void>();
  const complaints = new Map<string, { readonly at: MonoMs; count: number }>();
  let number = 0;

  /** How often the same was said since it was last kept; undefined when it is not to be kept now. */
  const repetitions = ({
    kind,
    subject,
    text,
    cause,
  }: Omit<EventRecord, 'number' | 'at'>): number | undefined => {
    // Only what is wrong can repeat itself; roles and peers go to and fro, and each time counts.
    if (kind !== 'vip' && kind !== 'alarm') return 0;
    const name = JSON.stringify([kind, subject, text, cause]);
    const known = complaints.get(name);
    const now = clock.nowMs();
    if (known !== undefined && now - known.at < COMPLAINT_EVERY_MS) {
      known.count += 1;
      return undefined;
    }
    complaints.delete(name);
    complaints.set(name, { at: now, count: 0 });
    if (complaints.size > COMPLAINTS_KEPT) complaints.delete(complaints.keys().next().value!);
    return known?.count ?? 0;
  };

  return {
    add(said) {
      const repeated = repetitions(said);
      if (repeated === undefined) return undefined;
      number += 1;
      const cause =
        repeated === 0 ? said.cause : `${said.cause} (and ${repeated} times since the last such event)`;
      const record = { number, at: new Date(clock.wallMs()).toISOString(), ...said, cause };
      records.push(record);
      if (records.length > KEPT) records.shift();
      for (const listener of [...listeners]) {
        try {
          listener(record);
        } catch (error) {
          // Who only looks on must not stop what is being done.
          listeners.delete(listener);
          onListenerFault(error);
        }
      }
      return record;
    },
    after: (from) => records.filter((record) => record.number > from),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
