import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { PublicIdentity } from '../../core/settings.ts';
import type { PeerReport, StatusReport } from '../../core/report.ts';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { configOption, example, identityOption } from '../options.ts';
import { hint, tell, warn } from '../talk.ts';
import { readRotating, type RotationFiles } from './rotation-files.ts';

export interface KeyRetireOptions extends RotationFiles {
  readonly control: string;
  readonly force?: boolean;
}

export const retireCommand = (host: CliHost, run = keyRetire): Command =>
  new Command('retire')
    .summary("end the change of this node's key")
    .description(
      'Takes the older key of this node out of the config, which keeps its comments and its form, and out of the ' +
        'identity file. Refused while the daemon on this host reports that it has not read the new key itself, or ' +
        'that another node does not know it yet: such a node would take this one for a stranger.',
    )
    .addOption(configOption())
    .addOption(identityOption())
    .addOption(controlOption())
    .option('--force', 'do not ask the daemon who knows the new key')
    .addHelpText('after', example('sealbeat key retire && sealbeat reload'))
    .action((options: KeyRetireOptions) => run(host, options));

/**
 * First the config, then the identity file. Dying in between leaves a node with one secret more than the config lists,
 * which works, and a second run finishes it. The other way round it would list a key that it no longer has: others box to
 * that one in turn with the new one, and of what they send to open a session each such frame would be lost.
 * The running daemon has both keys in memory until it reloads, and so can be reloaded before, between and after.
 */
export async function keyRetire(host: CliHost, options: KeyRetireOptions): Promise<void> {
  const { force = false, control, ...files } = options;
  const [{ ending }, { withoutOlderKey }, { fingerprintOf }] = await Promise.all([
    import('../../keys/rotation.ts'),
    import('../../keys/key-list-edit.ts'),
    import('../../wire/public-line.ts'),
  ]);
  const { known, configText, identities, readyConfig, writeIdentities } = await readRotating(host, files);
  const { newest, older, inConfig, inFile } = ending(known);
  if (!force) await refuseTooEarly(host, control, newest);
  if (inConfig) await readyConfig(withoutOlderKey(configText, known.node))();
  else tell(host, `${files.config} lists the new key alone already: only the identity file is edited`);
  if (inFile) await writeIdentities(identities.filter(({ public: { id } }) => id === newest.id));
  tell(host, `${known.node} has one key now:   ${fingerprintOf(newest)}`);
  tell(host, `nobody needs this any more: ${fingerprintOf(older)}`);
  hint(host, `copy ${files.config} to the other nodes, and run \`sealbeat reload\` on each, this one too`);
}

/** Only the daemon knows what the others say. Without one it cannot be known, which is said and not in the way. */
async function refuseTooEarly(host: CliHost, control: string, newest: PublicIdentity): Promise<void> {
  const { fetchStatus } = await import('../../control/client.ts');
  let report: StatusReport;
  try {
    report = await fetchStatus(control);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'CONTROL_UNREACHABLE') throw error;
    warn(host, `who knows the new key could not be asked: ${error.message}`);
    return;
  }
  if (report.keyIds?.[0] !== newest.id) {
    throw new OperatorError('REFUSED', 'the daemon on this host has not read the new key yet', {
      hint: 'run `sealbeat reload`, then `sealbeat status` until all know the new key',
    });
  }
  const late = report.peers.filter(({ knowsOurKey }) => knowsOurKey !== 'newest');
  if (late.length === 0) return;
  throw new OperatorError('REFUSED', late.map(whyLate).join('\n'), {
    hint: 'bring the config to them and run `sealbeat reload` there; --force retires the old key nevertheless',
  });
}

const whyLate = ({ name, state, knowsOurKey }: PeerReport): string =>
  knowsOurKey === 'older'
    ? `${name} still calls the old key the newest`
    : `${name} has not said that it knows the new key${state === 'silent' ? ': it is silent' : ''}`;
