import { wholeNumber } from '../number.ts';

/** How much something that is tracked moves the priority; 0 for what takes the address away. */
export interface Weight {
  readonly value: number;
  readonly reverse: boolean;
}

export const NO_WEIGHT: Weight = { value: 0, reverse: false };

/** `-20`, `5 reverse`; 0 for what is no number, as keepalived has it. */
export function weightOf([text = '', word]: readonly string[]): Weight {
  const digits = wholeNumber(text.replace(/^[+-]/, ''), 0, 999_999_999) ?? 0;
  return { value: text.startsWith('-') && digits > 0 ? -digits : digits, reverse: word === 'reverse' };
}

/** The words behind a name in a track block: `chk weight -20 [reverse|noreverse]`. */
export function trackedWeight([word, text, reverse]: readonly string[], own: Weight): Weight {
  if (word !== 'weight' || text === undefined) return own;
  return { ...weightOf([text]), reverse: reverse === undefined ? own.reverse : reverse === 'reverse' };
}
