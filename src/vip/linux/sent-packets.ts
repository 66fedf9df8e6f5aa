import { readFileSync } from 'node:fs';

/** After the colon: eight columns of what was received, the second of them packets; then the same of what was sent. */
const SENT_COLUMN = 9;

/**
 * How many packets an interface has sent, by its own count; undefined when that cannot be read. This file is of our own
 * network namespace, whatever is mounted on /sys.
 */
export function sentPackets(link: string, path = '/proc/net/dev'): number | undefined {
  try {
    return sentIn(readFileSync(path, 'utf8'), link);
  } catch {
    return undefined;
  }
}

export function sentIn(text: string, link: string): number | undefined {
  const mark = `${link}:`; // no name has a colon in it
  const line = text.split('\n').find((each) => each.trimStart().startsWith(mark));
  const count = line
    ?.slice(line.indexOf(mark) + mark.length)
    .trim()
    .split(/\s+/)[SENT_COLUMN];
  return count === undefined || !/^\d+$/.test(count) ? undefined : Number(count);
}
