import { withChildren, type CommandWords, type OptionWords, type Wanted } from './tree.ts';

/** fish asks each line's condition: at which command is this, and how many operands came before? */
export function fishCompletion(program: CommandWords): string {
  const commands = withChildren(program);
  const takers = commands.flatMap(({ options }) =>
    options.flatMap(({ flags, value }) => (value ? flags : [])),
  );
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => inQuotes(path.join(' ')));
  return `# fish completion of sealbeat; made by "sealbeat completion fish"

set -g __sealbeat_takers ${[...new Set(takers)].join(' ')}
set -g __sealbeat_paths ${paths.join(' ')}

${WALK}
complete -c sealbeat -f
${commands.flatMap(linesOf).join('\n')}
`;
}

const WALK = `# Prints the command that the line is at, and how many operands it has: "key trust 1".
function __sealbeat_at
    set -l at
    set -l operands 0
    set -l is_value 0
    for word in (commandline -opc)[2..-1]
        if test $is_value = 1
            set is_value 0
        else if contains -- $word $__sealbeat_takers
            set is_value 1
        else if string match -q -- '-*' $word
            continue
        else if test $operands = 0; and contains -- (string join ' ' $at $word) $__sealbeat_paths
            set at $at $word
        else
            set operands (math $operands + 1)
        end
    end
    string join ' ' $at $operands
end

function __sealbeat_is
    string match -q -r -- "^$argv[1]\\$" (__sealbeat_at)
end

# The names come from the config that the line names, or from the usual one.
function __sealbeat_names
    set -l words (commandline -opc)
    set -l config
    for i in (seq (count $words))
        if contains -- $words[$i] -c --config; and test $i -lt (count $words)
            set config --config $words[(math $i + 1)]
        else if string match -q -- '--config=*' $words[$i]
            set config $words[$i]
        end
    end
    $words[1] completion names $argv[1] $config 2>/dev/null </dev/null
end
`;

function linesOf(command: CommandWords): readonly string[] {
  const at = command.path.join(' ');
  const line = (pattern: string, rest: string): string =>
    `complete -c sealbeat -n ${inQuotes(`__sealbeat_is "${at === '' ? '' : `${at} `}${pattern}"`)} ${rest}`;
  return [
    ...command.children.map(({ path, summary }) =>
      line('0', `-a ${path.at(-1) ?? ''} -d ${inQuotes(summary)}`),
    ),
    ...command.operands.flatMap(({ wanted }, index) =>
      wanted === 'text' ? [] : [line(String(index), valueOf(wanted))],
    ),
    ...command.options.map((option) => line('[0-9]+', optionOf(option))),
  ];
}

function optionOf({ flags, text, value }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const takes = value ? [`${value.wanted === 'files' ? '-r' : '-x'} ${valueOf(value.wanted)}`.trim()] : [];
  return [...names, ...takes, `-d ${inQuotes(text)}`].join(' ');
}

function valueOf(wanted: Wanted): string {
  if (wanted === 'files') return '-F';
  if (wanted === 'directories') return `-a '(__fish_complete_directories)'`;
  if (wanted === 'groups' || wanted === 'nodes') return `-a '(__sealbeat_names ${wanted})'`;
  return wanted === 'text' ? '' : `-a ${inQuotes(wanted.join(' '))}`;
}

const inQuotes = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
