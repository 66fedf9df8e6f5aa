import type { OperatorError } from '../../core/errors.ts';
import type { Source } from '../ledger.ts';
import { codeOf, type RawLine } from './lexer.ts';
import { notUsable, type Place } from './place.ts';

/** Reads what `include` names; pure otherwise. */
export interface Reader {
  /** Files that a pattern matches, sorted; relative to the file that names it. Empty when there is none. */
  matching(pattern: string, from: string): readonly string[];
  /** Undefined when it can't be read. */
  read(file: string): string | undefined;
}

/** A line as keepalived would come to read it: variables replaced, repetitions written out. */
export interface Line extends RawLine {
  /** Only for the host of this name, or for all others. */
  readonly condition?: { readonly id: string; readonly negated: boolean } | undefined;
}

/** A statement that is done with once the file is read: definitions, includes and the lines that use them. */
export interface Directive extends Source {
  readonly verdict: 'taken' | 'missing';
  readonly says: string;
}

export interface Expanded {
  readonly lines: readonly Line[];
  readonly directives: readonly Directive[];
  /** In the order in which they were read. */
  readonly files: readonly string[];
}

const LINES_MAX = 20_000;
const CHARACTERS_MAX = 4_000_000;
const STEPS_MAX = 100_000;
const FILES_MAX = 1_000;
const LINE_CHARACTERS_MAX = 65_536;
const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;
const SECRET = /pass|secret|key/i;
const NESTED_MAX = 16;

interface Definition {
  readonly lines: readonly RawLine[];
  readonly at: Place;
}

interface Run {
  readonly reader: Reader;
  readonly lines: Line[];
  readonly directives: Directive[];
  readonly files: string[];
  readonly variables: Map<string, Definition>;
  characters: number;
  steps: number;
}

export function expand(file: string, text: string, reader: Reader): Expanded {
  const run: Run = {
    reader,
    lines: [],
    directives: [],
    files: [],
    variables: new Map(),
    characters: 0,
    steps: 0,
  };
  readFile(run, file, text, [file]);
  return run;
}

function readFile(run: Run, file: string, text: string, including: readonly string[]): void {
  if (run.files.length >= FILES_MAX) throw tooLong({ file, line: 1, column: 1 });
  run.files.push(file);
  const raw = text.split(/\r\n|\r|\n/);
  for (let index = 0; index < raw.length; index += 1) {
    const first = rawLine(file, index + 1, raw[index]!);
    if (first.text.length > LINE_CHARACTERS_MAX) throw tooLong(first);
    let { code, continues } = codeOf(first.text);
    const body: RawLine[] = [{ ...first, text: code }];
    while (continues && index + 1 < raw.length) {
      index += 1;
      const next = rawLine(file, index + 1, raw[index]!);
      if (next.text.length > LINE_CHARACTERS_MAX) throw tooLong(next);
      ({ code, continues } = codeOf(next.text));
      body.push({ ...next, text: code });
    }
    const defined = /^\$([A-Za-z_]\w*)=\s*(.*)$/.exec(body[0]!.text);
    if (defined) define(run, body, defined[1]!, defined[2]!);
    else {
      const joined = {
        ...first,
        text: body
          .map((line) => line.text)
          .join(' ')
          .trimEnd(),
      };
      if (joined.text !== '') emit(run, joined, { including, depth: 0 });
    }
  }
}

/** Without the blanks before it, which its column remembers. */
function rawLine(file: string, line: number, text: string): RawLine {
  const code = text.trimStart();
  return { file, line, column: text.length - code.length + 1, text: code };
}

function define(run: Run, body: readonly RawLine[], name: string, firstValue: string): void {
  const [head] = body;
  if (!head) return;
  const shift = head.text.length - firstValue.length;
  const first = { ...head, column: head.column + shift, text: firstValue };
  const lines = [first, ...body.slice(1)].filter(({ text }) => text !== '');
  run.variables.set(name, { lines, at: head });
  const value = lines.length > 1 ? `(${lines.length} lines)` : SECRET.test(name) ? '****' : firstValue;
  run.directives.push({
    ...placeOf(head),
    endLine: body.at(-1)!.line,
    text: `$${name}=${lines.length === 0 ? '' : value}`,
    verdict: 'taken',
    says: 'put in where it is used',
  });
}

type Around = {
  readonly including: readonly string[];
  readonly depth: number;
  readonly condition?: Line['condition'];
};

function emit(run: Run, line: RawLine, around: Around): void {
  run.steps += 1;
  if (run.steps > STEPS_MAX) throw tooLong(line);
  if (around.depth > NESTED_MAX)
    throw notUsable(
      line,
      'variables lead to one another without an end',
      'look for one that contains itself',
    );
  const condition = /^@(\^?)([\w.-]+)\s+/.exec(line.text);
  if (condition) {
    const rest = {
      ...line,
      column: line.column + condition[0].length,
      text: line.text.slice(condition[0].length),
    };
    return emit(run, rest, { ...around, condition: { id: condition[2]!, negated: condition[1] === '^' } });
  }
  const repeated = repetitionOf(line);
  if (repeated) return repeat(run, line, repeated, around);
  const whole = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(line.text);
  const definition = whole ? run.variables.get(whole[1]!) : undefined;
  if (definition && definition.lines.length !== 1) return useBlock(run, line, definition, around);
  const text = replaced(run, line);
  const included = /^include(?:[rmwb]|_check)?\s+(.*)$/.exec(text);
  if (included && !/[{}]/.test(included[1]!))
    return include(run, line, included[1]!.replace(/^"(.*)"$/, '$1').trim(), around);
  put(run, { ...line, text, condition: around.condition });
}

function put(run: Run, line: Line): void {
  run.characters += line.text.length;
  if (run.lines.length >= LINES_MAX || run.characters > CHARACTERS_MAX) throw tooLong(line);
  run.lines.push(line);
}

const tooLong = (line: Place): OperatorError =>
  notUsable(
    line,
    `the config becomes longer than ${LINES_MAX} lines`,
    'import a part of it, or write the repetition in a smaller form',
  );

function replaced(run: Run, line: RawLine): string {
  let { text } = line;
  for (let round = 0; round < NESTED_MAX; round += 1) {
    let grown = 0;
    const next = text.replace(VARIABLE, (whole, braced, plain) => {
      const value = run.variables.get(String(braced ?? plain));
      const put = value ? value.lines.map((one) => one.text).join(' ') : String(whole);
      grown += put.length;
      if (grown > LINE_CHARACTERS_MAX) throw tooLong(line);
      return put;
    });
    if (next === text) return text;
    text = next;
  }
  throw notUsable(line, 'variables lead to one another without an end', 'look for one that contains itself');
}

/** A definition of several lines stands for these lines; they keep the places where they are written. */
function useBlock(run: Run, line: RawLine, definition: Definition, around: Around): void {
  note(run, line, 'taken', `${definition.lines.length} lines, defined in line ${definition.at.line}`);
  for (const one of definition.lines) emit(run, one, { ...around, depth: around.depth + 1 });
}

function include(run: Run, line: RawLine, pattern: string, around: Around): void {
  const files = run.reader.matching(pattern, line.file);
  const read: string[] = [];
  const failed: string[] = [];
  for (const file of files) {
    const text =
      around.including.includes(file) || around.including.length > NESTED_MAX
        ? undefined
        : run.reader.read(file);
    if (text === undefined) failed.push(file);
    else {
      read.push(file);
      readFile(run, file, text, [...around.including, file]);
    }
  }
  if (read.length === 0 && failed.length === 0)
    return note(
      run,
      line,
      'missing',
      `no file ${pattern}; import again where it is, with all that it includes`,
    );
  if (failed.length === 0) return note(run, line, 'taken', `read: ${read.join(', ')}`);
  const why = 'cannot be read, or includes itself; import again with it';
  note(run, line, 'missing', `${failed.join(', ')} ${why}`);
}

function note(run: Run, line: RawLine, verdict: Directive['verdict'], says: string): void {
  run.directives.push({ ...placeOf(line), endLine: line.line, text: line.text, verdict, says });
}

const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column });

interface Repetition {
  readonly name: string;
  readonly values: readonly string[];
  readonly rest: string;
}

/** `~SEQ(NAME, [FIRST, [STEP,]] LAST) …` and `~LST(NAME, VALUE, …) …` */
function repetitionOf(line: RawLine): Repetition | undefined {
  const found = /^~(SEQ|LST)\(\s*"?([A-Za-z_]\w*)"?\s*,([^()]*)\)\s*(.*)$/.exec(line.text);
  if (!found) return undefined;
  const [, kind, name = '', inside = '', rest = ''] = found;
  const values = inside.split(',').map((value) => value.trim().replace(/^"(.*)"$/, '$1'));
  return { name, rest, values: kind === 'LST' ? values : sequence(values.map(Number), line) };
}

function sequence(numbers: readonly number[], line: RawLine): readonly string[] {
  const [first, step, last] =
    numbers.length >= 3
      ? [numbers[0]!, numbers[1]!, numbers[2]!]
      : numbers.length === 2
        ? [numbers[0]!, numbers[1]! < numbers[0]! ? -1 : 1, numbers[1]!]
        : [1, 1, numbers[0] ?? 0];
  const count = Math.floor((last - first) / step) + 1;
  if (
    !Number.isInteger(count) ||
    count < 0 ||
    count > LINES_MAX ||
    ![first, step, last].every(Number.isSafeInteger)
  )
    throw notUsable(line, 'this ~SEQ does not count', 'write for instance ~SEQ(NUM, 1, 3)');
  return Array.from({ length: count }, (_, nth) => String(first + nth * step));
}

function repeat(run: Run, line: RawLine, { name, values, rest }: Repetition, around: Around): void {
  const before = run.variables.get(name);
  const column = line.column + line.text.length - rest.length;
  for (const value of values) {
    const one = { ...line, text: value };
    run.variables.set(name, { lines: [one], at: line });
    emit(run, { ...line, column, text: rest }, { ...around, depth: around.depth + 1 });
  }
  if (before) run.variables.set(name, before);
  else run.variables.delete(name);
  if (values.length === 0) note(run, line, 'taken', 'repeated no times');
}
