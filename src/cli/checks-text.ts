import { arithmeticText } from '../core/checks/sum.ts';
import type { CheckReport, GroupReport } from '../core/report.ts';
import { printable } from '../system/printable.ts';
import { durationText } from './duration-text.ts';
import { pad, type Paint } from './layout.ts';

/** More than that nobody reads: then only those are shown that need somebody, or count for something other than nothing. */
const SHOWN_MAX = 12;

/** A line for each check: where it stands, what that does, what it said and when. */
export function checkLines(
  { checks = [] }: Pick<GroupReport, 'checks'>,
  paint: Paint,
): readonly (readonly [label: string, facts: readonly string[]])[] {
  const isMany = checks.length > SHOWN_MAX;
  const shown = isMany ? checks.filter(needsSomebody).slice(0, SHOWN_MAX) : checks;
  const width = Math.max(...shown.map(({ name }) => name.length), 0);
  const lines = shown.map((check) => ['check', factsOf(check, width, paint)] as const);
  if (!isMany) return lines;
  const rest = checks.filter((check) => !shown.includes(check));
  return [...lines, ['checks', restFacts(rest, shown.length > 0)]];
}

const needsSomebody = ({ state, withoutResult }: CheckReport): boolean => state !== 'up' || withoutResult > 0;

function restFacts(rest: readonly CheckReport[], isRest: boolean): readonly string[] {
  const more = isRest ? ' more' : '';
  return (['down', 'unknown', 'up'] as const).flatMap((state) => {
    const count = rest.filter((check) => check.state === state).length;
    return count === 0 ? [] : [`${count}${more} ${state}`];
  });
}

function factsOf(check: CheckReport, width: number, paint: Paint): readonly string[] {
  const { name, kind, subject, sinceMs, output, ranAgoMs, tookMs, slow, behind, runs } = check;
  const forMs = durationText(sinceMs);
  const ran =
    ranAgoMs === undefined
      ? 'not asked yet'
      : `asked ${durationText(ranAgoMs)} ago, took ${tookText(tookMs ?? 0)}`;
  const said = output === '' ? '' : `: ${printable(output)}`;
  return [
    `${pad(name, width)}  ${stateText(check, paint)} for ${forMs}`,
    effectText(check),
    `${kind} ${printable(subject)}${said} (${ran})`,
    ...(slow > 0 ? [paint('warning', `too slow ${slow} of ${runs} times`)] : []),
    ...(behind > 0 ? [`behind ${behind} times`] : []),
  ];
}

const tookText = (ms: number): string => (ms < 10 ? `${ms.toFixed(1)} ms` : durationText(ms));

function stateText({ state, vital, weight, withoutResult }: CheckReport, paint: Paint): string {
  const doubt = withoutResult > 0 && state !== 'unknown' ? ' (no result lately)' : '';
  if (state === 'up') return `${paint('good', 'up')}${doubt}`;
  if (state === 'unknown') return paint('warning', 'UNKNOWN');
  return `${paint(vital || weight < 0 ? 'bad' : 'warning', 'DOWN')}${doubt}`;
}

function effectText({ vital, weight, adds, numeric, state }: CheckReport): string {
  if (vital) return state === 'down' ? 'vital: this node CANNOT HOLD the group' : 'vital';
  if (adds !== 0) return `adds ${adds}`;
  if (numeric) return state === 'up' ? 'adds 0' : 'adds nothing';
  return `adds nothing (${weight > 0 ? `${weight} while up` : `${weight} while down`})`;
}

/** `priority 103 = 101 base + 2 haproxy` */
export function priorityFacts(
  { priority, basePriority, arithmetic }: Pick<GroupReport, 'priority' | 'basePriority' | 'arithmetic'>,
  paint: Paint,
): string {
  const isSum = arithmetic !== undefined && arithmetic.priority === priority && arithmetic.terms.length > 0;
  if (priority === 0) {
    const failed = arithmetic?.failed ?? [];
    const why = failed.length === 0 ? '' : `: ${failed.join(', ')} ${failed.length > 1 ? 'fail' : 'fails'}`;
    return paint('warning', `priority 0 (CANNOT HOLD${why}; base ${basePriority})`);
  }
  if (isSum) return `priority ${arithmeticText(arithmetic)}`;
  return priority === basePriority ? `priority ${priority}` : `priority ${priority} (base ${basePriority})`;
}

export const failingElsewhere = ({ failingElsewhere: names = [] }: GroupReport): readonly string[] =>
  names.map((name) => `the checks of ${name} FAIL: it does not take this group while another can hold it`);
