import type { Log } from '../../src/core/ports.ts';

export interface LogLine {
  readonly level: keyof Log;
  readonly fields: object;
  readonly text: string;
}

/** A log that only remembers. */
export function collectedLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Log) => (fields: object, text: string) => void lines.push({ level, fields, text });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
