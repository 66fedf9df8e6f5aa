import type { ControlAnswer } from '../control/messages.ts';
import { seconds } from '../core/group/moves.ts';
import { SECOND_MS } from '../core/units.ts';
import type { Moved } from './moves.ts';

/** One line: from where to where, how long it took, and what a client may have noticed. */
export function moveWords(moved: Moved): string {
  const { group, from, to, tookMs, gapMs, bothMs, failure, holder } = moved;
  if (failure === '') {
    const both = `on both for ${durationWords(bothMs)}`;
    const gap = `without the address for at most ${durationWords(gapMs)}`;
    return `${group}: ${from} → ${to} in ${durationWords(tookMs)}; ${both}, ${gap}`;
  }
  if (holder === '') return `${group}: ${failure}; nobody serves ${group} now`;
  return `${group}: ${failure}; ${holder} ${holder === from ? 'keeps it' : 'holds it'}`;
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
