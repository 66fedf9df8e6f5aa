import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Family = 'ipv4' | 'ipv6';

/**
 * The kernel's settings per interface, `net.FAMILY.conf.LINK.NAME`. Synchronous: these files are memory, and a read
 * that waits for a thread would take longer than the read.
 */
export interface InterfaceSysctl {
  /** Undefined when it cannot be read. */
  read(family: Family, link: string, name: string): string | undefined;
  /** False when it cannot be written: /proc/sys is read-only in most containers and hardened services. */
  write(family: Family, link: string, name: string, value: string): boolean;
}

export function interfaceSysctl(root = '/proc/sys'): InterfaceSysctl {
  const path = (family: Family, link: string, name: string) => join(root, 'net', family, 'conf', link, name);
  return {
    read(family, link, name) {
      try {
        return readFileSync(path(family, link, name), 'utf8').trim();
      } catch {
        return undefined;
      }
    },
    write(family, link, name, value) {
      try {
        writeFileSync(path(family, link, name), value);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** For settings that the kernel takes from `all` or from the interface, whichever is higher. */
export function isOn(sysctl: InterfaceSysctl, family: Family, link: string, name: string): boolean {
  return ['all', link].some((scope) => Number(sysctl.read(family, scope, name) ?? 0) >= 1);
}

/** True when it is on afterwards. It is left on: it makes the kernel announce addresses, which harms nobody. */
export function switchOn(sysctl: InterfaceSysctl, family: Family, link: string, name: string): boolean {
  return isOn(sysctl, family, link, name) || sysctl.write(family, link, name, '1');
}
