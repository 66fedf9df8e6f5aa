import { unique } from '../nodes.ts';
import type { Statement } from './parser.ts';

/** A statement as comment lines, so that what has no equivalent yet is not lost. */
export function keptLines(statement: Statement, indent = ''): readonly string[] {
  const { text, line, file, children } = statement;
  const where = indent === '' ? `   (${file}:${line})` : '';
  if (!children) return [`${indent}${text}${where}`];
  return [
    `${indent}${text} {${where}`,
    ...children.flatMap((child) => keptLines(child, `${indent}    `)),
    `${indent}}`,
  ];
}

/** Two views of one file have the same lines; a header says where it stands, so the same block says the same. */
export function withoutRepeats(lines: readonly string[]): readonly string[] {
  const blocks: string[] = [];
  for (const line of lines) {
    if (/^\s|^}$/.test(line) && blocks.length > 0) blocks.push(`${blocks.pop()}\n${line}`);
    else blocks.push(line);
  }
  return unique(blocks).flatMap((block) => block.split('\n'));
}
