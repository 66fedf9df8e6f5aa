import { durationText } from '../../core/duration-text.ts';
import { SECOND_MS } from '../../core/units.ts';

/** Whole seconds: the page counts once a second, and tenths would stand still between. */
export const ageText = (ms: number): string =>
  ms < SECOND_MS ? 'under 1 s' : durationText(Math.floor(ms / SECOND_MS) * SECOND_MS);
