import type { Argument, Command, Help, Option } from 'commander';
import { programFor } from '../../src/cli/main.ts';
import type { CliHost } from '../../src/cli/host.ts';
import { systemHost } from '../../src/cli/system-host.ts';
import { list, literal, macro, page, prose, word, type Item } from './mdoc.ts';
import {
  ENVIRONMENT,
  ERRORS,
  EXAMPLES,
  EXIT_STATUS,
  FILES,
  MANUAL_DATE,
  PROGRAM_ABOUT,
  PROGRAM_DESCRIPTION,
  SECURITY,
  SEE_ALSO_PROGRAM,
  SIGNALS,
} from './prose.ts';

/** sealbeat(8): the commands as they are in the program, with what no command says around them. */
export async function commandsPage(): Promise<string> {
  const heard: string[] = [];
  const host: CliHost = { ...systemHost(), columns: 100_000, out: (line) => void heard.push(line) };
  const program = await programFor(host);
  return page({ name: 'sealbeat', number: 8, about: PROGRAM_ABOUT, date: MANUAL_DATE }, [
    { title: 'SYNOPSIS', lines: SYNOPSIS },
    { title: 'DESCRIPTION', lines: prose(PROGRAM_DESCRIPTION) },
    {
      title: 'COMMANDS',
      lines: [
        ...prose('Every command takes `-h` and `--help`, which print a part of this page.'),
        ...program
          .createHelp()
          .visibleCommands(program)
          .flatMap((child) => commandLines(child, [], program, heard)),
      ],
    },
    {
      title: 'SIGNALS',
      lines: [...prose('The daemon, `sealbeat run`, goes by these:'), ...named('Dv', SIGNALS)],
    },
    { title: 'ENVIRONMENT', lines: named('Ev', ENVIRONMENT) },
    { title: 'FILES', lines: named('Pa', FILES) },
    { title: 'EXIT STATUS', lines: named('Er', EXIT_STATUS).map((line) => line.replace('.It Er', '.It')) },
    {
      title: 'EXAMPLES',
      lines: EXAMPLES.flatMap(([sentence, lines], index) => [
        ...(index === 0 ? [] : ['.Pp']),
        ...prose(sentence),
        ...literal(lines),
      ]),
    },
    {
      title: 'DIAGNOSTICS',
      lines: [
        ...prose(
          'An error is a sentence on standard error and, behind the word hint, what to do next. The log and `--json` name it by a code that stays the same:',
        ),
        ...named('Er', ERRORS),
      ],
    },
    { title: 'SEE ALSO', lines: SEE_ALSO_PROGRAM },
    { title: 'SECURITY CONSIDERATIONS', lines: prose(SECURITY) },
  ]);
}

const SYNOPSIS = [
  '.Nm',
  '.Ar command',
  '.Op Ar options',
  '.Op Ar operands',
  '.Nm',
  '.Cm help',
  '.Op Ar command',
  '.Nm',
  '.Fl -version',
  '.Op Fl -json',
];

const named = (kind: string, texts: Readonly<Record<string, string>>): readonly string[] =>
  list(Object.entries(texts).map(([name, text]) => ({ head: `${kind} ${word(name)}`, body: prose(text) })));

/** A command and those below it. The help that commander makes by itself is in the synopsis. */
function commandLines(
  command: Command,
  above: readonly string[],
  parent: Command,
  heard: string[],
): readonly string[] {
  if (!parent.commands.includes(command)) return [];
  const path = [...above, command.name()];
  const help = command.createHelp();
  const children = help.visibleCommands(command).filter((child) => command.commands.includes(child));
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const items = [
    ...help.visibleArguments(command).map((operand) => operandItem(operand, help)),
    ...options.map((option) => optionItem(option, help)),
  ];
  return [
    macro('Ss', word(path.join(' '))),
    '.Nm',
    macro('Cm', ...path.map(word)),
    ...(children.length > 0 ? ['.Ar command'] : []),
    ...options.map((option) => macro('Op', flagOf(option.long ?? option.short ?? ''), ...valueOf(option))),
    ...command.registeredArguments.map((operand) => macro(...usageOf(operand))),
    '.Pp',
    ...prose(command.description()),
    ...list(items),
    ...afterLines(command, heard),
    ...children.flatMap((child) => commandLines(child, path, command, heard)),
  ];
}

const usageOf = (operand: Argument): readonly [string, ...string[]] => {
  const name = `${word(operand.name())}${operand.variadic ? ' ...' : ''}`;
  return operand.required ? ['Ar', name] : ['Op', 'Ar', name];
};

const flagOf = (flag: string): string => `Fl ${word(flag.slice(1))}`;

function valueOf({ flags }: Option): readonly string[] {
  const [, bracket, name = ''] = /([<[])([^>\]]+)[>\]]/.exec(flags) ?? [];
  if (bracket === undefined) return [];
  return bracket === '<' ? ['Ar', word(name)] : ['Op', 'Ar', word(name)];
}

const operandItem = (operand: Argument, help: Help): Item => ({
  head: `Ar ${word(operand.name())}`,
  body: prose(sentence(help.argumentDescription(operand))),
});

function optionItem(option: Option, help: Help): Item {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined).map(flagOf);
  return {
    head: [flags.join(' , '), ...valueOf(option)].join(' '),
    body: prose(sentence(help.optionDescription(option))),
  };
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

/** What the help says behind its tables: the examples. commander tells it to nobody but a reader. */
function afterLines(command: Command, heard: string[]): readonly string[] {
  heard.length = 0;
  command.outputHelp();
  const after = heard.join('\n').slice(command.helpInformation().length).trim();
  const examples = /^Examples?:\n([^]*)$/.exec(after)?.[1];
  if (examples === undefined) return after === '' ? [] : literal(after);
  return ['.Pp', ...prose('For example:'), ...literal(examples.replace(/^ {2}/gm, ''))];
}
