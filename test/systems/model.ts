/*
 * Hosts of systems that are not here, as their commands show them: state, clocks and a place on a network. Unit tests
 * run such a model in their own process with a clock of their own; end-to-end tests put it behind executables.
 */

export interface Outcome {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One host. Its state outlives every program that runs commands on it. */
export interface HostModel {
  /** One call of one command, `argv[0]` its name. It may take its time: what waits in reality waits here, on the model's clock. */
  run(argv: readonly string[]): Promise<Outcome>;
  /** The names of the commands that it knows. */
  readonly commands: readonly string[];
  close(): void;
}

/** What a kernel does on the network, as far as the models need it. One per host. */
export interface Wire {
  /** Whether another host on this link answers for the address now: one probe of a duplicate detection. */
  isTaken(link: string, address: string): Promise<boolean>;
  /** The address works on this host from now on. */
  appear(link: string, address: string, prefixLength: number): Promise<void>;
  vanish(link: string, address: string, prefixLength: number): Promise<void>;
  /** Gratuitous ARP, or an unsolicited neighbour advertisement. */
  announce(link: string, address: string): void;
  /** One CARP advertisement to the others on the link; `peer` for unicast, else multicast. */
  advertise(link: string, advert: CarpAdvert, peer?: string): void;
  /** Calls for every advertisement of others; returns what stops it. */
  onAdvert(heard: (link: string, advert: CarpAdvert) => void): () => void;
  /** Whether the link has a carrier now. */
  hasCarrier(link: string): Promise<boolean>;
}

export interface CarpAdvert {
  readonly vhid: number;
  readonly advbase: number;
  readonly advskew: number;
  /** OpenBSD: the sender's demotion count; 0 elsewhere. */
  readonly demote: number;
  /** Stands for the hash: an advertisement with another password is not understood. */
  readonly pass: string;
}
