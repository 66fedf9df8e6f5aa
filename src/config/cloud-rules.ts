import { COMMAND_WORDS, OTHER, wordsInBraces } from '../core/placeholders.ts';
import { adapterOf } from './adapter-of.ts';
import { closest } from './closest.ts';
import type { CloudShape } from './cloud-shape.ts';
import { formatDuration } from './duration.ts';
import { unknownNodes } from './group-rules.ts';
import { ownValue, type Parts } from './parts.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

/** What the shape of `command` can't say. */
export function cloudFindings(parts: Parts): readonly Finding[] {
  return [...parts.groups].flatMap(([name, group]) => {
    if (group?.command === undefined) return [];
    const path = ['groups', name, 'command'];
    const nodes = [...parts.nodes.keys()].filter((node) => adapterOf(group, node) === 'command');
    const texts = textsOf(path, group.command);
    return [
      ...unknownNodes(parts, [...path, 'values'], group.command.values),
      ...texts.flatMap((text) => placeholderFindings(text, group.command!, nodes)),
      ...impatience(path, group.command),
      ...takesFromAnybody(path, group.command),
      ...unusedValues(path, group.command, texts),
    ];
  });
}

/** A piece of a command with the place where it is written. */
interface Text {
  readonly path: YamlPath;
  readonly text: string;
  /** `show` is about this node alone. */
  readonly mayNameOthers: boolean;
}

function textsOf(path: YamlPath, { up, down, show }: CloudShape): readonly Text[] {
  const words = (at: YamlPath, command: readonly string[], mayNameOthers: boolean): readonly Text[] =>
    command.map((text, index) => ({ path: [...at, index], text, mayNameOthers }));
  const all = (key: string, written: CloudShape['down']): readonly Text[] =>
    (written?.commands ?? []).flatMap((command, index) =>
      words([...path, key, ...(written?.isBare === true ? [] : [index])], command, true),
    );
  if (show === undefined) return [...all('up', up), ...all('down', down)];
  const at = [...path, 'show', ...(show.isBare ? [] : ['command'])];
  const expect = { path: [...path, 'show', 'expect'], text: show.expect, mayNameOthers: false };
  return [...all('up', up), ...all('down', down), ...words(at, show.command, false), expect];
}

const error = (path: YamlPath, text: string): Finding => ({ severity: 'error', path, text });
const isPlain = (word: string): boolean => (COMMAND_WORDS as readonly string[]).includes(word);

function placeholderFindings(
  { path, text, mayNameOthers }: Text,
  { values }: CloudShape,
  nodes: readonly string[],
): readonly Finding[] {
  const known = [...new Set(Object.values(values).flatMap((named) => Object.keys(named)))];
  return wordsInBraces(text).flatMap((word): readonly Finding[] => {
    if (isPlain(word)) return [];
    const isOther = word.startsWith(OTHER);
    const name = isOther ? word.slice(OTHER.length) : word;
    if (isOther && !mayNameOthers)
      return [
        error(path, `{${word}} is about another node, and \`show\` asks about this one; write {${name}}`),
      ];
    if (!known.includes(name)) return [error(path, unknownWord(word, name, known))];
    const without = nodes.filter((node) => ownValue(ownValue(values, node) ?? {}, name) === undefined);
    return without.map((node) =>
      error(path, `{${word}} has no value for ${node}; add ${name} under "values", at ${node}`),
    );
  });
}

function unknownWord(word: string, name: string, known: readonly string[]): string {
  const candidates = word.startsWith(OTHER) ? known : [...known, ...COMMAND_WORDS];
  const near = closest(name, candidates);
  const meant = word.startsWith(OTHER) && near !== undefined ? `${OTHER}${near}` : near;
  const all = candidates.map((one) => `{${one}}`).join(', ');
  const instead =
    meant !== undefined
      ? `did you mean {${meant}}?`
      : candidates.length > 0
        ? `there are ${all}; others get a value for each node under "values"`
        : `it gets a value for each node under "values"`;
  return `{${word}} stands for nothing; ${instead}`;
}

const impatience = (path: YamlPath, { timeout, give_up: giveUp }: CloudShape): readonly Finding[] =>
  giveUp >= timeout
    ? []
    : [
        error(
          [...path, 'give_up'],
          `${formatDuration(giveUp)} is less than one command may take; write ${formatDuration(timeout)} or more, or a shorter "timeout"`,
        ),
      ];

/** Run by one that has just lost the address, it would take it from the one that has just been given it. */
function takesFromAnybody(path: YamlPath, { down }: CloudShape): readonly Finding[] {
  const namesNode = (word: string): boolean =>
    wordsInBraces(word).some((name) => name === 'node' || (!isPlain(name) && !name.startsWith(OTHER)));
  return (down?.commands ?? []).flatMap((command, index) => {
    // A program without arguments is told in its environment.
    if (command.length === 1 || command.some(namesNode)) return [];
    const text =
      'says nothing of this node, so it may take the address from another that has it by now; name this node with {node} or a value, or leave "down" out if "up" takes the address from whoever had it';
    const at = [...path, 'down', ...(down?.isBare === true ? [] : [index])];
    return [{ severity: 'warning', path: at, atKey: true, text } as const];
  });
}

function unusedValues(path: YamlPath, { values }: CloudShape, texts: readonly Text[]): readonly Finding[] {
  const used = new Set(
    texts
      .flatMap(({ text }) => wordsInBraces(text))
      .map((word) => (word.startsWith(OTHER) ? word.slice(OTHER.length) : word)),
  );
  return Object.entries(values).flatMap(([node, named]) =>
    Object.keys(named)
      .filter((name) => !used.has(name))
      .map((name) => ({
        severity: 'warning' as const,
        path: [...path, 'values', node, name],
        atKey: true,
        text: `stands in no command; write {${name}} there, or remove it`,
      })),
  );
}
