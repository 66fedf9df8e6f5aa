import type { Outcome } from '../model.ts';
import type { AddressRequest } from '../bsd/address-words.ts';
import { type ErrnoCode, attempt, strerror } from '../bsd/errno.ts';
import type { Command } from '../bsd/host.ts';
import type { Interface } from '../bsd/interface.ts';
import type { Kernel } from '../bsd/kernel.ts';
import { Refusal, printed, refuse } from '../bsd/outcome.ts';
import type { FreebsdAddresses } from './freebsd-addresses.ts';
import type { FreebsdCarp } from './freebsd-carp.ts';
import { freebsdListing } from './freebsd-show.ts';
import type { FreebsdVariants } from './freebsd-variants.ts';
import { type Draft, lengthFor, readWords } from './freebsd-words.ts';

export interface IfconfigOptions {
  readonly kernel: Kernel;
  readonly carp: FreebsdCarp;
  readonly addresses: FreebsdAddresses;
  readonly version: 13 | 14;
  readonly variants: FreebsdVariants;
  readonly isPrivileged: boolean;
}

const FAMILIES: Readonly<Record<string, 4 | 6>> = { inet: 4, inet6: 6 };

/** ifconfig(8) of FreeBSD, as far as addresses and CARP go. */
export function freebsdIfconfig(options: IfconfigOptions): Command {
  const { kernel, carp, version, variants } = options;
  return (args): Outcome => {
    const { flags, cidr, rest } = leadingOptions(args);
    const listing = (iface: Interface, family: 4 | 6 | undefined): string =>
      freebsdListing(iface, { family, cidr }, { vhosts: carp.on(iface), version, variants });
    if (flags.has('l'))
      return printed(
        `${kernel
          .interfaces()
          .map(({ name }) => name)
          .join(' ')}\n`,
      );
    if (flags.has('a') || rest.length === 0)
      return printed(
        kernel
          .interfaces()
          .map((iface) => listing(iface, FAMILIES[rest[0] ?? '']))
          .join(''),
      );
    const [name = '', ...words] = rest;
    const iface = kernel.find(name) ?? absent(name, words[0]);
    const family = FAMILIES[words[0] ?? ''];
    const left = family === undefined ? words : words.slice(1);
    return left.length === 0 ? printed(listing(iface, family)) : configure(iface, family ?? 4, left, options);
  };
}

function leadingOptions(args: readonly string[]) {
  const flags = new Set<string>();
  const cidr = new Set<4 | 6>();
  let at = 0;
  for (; args[at]?.startsWith('-'); at += 1) {
    for (const flag of args[at]!.slice(1)) flags.add(flag);
    if (!args[at]!.endsWith('f')) continue;
    for (const entry of (args[(at += 1)] ?? '').split(',')) {
      const [family = '', how] = entry.split(':');
      if (how === 'cidr' && FAMILIES[family] !== undefined) cidr.add(FAMILIES[family]);
    }
  }
  return { flags, cidr, rest: args.slice(at) };
}

function absent(name: string, word: string | undefined): never {
  // CARP has been no interface of its own since 10.0.
  if (word === 'create') refuse('ifconfig', `SIOCIFCREATE2: ${strerror('EINVAL')}`);
  return refuse('ifconfig', `interface ${name} does not exist`);
}

function configure(
  iface: Interface,
  family: 4 | 6,
  args: readonly string[],
  options: IfconfigOptions,
): Outcome {
  const { kernel, carp, version, variants, isPrivileged } = options;
  let warnings = '';
  const warn = (sentence: string): void => void (warnings += `ifconfig: ${sentence}\n`);
  const stop = (sentence: string): never => {
    throw new Refusal(`${warnings}ifconfig: ${sentence}\n`);
  };
  const setUp = (word: string, isUp: boolean): void => {
    if (!isPrivileged) stop(`${word}: permission denied`);
    if (iface.isUp === isUp) return;
    iface.isUp = isUp;
    carp.linkChanged(iface);
    kernel.publish();
  };
  const { draft, addresses } = readWords(args, { family, version, variants, stop, setUp });
  const request = addresses.request();
  const length = request.add === undefined ? 0 : lengthFor(request.add, family, warn);
  setVhost(iface, draft, options, stop);
  const perror = (call: string, code: ErrnoCode): never => {
    if (variants.netlinkLine && version >= 14 && family === 4) warn(`in_exec_nl(): ${strerror(code)}`);
    return stop(`ioctl (${call}): ${code === 'EPERM' ? 'permission denied' : strerror(code)}`);
  };
  changeAddresses(iface, family, { request, length, draft }, options, perror);
  return printed('', warnings);
}

function setVhost(
  iface: Interface,
  draft: Draft,
  options: IfconfigOptions,
  stop: (sentence: string) => never,
): void {
  const { vhid } = draft;
  if (vhid === undefined) return;
  const code = options.isPrivileged ? attempt(() => options.carp.set(iface, { ...draft, vhid })) : 'EPERM';
  if (code !== undefined) stop(`SIOCSVH: ${strerror(code)}`);
}

function changeAddresses(
  iface: Interface,
  family: 4 | 6,
  {
    request,
    length,
    draft,
  }: { readonly request: AddressRequest; readonly length: number; readonly draft: Draft },
  { addresses, isPrivileged }: IfconfigOptions,
  perror: (call: string, code: ErrnoCode) => never,
): void {
  const { remove, add, mayBeAbsent } = request;
  if (remove !== undefined) {
    const code = isPrivileged ? attempt(() => addresses.remove(iface, family, remove)) : 'EPERM';
    if (code !== undefined && !(code === 'EADDRNOTAVAIL' && mayBeAbsent)) perror('SIOCDIFADDR', code);
  }
  if (add === undefined) return;
  const wanted = { ...draft, address: add.address, prefixLength: length };
  const set = (): void =>
    family === 4 ? addresses.addIPv4(iface, wanted) : addresses.addIPv6(iface, wanted);
  const code = isPrivileged ? attempt(set) : 'EPERM';
  if (code !== undefined) perror('SIOCAIFADDR', code);
}
