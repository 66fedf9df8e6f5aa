import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { PublicIdentity } from '../../core/settings.ts';
import type { CliHost } from '../host.ts';
import { collect, configOption, example, identityOption, jsonOption } from '../options.ts';
import { retireCommand } from './key-retire.ts';
import { rotateCommand } from './key-rotate.ts';
import { keyTrust, type KeyTrustOptions } from './key-trust.ts';

type Files = { readonly config: string; readonly identity: string };

export const keyCommand = (host: CliHost): Command =>
  new Command('key')
    .summary('show, compare, trust and change keys')
    .description('The public keys of this node and of the others. Nothing here shows a secret key.')
    .addCommand(showCommand(host))
    .addCommand(fingerprintCommand(host))
    .addCommand(trustCommand(host))
    .addCommand(listCommand(host))
    .addCommand(rotateCommand(host))
    .addCommand(retireCommand(host))
    .addHelpText('after', example('sealbeat key show'));

export const showCommand = (host: CliHost, run = keyShow): Command =>
  new Command('show')
    .summary("print this node's public line")
    .description(
      'Reads the secret identity and prints its public line; two lines, the newest first, while the key is being changed. Writes nothing.',
    )
    .addOption(identityOption())
    .addHelpText('after', example('sealbeat key show > lb1.pub'))
    .action((options: Pick<Files, 'identity'>) => run(host, options));

export const fingerprintCommand = (host: CliHost, run = keyFingerprint): Command =>
  new Command('fingerprint')
    .summary('print a fingerprint, to be compared by voice')
    .description(
      "Prints the fingerprint of this node's identity, of a public line, or of a node that the config names: six groups of four characters for each key. Two equal fingerprints are two equal keys. Writes nothing.",
    )
    .argument('[line-or-node]', 'a public line, or the name of a node in the config')
    .addOption(configOption())
    .addOption(identityOption())
    .addHelpText('after', example('sealbeat key fingerprint lb2'))
    .action((what: string | undefined, options: Files) => run(host, what, options));

export const trustCommand = (host: CliHost, run = keyTrust): Command =>
  new Command('trust')
    .summary("put a node's public line into the config")
    .description(
      'Edits the config in place, all or nothing, and keeps its comments and its form. A node that is ' +
        'not there yet is added. Another key is replaced only with --replace, after a question.',
    )
    .argument('<node>', 'the name of the node, as the config is going to call it')
    .argument('<line>', 'the public line that "sealbeat keygen" printed there')
    .addOption(configOption())
    .option(
      '--path <url>',
      'where a new node is reached, udp://HOST:PORT or tcp://HOST:PORT; may be repeated',
      collect,
    )
    .option('--replace', 'replace the key that the node has')
    .option('--yes', 'do not ask before replacing')
    .addHelpText('after', example('sealbeat key trust lb2 "$(cat lb2.pub)" --path udp://10.10.10.2:7112'))
    .action((node: string, line: string, options: KeyTrustOptions) => run(host, node, line, options));

export const listCommand = (host: CliHost, run = keyList): Command =>
  new Command('list')
    .summary('print the keys that the config trusts')
    .description('One line per key: node, fingerprint and sender id. Writes nothing.')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat key list --json'))
    .action((options: KeyListOptions) => run(host, options));

export async function keyShow(host: CliHost, { identity }: Pick<Files, 'identity'>): Promise<void> {
  for (const { line } of await ownKeys(host, identity)) host.out(line);
}

export async function keyFingerprint(host: CliHost, what: string | undefined, files: Files): Promise<void> {
  const { fingerprintOf, parsePublicLine } = await import('../../wire/public-line.ts');
  const { isName } = await import('../../core/names.ts');
  const keys =
    what === undefined
      ? await ownKeys(host, files.identity)
      : isName(what)
        ? await keysOfNode(what, files.config)
        : [parsePublicLine(what)];
  for (const key of keys) host.out(fingerprintOf(key));
}

export interface KeyListOptions {
  readonly config: string;
  readonly json?: boolean;
}

export async function keyList(host: CliHost, { config, json = false }: KeyListOptions): Promise<void> {
  const { fingerprintOf } = await import('../../wire/public-line.ts');
  const rows = (await listedKeys(config)).map((key) =>
    'identity' in key
      ? {
          node: key.node,
          fingerprint: fingerprintOf(key.identity),
          id: key.identity.id,
          line: key.identity.line,
        }
      : key,
  );
  if (json) return host.out(JSON.stringify(rows));
  const width = Math.max(0, ...rows.map(({ node }) => node.length));
  for (const row of rows) {
    const shown = 'problem' in row ? `(${row.problem})` : `${row.fingerprint}  ${row.id}`;
    host.out(`${row.node.padEnd(width)}  ${shown}`);
  }
}

async function ownKeys(host: CliHost, path: string): Promise<readonly PublicIdentity[]> {
  const { loadIdentities } = await import('../../keys/keyfile.ts');
  return (await loadIdentities(path, host.euid)).map((identity) => identity.public);
}

async function listedKeys(path: string) {
  const [{ readConfigText }, { keysIn }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/key-list.ts'),
  ]);
  return keysIn(await readConfigText(path), path);
}

async function keysOfNode(name: string, path: string): Promise<readonly PublicIdentity[]> {
  const listed = await listedKeys(path);
  const found = listed.filter(({ node }) => node === name);
  const [first] = found;
  if (!first) {
    throw new OperatorError('USAGE', `${path} has no node "${name}"`, {
      hint: `the nodes are ${[...new Set(listed.map(({ node }) => node))].join(', ') || 'still to be written'}`,
    });
  }
  return found.map((key) => {
    if ('identity' in key) return key.identity;
    throw new OperatorError('KEY_INVALID', `${name} in ${path}: ${key.problem}`, {
      hint: `sealbeat key trust ${name} LINE`,
    });
  });
}
