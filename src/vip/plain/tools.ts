import type { OperatorError } from '../../core/errors.ts';
import type { Exec, Ran, Vip } from '../../core/ports.ts';

/** A program and its arguments; nothing is ever quoted. */
export type Command = readonly [string, ...string[]];

/** How long one command may take. */
export const COMMAND_MS = 2_000;

/**
 * What one system's tools can do with addresses: command lines, and a look. Everything else, the order of things above all,
 * is in plain.ts, which looks, acts and looks again: what a command says of itself only words an error.
 */
export interface AddressTools {
  /**
   * One look at one interface, all of its addresses of both families; undefined when there is no such interface. Throws
   * OperatorError when it cannot be told: VIP_UNKNOWN, VIP_DENIED, TOOL_MISSING, TOOL_TIMEOUT.
   */
  show(link: string): Promise<ShownLink | undefined>;
  /**
   * What adds the VIP, or makes its lease last anew where the kernel has leases (`isKernelLeased`). 0 seconds: for ever.
   * Run one after the other up to the first that fails. Called for a VIP that is not there, or that `isKernelLeased`.
   */
  addCommands(vip: Vip, leaseSeconds: number): readonly Command[];
  /**
   * What takes the VIP away, and nothing else. `found` is what the look before showed; without it the commands have to do for
   * any state of it: so the guard runs them, each by itself and in any order, and so people are shown them.
   */
  removeCommands(vip: Vip, found?: ShownAddress): readonly Command[];
  /** What takes away that an addition which failed may have left behind; `link` is how it looks after it. */
  cleanUpCommands?(vip: Vip, link: ShownLink): readonly Command[];
  /** The kernel ends the address by itself after the lease that `addCommands` gave it, and adding it again renews that. */
  isKernelLeased(vip: Vip): boolean;
  /** Configuring an interface that does not exist makes it: then a look goes before every command. */
  readonly createsLinks: boolean;
  /** How long the kernel may take to find out whether another host answers for a new address. */
  readonly settleMs: number;
  /** A command that did not do what it should, as a sentence with the next step. `ran` of a command that is missing too. */
  failed(command: Command, ran: Ran): OperatorError;
  /** Prints a line whenever something about addresses or links may have changed, and runs until it is ended. */
  readonly monitor: Command;
  readonly hints: Hints;
  /** What the system's settings mean for whoever holds VIPs of these families. Never throws: what is not known is left out. */
  advice?(): Promise<readonly Advice[]>;
}

/** The next thing to type, in this system's words. */
export interface Hints {
  /** See the names of all interfaces. */
  readonly links: string;
  /** Switch an interface on. */
  linkUp(link: string): string;
  /** A new address stays tentative. */
  tentative(vip: Vip): string;
}

export interface Advice {
  readonly families: readonly (4 | 6)[];
  readonly text: string;
}

/** Makes the tools; `exec` bounds how many of its programs run at once. */
export type MakeTools = (exec: Exec) => AddressTools;

export interface ShownLink {
  readonly name: string;
  /** Switched on by the operator. */
  readonly up: boolean;
  /** True also where the system does not say. */
  readonly carrier: boolean;
  /** In the order of the listing. */
  readonly addresses: readonly ShownAddress[];
}

export interface ShownAddress {
  readonly family: 4 | 6;
  /** As `canonicalAddress` writes it, without a zone. */
  readonly address: string;
  readonly prefixLength: number;
  readonly state: AddressState;
  /**
   * `ours`: it bears a mark that only sealbeat gives. `host`: certainly somebody else's, as one that is kept over a restart or
   * belongs to CARP. Most systems have no marks.
   */
  readonly owner: 'ours' | 'host' | 'unknown';
  /** What the system calls it, where commands need that: `net0/sealvip0`, `e1000g0:1`; else empty. */
  readonly handle: string;
}

export type AddressState =
  | 'ok'
  /** The kernel is still asking whether another host has it. */
  | 'tentative'
  /** Another host answered: it is configured and not used. */
  | 'duplicate'
  /** Configured and switched off. */
  | 'down'
  /** Configured, on a link that has no carrier. */
  | 'inaccessible';
