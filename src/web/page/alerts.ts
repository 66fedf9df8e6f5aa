import type { AlertReport, StatusReport } from '../../core/report.ts';
import { age, element, shortened, symbol, table, toned, type Tree } from './tree.ts';

/** Who is told of transitions, and whether it gets through; hidden where the config names nobody. */
export function alertsTree({ alerts = [] }: StatusReport, now: number): Tree {
  if (alerts.length === 0) return element('section', { id: 'alerts', hidden: '' });
  return element(
    'section',
    { id: 'alerts', 'aria-labelledby': 'alerts-name' },
    element('h2', { id: 'alerts-name' }, 'Alerts'),
    element(
      'div',
      { class: 'card' },
      table<AlertReport>(
        'Who is told of transitions',
        [
          { title: 'to', cell: ({ name, kind }) => [name, element('small', {}, ` ${kind}`)] },
          { title: 'state', cell: stateCell },
          { title: 'sent', cell: ({ sent, lastSentAgoMs }) => sentCell(sent, lastSentAgoMs, now) },
          { title: 'waiting', cell: ({ queued }) => [String(queued)] },
          { title: 'lost', cell: ({ failed, dropped }) => [`${failed} failed, ${dropped} dropped`] },
        ],
        alerts,
      ),
    ),
  );
}

const stateCell = ({ problem }: AlertReport): Tree[] =>
  problem === ''
    ? [symbol('good', '✔'), ' ', toned('good', 'gets through')]
    : [symbol('bad', '✖'), ' ', toned('bad', 'PROBLEM'), `: ${shortened(problem)}`];

const sentCell = (sent: number, lastSentAgoMs: number | undefined, now: number): Tree[] =>
  lastSentAgoMs === undefined ? [String(sent)] : [`${sent}, the last `, age(now, lastSentAgoMs), ' ago'];
