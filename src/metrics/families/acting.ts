import { family, seconds, type Family } from '../family.ts';

const counter = (name: string, help: string, key: string): Family =>
  family(name, 'counter', help, [], ({ status }, put) => put(status.counters[key] ?? 0));

const REJECTED = 'rejected: ';

/** What the daemon does: frames, beats, leases, calls to the system, questions. */
export const ACTING_FAMILIES = [
  counter('sealbeat_frames_sent_total', 'Frames sent to all peers over all paths', 'frames sent'),
  counter(
    'sealbeat_frames_received_total',
    'Frames received, before anything was checked',
    'frames received',
  ),
  counter('sealbeat_frames_accepted_total', 'Frames that passed every check', 'frames accepted'),
  counter('sealbeat_signatures_checked_total', 'Signatures that had to be checked', 'signatures checked'),
  family(
    'sealbeat_rejects_total',
    'counter',
    'Refused frames by reason, from whomever; unknown-sender names nobody in the config',
    ['reason'],
    ({ status }, put) => {
      for (const [name, count] of Object.entries(status.counters))
        if (name.startsWith(REJECTED)) put(count, name.slice(REJECTED.length));
    },
  ),
  family(
    'sealbeat_beat_lateness_seconds',
    'histogram',
    'From the moment that a beat was due until it had left, over all its paths',
    [],
    ({ counted }, put) => put(counted.beatLateness),
  ),
  family(
    'sealbeat_lease_renewal_lateness_seconds',
    'histogram',
    'From half of the lease, when a renewal is asked for at the latest, until it was confirmed; 0 if before that',
    [],
    ({ counted }, put) => put(counted.renewalLateness),
  ),
  family(
    'sealbeat_lease_renewed_age_seconds',
    'gauge',
    'Since the last confirmed renewal of the lease; absent while this node holds nothing',
    ['group'],
    ({ status }, put) => {
      for (const { name, renewedAgoMs } of status.groups)
        put(renewedAgoMs === undefined ? undefined : seconds(renewedAgoMs), name);
    },
  ),
  family(
    'sealbeat_adapter_calls_total',
    'counter',
    'Calls to the adapters of all groups, by kind (up, renew, down, look, leave) and outcome (ok, failed)',
    ['kind', 'outcome'],
    ({ counted }, put) => {
      for (const { kind, ok, failed } of counted.calls) {
        put(ok, kind, 'ok');
        put(failed, kind, 'failed');
      }
    },
  ),
  family(
    'sealbeat_adapter_call_duration_seconds',
    'histogram',
    'From the moment that a call was asked for until its outcome was known, waiting for its turn included',
    ['kind'],
    ({ counted }, put) => {
      for (const { kind, took } of counted.calls) put(took, kind);
    },
  ),
  counter(
    'sealbeat_announcements_total',
    'Times that neighbours were told where addresses are',
    'announcements',
  ),
  family(
    'sealbeat_questions_total',
    'counter',
    'Answers to what was asked before and while holding, by question (confirm, witness, lock, fence) and outcome (yes, no, unknown)',
    ['question', 'outcome'],
    ({ counted }, put) => {
      for (const { question, outcome, count } of counted.answers) put(count, question, outcome);
    },
  ),
  family(
    'sealbeat_lock_left_seconds',
    'gauge',
    "How long the arbiter's lock is this node's still; 0 when it is not, absent without an arbiter",
    ['group'],
    ({ status }, put) => {
      for (const { name, lock } of status.groups)
        put(lock === undefined ? undefined : seconds(lock.leftMs ?? 0), name);
    },
  ),
];
