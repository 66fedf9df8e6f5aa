import { wordsInBraces } from '../core/placeholders.ts';
import { ALERT_WORDS, TEMPLATE_NAMES, type AlertTemplate } from '../core/settings.ts';
import { closest } from './closest.ts';
import type { Parsed } from './parsed.ts';

/** One of our templates by its name, or a JSON document of the operator's with words in braces in its strings. */
export function parseTemplate(text: string): Parsed<AlertTemplate> {
  const name = TEMPLATE_NAMES.find((one) => one === text);
  if (name !== undefined) return { value: { kind: name } };
  if (!/^\s*[{[]/.test(text)) {
    const near = closest(text, TEMPLATE_NAMES);
    const meant =
      near === undefined ? `write ${TEMPLATE_NAMES.join(', ')}, or a JSON document` : `did you mean ${near}?`;
    return { problem: `"${text.slice(0, 40)}" is not a template; ${meant}` };
  }
  const document = parsed(text);
  if (document === undefined)
    return { problem: 'is not a JSON document; words in braces stand in its strings: {"text": "{text}"}' };
  const stranger = wordsInBraces(text).find((word) => !ALERT_WORDS.some((known) => known === word));
  if (stranger === undefined) return { value: { kind: 'own', text } };
  const near = closest(stranger, ALERT_WORDS);
  const meant = near === undefined ? `there are {${ALERT_WORDS.join('} {')}}` : `did you mean {${near}}?`;
  return { problem: `{${stranger}} stands for nothing; ${meant}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
