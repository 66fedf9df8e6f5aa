import type { DraftSettings, DraftValue } from './draft.ts';

const PLAIN =
  /^[A-Za-z][A-Za-z0-9_.-]*$|^\/[A-Za-z0-9_./-]*$|^\d+\.\d+\.\d+\.\d+(\/\d+)?$|^udp:\/\/[a-z0-9.-]+:\d+$|^\d+(ms|s|m|h)$/;
/** What YAML 1.1 or 1.2 takes for something else than text. */
const WORDS = /^(true|false|null|yes|no|on|off|y|n)$/i;

export function scalar(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function valueText(value: DraftValue): string {
  if (typeof value === 'string') return scalar(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(scalar).join(', ')}]`;
  return `{ ${[...value].map(([key, one]) => `${scalar(key)}: ${scalar(one)}`).join(', ')} }`;
}

const isList = (value: DraftValue): value is readonly string[] => Array.isArray(value);

/** `{ run: [/bin/true], user: nobody }` */
export const flowText = (settings: DraftSettings): string =>
  `{ ${settings.map(([key, value]) => `${key}: ${valueText(value)}`).join(', ')} }`;

const FLOW_CHARACTERS_MAX = 100;

/** A mapping behind its key: on the same line as long as it is short. */
export function mappingLines(key: string, settings: DraftSettings, indent: string): readonly string[] {
  const flow = `${indent}${key}: ${flowText(settings)}`;
  if (flow.length <= FLOW_CHARACTERS_MAX) return [flow];
  return [`${indent}${key}:`, ...settings.map(([name, value]) => `${indent}  ${name}: ${valueText(value)}`)];
}

/** The same as an item of a list. */
export function itemLines(settings: DraftSettings, indent: string): readonly string[] {
  const flow = `${indent}- ${flowText(settings)}`;
  if (flow.length <= FLOW_CHARACTERS_MAX) return [flow];
  return settings.map(([key, value], nth) => `${indent}${nth === 0 ? '-' : ' '} ${key}: ${valueText(value)}`);
}

/** On one line, whatever was in it. */
export const comment = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]/g, ' ').trimEnd();
