import type { Outcome } from '../model.ts';
import { classfulLength } from '../bsd/address-text.ts';
import type { AddressRequest } from '../bsd/address-words.ts';
import type { CarpInterface, CarpInterfaces } from '../bsd/carp-interface.ts';
import { attempt, refused, strerror } from '../bsd/errno.ts';
import type { Interface } from '../bsd/interface.ts';
import { Refusal, printed } from '../bsd/outcome.ts';
import type { IfconfigOptions } from './openbsd-ifconfig.ts';
import { type Lifetimes, type WordOptions, readWords } from './openbsd-words.ts';

/** What carrying out a command line takes. */
interface Hands {
  readonly options: IfconfigOptions;
  readonly stop: (sentence: string) => never;
  /** One system call; ends the command with what it was refused with. */
  readonly system: (call: string, act: () => void) => void;
  /** The same for what only root may do. */
  readonly asRoot: (call: string, act: () => void) => void;
  readonly needRoot: () => void;
  /** Throws where there is none. */
  readonly iface: () => Interface;
}

/** `ifconfig IF word...`, which makes IF where it can be made by naming it. */
export function configure(
  name: string,
  family: 4 | 6,
  args: readonly string[],
  options: IfconfigOptions,
): Outcome {
  const { kernel, cloning } = options;
  const iface = (): Interface => kernel.find(name) ?? refused('ENXIO');
  const needRoot = (): void => void (options.isPrivileged || refused('EPERM'));
  const create = (): void => {
    needRoot();
    cloning.create(name);
  };
  const [first, ...rest] = args;
  const isCreating = first === 'create';
  if (isCreating) handsFor(options, iface, needRoot, '').system('SIOCIFCREATE', create);
  // Whoever sets something on an interface that is not there makes it, if that can be done.
  else if (first !== 'destroy' && kernel.find(name) === undefined) attempt(create);
  const left = isCreating ? rest : args;
  if (left.length === 0) return printed('');
  const hands = handsFor(options, iface, needRoot, family === 6 ? attachWarning(iface, needRoot) : '');
  const { lifetimes, addresses } = readWords(left, wordsFor(name, family, hands));
  commit(family, addresses.request(), lifetimes, hands);
  return printed('');
}

function handsFor(
  options: IfconfigOptions,
  iface: () => Interface,
  needRoot: () => void,
  warnings: string,
): Hands {
  const stop = (sentence: string): never => {
    throw new Refusal(`${warnings}ifconfig: ${sentence}\n`);
  };
  const system: Hands['system'] = (call, act) => {
    const code = attempt(act);
    if (code !== undefined) stop(`${call}: ${strerror(code)}`);
  };
  const asRoot: Hands['asRoot'] = (call, act) =>
    system(call, () => {
      needRoot();
      act();
    });
  return { options, stop, system, asRoot, needRoot, iface };
}

/** Before anything is done with IPv6 the interface is to have it. */
function attachWarning(iface: () => Interface, needRoot: () => void): string {
  const code = attempt(() => {
    needRoot();
    iface();
  });
  return code === undefined ? '' : `ifconfig: SIOCIFAFATTACH: ${strerror(code)}\n`;
}

function wordsFor(name: string, family: 4 | 6, { options, stop, system, asRoot, iface }: Hands): WordOptions {
  const { kernel, carps, cloning } = options;
  const changeCarp = (change: (one: CarpInterface) => void): void => {
    system('SIOCGVH', () => void carpOf(iface(), carps));
    asRoot('SIOCSVH', () => change(carpOf(iface(), carps)));
    carpOf(iface(), carps).carp.run();
    kernel.publish();
  };
  return {
    family,
    stop,
    changeCarp,
    setUp(isUp) {
      system('SIOCGIFFLAGS', () => void iface());
      asRoot('SIOCSIFFLAGS', () => setUp(iface(), isUp, options));
    },
    setGroup: (group, isMember) =>
      asRoot(isMember ? 'SIOCAIFGROUP' : 'SIOCDIFGROUP', () => setGroup(iface(), group, isMember)),
    destroy: () => asRoot('SIOCIFDESTROY', () => cloning.destroy(name)),
    setParent: (parent) =>
      changeCarp((one) => carps.setParent(one, kernel.find(parent) ?? refused('EINVAL'))),
    setVhid: (vhid) => changeCarp((one) => vhid !== one.carp.settings.vhid && carps.setVhid(one, vhid)),
  };
}

/** The address, which waits for all other words. */
function commit(
  family: 4 | 6,
  { remove, add, mayBeAbsent }: AddressRequest,
  lifetimes: Lifetimes,
  { options: { addresses }, system, asRoot, needRoot, iface }: Hands,
): void {
  if (remove !== undefined)
    system('SIOCDIFADDR', () => {
      needRoot();
      const code = attempt(() => addresses.remove(iface(), family, remove));
      if (code !== undefined && !(code === 'EADDRNOTAVAIL' && mayBeAbsent)) refused(code);
    });
  if (add === undefined) return;
  const prefixLength = add.prefixLength ?? (family === 4 ? classfulLength(add.address) : 64);
  const wanted = { ...lifetimes, address: add.address, prefixLength };
  asRoot('SIOCAIFADDR', () => addresses.add(iface(), family, wanted));
}

const carpOf = (iface: Interface, carps: CarpInterfaces): CarpInterface =>
  carps.of(iface) ?? refused('ENOTTY');

function setUp(iface: Interface, isUp: boolean, { kernel, carps }: IfconfigOptions): void {
  const one = carps.of(iface);
  if (one !== undefined) carps.setUp(one, isUp);
  else if (iface.isUp !== isUp) {
    iface.isUp = isUp;
    carps.linkChanged(iface);
  }
  kernel.publish();
}

function setGroup(iface: Interface, group: string, isMember: boolean): void {
  if (isMember) iface.groups.add(group);
  else if (!iface.groups.delete(group)) refused('ENOENT');
}
