import type { AddressObjects } from './address-objects.ts';
import type { Kernel } from './kernel.ts';
import type { Conditions, IllumosSetup } from './setup.ts';
import type { Tunable } from './tunables.ts';
import type { Variants } from './variants.ts';

/** All that the commands of one host act upon. */
export interface Machine {
  readonly setup: IllumosSetup;
  readonly kernel: Kernel;
  readonly objects: AddressObjects;
  /** Properties of protocol `ip`, by name. */
  readonly tunables: ReadonlyMap<string, Tunable>;
  /** Links with IP interfaces that come back at boot. */
  readonly persistentLinks: Set<string>;
  readonly conditions: Conditions;
  readonly variants: Variants;
}
