import type { CheckReport } from '../../core/report.ts';
import { durationText } from '../../core/duration-text.ts';
import { age, element, outputCell, shortened, symbol, table, toned, type Tone, type Tree } from './tree.ts';

const LOOKS: Readonly<Record<CheckReport['state'], readonly [tone: Tone, shape: string, word: string]>> = {
  up: ['good', '✔', 'up'],
  down: ['bad', '✖', 'DOWN'],
  unknown: ['warning', '▲', 'UNKNOWN'],
};

/** `3 checks up`, or how many are what. */
export function checksText(checks: readonly CheckReport[]): string {
  const counts = (['down', 'unknown', 'up'] as const)
    .map((state) => ({
      word: LOOKS[state][2],
      count: checks.filter((check) => check.state === state).length,
    }))
    .filter(({ count }) => count > 0);
  return `${checks.length === 1 ? 'check' : 'checks'}: ${counts.map(({ word, count }) => `${count} ${word}`).join(', ')}`;
}

/** A failed check is part of the reason why; it is not to be looked for in a fold. */
export const checkLines = (checks: readonly CheckReport[], now: number): Tree[] =>
  checks
    .filter(({ state }) => state === 'down')
    .map((check) =>
      element(
        'p',
        {},
        element('span', { class: 'label bad' }, 'check'),
        ' ',
        `${check.name} `,
        toned('bad', 'DOWN'),
        ' for ',
        age(now, check.sinceMs),
        check.vital ? ' (vital)' : undefined,
        check.output === '' ? undefined : `: ${shortened(check.output)}`,
      ),
    );

export const checkTable = (group: string, checks: readonly CheckReport[], now: number): Tree =>
  table(
    `Checks of ${group}`,
    [
      { title: 'check', cell: ({ name, kind }) => [name, element('small', {}, ` ${kind}`)] },
      { title: 'state', cell: (check) => stateCell(check, now) },
      { title: 'priority', cell: (check) => [addsText(check)] },
      { title: 'last run', cell: (check) => runCell(check, now) },
      { title: 'output', cell: outputCell },
    ],
    checks,
  );

function stateCell({ state, sinceMs }: CheckReport, now: number): Tree[] {
  const [tone, shape, word] = LOOKS[state];
  return [symbol(tone, shape), ' ', toned(tone, word), ' for ', age(now, sinceMs)];
}

function addsText({ vital, weight, adds }: CheckReport): string {
  if (vital) return 'vital';
  const signed = (value: number): string => (value < 0 ? `−${-value}` : value === 0 ? '0' : `+${value}`);
  return `adds ${signed(adds)}${adds === weight ? '' : ` (weight ${signed(weight)})`}`;
}

function runCell({ ranAgoMs, tookMs, slow, runs }: CheckReport, now: number): Tree[] {
  if (ranAgoMs === undefined) return ['never'];
  const took = tookMs === undefined ? '' : `, took ${durationText(tookMs)}`;
  const late = Number(slow) > 0 ? [', ', toned('warning', `${Number(slow)} of ${runs} TOO SLOW`)] : [];
  return [age(now, ranAgoMs), ' ago', took, ...late];
}
