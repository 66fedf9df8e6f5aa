import type { Argument, Command, Option } from 'commander';
import { SYSTEM_NAMES } from '../../vip/system.ts';

/** What belongs at a place of the command line: one of some words, something of a kind, or text that nobody can guess. */
export type Wanted = readonly string[] | 'files' | 'directories' | 'groups' | 'nodes' | 'text';

export interface OptionWords {
  /** As it is typed, for instance `-c` and `--config`. */
  readonly flags: readonly string[];
  readonly text: string;
  /** Absent: a switch. */
  readonly value?: { readonly name: string; readonly wanted: Wanted };
}

/** A command with all that can be typed behind it. */
export interface CommandWords {
  /** From below the program's name: `key`, `trust`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly OptionWords[];
  readonly operands: readonly { readonly name: string; readonly wanted: Wanted }[];
  readonly children: readonly CommandWords[];
}

/** By the names that the help gives to values; what is none of these is text. */
const KINDS: Readonly<Record<string, Wanted>> = {
  file: 'files',
  socket: 'files',
  directory: 'directories',
  group: 'groups',
  node: 'nodes',
  'line-or-node': 'nodes',
  system: SYSTEM_NAMES,
};

/** The commander tree as plain data, without what is hidden from the help. */
export function commandWords(command: Command, path: readonly string[] = []): CommandWords {
  const help = command.createHelp();
  const shown = help.visibleCommands(command);
  const children = shown
    .filter((child) => command.commands.includes(child))
    .map((child) => commandWords(child, [...path, child.name()]));
  const helper = shown.find((child) => !command.commands.includes(child));
  return {
    path,
    summary: command.summary() || command.description(),
    options: help.visibleOptions(command).map(optionWords),
    operands: command.registeredArguments.map((operand) => ({
      name: operand.name(),
      wanted: wantedBy(operand, operand.name()),
    })),
    children: helper ? [...children, helpWords(helper, path, children)] : children,
  };
}

/** The `help` that commander adds by itself. */
const helpWords = (
  helper: Command,
  path: readonly string[],
  children: readonly CommandWords[],
): CommandWords => ({
  path: [...path, helper.name()],
  summary: helper.description(),
  options: [],
  operands: [{ name: 'command', wanted: children.map((child) => child.path.at(-1) ?? '') }],
  children: [],
});

function optionWords(option: Option): OptionWords {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1];
  return {
    flags,
    text: option.description,
    ...(value === undefined ? {} : { value: { name: value, wanted: wantedBy(option, value) } }),
  };
}

const wantedBy = ({ argChoices }: Option | Argument, name: string): Wanted =>
  argChoices ?? KINDS[name.replace(/\.+$/, '')] ?? 'text';

/** The command and everything below it. */
export const withChildren = (command: CommandWords): readonly CommandWords[] => [
  command,
  ...command.children.flatMap(withChildren),
];

/** Text in single quotes, as bash and zsh read it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
