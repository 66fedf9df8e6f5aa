import { isIP } from 'node:net';
import { canonicalAddress } from '../address.ts';
import type { AddressState, ShownAddress, ShownLink } from '../plain/tools.ts';

/*
 * What `ifconfig IF` prints on the three systems, as far as it is read:
 *   em0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500
 *   <tab>inet 10.77.0.1 netmask 0xffffff00 broadcast 10.77.0.255 vhid 1
 *   <tab>inet 10.77.0.100/32 broadcast 10.77.0.100 flags 0x1<TENTATIVE>
 *   <tab>inet6 fd77::1%em0 prefixlen 64 tentative scopeid 0x1
 *   <tab>status: active
 * The order of lines, and every other line, differ from release to release.
 */
const HEADER = /^([^\s:]+): flags=(?:0x)?[0-9a-f]+<([^>]*)>/i;
const ADDRESS = /^\s+(inet6?) (\S+)(.*)$/;
const STATUS = /^\s+status: (.*)$/;
const DARK = ['no carrier', 'no network'];

/** `unreadable` when it says something else than that: then nobody knows what is there. `absent`: other interfaces only. */
export function parseListing(text: string, link: string): ShownLink | 'absent' | 'unreadable' {
  const blocks = blocksOf(text.split('\n'));
  if (blocks === undefined || blocks.length === 0) return 'unreadable';
  const block = blocks.find(({ name }) => name === link);
  if (block === undefined) return 'absent';
  const addresses = block.lines.map((line) => ADDRESS.exec(line)).filter((line) => line !== null);
  const read = addresses.map(([, family, word = '', rest = '']) =>
    readAddress(family === 'inet' ? 4 : 6, word, rest),
  );
  if (read.includes(undefined)) return 'unreadable';
  const status = block.lines
    .map((line) => STATUS.exec(line)?.[1]?.trim())
    .find((found) => found !== undefined);
  return {
    name: link,
    up: block.flags.includes('UP'),
    carrier: status === undefined || !DARK.includes(status),
    addresses: read.filter((address) => address !== undefined),
  };
}

interface Block {
  readonly name: string;
  readonly flags: readonly string[];
  readonly lines: string[];
}

/** Undefined when a line belongs to no interface. */
function blocksOf(lines: readonly string[]): readonly Block[] | undefined {
  const blocks: Block[] = [];
  for (const line of lines) {
    const [, name, flags] = HEADER.exec(line) ?? [];
    if (name !== undefined) blocks.push({ name, flags: (flags ?? '').split(','), lines: [] });
    else if (/^\s+\S/.test(line) && blocks.length > 0) blocks.at(-1)!.lines.push(line);
    else if (line.trim() !== '') return undefined;
  }
  return blocks;
}

function readAddress(family: 4 | 6, word: string, rest: string): ShownAddress | undefined {
  const [withZone = '', slashLength] = word.split('/');
  const [address = ''] = withZone.split('%');
  const length = slashLength ?? lengthIn(family, rest);
  if (isIP(address) !== family || length === undefined || !/^\d{1,3}$/.test(length)) return undefined;
  const prefixLength = Number(length);
  if (prefixLength > (family === 4 ? 32 : 128)) return undefined;
  return {
    family,
    address: canonicalAddress(address, family),
    prefixLength,
    state: stateOf(rest),
    // An address with a vhid is CARP's: it is here whoever is its master.
    owner: / vhid \d+/.test(rest) ? 'host' : 'unknown',
    handle: '',
  };
}

function lengthIn(family: 4 | 6, rest: string): string | undefined {
  if (family === 6) return / prefixlen (\d+)/.exec(rest)?.[1];
  const mask = / netmask 0x([0-9a-f]{1,8})(?![0-9a-f])/i.exec(rest)?.[1];
  if (mask === undefined) return undefined;
  const bits = Number.parseInt(mask, 16).toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? String(bits.lastIndexOf('1') + 1) : undefined;
}

function stateOf(rest: string): AddressState {
  const words = new Set(rest.toLowerCase().split(/[\s<>,]+/));
  if (words.has('duplicated')) return 'duplicate';
  if (words.has('detached')) return 'inaccessible';
  return words.has('tentative') ? 'tentative' : 'ok';
}
