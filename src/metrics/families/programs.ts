import type { AlertReport, CheckReport, GroupReport, HookReport } from '../../core/report.ts';
import { family, seconds, type Family, type Put } from '../family.ts';

const CHECK_STATES = ['up', 'down', 'unknown'] as const;

type Value = number | boolean | undefined;

const ofCheck = (name: string, type: Family['type'], help: string, value: (check: CheckReport) => Value) =>
  family(name, type, help, ['group', 'check'], ({ status }, put) => {
    for (const { name: group, checks = [] } of status.groups)
      for (const check of checks) put(value(check), group, check.name);
  });

/** A moment may have several commands: they count together. */
const ofHook = (
  name: string,
  type: Family['type'],
  help: string,
  value: (hook: HookReport) => number | undefined,
) =>
  family(name, type, help, ['group', 'moment'], ({ status }, put) => {
    for (const group of status.groups) byMoment(group, value, put);
  });

function byMoment(
  { name, hooks = [] }: GroupReport,
  value: (hook: HookReport) => number | undefined,
  put: Put,
): void {
  const sums = new Map<string, number>();
  for (const hook of hooks) {
    const one = value(hook);
    if (one !== undefined) sums.set(hook.moment, (sums.get(hook.moment) ?? 0) + one);
  }
  for (const [moment, sum] of sums) put(sum, name, moment);
}

const ofAlert = (name: string, type: Family['type'], help: string, value: (alert: AlertReport) => Value) =>
  family(name, type, help, ['alert', 'kind'], ({ status }, put) => {
    for (const alert of status.alerts ?? []) put(value(alert), alert.name, alert.kind);
  });

const optionalSeconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : seconds(ms);

/** What the config adds to a group: checks, hooks and alerts. Absent where it has none. */
export const PROGRAM_FAMILIES = [
  family(
    'sealbeat_check_state',
    'gauge',
    '1 for the state of the check, 0 for the others: up, down, or unknown (not run yet, or too slow)',
    ['group', 'check', 'kind', 'state'],
    ({ status }, put) => {
      for (const { name: group, checks = [] } of status.groups)
        for (const { name, kind, state } of checks)
          for (const one of CHECK_STATES) put(one === state, group, name, kind, one);
    },
  ),
  ofCheck(
    'sealbeat_check_vital',
    'gauge',
    '1 if this node cannot hold the group while the check is down',
    ({ vital }) => vital,
  ),
  ofCheck(
    'sealbeat_check_adds',
    'gauge',
    "What the check adds to this node's priority now, below 0 for what it takes",
    ({ adds }) => adds,
  ),
  ofCheck('sealbeat_check_runs_total', 'counter', 'Runs of the check', ({ runs }) => runs),
  ofCheck('sealbeat_check_slow_total', 'counter', 'Runs that took longer than they may', ({ slow }) => slow),
  ofCheck('sealbeat_check_duration_seconds', 'gauge', 'How long the last run took', ({ tookMs }) =>
    optionalSeconds(tookMs),
  ),
  ofCheck('sealbeat_check_age_seconds', 'gauge', 'Since the last run ended', ({ ranAgoMs }) =>
    optionalSeconds(ranAgoMs),
  ),
  ofHook('sealbeat_hook_runs_total', 'counter', 'Runs of the hooks of this moment', ({ runs }) => runs),
  ofHook(
    'sealbeat_hook_failures_total',
    'counter',
    'Runs that failed, or did not end within their limit',
    ({ failures }) => failures,
  ),
  ofHook(
    'sealbeat_hook_dropped_total',
    'counter',
    'Hooks that were not run because a newer state had come before their turn',
    ({ dropped }) => dropped,
  ),
  ofHook(
    'sealbeat_hook_duration_seconds',
    'gauge',
    'How long the last runs of this moment took, in sum',
    ({ tookMs }) => optionalSeconds(tookMs),
  ),
  ofAlert('sealbeat_alert_queued', 'gauge', 'Messages that wait to be sent', ({ queued }) => queued),
  ofAlert('sealbeat_alert_sent_total', 'counter', 'Messages that were delivered', ({ sent }) => sent),
  ofAlert(
    'sealbeat_alert_failed_total',
    'counter',
    'Attempts that failed; they are repeated',
    ({ failed }) => failed,
  ),
  ofAlert(
    'sealbeat_alert_dropped_total',
    'counter',
    'Messages that were given up or found no room',
    ({ dropped }) => dropped,
  ),
];
