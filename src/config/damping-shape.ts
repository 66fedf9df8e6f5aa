import * as z from 'zod/mini';
import type { GroupSettings } from '../core/settings.ts';
import { MINUTE_MS } from '../core/units.ts';
import { described, duration, mapping, must, oneOf, wholeNumber } from './value-shapes.ts';

const MOVES_MAX = 100;

export const dampingShape = z.union(
  [
    oneOf({ off: 'it moves as often as it has to' }),
    mapping({
      moves: described(
        z._default(wholeNumber(1, MOVES_MAX), 6),
        'After so many moves it no longer fails back; after twice as many, checks do not move it either. 1 to 100.',
      ),
      within: described(
        z.prefault(duration({ minMs: MINUTE_MS, maxMs: 24 * 60 * MINUTE_MS }), '10m'),
        'Within how long. 1m to 24h.',
      ),
    }),
  ],
  { error: must('off, or a mapping with "moves" and "within"') },
);

export const dampingOf = (shape: z.output<typeof dampingShape>): GroupSettings['damping'] =>
  typeof shape === 'string' ? undefined : { moves: shape.moves, withinMs: shape.within };
