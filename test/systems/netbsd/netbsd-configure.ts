import type { Outcome } from '../model.ts';
import { classfulLength } from '../bsd/address-text.ts';
import type { AddressRequest } from '../bsd/address-words.ts';
import { attempt, refused, strerror } from '../bsd/errno.ts';
import { type Interface, kindOf } from '../bsd/interface.ts';
import { printed, refuse } from '../bsd/outcome.ts';
import { carpOf, changeVhost } from './netbsd-carp.ts';
import { type IfconfigOptions, usage } from './netbsd-ifconfig.ts';
import { type Lifetimes, type WordOptions, readWords } from './netbsd-words.ts';

/** The others are of no use here. */
const CLONEABLE = new Set(['carp']);

const stop = (sentence: string): never => refuse('ifconfig', sentence);

/** Runs one system call, as root; ends the command with what it was refused with. */
type System = (call: string, act: () => void) => void;

/** `ifconfig IF word...`: most words are carried out one by one, the address at the end. */
export function configure(
  name: string,
  family: 4 | 6,
  args: readonly string[],
  options: IfconfigOptions,
): Outcome {
  const { isPrivileged } = options;
  const system: System = (call, act) => {
    const code = isPrivileged ? attempt(act) : 'EPERM';
    if (code !== undefined) stop(`${call}: ${strerror(code)}`);
  };
  const [first, ...rest] = args;
  if (first === 'create' || first === 'destroy') clone(name, first, options);
  const left = first === 'create' || first === 'destroy' ? rest : args;
  if (left.length === 0) return printed('');
  const iface = options.kernel.find(name) ?? absent(name, options);
  if (iface === undefined) return printed('');
  const { lifetimes, addresses } = readWords(left, wordsFor(iface, family, options, system));
  commit(iface, family, addresses.request(), lifetimes, { options, system });
  return printed('');
}

function clone(
  name: string,
  word: 'create' | 'destroy',
  { kernel, carps, isPrivileged }: IfconfigOptions,
): void {
  const code = attempt(() => {
    const present = kernel.find(name);
    if (!isPrivileged) refused('EPERM');
    if (!CLONEABLE.has(kindOf(name))) refused('EINVAL');
    if (word === 'create') {
      if (present !== undefined) refused('EEXIST');
      carps.create(kernel.attach(name, Math.max(...kernel.interfaces().map(({ index }) => index)) + 1));
    } else {
      const gone = present ?? refused('ENXIO');
      carps.destroy(gone);
      kernel.detach(gone);
    }
  });
  // The word complains, and then the program does.
  if (code !== undefined) stop(`clone_command: ${strerror(code)}\nifconfig: exec_matches: ${strerror(code)}`);
}

function absent(name: string, { variants }: IfconfigOptions): Interface | undefined {
  if (variants.unknownLink === 'silent') return undefined;
  return stop(`SIOCGIFFLAGS ${name}: ${strerror('ENXIO')}`);
}

function wordsFor(iface: Interface, family: 4 | 6, options: IfconfigOptions, system: System): WordOptions {
  const { kernel, carps, addresses } = options;
  return {
    family,
    stop,
    usage,
    setUp: (isUp) =>
      system('exec_matches', () => {
        const one = carps.of(iface);
        if (one !== undefined) carps.setUp(one, isUp);
        else if (iface.isUp !== isUp) {
          iface.isUp = isUp;
          addresses.linkChanged(iface);
        }
        kernel.publish();
      }),
    changeVhost(change) {
      const code = attempt(() => void carpOf(iface, carps));
      if (code !== undefined) stop(`SIOCGVH: ${strerror(code)}`);
      system('SIOCSVH', () => changeVhost(carpOf(iface, carps), change, options));
    },
  };
}

interface Hands {
  readonly options: IfconfigOptions;
  readonly system: System;
}

function commit(
  iface: Interface,
  family: 4 | 6,
  { remove, add, mayBeAbsent }: AddressRequest,
  lifetimes: Lifetimes,
  { options, system }: Hands,
): void {
  const { addresses } = options;
  const suffix = family === 4 ? '' : '_IN6';
  const first = iface.addresses.find((one) => one.family === family && family === 4)?.address;
  const wanted = remove === 'first' ? first : remove;
  if (remove !== undefined && wanted === undefined && !mayBeAbsent)
    stop(`SIOCGIFADDR${suffix}: ${strerror('EADDRNOTAVAIL')}`);
  if (wanted !== undefined) system(`SIOCDIFADDR${suffix}`, () => addresses.remove(iface, family, wanted));
  if (add === undefined) return;
  const prefixLength = add.prefixLength ?? (family === 4 ? classfulLength(add.address) : 64);
  const request = { ...lifetimes, address: add.address, prefixLength };
  system(`SIOCAIFADDR${suffix}`, () => addresses.add(iface, family, request));
}
