import type { Outcome } from '../model.ts';
import { classfulLength } from '../bsd/address-text.ts';
import type { CarpInterface, CarpInterfaces } from '../bsd/carp-interface.ts';
import { KernelError, attempt, strerror } from '../bsd/errno.ts';
import type { Interface } from '../bsd/interface.ts';
import { Refusal, printed } from '../bsd/outcome.ts';
import type { IfconfigOptions } from './openbsd-ifconfig.ts';
import { readWords } from './openbsd-words.ts';

/** `ifconfig IF word...`, which makes IF where it can be made by naming it. */
export function configure(
  name: string,
  family: 4 | 6,
  args: readonly string[],
  options: IfconfigOptions,
): Outcome {
  const { kernel, cloning, isPrivileged } = options;
  let warnings = '';
  const stop = (sentence: string): never => {
    throw new Refusal(`${warnings}ifconfig: ${sentence}\n`);
  };
  const asRoot =
    (call: () => void): (() => void) =>
    () => {
      if (!isPrivileged) throw new KernelError('EPERM');
      call();
    };
  const system = (call: string, act: () => void): void => {
    const code = attempt(act);
    if (code !== undefined) stop(`${call}: ${strerror(code)}`);
  };
  const left = [...args];
  if (left[0] === 'create') {
    system(
      'SIOCIFCREATE',
      asRoot(() => void cloning.create(name)),
    );
    left.shift();
    if (left.length === 0) return printed('');
  } else if (left[0] !== 'destroy' && kernel.find(name) === undefined) {
    // Whoever sets something on an interface that is not there makes it, if that can be done.
    attempt(asRoot(() => void cloning.create(name)));
  }
  const iface = (): Interface => kernel.find(name) ?? lacking();
  if (family === 6) {
    const code = attempt(asRoot(() => void iface()));
    if (code !== undefined) warnings += `ifconfig: SIOCIFAFATTACH: ${strerror(code)}\n`;
  }
  return carryOut(name, family, left, { options, stop, system, asRoot, iface });
}

function lacking(): never {
  throw new KernelError('ENXIO');
}

interface Hands {
  readonly options: IfconfigOptions;
  readonly stop: (sentence: string) => never;
  /** Ends the command with what the call was refused with. */
  readonly system: (call: string, act: () => void) => void;
  readonly asRoot: (call: () => void) => () => void;
  readonly iface: () => Interface;
}

function carryOut(name: string, family: 4 | 6, args: readonly string[], hands: Hands): Outcome {
  const { options, stop, system, asRoot, iface } = hands;
  const { kernel, carps, cloning, addresses } = options;
  const changeCarp = (change: (one: CarpInterface) => void): void => {
    system('SIOCGVH', () => void carpOf(iface(), carps));
    system(
      'SIOCSVH',
      asRoot(() => change(carpOf(iface(), carps))),
    );
    carpOf(iface(), carps).carp.run();
    kernel.publish();
  };
  const { lifetimes, addresses: words } = readWords(args, {
    family,
    stop,
    setUp(isUp) {
      system('SIOCGIFFLAGS', () => void iface());
      system(
        'SIOCSIFFLAGS',
        asRoot(() => setUp(iface(), isUp, options)),
      );
    },
    setGroup: (group, isMember) =>
      system(
        isMember ? 'SIOCAIFGROUP' : 'SIOCDIFGROUP',
        asRoot(() => setGroup(iface(), group, isMember)),
      ),
    destroy: () =>
      system(
        'SIOCIFDESTROY',
        asRoot(() => cloning.destroy(name)),
      ),
    changeCarp,
    setParent: (parent) => changeCarp((one) => carps.setParent(one, kernel.find(parent) ?? invalid())),
    setVhid: (vhid) => changeCarp((one) => vhid !== one.carp.settings.vhid && carps.setVhid(one, vhid)),
  });
  const { remove, add, mayBeAbsent } = words.request();
  if (remove !== undefined)
    system('SIOCDIFADDR', () => {
      const code = attempt(asRoot(() => addresses.remove(iface(), family, remove)));
      if (code !== undefined && !(code === 'EADDRNOTAVAIL' && mayBeAbsent)) throw new KernelError(code);
    });
  if (add !== undefined) {
    const prefixLength = add.prefixLength ?? (family === 4 ? classfulLength(add.address) : 64);
    const wanted = { ...lifetimes, address: add.address, prefixLength };
    system(
      'SIOCAIFADDR',
      asRoot(() => addresses.add(iface(), family, wanted)),
    );
  }
  return printed('');
}

function invalid(): never {
  throw new KernelError('EINVAL');
}

function carpOf(iface: Interface, carps: CarpInterfaces): CarpInterface {
  const one = carps.of(iface);
  if (one === undefined) throw new KernelError('ENOTTY');
  return one;
}

function setUp(iface: Interface, isUp: boolean, { kernel, carps }: IfconfigOptions): void {
  const one = carps.of(iface);
  if (one === undefined) iface.isUp = isUp;
  else carps.setUp(one, isUp);
  carps.linkChanged(iface);
  kernel.publish();
}

function setGroup(iface: Interface, group: string, isMember: boolean): void {
  if (isMember) iface.groups.add(group);
  else if (!iface.groups.delete(group)) throw new KernelError('ENOENT');
}
