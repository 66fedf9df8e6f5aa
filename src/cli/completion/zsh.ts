import { quoted, withChildren, type CommandWords, type OptionWords, type Wanted } from './tree.ts';

/** One function for each command, with the specifications that zsh's own `_arguments` reads. */
export const zshCompletion = (program: CommandWords): string => `#compdef sealbeat
# zsh completion of sealbeat; made by "sealbeat completion zsh"

${NAMES}
${withChildren(program).map(functionOf).join('\n')}
# By fpath it is called, by "source" it is registered.
if [ "$funcstack[1]" = _sealbeat ]; then
  _sealbeat "$@"
else
  compdef _sealbeat sealbeat
fi
`;

const NAMES = `# The kind comes last, behind what _arguments adds for compadd.
_sealbeat_names() {
  local file=\${opt_args[-c]:-\${opt_args[--config]}}
  local -a names config
  [[ -n $file ]] && config=(--config \${~file})
  names=(\${(f)"$($sealbeat_program completion names $@[-1] $config 2>/dev/null </dev/null)"})
  compadd "\${(@)@[1,-2]}" -a names
}
`;

function functionOf(command: CommandWords): string {
  const specs = command.options.map(optionSpec);
  return `${nameOf(command)}() {\n${command.children.length === 0 ? leaf(command, specs) : branch(command, specs)}}\n`;
}

const nameOf = ({ path }: CommandWords): string => ['_sealbeat', ...path].join('_').replaceAll('-', '_');

const leaf = ({ operands }: CommandWords, specs: readonly string[]): string =>
  call('_arguments -S', [
    ...specs,
    ...operands.map(({ name, wanted }, index) => quoted(`${index + 1}:${escaped(name)}:${actionOf(wanted)}`)),
  ]);

const branch = (
  command: CommandWords,
  specs: readonly string[],
): string => `  local curcontext=$curcontext state
  local -a line commands
  typeset -A opt_args
${command.path.length === 0 ? '  local sealbeat_program=${(Q)~words[1]}\n' : ''}${call('_arguments -S -C', [...specs, quoted('1: :->command'), quoted('*:: :->rest')])}  case $state in
    command)
      commands=(
${command.children.map(({ path, summary }) => `        ${quoted(`${escaped(path.at(-1) ?? '')}:${summary}`)}\n`).join('')}      )
      _describe -t commands 'command' commands
      ;;
    rest)
      case $line[1] in
${command.children.map((child) => `        ${child.path.at(-1) ?? ''}) ${nameOf(child)} ;;\n`).join('')}      esac
      ;;
  esac
`;

const call = (command: string, words: readonly string[]): string =>
  `  ${[command, ...words].join(' \\\n    ')}\n`;

function optionSpec({ flags, text, value }: OptionWords): string {
  const [first = ''] = flags;
  const explained = `[${text.replace(/[[\]\\]/g, '\\$&')}]`;
  const takes = value ? `:${escaped(value.name)}:${actionOf(value.wanted)}` : '';
  // -c FILE and --config=FILE; one of the two is enough.
  const behind = (flag: string): string => (value ? (flag.startsWith('--') ? `${flag}=` : `${flag}+`) : flag);
  if (flags.length === 1) return quoted(`${behind(first)}${explained}${takes}`);
  return `${quoted(`(${flags.join(' ')})`)}{${flags.map(behind).join(',')}}${quoted(`${explained}${takes}`)}`;
}

function actionOf(wanted: Wanted): string {
  if (wanted === 'files') return '_files';
  if (wanted === 'directories') return '_files -/';
  if (wanted === 'groups' || wanted === 'nodes') return `_sealbeat_names ${wanted}`;
  return wanted === 'text' ? ' ' : `(${wanted.join(' ')})`;
}

const escaped = (text: string): string => text.replaceAll(':', '\\:');
