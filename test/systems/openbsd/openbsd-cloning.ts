import type { CarpInterfaces } from '../bsd/carp-interface.ts';
import { refused } from '../bsd/errno.ts';
import { kindOf } from '../bsd/interface.ts';
import type { Interface } from '../bsd/interface.ts';
import type { Kernel } from '../bsd/kernel.ts';

/** Kinds of interfaces that are made by naming them. */
export const CLONEABLE: ReadonlySet<string> = new Set(
  (
    'aggr bpe bridge carp egre enc eoip etherip gif gre lo mgre mpe mpip mpw nvgre pair pflog pflow pfsync pppoe ' +
    'rport sec svlan tap tpmr trunk tun veb vether vlan vport vxlan wg'
  ).split(' '),
);

/** enc0, lo0 and pflog0 are there on every host, though nobody needs them here. */
const ALWAYS_THERE = 3;

export interface Cloning {
  /** SIOCIFCREATE. */
  create(name: string): Interface;
  /** SIOCIFDESTROY. */
  destroy(name: string): void;
}

export function openbsdCloning(kernel: Kernel, carps: CarpInterfaces): Cloning {
  let nextIndex = kernel.interfaces().length + ALWAYS_THERE + 1;
  return {
    create(name) {
      const kind = kindOf(name);
      if (!CLONEABLE.has(kind) || kind === name) refused('EINVAL');
      if (kernel.find(name) !== undefined) refused('EEXIST');
      const iface = kernel.attach(name, nextIndex);
      nextIndex += 1;
      iface.groups.add(kind);
      if (kind === 'carp') carps.create(iface);
      return iface;
    },
    destroy(name) {
      const iface = kernel.find(name);
      if (!CLONEABLE.has(kindOf(name))) refused('EINVAL');
      if (iface === undefined) refused('ENXIO');
      carps.destroy(iface);
      kernel.detach(iface);
    },
  };
}
