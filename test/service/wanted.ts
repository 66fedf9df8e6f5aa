import type { ManagerName, Wanted } from '../../src/service/plan.ts';
import { placesOf } from '../../src/core/places.ts';
import { platformOf } from '../../src/service/for-host.ts';

/** The two ways in which the program can be there: a file of its own, and a script behind an interpreter. */
export const PROGRAMS = {
  binary: ['/usr/sbin/sealbeat'],
  script: ['/usr/local/bin/node', '--max-semi-space-size=1', '/usr/local/lib/sealbeat/sealbeat.cjs'],
} as const;

export const wantedFor = (manager: ManagerName, program: readonly string[]): Wanted => {
  const { config, identity, state, control } = placesOf(platformOf(manager));
  return { program, config, identity, state, control };
};
