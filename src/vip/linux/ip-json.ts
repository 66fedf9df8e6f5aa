import { OperatorError } from '../../core/errors.ts';
import { type Vip } from '../../core/ports.ts';
import { localOf } from '../address.ts';

/** INFINITY_LIFE_TIME of the kernel. */
const FOREVER = 0xffff_ffff;

export interface LinkState {
  readonly name: string;
  /** Switched on by the administrator. */
  readonly up: boolean;
  readonly carrier: boolean;
  /** Its hardware address; empty where it has none that Ethernet would know. */
  readonly mac: string;
  readonly addresses: readonly Address[];
  /** The same by their text: a search through a thousand for each of a thousand VIPs would hold up heartbeats. */
  readonly byLocal: ReadonlyMap<string, readonly Address[]>;
}

export interface Address {
  readonly family: 4 | 6;
  readonly local: string;
  readonly prefixLength: number;
  readonly label: string;
  readonly secondary: boolean;
  /** It has a lifetime that ends. */
  readonly dynamic: boolean;
  /** What is left of it, in the kernel's whole seconds; Infinity when it does not end. */
  readonly validSeconds: number;
  readonly noPrefixRoute: boolean;
  readonly tentative: boolean;
  /** Another host answered for it: the kernel does not use it. */
  readonly dadFailed: boolean;
}

/** Reads what `ip -json address show dev LINK` prints. Throws VIP_UNKNOWN when that cannot be read. */
export function parseLinkState(json: string, link: string): LinkState {
  const [shown] = asArray(parseJson(json, link)).filter(isObject);
  if (shown === undefined || typeof shown['ifname'] !== 'string') throw unreadable(link, json);
  const flags = asArray(shown['flags']);
  // `show` leaves an empty object for every address that a filter hides.
  const addresses = asArray(shown['addr_info']).filter(isObject).flatMap(toAddress);
  return {
    name: shown['ifname'],
    up: flags.includes('UP'),
    carrier: flags.includes('UP') && !flags.includes('NO-CARRIER'),
    mac: shown['link_type'] === 'ether' && typeof shown['address'] === 'string' ? shown['address'] : '',
    addresses,
    byLocal: Map.groupBy(addresses, ({ local }) => local),
  };
}

export function addressOf(vip: Vip, { byLocal }: LinkState): Address | undefined {
  const same = byLocal.get(localOf(vip));
  return same?.find(({ prefixLength }) => prefixLength === vip.prefixLength);
}

function toAddress(info: Record<string, unknown>): Address[] {
  const { family, local, prefixlen, label } = info;
  if (typeof local !== 'string' || typeof prefixlen !== 'number') return [];
  if (family !== 'inet' && family !== 'inet6') return [];
  return [
    {
      family: family === 'inet' ? 4 : 6,
      local,
      prefixLength: prefixlen,
      label: typeof label === 'string' ? label : '',
      secondary: info['secondary'] === true,
      dynamic: info['dynamic'] === true,
      validSeconds: toSeconds(info['valid_life_time']),
      noPrefixRoute: info['noprefixroute'] === true,
      tentative: info['tentative'] === true,
      dadFailed: info['dadfailed'] === true,
    },
  ];
}

function toSeconds(lifetime: unknown): number {
  return typeof lifetime === 'number' && lifetime < FOREVER ? lifetime : Infinity;
}

function parseJson(json: string, link: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw unreadable(link, json, cause);
  }
}

export function unreadable(link: string, json: string, cause?: unknown): OperatorError {
  const start = json.length > 120 ? `${json.slice(0, 120)}…` : json;
  return new OperatorError(
    'VIP_UNKNOWN',
    `ip address show dev ${link}: unreadable answer: ${start || '(nothing)'}`,
    {
      hint: 'sealbeat reads the JSON of iproute2 4.14 or newer; see `ip -V`',
      cause,
    },
  );
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
