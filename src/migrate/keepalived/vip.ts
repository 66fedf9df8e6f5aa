import { parseVipAddress } from '../../config/vip-address.ts';

export interface ReadVip {
  /** With its length, as our config writes it. */
  readonly address: string;
  readonly link: string | undefined;
  readonly label: string | undefined;
  /** What could not come along. */
  readonly remarks: readonly string[];
}

const ADDRESS_WORDS: Readonly<Record<string, { readonly words: number; readonly remark?: string }>> = {
  dev: { words: 2 },
  label: { words: 2 },
  brd: { words: 2, remark: 'brd left out: the kernel knows the broadcast address' },
  broadcast: { words: 2, remark: 'broadcast left out: the kernel knows the broadcast address' },
  scope: { words: 2, remark: 'scope left out: it is global' },
  peer: { words: 2, remark: 'peer has no equivalent: use "adapter: script" for a point-to-point address' },
  home: { words: 1, remark: 'home left out' },
  noprefixroute: { words: 1, remark: 'noprefixroute left out' },
  '-nodad': { words: 1, remark: '-nodad left out: duplicate detection is handled at each takeover' },
  nodad: { words: 1, remark: 'nodad left out: duplicate detection is handled at each takeover' },
  mngtmpaddr: { words: 1, remark: 'mngtmpaddr has no equivalent' },
  preferred_lft: { words: 2, remark: 'preferred_lft left out: the lease sets it' },
  'no-track': { words: 1, remark: 'no_track left out: an address that somebody takes away is put back' },
  no_track: { words: 1, remark: 'no_track left out: an address that somebody takes away is put back' },
  track_group: { words: 2, remark: 'track_group left out: the group moves as one' },
  use_vmac: { words: 1, remark: 'use_vmac has no equivalent: the MAC address of the host is kept' },
};
export const bareAddress = (address: string): string => address.split('/')[0] ?? address;

const LABEL_CHARACTERS_MAX = 15;

/** `10.0.0.1/24 brd 10.0.0.255 dev eth0 label eth0:1`, or a sentence about what is wrong with it. */
export function readVip(words: readonly string[], link: string | undefined): ReadVip | { problem: string } {
  const read = parseVipAddress(words[0] ?? '');
  if ('problem' in read) return read;
  const found = new Map<string, string>();
  const remarks: string[] = [];
  for (let at = 1; at < words.length;) {
    const word = words[at]!;
    const known = Object.hasOwn(ADDRESS_WORDS, word) ? ADDRESS_WORDS[word]! : undefined;
    const value = words[at + 1];
    if (!known) remarks.push(`"${word}" is not known and left out`);
    else if (known.remark !== undefined) remarks.push(known.remark);
    else if (value !== undefined) found.set(word, value);
    at += known?.words ?? 1;
  }
  const { address, prefixLength } = read.value;
  const bits = address.family === 4 ? 32 : 128;
  const where = found.get('dev') ?? link;
  const label = labelFor(found.get('label'), where, { family: address.family, remarks });
  return {
    address: prefixLength === bits ? address.text : `${address.text}/${prefixLength}`,
    link: found.get('dev'),
    label,
    remarks,
  };
}

function labelFor(
  label: string | undefined,
  link: string | undefined,
  { family, remarks }: { family: 4 | 6; remarks: string[] },
): string | undefined {
  if (label === undefined) return undefined;
  const fits =
    family === 4 &&
    link !== undefined &&
    label.startsWith(`${link}:`) &&
    /^[A-Za-z0-9_.+-]+:[A-Za-z0-9_.+-]+$/.test(label) &&
    label.length <= LABEL_CHARACTERS_MAX;
  if (fits) return label;
  remarks.push(
    family === 6
      ? `label ${label} left out: only IPv4 addresses have one`
      : `label ${label} left out: it has to start with the interface and a colon, at most ${LABEL_CHARACTERS_MAX} characters`,
  );
  return undefined;
}
