export interface ShellWord {
  readonly text: string;
  readonly at: number;
}

/** The simple commands of a shell line: quotes and backslashes as sh(1) has them, without anything that would have to be run. */
export function shellCommands(line: string): readonly (readonly ShellWord[])[] {
  const commands: ShellWord[][] = [[]];
  let at = 0;
  while (at < line.length) {
    const character = line[at]!;
    if (/\s/.test(character)) at += 1;
    else if (character === '#') break;
    else if (/[;&|()<>]/.test(character)) {
      // What follows a redirection is a file and no word, and ends the command for us too.
      commands.push([]);
      at += 1;
    } else {
      const word = wordAt(line, at);
      commands.at(-1)!.push({ text: word.text, at });
      at = word.end;
    }
  }
  return commands.filter((words) => words.length > 0);
}

function wordAt(line: string, start: number): { text: string; end: number } {
  let text = '';
  let at = start;
  while (at < line.length && !/[\s;&|()<>]/.test(line[at]!)) {
    const character = line[at]!;
    if (character === "'" || character === '"') {
      const end = closing(line, at);
      const inside = line.slice(at + 1, end);
      text += character === '"' ? inside.replace(/\\(["\\$`])/g, '$1') : inside;
      at = end + 1;
    } else if (character === '\\') {
      text += line[at + 1] ?? '';
      at += 2;
    } else {
      text += character;
      at += 1;
    }
  }
  return { text, end: at };
}

/** The end of the line where there is none. */
function closing(line: string, start: number): number {
  for (let at = start + 1; at < line.length; at += 1) {
    if (line[start] === '"' && line[at] === '\\') at += 1;
    else if (line[at] === line[start]) return at;
  }
  return line.length;
}

export interface LogicalLine {
  readonly line: number;
  readonly endLine: number;
  readonly column: number;
  readonly text: string;
}

/** Lines that end in a backslash are one with the next; empty ones and comments are left out. */
export function logicalLines(text: string): readonly LogicalLine[] {
  const raw = text.split(/\r\n|\r|\n/);
  const lines: LogicalLine[] = [];
  for (let index = 0; index < raw.length; index += 1) {
    const line = index + 1;
    const first = raw[index]!;
    const parts = [first];
    const isComment = first.trimStart().startsWith('#');
    while (!isComment && parts.at(-1)!.endsWith('\\') && index + 1 < raw.length) {
      parts.push(`${parts.pop()!.slice(0, -1)} `);
      index += 1;
      parts.push(raw[index]!);
    }
    const joined = parts.join('').trim();
    if (joined === '' || joined.startsWith('#')) continue;
    lines.push({
      line,
      endLine: index + 1,
      column: first.length - first.trimStart().length + 1,
      text: joined,
    });
  }
  return lines;
}
