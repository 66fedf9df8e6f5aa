import type { ControlAnswer } from '../control/messages.ts';
import { seconds } from '../core/group/moves.ts';
import { SECOND_MS } from '../core/units.ts';
import type { Moved } from './moves.ts';

/** One line: from where to where, how long it took, and what a client may have noticed. */
export function moveWords(moved: Moved): string {
  const { group, from, to, tookMs, gapMs, bothMs, failure, holder } = moved;
  if (failure === '') {
    return `${group}: ${from} → ${to} in ${durationWords(tookMs)}; ${noticed(gapMs, bothMs)}`;
  }
  if (holder === '') return `${group}: ${failure}; nobody serves ${group} now`;
  return `${group}: ${failure}; ${holder} ${holder === from ? 'keeps it' : 'holds it'}`;
}

function noticed(gapMs: number, bothMs: number): string {
  const both = bothMs > 0 ? `on both for ${durationWords(bothMs)}` : 'never on both';
  const gap = gapMs > 0 ? `on none for at most ${durationWords(gapMs)}` : 'never on none';
  return `${both}, ${gap}`;
}

export const moveFacts = ({ group, from, to, tookMs, gapMs, bothMs }: Moved): Record<string, unknown> => ({
  ...{ group, from, to, tookMs, gapMs, bothMs },
});

/** The answer to an order that moves one group. */
export const moveAnswer = (moved: Moved): ControlAnswer =>
  moved.failure === ''
    ? { ok: true, text: moveWords(moved), facts: moveFacts(moved) }
    : {
        ok: false,
        code: 'REFUSED',
        message: moveWords(moved),
        hint: `"sealbeat explain ${moved.group}" tells what every node could do`,
      };

const durationWords = (ms: number): string => (ms < SECOND_MS ? `${ms} ms` : seconds(ms));
