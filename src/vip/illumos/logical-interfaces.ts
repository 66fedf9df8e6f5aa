import { canonicalAddress } from '../address.ts';
import { unreadable } from './parsable.ts';

/** One block of `ifconfig -a`. IPv4 and IPv6 of one interface are two of them with the same name. */
export interface LogicalInterface {
  /** `e1000g0`, which is number 0, or `e1000g0:1`. */
  readonly name: string;
  readonly link: string;
  readonly number: number;
  readonly family: 4 | 6;
  readonly flags: ReadonlySet<string>;
  /** As the kernel's tools print it; `0.0.0.0` or `::` where there is none. */
  readonly address: string;
  readonly prefixLength: number | undefined;
  /** The zone to which the address was given; empty for this one. */
  readonly zone: string;
  /** The IPMP group that the interface belongs to, or is; empty for none. Shown with number 0. */
  readonly group: string;
}

const HEADER = /^(\S+?)(?::(\d+))?: flags=[0-9a-f]+<([^<>]*)> /;

/** Throws OperatorError VIP_UNKNOWN on text that `ifconfig -a` does not print. */
export function parseLogicalInterfaces(text: string): readonly LogicalInterface[] {
  const blocks: string[][] = [];
  for (const line of text.split('\n').filter((one) => one !== '')) {
    if (!/^\s/.test(line)) blocks.push([line]);
    else if (blocks.length > 0) blocks.at(-1)?.push(line.trim());
    else throw unreadable('ifconfig -a', line);
  }
  // There is a loopback wherever there is IP.
  if (blocks.length === 0) throw unreadable('ifconfig -a', '');
  return blocks.map(interfaceOf);
}

function interfaceOf([header = '', ...lines]: readonly string[]): LogicalInterface {
  const [, link, number, flagText] = HEADER.exec(header) ?? [];
  if (link === undefined || flagText === undefined) throw unreadable('ifconfig -a', header);
  const flags = new Set(flagText.split(','));
  const family = flags.has('IPv6') ? 6 : flags.has('IPv4') ? 4 : undefined;
  if (family === undefined) throw unreadable('ifconfig -a', header);
  const word = (name: string): string =>
    lines.find((line) => line.startsWith(`${name} `))?.split(/\s+/)[1] ?? '';
  return {
    ...{
      name: number === undefined ? link : `${link}:${number}`,
      link,
      number: Number(number ?? 0),
      family,
      flags,
    },
    ...(family === 4 ? address4(lines) : address6(word('inet6'))),
    ...{ zone: word('zone'), group: word('groupname') },
  };
}

type Addressed = Pick<LogicalInterface, 'address' | 'prefixLength'>;

/** `inet A netmask HEX broadcast B`, on a point-to-point link `inet A --> B netmask HEX`. */
function address4(lines: readonly string[]): Addressed {
  const [, address = '0.0.0.0', mask] =
    lines
      .map((line) => /^inet (\S+)(?: --> \S+)? netmask ([0-9a-f]{1,8})\b/.exec(line))
      .find((found) => found !== null) ?? [];
  return { address, prefixLength: mask === undefined ? undefined : onesIn(Number.parseInt(mask, 16)) };
}

/** `A/P`. */
function address6(text: string): Addressed {
  const [address = '', length] = text.split('/');
  return {
    address: address === '' ? '::' : canonicalAddress(address, 6),
    prefixLength: length === undefined ? undefined : Number(length),
  };
}

const onesIn = (mask: number): number => mask.toString(2).replaceAll('0', '').length;
