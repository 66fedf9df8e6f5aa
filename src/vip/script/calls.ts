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

/**
 * What the guard runs. It has to read the same in the process that leaves a VIP and in the next one, which takes the line
 * over: so there is nothing in it that changes from claim to claim.
 */
export const guardLine = (
  program: readonly string[],
  vip: Vip,
  errand: Pick<Errand, 'group' | 'node'>,
): string =>
  commandLine([
    'env',
    ...Object.entries({ ...lastingEnvironment(vip, errand), SEALBEAT_CAUSE: 'sealbeat is gone' }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    ...wordsFor(program, vip),
  ]);
