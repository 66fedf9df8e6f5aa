import type { Outcome } from '../model.ts';
import { numberFault } from '../bsd/arguments.ts';
import type { CarpInterfaces } from '../bsd/carp-interface.ts';
import { strerror } from '../bsd/errno.ts';
import type { Command } from '../bsd/host.ts';
import type { Interface } from '../bsd/interface.ts';
import type { Kernel } from '../bsd/kernel.ts';
import { Refusal, printed, refuse } from '../bsd/outcome.ts';
import type { NetbsdAddresses } from './netbsd-addresses.ts';
import { configure } from './netbsd-configure.ts';
import { netbsdListing } from './netbsd-show.ts';
import type { NetbsdVariants } from './netbsd-variants.ts';
import { waitForDetection } from './netbsd-wait.ts';

export interface IfconfigOptions {
  readonly kernel: Kernel;
  readonly carps: CarpInterfaces;
  readonly addresses: NetbsdAddresses;
  readonly variants: NetbsdVariants;
  readonly isPrivileged: boolean;
}

const FAMILIES: Readonly<Record<string, 4 | 6>> = { inet: 4, inet6: 6 };

/** What does not fit the grammar is answered with it; the first lines stand for the rest here. */
export function usage(): never {
  throw new Refusal(
    'usage: ifconfig [-h] [-m] [-v] [-z] interface\n' +
      '\t[ af [ address [ dest_addr ] ] [ netmask mask ] [ prefixlen n ]\n' +
      '\t\t[ alias | -alias ] ]\n',
  );
}

/** ifconfig(8) of NetBSD, as far as addresses and CARP go. */
export function netbsdIfconfig(options: IfconfigOptions): Command {
  const { kernel } = options;
  return (args): Outcome | Promise<Outcome> => {
    const [first, ...rest] = args;
    if (first === '-w') return waitForDetection(secondsOf(rest[0]), kernel);
    if (first === '-l')
      return printed(
        `${kernel
          .interfaces()
          .map(({ name }) => name)
          .join(' ')}\n`,
      );
    const family = FAMILIES[rest[0] ?? ''];
    const words = family === undefined ? rest : rest.slice(1);
    if (first === undefined || first === '-a')
      return printed(
        kernel
          .interfaces()
          .map((iface) => listing(iface, family, options))
          .join(''),
      );
    if (first.startsWith('-')) return usage();
    return words.length === 0 ? show(first, family, options) : configure(first, family ?? 4, words, options);
  };
}

const secondsOf = (text: string | undefined): number =>
  text !== undefined && numberFault(text, 0, 2 ** 31) === undefined
    ? Number(text)
    : refuse('ifconfig', `${text}: not a number`);

function show(name: string, family: 4 | 6 | undefined, options: IfconfigOptions): Outcome {
  const iface = options.kernel.find(name);
  if (iface === undefined) refuse('ifconfig', `SIOCGIFFLAGS ${name}: ${strerror('ENXIO')}`);
  return printed(listing(iface, family, options));
}

const listing = (iface: Interface, family: 4 | 6 | undefined, { carps, variants }: IfconfigOptions): string =>
  netbsdListing(iface, { family, carp: carps.of(iface), isPromiscuous: carps.isParent(iface), variants });
