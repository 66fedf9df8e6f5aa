import { Command, Option } from 'commander';
import type { CliHost } from '../host.ts';
import type { InitOptions } from '../init/options.ts';
import { collect, configOption, example, identityOption, jsonOption } from '../options.ts';

export const initCommand = (host: CliHost, run = init): Command =>
  new Command('init')
    .summary('make a cluster with a line to paste on each host')
    .description(
      'Writes the identity (secret, mode 0600) and the config of this node, and prints one line. Pasted ' +
        'on the other host, "sealbeat init LINE" writes the same there and prints a line to bring back; ' +
        'pasted here, that one makes both configs the same. Asks for what it was not told, and shows ' +
        'what it found in brackets. Nothing is overwritten, and a second run prints the line again.',
    )
    .argument('[line]', 'what "sealbeat init" printed on another host')
    .option('--vip <address>', 'a virtual address; may be repeated', collect)
    .option('--name <name>', 'how this node is called (default: the name of the host)')
    .option('--interface <name>', 'where the virtual addresses go (default: where their network is)')
    .option('--address <address>', 'where the other nodes reach this one (default: its own beside them)')
    .option('--cluster <name>', 'how the cluster is called (default: "main")')
    .option('--group <name>', 'how the group of addresses is called (default: "web")')
    .addOption(
      new Option('--transport <transport>', 'how heartbeats travel (default: "udp")').choices(['udp', 'tcp']),
    )
    .option('--port <port>', 'the port for heartbeats (default: 7112)')
    .option('--interval <duration>', 'how often they are sent (default: 250ms)')
    .option('--timeout <duration>', 'after which silence a node is dead (default: 3s)')
    .option('--no-ping', 'do not look whether somebody answers at the virtual addresses')
    .option('--yes', 'take what was found, and do not ask')
    .addOption(configOption())
    .addOption(identityOption())
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat init --vip 10.10.10.42'))
    .action((line: string | undefined, options: InitOptions) => run(host, line, options));

export async function init(host: CliHost, line: string | undefined, options: InitOptions): Promise<void> {
  const { initNode } = await import('../init/init.ts');
  return initNode(host, line, options);
}
