import { printable } from '../../core/printable.ts';
import type { EventRecord, StatusReport } from '../../core/report.ts';
import { shortened, age, element, type Tree } from './tree.ts';

export const EVENTS_SHOWN = 20;

export const whoOf = ({ kind, subject }: EventRecord): string => {
  const noun = kind === 'role' ? 'group' : kind;
  return subject === '' ? noun : `${noun} ${subject}`;
};

/** As a sentence, for those who hear the page. */
export const spoken = (event: EventRecord): string =>
  printable(`${whoOf(event)}: ${event.text}${event.cause === '' ? '' : ` (${event.cause})`}`);

/** The newest first. */
export function transitionsTree(events: readonly EventRecord[], { at }: StatusReport, now: number): Tree {
  const shown = events.slice(-EVENTS_SHOWN).toReversed();
  const wallMs = Date.parse(at);
  return element(
    'section',
    { id: 'transitions', 'aria-labelledby': 'transitions-name' },
    element('h2', { id: 'transitions-name' }, 'Last transitions'),
    shown.length === 0
      ? element('p', { class: 'small' }, 'None since this daemon started.')
      : element(
          'ol',
          { class: 'card' },
          ...shown.map((event) => item(event, now - (wallMs - Date.parse(event.at)), now)),
        ),
  );
}

const item = (event: EventRecord, atMs: number, now: number): Tree =>
  element(
    'li',
    {},
    element(
      'p',
      { class: 'small' },
      age(now, Math.max(0, now - atMs)),
      ' ago, ',
      element('time', { datetime: event.at }, `${event.at.slice(0, 19).replace('T', ' ')}Z`),
    ),
    element('p', {}, element('b', {}, whoOf(event)), ` ${shortened(event.text)}`),
    event.cause === '' ? undefined : element('p', { class: 'small' }, shortened(event.cause)),
  );
