import { Command } from 'commander';
import type { CliHost } from '../host.ts';
import { configOption, example, identityOption } from '../options.ts';
import { hint, tell } from '../talk.ts';
import { readRotating, type RotationFiles } from './rotation-files.ts';

export const rotateCommand = (host: CliHost, run = keyRotate): Command =>
  new Command('rotate')
    .summary("begin to change this node's key")
    .description(
      'Makes a second identity, puts it in front of the old one in the identity file, and its public line in front ' +
        'of the old one in the config, which keeps its comments and its form. The node goes on with both, and loses ' +
        'no address by it. Prints the new public line on standard output. Refused while a rotation is under way; ' +
        'one that was cut off is finished.',
    )
    .addOption(configOption())
    .addOption(identityOption())
    .addHelpText('after', example('sealbeat key rotate > lb1.pub'))
    .action((options: RotationFiles) => run(host, options));

/**
 * First the identity file, then the config: a node that has one secret more than the config lists works as before, but
 * one whose newest listed key it does not have would be boxed to in vain. So it may die in between, and be run again.
 */
export async function keyRotate(host: CliHost, files: RotationFiles): Promise<void> {
  const [{ beginning }, { withNewerKey }, { makeIdentity }, { fingerprintOf }] = await Promise.all([
    import('../../keys/rotation.ts'),
    import('../../keys/key-list-edit.ts'),
    import('../../wire/identity.ts'),
    import('../../wire/public-line.ts'),
  ]);
  const { known, configText, identities, readyConfig, writeIdentities } = await readRotating(host, files);
  const made = beginning(known) === 'all' ? makeIdentity(host.random) : undefined;
  const newest = made?.public ?? known.own[0]!;
  // All that can be refused is tried before anything is written.
  const writeConfig = readyConfig(withNewerKey(configText, known.node, newest));
  if (made) {
    await writeIdentities([made, ...identities]);
    tell(host, `the new secret identity is in ${files.identity}, in front of the old one`);
  } else {
    tell(
      host,
      `${files.identity} has the new identity already, from an earlier run: only the config is edited`,
    );
  }
  await writeConfig();
  host.out(newest.line);
  tell(host, `${known.node} has two keys in ${files.config}, the new one first: ${fingerprintOf(newest)}`);
  hint(host, `copy ${files.config} to the other nodes, and run \`sealbeat reload\` on each, this one too`);
  hint(host, 'when `sealbeat status` here shows that all know the new key: sealbeat key retire');
}
