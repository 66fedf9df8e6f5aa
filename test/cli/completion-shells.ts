import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { requireBuilt } from '../lab/sealbeat.ts';

/** Real shells, asked what they would offer behind a line. */
export type Shell = 'bash' | 'zsh' | 'fish';
const root = join(import.meta.dirname, '..', '..');

/**
 * A folder with the script and a `sealbeat` for the PATH. The names of groups and nodes come from `config` where a line
 * names no other, so that no test depends on what is in /etc.
 */
export function completionLab(config: string) {
  // A shell starts it dozens of times, so it is the built one.
  requireBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-completion-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'sealbeat');
  writeFileSync(
    program,
    `#!/bin/sh
case $*:$4 in completion\\ names\\ *:) set -- "$@" --config '${config}' ;; esac
exec '${join(root, 'bin/sealbeat')}' "$@"
`,
  );
  chmodSync(program, 0o755);
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, TERM: 'dumb', LC_ALL: 'C' };
  const run = (command: string, args: readonly string[]): string => {
    const ran = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
    if (ran.status !== 0)
      throw new Error(`${command}: ${ran.stderr}${ran.stdout}${ran.error?.message ?? ''}`);
    return ran.stdout;
  };
  const scriptOf = (shell: Shell): string => {
    const path = join(folder, `completion.${shell}`);
    writeFileSync(path, run('sealbeat', ['completion', shell]));
    return path;
  };
  return { folder, scriptOf, offers: askers(run, folder) };
}

type Run = (command: string, args: readonly string[]) => string;

/** What each shell offers behind a line, sorted. */
const askers = (
  run: Run,
  folder: string,
): Record<Shell, (script: string, line: string) => readonly string[]> => ({
  bash: (script, line) => sorted(run('bash', ['--norc', '--noprofile', '-c', IN_BASH, 'bash', script, line])),
  fish: (script, line) =>
    sorted(
      run('fish', ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script, line]).replace(
        /\t.*$/gm,
        '',
      ),
    ),
  zsh: (script, line) => {
    const inner = join(folder, 'inner.zsh');
    writeFileSync(inner, INSIDE_ZSH);
    return sorted(run('zsh', ['-f', '-c', IN_ZSH, 'zsh', script, line, inner, join(folder, 'offered')]));
  },
});

const sorted = (text: string): readonly string[] =>
  [...new Set(text.split('\n').map((word) => word.trim()))].filter((word) => word !== '').toSorted();

/** As readline does it: the line in words, broken at "=" as well, the last of them under the cursor. */
const IN_BASH = `
source "$1"
line=\${2//=/ = }
read -r -a COMP_WORDS <<<"$line"
[[ $line == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_sealbeat
printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** A terminal of its own with a shell in it, because zsh completes nowhere else. */
const IN_ZSH = `
zmodload zsh/zpty zsh/zselect
rm -f $4
zpty shell "SCRIPT=\${(q)1} OFFERED=\${(q)4} zsh -f -i"
zpty -w shell "source \${(q)3}"
zpty -w -n shell "$2"$'\\t'
for ((turn = 0; turn < 1000; turn++)); do
  [[ -e $4 && -n \${(M)\${(f)"$(<$4)"}:#END} ]] && break
  zpty -r -t shell seen
  zselect -t 3
done
zpty -d shell
grep -v '^END$' $4
exit 0
`;
const INSIDE_ZSH = `
autoload -U compinit; compinit -u -D
source $SCRIPT
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a words
  builtin compadd -A words "$@"
  print -rl -- $words >>$OFFERED
  builtin compadd "$@"
}
offer() { _main_complete; print END >>$OFFERED; compstate[insert]=; compstate[list]= }
zle -C offer complete-word offer
bindkey '^I' offer
`;
