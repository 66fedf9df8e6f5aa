import type { Family } from './address-text.ts';
import type { Lif } from './interfaces.ts';

/** What ipmgmtd knows: the names of addresses, and what comes back at boot. */
export interface AddressObject {
  readonly name: string;
  readonly link: string;
  readonly family: Family;
  readonly type: 'static' | 'addrconf';
  /** In the active configuration. */
  lif: Lif | undefined;
  /** In the persistent one. */
  readonly persistent:
    { readonly address: string; readonly prefixLength: number; readonly isUp: boolean } | undefined;
}

export interface AddressObjects {
  readonly all: readonly AddressObject[];
  find(name: string): AddressObject | undefined;
  of(lif: Lif): AddressObject | undefined;
  add(object: AddressObject): void;
  /** From both configurations. */
  delete(object: AddressObject): void;
  /** The logical interface is gone. What is persistent stays and is disabled. */
  forget(lif: Lif): void;
  /** `IF/_a` and so on: the name of an address that has none. */
  generateName(link: string): string;
}

export function addressObjects(): AddressObjects {
  const all: AddressObject[] = [];
  const objects: AddressObjects = {
    all,
    find: (name) => all.find((each) => each.name === name),
    of: (lif) => all.find((each) => each.lif === lif),
    add: (object) => void all.push(object),
    delete: (object) => void all.splice(all.indexOf(object), 1),
    forget(lif) {
      const object = objects.of(lif);
      if (object === undefined) return;
      object.lif = undefined;
      if (object.persistent === undefined) objects.delete(object);
    },
    generateName(link) {
      for (let code = 'a'.charCodeAt(0); ; code += 1) {
        const name = `${link}/_${String.fromCharCode(code)}`;
        if (objects.find(name) === undefined) return name;
      }
    },
  };
  return objects;
}
