import { createHash } from 'node:crypto';
import type { ServiceFile } from './plan.ts';

/*
 * The last line of every file that we write is a comment with the hash of all lines before it. So a file says by itself whether
 * it is as we wrote it, whichever version wrote it, in a package's root as well, and no list of files can get lost.
 */
const WORDS = 'written by "sealbeat service install"; sum';
const LINE = /(?:^|\n)(?:# |<!-- )written by "sealbeat service install"; sum ([0-9a-f]{16})(?: -->)?\n$/;

export function stamped({ text, comment }: ServiceFile): string {
  const line = `${WORDS} ${sumOf(text)}`;
  return `${text}${comment === 'xml' ? `<!-- ${line} -->` : `# ${line}`}\n`;
}

/** `ours`: as some version of us wrote it; `changed`: by hand since then; `foreign`: not ours at all. */
export function originOf(content: string): 'ours' | 'changed' | 'foreign' {
  const found = LINE.exec(content);
  if (found === null) return content.includes(WORDS) ? 'changed' : 'foreign';
  const text = content.slice(0, found.index + (content[found.index] === '\n' ? 1 : 0));
  return sumOf(text) === found[1] ? 'ours' : 'changed';
}

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
