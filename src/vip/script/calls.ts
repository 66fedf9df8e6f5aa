import type { Errand, Vip } from '../../core/ports.ts';
import { commandLine } from '../guard/run-each.ts';
import { environmentOf, lastingEnvironment } from '../program/environment.ts';
import type { ProgramCall } from '../program/run.ts';

/** `PROGRAM INTERFACE ADDRESS [MORE …]`: what programs of this kind have always been called with. */
export const wordsFor = (
  [program = '', ...more]: readonly string[],
  { link, address }: Vip,
): readonly string[] => [program, link, address, ...more];

export const callFor = (
  program: readonly string[],
  vip: Vip,
  { vips, errand }: { readonly vips: readonly Vip[]; readonly errand: Errand },
): ProgramCall => ({ words: wordsFor(program, vip), env: environmentOf(vip, vips, errand) });

/** Runs the words behind it, and removes the note that they are up when they say that they are not. */
const AND_FORGET = 'note=$1; shift; "$@" && rm -f -- "$note"';

/**
 * What the guard runs. It has to read the same in the process that leaves a VIP and in the next one, which takes the line
 * over: so there is nothing in it that changes from claim to claim.
 */
export function guardLine(
  program: readonly string[],
  vip: Vip,
  { note, ...errand }: Pick<Errand, 'group' | 'node'> & { readonly note: string | undefined },
): string {
  const environment = { ...lastingEnvironment(vip, errand), SEALBEAT_CAUSE: 'sealbeat is gone' };
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const words = ['env', ...assignments, ...wordsFor(program, vip)];
  return commandLine(note === undefined ? words : ['sh', '-c', AND_FORGET, 'sealbeat-down', note, ...words]);
}
