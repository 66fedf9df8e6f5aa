import type { CarpAdvert, Wire } from './model.ts';

/** A wire that also tells what others announce, which is how a kernel finds out about a conflict. */
export interface HearingWire extends Wire {
  /** Calls for every announcement by another host on the link; returns what stops it. */
  onAnnounce(heard: (link: string, address: string) => void): () => void;
}

export interface Announcement {
  readonly host: string;
  readonly link: string;
  readonly address: string;
  /** The hosts that it reached. */
  readonly heardBy: readonly string[];
}

export interface SentAdvert {
  readonly host: string;
  readonly link: string;
  readonly advert: CarpAdvert;
  readonly peer: string | undefined;
  readonly heardBy: readonly string[];
}

/**
 * Networks in this process that join hosts. No timers, and nothing is late: what is sent has been heard before the next
 * thing is sent. Links may be called differently on every host; asking about one that the host does not have throws.
 */
export interface Lan {
  /** `links` says to which LAN each link of the host leads, as in `{ em0: 'lan' }`. Joining again replaces. */
  join(host: string, links: Readonly<Record<string, string>>): HearingWire;
  pull(host: string, link: string): void;
  plug(host: string, link: string): void;
  /** Nothing that `from` sends reaches `to`, on any link; the other direction stays as it is. */
  cut(from: string, to: string): void;
  /** Ends all cuts. */
  heal(): void;
  /** Somebody who is no model answers for the address; returns what takes him away. */
  addForeign(lan: string, address: string): () => void;
  /** A conflicting announcement by somebody who is no model: every host on the LAN hears it. */
  announceForeign(lan: string, address: string): void;
  /** The hosts on which the address works, by name; being cut off changes nothing here. */
  holders(address: string): readonly string[];
  readonly announcements: readonly Announcement[];
  readonly adverts: readonly SentAdvert[];
}

interface Port {
  readonly host: string;
  readonly link: string;
  readonly lan: string;
  readonly addresses: Set<string>;
}

interface Ears {
  readonly adverts: Set<(link: string, advert: CarpAdvert) => void>;
  readonly announcements: Set<(link: string, address: string) => void>;
}

export function createLan(): Lan {
  const ports = new Map<string, Port>();
  const ears = new Map<string, Ears>();
  const pulled = new Set<string>();
  const cuts = new Set<string>();
  const foreign: { readonly lan: string; readonly address: string }[] = [];
  const announcements: Announcement[] = [];
  const adverts: SentAdvert[] = [];
  const deliver = inOrder();

  const portAt = (host: string, link: string): Port => {
    const port = ports.get(key(host, link));
    if (port === undefined) throw new Error(`${host} has no link ${link} on this network`);
    return port;
  };
  const isPlugged = ({ host, link }: Port): boolean => !pulled.has(key(host, link));
  const hears = (to: Port, from: Port): boolean =>
    to.lan === from.lan &&
    to.host !== from.host &&
    isPlugged(to) &&
    isPlugged(from) &&
    !cuts.has(key(from.host, to.host));
  const hearersOf = (from: Port): Port[] => [...ports.values()].filter((to) => hears(to, from));
  const tellAnnouncement = (to: Port, address: string): void => {
    for (const heard of [...(ears.get(to.host)?.announcements ?? [])]) heard(to.link, address);
  };
  const tellAdvert = (to: Port, advert: CarpAdvert): void => {
    for (const heard of [...(ears.get(to.host)?.adverts ?? [])]) heard(to.link, advert);
  };

  const isTaken = (asker: Port, address: string): boolean =>
    isPlugged(asker) &&
    (foreign.some((other) => other.lan === asker.lan && other.address === address) ||
      hearersOf(asker).some((owner) => owner.addresses.has(address) && hears(asker, owner)));

  const announce = (from: Port, address: string): void => {
    const hearers = hearersOf(from);
    announcements.push({ host: from.host, link: from.link, address, heardBy: names(hearers) });
    deliver(hearers.map((to) => () => tellAnnouncement(to, address)));
  };

  const advertise = (from: Port, advert: CarpAdvert, peer: string | undefined): void => {
    const hearers = hearersOf(from).filter((to) => peer === undefined || to.addresses.has(peer));
    adverts.push({ host: from.host, link: from.link, advert, peer, heardBy: names(hearers) });
    deliver(hearers.map((to) => () => tellAdvert(to, advert)));
  };

  return {
    join(host, links) {
      for (const port of [...ports.values()]) if (port.host === host) ports.delete(key(host, port.link));
      for (const [link, lan] of Object.entries(links))
        ports.set(key(host, link), { host, link, lan, addresses: new Set() });
      const own: Ears = { adverts: new Set(), announcements: new Set() };
      ears.set(host, own);
      return {
        isTaken: async (link, address) => isTaken(portAt(host, link), address),
        appear: async (link, address) => void portAt(host, link).addresses.add(address),
        vanish: async (link, address) => void portAt(host, link).addresses.delete(address),
        announce: (link, address) => announce(portAt(host, link), address),
        advertise: (link, advert, peer) => advertise(portAt(host, link), advert, peer),
        onAdvert: (heard) => listen(own.adverts, heard),
        onAnnounce: (heard) => listen(own.announcements, heard),
        hasCarrier: async (link) => isPlugged(portAt(host, link)),
      };
    },
    pull: (host, link) => void pulled.add(key(host, portAt(host, link).link)),
    plug: (host, link) => void pulled.delete(key(host, portAt(host, link).link)),
    cut: (from, to) => void cuts.add(key(from, to)),
    heal: () => cuts.clear(),
    addForeign(lan, address) {
      const other = { lan, address };
      foreign.push(other);
      return () => void foreign.splice(foreign.indexOf(other), foreign.includes(other) ? 1 : 0);
    },
    announceForeign(lan, address) {
      const hearers = [...ports.values()].filter((to) => to.lan === lan && isPlugged(to));
      deliver(hearers.map((to) => () => tellAnnouncement(to, address)));
    },
    holders: (address) => names([...ports.values()].filter((port) => port.addresses.has(address))),
    announcements,
    adverts,
  };
}

const key = (one: string, other: string): string => `${one}\n${other}`;

const names = (ports: readonly Port[]): string[] => [...new Set(ports.map(({ host }) => host))].toSorted();

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Runs what it is given at once, unless something is running: an answer to a message comes after the message. */
function inOrder(): (tasks: readonly (() => void)[]) => void {
  const waiting: (() => void)[] = [];
  let running = false;
  return (tasks) => {
    waiting.push(...tasks);
    if (running) return;
    running = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next();
    } finally {
      running = false;
    }
  };
}
