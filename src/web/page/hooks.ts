import type { HookReport } from '../../core/report.ts';
import { durationText } from '../../core/duration-text.ts';
import { age, element, outputCell, symbol, table, toned, type Tone, type Tree } from './tree.ts';

const LOOKS: Readonly<Record<HookReport['state'], readonly [tone: Tone, shape: string, word: string]>> = {
  never: ['quiet', '○', 'not run yet'],
  running: ['warning', '◐', 'RUNNING'],
  done: ['good', '✔', 'done'],
  failed: ['bad', '✖', 'FAILED'],
  'timed out': ['bad', '✖', 'TIMED OUT'],
};

export const hasFailed = ({ state }: HookReport): boolean => state === 'failed' || state === 'timed out';

export function hooksText(hooks: readonly HookReport[]): string {
  const failed = hooks.filter(hasFailed).length;
  return `${hooks.length} ${hooks.length === 1 ? 'hook' : 'hooks'}${failed === 0 ? '' : `, ${failed} FAILED`}`;
}

export const hookTable = (group: string, hooks: readonly HookReport[], now: number): Tree =>
  table(
    `Hooks of ${group}`,
    [
      { title: 'hook', cell: ({ moment, command }) => [moment, ' ', element('code', {}, command)] },
      { title: 'state', cell: stateCell },
      { title: 'last run', cell: (hook) => runCell(hook, now) },
      { title: 'runs', cell: ({ runs, failures, dropped }) => [countsText({ runs, failures, dropped })] },
      { title: 'output', cell: outputCell },
    ],
    hooks,
  );

function stateCell({ state, exitCode }: HookReport): Tree[] {
  const [tone, shape, word] = LOOKS[state];
  const code = state === 'failed' && exitCode !== undefined ? ` (exit ${exitCode})` : '';
  return [symbol(tone, shape), ' ', toned(tone, word), code];
}

function runCell({ ranAgoMs, tookMs }: HookReport, now: number): Tree[] {
  if (ranAgoMs === undefined) return ['never'];
  return [age(now, ranAgoMs), ' ago', tookMs === undefined ? '' : `, took ${durationText(tookMs)}`];
}

const countsText = ({ runs, failures, dropped }: Pick<HookReport, 'runs' | 'failures' | 'dropped'>): string =>
  [
    `${runs}`,
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
  ].join(', ');
