import type { SourceFile } from '../imported.ts';
import type { Ledger, Source } from '../ledger.ts';
import type { GivenOption, UcarpFile, UcarpInstance } from './instance.ts';
import { byLong, byShort, type UcarpOption } from './keywords.ts';
import { logicalLines, shellCommands, type LogicalLine, type ShellWord } from './shell-words.ts';

const AROUND = 'not a command line of ucarp; values that it sets are put in where one uses them';
const SUBSTITUTIONS_MAX = 8;
const LINE_CHARACTERS_MAX = 65_536;

/** ucarp's command lines in a script, a unit or an rc file. */
export function readCommandLines({ file, text }: SourceFile): UcarpFile {
  const variables = new Map<string, string>();
  const instances: UcarpInstance[] = [];
  const strangers: { source: Source; says: string }[] = [];
  const roots: Source[] = [];
  let around: Source[] = [];
  const endAround = (): void => {
    const [first] = around;
    if (first) roots.push({ ...first, endLine: around.at(-1)!.endLine, children: around.slice(1) });
    around = [];
  };
  for (const line of logicalLines(text)) {
    const assigned = assignmentIn(line.text);
    const found = assigned ? [] : ucarpIn(substituted(line.text, variables));
    if (assigned) variables.set(assigned.name, assigned.value);
    if (found.length === 0) {
      around.push({ file, ...line });
      continue;
    }
    endAround();
    for (const words of found) {
      const read = readOptions(words, file, line);
      roots.push(read.instance.source);
      instances.push(read.instance);
      strangers.push(...read.strangers);
    }
  }
  endAround();
  return {
    roots,
    instances,
    lengths: new Map(),
    kept: [],
    account(ledger: Ledger) {
      const ours = new Set(instances.map(({ source }) => source));
      for (const root of roots) if (!ours.has(root)) ledger.cover(root, 'ignored', AROUND);
      for (const { source, says } of strangers) ledger.cover(source, 'missing', says);
    },
  };
}

/** `NAME=value`; a unit's `ExecStart=/usr/sbin/ucarp -i eth0` is none, as its value has several words. */
function assignmentIn(text: string): { name: string; value: string } | undefined {
  const [, name, written = ''] = /^(?:export\s+|readonly\s+|local\s+)?([A-Za-z_]\w*)=(.*)$/.exec(text) ?? [];
  const [words = [], more] = shellCommands(written);
  if (name === undefined || words.length > 1 || more) return undefined;
  return { name, value: words[0]?.text ?? '' };
}

function substituted(text: string, variables: ReadonlyMap<string, string>): string {
  let result = text;
  for (let round = 0; round < SUBSTITUTIONS_MAX && result.length < LINE_CHARACTERS_MAX; round += 1) {
    const next = result.replace(
      /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
      (whole, braced, plain) => variables.get(String(braced ?? plain)) ?? String(whole),
    );
    if (next === result) break;
    result = next;
  }
  return result;
}

/** The words behind ucarp in each command that runs it; `killall ucarp` and `[ -x /usr/sbin/ucarp ]` don't. */
function ucarpIn(text: string): readonly (readonly ShellWord[])[] {
  return shellCommands(text).flatMap((words) => {
    const at = words.findIndex(({ text: word }) => /(?:^|[/=@!:+-])ucarp$/.test(word));
    if (at < 0) return [];
    const behind = words.slice(at + 1).filter(({ text: word }) => word !== '--');
    return behind[0]?.text.startsWith('-') ? [behind] : [];
  });
}

function readOptions(
  words: readonly ShellWord[],
  file: string,
  line: LogicalLine,
): { instance: UcarpInstance; strangers: readonly { source: Source; says: string }[] } {
  const given: GivenOption[] = [];
  const strangers: { source: Source; says: string }[] = [];
  // A column of its own for each, so that each is a statement; in a line that was put together it is no real one.
  const placed = (at: number, text: string): Source => ({
    file,
    line: line.line,
    endLine: line.line,
    column: line.column + 1 + at,
    text,
  });
  for (let index = 0; index < words.length; index += 1) {
    const { text, at } = words[index]!;
    for (const [nth, one] of optionsIn(text).entries()) {
      const { option, shown } = one;
      if (!option) {
        const source = placed(at + nth, shown);
        strangers.push({ source, says: 'no option that ucarp 1.5 has; left out' });
        continue;
      }
      let value = one.value;
      if (option.takesValue && value === undefined) {
        index += 1;
        value = words[index]?.text;
      }
      const hidden = option.long === 'pass' ? '****' : value;
      const source = placed(
        at + nth,
        option.takesValue ? `--${option.long} ${hidden ?? ''}`.trim() : `--${option.long}`,
      );
      given.push({ option, value, source });
    }
  }
  const children = [...given, ...strangers].map(({ source }) => source);
  const source: Source = {
    file,
    line: line.line,
    column: line.column,
    endLine: line.endLine,
    text: 'ucarp …',
    children,
  };
  return { instance: { source, given }, strangers };
}

interface Written {
  readonly option: UcarpOption | undefined;
  readonly value: string | undefined;
  readonly shown: string;
}

/** `--addr=10.0.0.1`, `--preempt`, `-v1`, `-Pzk 5`: one word may hold several. */
function optionsIn(word: string): readonly Written[] {
  const long = /^--([a-z]+)(?:=(.*))?$/s.exec(word);
  if (long) return [{ option: byLong(long[1]!), value: long[2], shown: word }];
  if (!/^-[A-Za-z]/.test(word)) return [{ option: undefined, value: undefined, shown: word }];
  const found: Written[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const option = byShort(word[at]!);
    const rest = word.slice(at + 1);
    if (option?.takesValue) {
      found.push({ option, value: rest === '' ? undefined : rest, shown: word });
      break;
    }
    found.push({ option, value: undefined, shown: `-${word[at]}` });
  }
  return found;
}
