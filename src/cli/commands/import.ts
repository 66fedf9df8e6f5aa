import { Command, Option } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import { isName, NAME_RULE } from '../../core/names.ts';
import type { Imported, ImportOptions, SourceFile } from '../../migrate/imported.ts';
import type { CliHost } from '../host.ts';
import { collect, example, jsonOption } from '../options.ts';
import { hint, note, tell, warn } from '../talk.ts';

export interface ImportCommandOptions {
  readonly output?: string;
  readonly name?: readonly string[];
  readonly peer?: readonly string[];
  readonly cluster: string;
  readonly json?: boolean;
}

export type ForeignConfig = 'keepalived' | 'ucarp';

export const importCommand = (host: CliHost): Command =>
  new Command('import')
    .summary('make a config from that of keepalived or ucarp')
    .description(
      'Writes YAML on standard output, and on standard error what became of every line: nothing is left out in silence.',
    )
    .addCommand(importKeepalivedCommand(host))
    .addCommand(importUcarpCommand(host))
    .addHelpText('after', example('sealbeat import keepalived /etc/keepalived/keepalived.conf'));

export const importKeepalivedCommand = (host: CliHost, run = importConfig): Command =>
  importing('keepalived')
    .argument('<files...>', 'keepalived.conf of each node; - for standard input')
    .summary('from keepalived.conf, of one node or of each')
    .description(
      'Understands include, variables, ~SEQ and @host lines. Best given the files of all nodes: what one alone cannot know ' +
        'of the others (names, priorities, interfaces) is guessed, and the report says so.',
    )
    .addHelpText('after', example('sealbeat import keepalived lb1.conf lb2.conf -o sealbeat.yaml'))
    .action((files: string[], options: ImportCommandOptions) => run(host, 'keepalived', files, options));

export const importUcarpCommand = (host: CliHost, run = importConfig): Command =>
  importing('ucarp')
    .argument('<files...>', 'interfaces(5), scripts or units; - for standard input')
    .summary('from interfaces(5) or command lines of ucarp')
    .description(
      "Understands the ucarp- options of Debian's interfaces(5), and command lines of ucarp in scripts, units and rc files; " +
        'it finds out which of them a file has.',
    )
    .addHelpText(
      'after',
      example('sealbeat import ucarp lb1/interfaces lb2/interfaces --name lb1 --name lb2'),
    )
    .action((files: string[], options: ImportCommandOptions) => run(host, 'ucarp', files, options));

const importing = (name: string): Command =>
  new Command(name)
    .option('-o, --output <file>', 'write the YAML there; never overwritten')
    .addOption(
      new Option(
        '--name <node>',
        'name of a node, in the order of the files; more for nodes without a file; may be repeated',
      ).argParser(collect),
    )
    .addOption(
      new Option('--peer <node=address>', 'where a node is reached; may be repeated').argParser(collect),
    )
    .option('--cluster <name>', 'the name of the cluster', 'main')
    .addOption(jsonOption());

export async function importConfig(
  host: CliHost,
  what: ForeignConfig,
  files: readonly string[],
  { output, name: names = [], peer = [], cluster, json = false }: ImportCommandOptions,
): Promise<void> {
  for (const one of [...names, cluster]) refuseBadName(one);
  const { pathAddress } = await import('../../migrate/path-address.ts');
  const peers = peer.map((one) => peerOf(one, pathAddress));
  const { readForeign } = await import('../import-files.ts');
  const sources: { file: string; text: string }[] = [];
  for (const file of files) sources.push({ file, text: await readForeign(file) });
  const imported = await importerOf(what).then((run) => run(sources, { names, peers, cluster }));
  const { draft, entries } = imported;
  const { yamlOf } = await import('../../migrate/yaml-text.ts');
  const yaml =
    draft && yamlOf(draft, files.map((file) => (file === '-' ? 'standard input' : file)).join(' and '));
  const notes = [...imported.notes, ...(await leftToDo(yaml))];
  if (yaml !== undefined && output !== undefined) {
    const { writeNewFile } = await import('../../keys/write-file.ts');
    await writeNewFile(output, yaml, host.random);
  }
  const { countsOf, countText, entryText } = await import('../../migrate/report.ts');
  const counts = countsOf(entries);
  if (json) host.out(JSON.stringify({ yaml: yaml ?? null, entries, notes, counts }));
  else {
    const say = { taken: tell, ignored: tell, changed: note, missing: warn };
    for (const entry of entries) say[entry.verdict](host, entryText(entry));
    for (const text of notes) note(host, text);
    tell(host, countText(counts));
    if (yaml !== undefined && output === undefined) host.out(yaml.trimEnd());
  }
  if (yaml === undefined) throw nothingIn(what, files);
  const file = output ?? 'FILE';
  if (output !== undefined) tell(host, `${output} is written`);
  hint(
    host,
    `then, per node: sealbeat keygen there, and sealbeat key trust NODE LINE -c ${file}; at last: sealbeat check -c ${file}`,
  );
}

async function importerOf(what: ForeignConfig) {
  if (what === 'ucarp') return (await import('../../migrate/ucarp/import.ts')).importUcarp;
  const [{ importKeepalived }, { filesMatching, readIncluded }] = await Promise.all([
    import('../../migrate/keepalived/import.ts'),
    import('../import-files.ts'),
  ]);
  const reader = { matching: filesMatching, read: readIncluded };
  return (sources: readonly SourceFile[], options: ImportOptions): Imported =>
    importKeepalived(sources, options, reader);
}

/** What "check" would still find, but for the keys, which no other program's config has. */
async function leftToDo(yaml: string | undefined): Promise<readonly string[]> {
  if (yaml === undefined) return [];
  const { examine } = await import('../../config/load.ts');
  return examine(yaml)
    .problems.filter(({ severity, text }) => severity === 'error' && !text.includes('has no key'))
    .map(({ line, text }) => `the YAML is not complete yet, line ${line}: ${text}`);
}

function refuseBadName(name: string): void {
  if (isName(name)) return;
  throw new OperatorError('USAGE', `"${name}" is not a name`, { hint: `a name ${NAME_RULE}` });
}

function peerOf(
  text: string,
  pathAddress: (text: string) => string | undefined,
): { name: string; address: string } {
  const [, name = '', written = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  const address = pathAddress(written.replace(/^\[(.*)\]$/, '$1'));
  if (isName(name) && address !== undefined) return { name, address };
  throw new OperatorError('USAGE', `--peer ${text}: not the name of a node, "=", and an address`, {
    hint: 'for instance --peer lb2=10.0.0.2',
  });
}

function nothingIn(what: ForeignConfig, files: readonly string[]): OperatorError {
  const lacks = what === 'keepalived' ? 'no vrrp_instance with an address' : 'no ucarp with an address';
  return new OperatorError(
    'CONFIG_INVALID',
    `there is ${lacks} in ${files.join(', ')}: nothing to make a config of`,
    {
      hint: 'name the file with the virtual addresses, and import it where the files are that it includes',
    },
  );
}
