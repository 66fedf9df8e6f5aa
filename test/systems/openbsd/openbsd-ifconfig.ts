import type { Outcome } from '../model.ts';
import type { CarpInterfaces } from '../bsd/carp-interface.ts';
import type { Command } from '../bsd/host.ts';
import { type Interface, kindOf } from '../bsd/interface.ts';
import type { Kernel } from '../bsd/kernel.ts';
import { Refusal, printed } from '../bsd/outcome.ts';
import type { OpenbsdAddresses } from './openbsd-addresses.ts';
import { CLONEABLE, type Cloning } from './openbsd-cloning.ts';
import { configure } from './openbsd-configure.ts';
import { groupCommand } from './openbsd-group-command.ts';
import type { OpenbsdGroups } from './openbsd-groups.ts';
import { openbsdListing } from './openbsd-show.ts';
import type { OpenbsdVariants } from './openbsd-variants.ts';

export interface IfconfigOptions {
  readonly kernel: Kernel;
  readonly carps: CarpInterfaces;
  readonly groups: OpenbsdGroups;
  readonly cloning: Cloning;
  readonly addresses: OpenbsdAddresses;
  readonly variants: OpenbsdVariants;
  readonly isPrivileged: boolean;
}

const FAMILIES: Readonly<Record<string, 4 | 6>> = { inet: 4, inet6: 6 };

/** ifconfig(8) of OpenBSD, as far as addresses and CARP go. */
export function openbsdIfconfig(options: IfconfigOptions): Command {
  const { kernel } = options;
  return (args): Outcome => {
    const [first, ...rest] = args;
    if (first === '-g') return groupCommand(rest, options);
    if (first === '-C') return printed(`${[...CLONEABLE].join(' ')}\n`);
    const isAll = first === undefined || first === '-a' || first === '-A';
    const family = FAMILIES[rest[0] ?? ''];
    const words = family === undefined ? rest : rest.slice(1);
    if (isAll)
      return printed(
        kernel
          .interfaces()
          .map((iface) => listing(iface, family, options))
          .join(''),
      );
    return words.length === 0 ? show(first, family, options) : configure(first, family ?? 4, words, options);
  };
}

function listing(
  iface: Interface,
  family: 4 | 6 | undefined,
  { kernel, carps, variants }: IfconfigOptions,
): string {
  return openbsdListing(iface, {
    family,
    carp: carps.of(iface),
    isPromiscuous: carps.isParent(iface),
    nowMs: kernel.timers.nowMs(),
    variants,
  });
}

/** A name without a number stands for the interfaces of a group, or of a kind. */
function show(name: string, family: 4 | 6 | undefined, options: IfconfigOptions): Outcome {
  const { kernel, groups } = options;
  const isOne = /\d$/.test(name);
  const members = isOne ? undefined : groups.members(name);
  const shown = kernel
    .interfaces()
    .filter((iface) =>
      isOne ? iface.name === name : (members?.includes(iface.name) ?? kindOf(iface.name) === name),
    );
  if (shown.length === 0 && members === undefined) throw new Refusal(`${name}: no such interface\n`);
  return printed(shown.map((iface) => listing(iface, family, options)).join(''));
}
