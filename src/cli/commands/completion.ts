import { Argument, Command } from 'commander';
import { isName } from '../../core/names.ts';
import type { CommandWords } from '../completion/tree.ts';
import type { CliHost } from '../host.ts';
import { configOption, example } from '../options.ts';

type Print = (program: CommandWords) => string;

interface Shell {
  readonly name: string;
  /** How the script gets into the shell, in a sentence. */
  readonly use: string;
  /** Where this shell looks for scripts. */
  readonly place: string;
  readonly print: () => Promise<Print>;
}

const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    use: 'The place below is that of the package bash-completion; without it, write "source <(sealbeat completion bash)" into ~/.bashrc.',
    place: '~/.local/share/bash-completion/completions/sealbeat',
    print: async () => (await import('../completion/bash.ts')).bashCompletion,
  },
  {
    name: 'zsh',
    use: 'It belongs into a directory of $fpath, or "source <(sealbeat completion zsh)" into ~/.zshrc behind compinit.',
    place: '/usr/local/share/zsh/site-functions/_sealbeat',
    print: async () => (await import('../completion/zsh.ts')).zshCompletion,
  },
  {
    name: 'fish',
    use: 'fish reads it from the place below when it is first needed.',
    place: '~/.config/fish/completions/sealbeat.fish',
    print: async () => (await import('../completion/fish.ts')).fishCompletion,
  },
];

export function completionCommand(host: CliHost): Command {
  const command = new Command('completion')
    .summary('print a script that completes command lines')
    .description(
      'For bash, zsh and fish: completes commands, options and files, and the names of groups and nodes, which it reads ' +
        'from the config that the line names, or else from the usual one. "sealbeat completion SHELL --help" says where the script belongs.',
    )
    .addHelpText('after', example('sealbeat completion fish | source'));
  for (const { name, use, place, print } of SHELLS) {
    command.addCommand(
      new Command(name)
        .summary(`print the script for ${name}`)
        .description(`Prints the script on standard output. ${use} Make it anew after an update.`)
        .addHelpText('after', example(`sealbeat completion ${name} > ${place}`))
        .action(async (_options: object, self: Command) => {
          const { commandWords } = await import('../completion/tree.ts');
          host.out((await print())(commandWords(programOf(self))).trimEnd());
        }),
    );
  }
  return command.addCommand(namesCommand(host), { hidden: true });
}

/** What the scripts ask for while a line is being typed. */
const namesCommand = (host: CliHost): Command =>
  new Command('names')
    .summary('print names from the config, for completion')
    .description(
      'One name per line. Prints nothing, without an error, where there is no config or no sense in it.',
    )
    .addArgument(new Argument('<kind>', 'which names').choices(['groups', 'nodes']))
    .addOption(configOption())
    .addHelpText('after', example('sealbeat completion names groups'))
    .action(async (kind: string, { config }: { config: string }) => {
      for (const name of await namesIn(config, kind)) host.out(name);
    });

/** The schema is not asked: a file that is half written has names, too, and nobody wants to wait at a key. */
async function namesIn(path: string, kind: string): Promise<readonly string[]> {
  const [{ readFile }, { parse }] = await Promise.all([import('node:fs/promises'), import('yaml')]);
  try {
    const file: unknown = parse(await readFile(path, 'utf8'), { logLevel: 'silent' });
    const section: unknown = isMapping(file) ? file[kind] : undefined;
    return isMapping(section) ? Object.keys(section).filter(isName) : [];
  } catch {
    return [];
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const programOf = (command: Command): Command => (command.parent ? programOf(command.parent) : command);
