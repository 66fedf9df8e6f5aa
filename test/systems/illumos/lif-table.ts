import { addressLife } from './address-life.ts';
import { NO_ADDRESS } from './address-text.ts';
import type { Family } from './address-text.ts';
import type { Place } from './detection.ts';
import { FLAG } from './flags.ts';
import { freeNumber, hasAddress, lifsOf } from './interfaces.ts';
import type { IpInterface, Lif } from './interfaces.ts';
import type { LinkWatch } from './link-watch.ts';
import type { IllumosSetup } from './setup.ts';
import { topologyOf } from './topology.ts';
import type { Topology } from './topology.ts';
import type { Variants } from './variants.ts';

export interface TableParts {
  readonly setup: IllumosSetup;
  readonly variants: Variants;
  /** Milliseconds until a duplicate is tried again. */
  recoveryMs(): number;
  links(): LinkWatch;
}

/** The logical interfaces and what happens to their addresses, without a thought of who may change them. */
export interface LifTable {
  readonly interfaces: IpInterface[];
  readonly topology: Topology;
  find(name: string, family: Family): IpInterface | undefined;
  all(): readonly Lif[];
  add(on: IpInterface, zone?: string): Lif;
  isAllowed(address: string): boolean;
  /** False when the address is up on this host already. */
  bringUp(lif: Lif): boolean;
  /** Duplicate detection from the beginning. */
  begin(lif: Lif): void;
  /** As an address that has been there for long. */
  resume(lif: Lif): Promise<void>;
  linkChanged(link: string, isUp: boolean): void;
}

export function lifTable({ setup, variants, recoveryMs, links }: TableParts): LifTable {
  const interfaces: IpInterface[] = [];
  const topology = topologyOf(setup);
  const allowed = setup.zone === 'exclusive' ? setup.allowedAddresses : undefined;

  /** For a group, the first member that works. */
  const linkOf = ({ name, kind }: IpInterface): string => {
    if (kind !== 'group') return name;
    const members = topology.membersOf(name);
    return members.find((member) => links().isUp(member)) ?? members[0] ?? name;
  };
  const placeOf = ({ on, address, prefixLength }: Lif): Place => {
    const link = linkOf(on);
    const driver = topology.driverOf(link);
    return { link, address, prefixLength, family: on.family, driver, isMuted: !table.isAllowed(address) };
  };
  /** A data address on a member of a group goes to the group as soon as it is up. */
  const moveToGroup = (lif: Lif): void => {
    const { on, number, flags } = lif;
    const group = on.group === undefined ? undefined : table.find(on.group, on.family);
    if (group === undefined || group === on || number === 0 || (flags & FLAG.NOFAILOVER) !== 0n) return;
    on.lifs.delete(number);
    lif.on = group;
    lif.number = freeNumber(group);
    group.lifs.set(lif.number, lif);
  };

  const table: LifTable = {
    interfaces,
    topology,
    find: (name, family) => interfaces.find((each) => each.name === name && each.family === family),
    all: () => interfaces.flatMap((each) => lifsOf(each)),
    isAllowed: (address) =>
      allowed === undefined || allowed.includes(address) || /^(0\.0\.0\.0|::)$/.test(address),
    add(on, zone) {
      const life = addressLife({
        ...setup,
        ...variants,
        recoveryMs,
        onDuplicate: () => void Object.assign(lif, { isUp: false, isDuplicate: true }),
        onRecovery: () => void table.bringUp(lif),
      });
      const lif: Lif = {
        ...{ on, number: freeNumber(on), address: NO_ADDRESS[on.family], prefixLength: 0 },
        ...{ isUp: false, isDuplicate: false, flags: 0n, zone, life },
      };
      on.lifs.set(lif.number, lif);
      return lif;
    },
    bringUp(lif) {
      const isCopy = (other: Lif): boolean => other !== lif && other.isUp && other.address === lif.address;
      const isRefused = variants.addifOfPresent === 'fails' && hasAddress(lif) && table.all().some(isCopy);
      if (isRefused || lif.isUp) return !isRefused;
      moveToGroup(lif);
      Object.assign(lif, { isUp: true, isDuplicate: false });
      table.begin(lif);
      return true;
    },
    begin(lif) {
      if (lif.on.kind !== 'loopback' && hasAddress(lif)) lif.life.begin(placeOf(lif));
    },
    async resume(lif) {
      lif.isUp = true;
      if (lif.on.kind !== 'loopback') await lif.life.resume(placeOf(lif));
    },
    linkChanged(link, isUp) {
      for (const lif of table.all()) {
        const { place, state } = lif.life;
        if (place === undefined || state === 'off') continue;
        if (lif.on.kind === 'group' && place.link !== linkOf(lif.on)) lif.life.move(placeOf(lif));
        else if (isUp && place.link === link) lif.life.linkUp();
      }
    },
  };
  return table;
}
