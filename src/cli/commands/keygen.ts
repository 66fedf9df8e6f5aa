import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { CliHost } from '../host.ts';
import { DEFAULT_IDENTITY, example } from '../options.ts';
import { hint, tell, warn } from '../talk.ts';

export interface KeygenOptions {
  readonly output: string;
}

export const keygenCommand = (host: CliHost, run = keygen): Command =>
  new Command('keygen')
    .summary("make this node's identity")
    .description(
      'Writes the secret keys of this node to a file (mode 0600, never overwritten; a missing ' +
        'last directory is made). Prints the public line, which belongs into the config of ' +
        'all nodes, on standard output.',
    )
    .option('-o, --output <file>', 'where the secret identity goes', DEFAULT_IDENTITY)
    .addHelpText('after', example('sealbeat keygen -o /etc/sealbeat/identity > lb1.pub'))
    .action((options: KeygenOptions) => run(host, options));

export async function keygen(host: CliHost, { output }: KeygenOptions): Promise<void> {
  const [{ makeIdentity }, { fingerprintOf }, { formatKeyFile, loadIdentities }, { writeNewFile }] =
    await Promise.all([
      import('../../wire/identity.ts'),
      import('../../wire/public-line.ts'),
      import('../../keys/keyfile.ts'),
      import('../../keys/write-file.ts'),
    ]);
  const identity = makeIdentity(host.random);
  await writeNewFile(output, formatKeyFile([identity]), host.random);
  host.out(identity.public.line);
  tell(host, `the secret identity is in ${output}; it stays on this node`);
  tell(
    host,
    `fingerprint ${fingerprintOf(identity.public)}; compare it with whoever puts the line into a config`,
  );
  // Read it as the daemon will: if that is going to refuse it, now is the time to hear of it.
  await loadIdentities(output, host.euid).catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error;
    warn(host, `the daemon would refuse the file as it is: ${error.message}`);
    hint(host, error.hint);
  });
}
