import { formatDuration } from '../config/duration.ts';
import { lostBeatsCovered } from '../config/timing.ts';
import type { PeerReport, StatusReport } from '../core/report.ts';
import { isTiming } from './config.ts';
import { FRAMES_FOR_LOSS } from './paths.ts';
import type { Facts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;
/** One or two after a start, or when the host slept, are no pattern. */
const STALLS_MANY = 3;

export function timingFindings({ config, agent, files }: Facts): readonly Finding[] {
  const said = config.problems
    .filter(({ severity, text }) => severity !== 'error' && isTiming(text))
    .map(({ severity, line, text }): Finding => {
      const level = severity === 'note' ? 'note' : 'warning';
      return { id: 'timing-config', level, subject: `${files.config}:${line}`, what: text, why: '', fix: '' };
    });
  const { settings } = config;
  const good = settings === undefined ? [] : [fine('timing', '', timingWords(settings))];
  const { status } = agent;
  return [
    ...(said.length > 0 ? said : good),
    ...(status === undefined
      ? []
      : [...stallFindings(status), ...status.peers.flatMap((peer) => nearFindings(peer, status))]),
  ];
}

function timingWords({ heartbeat, leaseSeconds }: NonNullable<Facts['config']['settings']>): string {
  const beats = lostBeatsCovered({ ...heartbeat, leaseSeconds });
  const shown = `interval ${formatDuration(heartbeat.intervalMs)}, timeout ${formatDuration(heartbeat.timeoutMs)}`;
  return beats === undefined
    ? shown
    : `${shown}: ${beats} heartbeats may be lost just before a crash without an overlap`;
}

function stallFindings({ counters, upForMs }: StatusReport): readonly Finding[] {
  const stalls = counters['stalls'] ?? 0;
  if (stalls === 0) return [];
  const often = stalls >= STALLS_MANY && upForMs >= HOUR_MS && stalls > upForMs / HOUR_MS;
  return [
    {
      ...{ id: 'stalls', level: often ? 'warning' : 'note', subject: '' },
      what: `the agent stood still ${stalls === 1 ? 'once' : `${stalls} times`} since it was started`,
      why: 'while it does it sends nothing: a starved, migrated or sleeping host. It lets go of addresses in time, but they move without need',
      fix: 'sealbeat events; steal time: vmstat 1; a longer heartbeat.timeout',
    },
  ];
}

/**
 * How often all heartbeats within one timeout would get lost by chance alone, at the loss of now. With several paths all
 * of them would have to lose theirs.
 */
function nearFindings(
  { name, paths, timeoutMs, intervalMs, state }: PeerReport,
  status: StatusReport,
): readonly Finding[] {
  const open = paths.filter(
    ({ up, lossPercent, sent }) =>
      up && lossPercent !== undefined && lossPercent < 100 && sent >= FRAMES_FOR_LOSS,
  );
  if (state === 'silent' || open.length === 0) return [];
  const loss = open.reduce((product, { lossPercent = 0 }) => product * (lossPercent / 100), 1);
  const every = intervalMs ?? status.intervalMs;
  const perMonth = (MONTH_MS / every) * loss ** Math.max(1, Math.floor(timeoutMs / every));
  if (perMonth < 1) return [];
  return [
    {
      ...{ id: 'timeout-near', level: 'warning', subject: name },
      what: `at the present loss (${Math.round(100 * loss)} %) a timeout of ${formatDuration(timeoutMs)} runs out by chance ${perMonth > 1_000 ? 'all the time' : `${Math.round(perMonth)} times a month`}`,
      why: 'each time a healthy holder is taken over',
      fix: 'find the loss first; meanwhile a longer heartbeat.timeout, or beats in quicker succession, on all nodes',
    },
  ];
}
