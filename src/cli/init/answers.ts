import { OperatorError } from '../../core/errors.ts';
import { isName, NAME_RULE } from '../../core/names.ts';
import type { PublicIdentity } from '../../core/settings.ts';
import { MINUTE_MS } from '../../core/units.ts';
import { parseDuration } from '../../config/duration.ts';
import { addressBits, parseIpAddress } from '../../config/ip-address.ts';
import { DEFAULT_PORT, parsePathUrl } from '../../config/path-url.ts';
import { parseVipAddress } from '../../config/vip-address.ts';
import { FIRST_PRIORITY, OTHER_PRIORITY, type Common, type Member } from '../../pairing/cluster.ts';
import { hostsOf } from '../../pairing/merge.ts';
import {
  addressesFor,
  isLink,
  linksFor,
  nameFrom,
  networksOf,
  ownAddresses,
  whyNotNear,
  whyNoVipHere,
  type OwnAddress,
} from '../../pairing/place.ts';
import type { CliHost } from '../host.ts';
import type { Answer } from '../questions.ts';
import { warn } from '../talk.ts';
import type { InitOptions } from './options.ts';

const DEFAULTS = { cluster: 'main', group: 'web', interval: '250ms', timeout: '3s' } as const;

/** What all nodes have in common, from whoever begins. */
export async function commonFrom(host: CliHost, options: InitOptions, answer: Answer): Promise<Common> {
  const vips = await vipsFrom(host, options, answer);
  const name = (what: 'cluster' | 'group'): Promise<string> =>
    answer({
      what: `name of the ${what}`,
      flag: `--${what}`,
      given: options[what],
      found: DEFAULTS[what],
      check: whyNoName,
    });
  return {
    vips,
    cluster: await name('cluster'),
    group: await name('group'),
    intervalMs: durationOf('--interval', options.interval ?? DEFAULTS.interval),
    timeoutMs: durationOf('--timeout', options.timeout ?? DEFAULTS.timeout),
  };
}

async function vipsFrom(host: CliHost, options: InitOptions, answer: Answer): Promise<readonly string[]> {
  const interfaces = host.interfaces();
  const check = (text: string): string | undefined => {
    const vips = wordsOf(text);
    const [problem] = vips.map((vip) => whyNoVipHere(vip, interfaces)).filter((why) => why !== undefined);
    if (vips.length === 0) return 'it must be an address';
    if (problem !== undefined) return problem;
    const canonical = vips.map(canonicalVip);
    const twice = canonical.find((vip, index) => canonical.indexOf(vip) !== index);
    if (twice !== undefined) return `${twice} is there twice`;
    const own = ownAddresses(interfaces, vips);
    return options.interface === undefined && linksFor(vips, own).length === 0
      ? `${whyNoLink(vips, own)}; if a router leads it here, say where with --interface`
      : undefined;
  };
  const typed = await answer({
    what: 'virtual address, or several',
    flag: '--vip',
    given: options.vip?.join(' '),
    found: undefined,
    check,
  });
  return wordsOf(typed).map(canonicalVip);
}

export interface MemberWanted {
  readonly options: InitOptions;
  readonly answer: Answer;
  readonly common: Common;
  /** The nodes that are there already, the one that sent the line first. */
  readonly others: readonly Member[];
  readonly key: PublicIdentity;
}

/** This node, as the others are to know it. */
export async function memberFrom(host: CliHost, wanted: MemberWanted): Promise<Member> {
  const { options, answer, common, others, key } = wanted;
  const own = ownAddresses(host.interfaces(), common.vips);
  const found = nameFrom(host.hostname);
  const isTaken = (name: string | undefined): boolean => others.some((other) => other.name === name);
  const name = await answer({
    what: 'name of this node',
    flag: '--name',
    given: options.name,
    found,
    whyNot: isTaken(found)
      ? `"${found}", as this host calls itself, is the name of another node already`
      : `"${host.hostname}", as this host calls itself, can be no name of a node`,
    check: (text) => whyNoName(text) ?? (isTaken(text) ? `${text} is the name of another node` : undefined),
  });
  const link = await linkFrom(host, wanted, own);
  const address = await addressFrom(wanted, link, own);
  const [first] = others.flatMap(({ paths }) => paths.slice(0, 1).map(parsePathUrl));
  const usual = first && 'value' in first ? first.value : { transport: 'udp', port: DEFAULT_PORT };
  const port = options.port === undefined ? usual.port : portOf(options.port);
  const shown = address.includes(':') ? `[${address}]` : address;
  return {
    ...{ name, key, link },
    paths: [`${options.transport ?? usual.transport}://${shown}:${port}`],
    priority: others.length === 0 ? FIRST_PRIORITY : OTHER_PRIORITY,
  };
}

async function linkFrom(
  host: CliHost,
  { options, answer, common: { vips } }: MemberWanted,
  own: readonly OwnAddress[],
): Promise<string> {
  const links = linksFor(vips, own);
  const near = (text: string): string | undefined => whyNotNear(vips, text, own);
  const link = await answer({
    what: `interface for ${vips.join(', ')}`,
    flag: '--interface',
    given: options.interface,
    found: links.length === 1 ? links[0] : undefined,
    whyNot:
      links.length > 1 ? `several interfaces have its network: ${links.join(', ')}` : whyNoLink(vips, own),
    check: (text) => whyNoInterface(text, own) ?? (options.interface === undefined ? near(text) : undefined),
  });
  const far = near(link);
  if (far !== undefined) warn(host, `${far}; neighbours will not look for it there, unless a router does`);
  return link;
}

const addressFrom = (
  { options, answer, common: { vips }, others }: MemberWanted,
  link: string,
  own: readonly OwnAddress[],
): Promise<string> =>
  answer({
    what: 'address where the other nodes reach this one',
    flag: '--address',
    given: options.address,
    found: addressesFor(vips, link, own)[0],
    whyNot: `${link} has no address for that`,
    check: (text) => {
      const address = parseIpAddress(text)?.text;
      if (address === undefined) return `"${text.slice(0, 50)}" is not an IPv4 or IPv6 address`;
      const owner = others.find(({ paths }) => hostsOf(paths).includes(address));
      if (owner) return `${address} is the address of ${owner.name}; two hosts with one address cannot work`;
      if (own.some((one) => one.address.text === address)) return undefined;
      return `${address} is not an address that this host has for itself (${networksOf(own) || 'it has none'})`;
    },
  }).then((text) => parseIpAddress(text)?.text ?? text);

const wordsOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '');

function canonicalVip(text: string): string {
  const parsed = parseVipAddress(text);
  if ('problem' in parsed) return text;
  const { address, prefixLength } = parsed.value;
  return prefixLength === addressBits(address.family) ? address.text : `${address.text}/${prefixLength}`;
}

const whyNoName = (text: string): string | undefined =>
  isName(text) ? undefined : `"${text.slice(0, 40)}" is not a name; a name ${NAME_RULE}`;

function whyNoLink(vips: readonly string[], own: readonly OwnAddress[]): string {
  const which =
    vips.length === 1
      ? `${vips[0]} is in no network of this host`
      : `${vips.join(', ')} are not all in the networks of one interface`;
  return `${which} (${networksOf(own) || 'no interface is up with an address of its own'})`;
}

function whyNoInterface(text: string, own: readonly OwnAddress[]): string | undefined {
  if (!isLink(text)) return `"${text.slice(0, 40)}" is not the name of an interface`;
  if (own.some(({ link }) => link === text)) return undefined;
  const links = [...new Set(own.map(({ link }) => link))].join(', ');
  return `${text} is not up with an address on this host; ${links === '' ? 'no interface is' : `there are ${links}`}`;
}

function durationOf(flag: string, text: string): number {
  const parsed = parseDuration(text, { minMs: 10, maxMs: MINUTE_MS });
  if ('value' in parsed) return parsed.value;
  throw new OperatorError('USAGE', `${flag}: ${parsed.problem}`, { hint: `for instance ${flag} 500ms` });
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new OperatorError('USAGE', `--port: ${text} is not a port: 1 to 65535`, {
    hint: `--port ${DEFAULT_PORT}`,
  });
}
