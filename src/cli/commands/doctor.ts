import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import { controlOption } from '../control-option.ts';
import type { World } from '../facts/world.ts';
import type { CliHost } from '../host.ts';
import { configOption, example, identityOption, jsonOption } from '../options.ts';
import { wantsColour } from '../screen.ts';

export interface DoctorOptions {
  readonly config: string;
  readonly identity: string;
  readonly control: string;
  readonly json?: boolean;
}

export const doctorCommand = (host: CliHost, run = doctor): Command =>
  new Command('doctor')
    .summary('look for what could go wrong on this host')
    .description(
      'Looks at the config, the identity, the rights, interfaces, network managers, kernel settings and filters of ' +
        'this host, asks the running agent which ways to the others work in which direction, and the LAN who answers ' +
        'for the addresses. Says what is wrong, why it matters and what to type. Changes nothing and announces ' +
        'nothing; takes a few seconds. Exits with 1 when there is a problem.',
    )
    .addOption(configOption())
    .addOption(identityOption())
    .addOption(controlOption())
    .addOption(jsonOption())
    .addHelpText('after', example('sealbeat doctor'))
    .action((options: DoctorOptions) => run(host, options));

/** Throws OperatorError HOST_UNFIT when there is a problem, after everything has been said. */
export async function doctor(
  host: CliHost,
  { config, identity, control, json = false }: DoctorOptions,
  world?: World,
): Promise<void> {
  const [{ gather }, { findingsOf }, { doctorText, verdict }] = await Promise.all([
    import('../facts/gather.ts'),
    import('../../doctor/examine.ts'),
    import('../doctor-text.ts'),
  ]);
  const here = world ?? (await import('../facts/system-world.ts')).systemWorld(host);
  const findings = findingsOf(await gather(host, here, { config, identity, control }));
  const isFit = findings.every(({ level }) => level !== 'problem');
  if (json) host.out(JSON.stringify(findings));
  else {
    const colour = wantsColour(host);
    host.out(doctorText(findings, { columns: host.columns, colour }));
    if (isFit) host.out(verdict(findings));
  }
  if (isFit) return;
  throw new OperatorError('HOST_UNFIT', verdict(findings), {
    hint: json ? 'see those of level "problem"' : 'begin with the first PROBLEM above, then run it again',
  });
}
