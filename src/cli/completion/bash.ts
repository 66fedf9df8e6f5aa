import { quoted, withChildren, type CommandWords, type Wanted } from './tree.ts';

/*
 * For bash 3.2 and newer, with or without the package bash-completion. The tables are `case` words, because associative
 * arrays came with bash 4. Only names of groups and nodes start the program.
 */
export function bashCompletion(program: CommandWords): string {
  const commands = withChildren(program);
  const rows = (row: (command: CommandWords) => readonly string[]): string =>
    commands
      .flatMap(row)
      .map((line) => `    ${line}`)
      .join('\n');
  const at = ({ path }: CommandWords): string => path.join(' ');
  return `# bash completion of sealbeat; made by "sealbeat completion bash"

_sealbeat_words() {
  case $1 in
${rows((command) => (command.children.length === 0 ? [] : [`${quoted(at(command))}) words=${quoted(namesBelow(command))} ;;`]))}
  esac
}

_sealbeat_options() {
  case $1 in
${rows((command) => [`${quoted(at(command))}) words=${quoted(command.options.flatMap(({ flags }) => flags).join(' '))} ;;`])}
  esac
}

_sealbeat_value() {
  case "$1 $2" in
${rows((command) =>
  command.options.flatMap(({ flags, value }) =>
    value
      ? [
          `${flags.map((flag) => quoted(`${at(command)} ${flag}`)).join(' | ')}) kind=${kindOf(value.wanted)} ;;`,
        ]
      : [],
  ),
)}
  esac
}

_sealbeat_operand() {
  case "$1 $2" in
${rows((command) => command.operands.map(({ wanted }, index) => `${quoted(`${at(command)} ${index}`)}) kind=${kindOf(wanted)} ;;`))}
  esac
}

${WALK}`;
}

const namesBelow = ({ children }: CommandWords): string =>
  children.map(({ path }) => path.at(-1) ?? '').join(' ');

/** Words behind a `=`, so that they are no kind. */
const kindOf = (wanted: Wanted): string =>
  typeof wanted === 'string' ? wanted : quoted(`=${wanted.join(' ')}`);

const WALK = `_sealbeat() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at='' kind='' words='' config='' option='' operands=0 word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == '=' ]] && continue # "--to=lb2" comes as three words
    if [[ -n $kind ]]; then
      [[ $option == -c || $option == --config ]] && config=$word
      kind=''
      continue
    fi
    if [[ $word == -* ]]; then
      option=$word
      _sealbeat_value "$at" "$word"
      continue
    fi
    words=''
    _sealbeat_words "$at"
    if [[ $operands == 0 && " $words " == *" $word "* ]]; then at=\${at:+$at }$word; else operands=$((operands + 1)); fi
  done
  [[ $cur == '=' ]] && cur=''
  words=''
  if [[ -z $kind ]]; then
    if [[ $cur == -* ]]; then _sealbeat_options "$at"
    else
      [[ $operands == 0 ]] && _sealbeat_words "$at"
      _sealbeat_operand "$at" "$operands"
    fi
  fi
  case $kind in
    =*) words=\${kind#=} ;;
    groups | nodes)
      words=$("\${COMP_WORDS[0]}" completion names "$kind" \${config:+--config "\${config/#\\~/$HOME}"} 2>/dev/null </dev/null)
      ;;
    files | directories)
      compopt -o filenames 2>/dev/null # bash 3.2 has no compopt
      local IFS=$'\\n'
      if [[ $kind == files ]]; then COMPREPLY=($(compgen -f -- "$cur")); else COMPREPLY=($(compgen -d -- "$cur")); fi
      return
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}

complete -F _sealbeat sealbeat
`;
