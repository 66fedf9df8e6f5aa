import { classfulLength, lengthOfNetmask, parseAddress, splitLength } from '../bsd/address-text.ts';
import { type AddressWords, type GivenAddress, addressWords } from '../bsd/address-words.ts';
import { type Word, numberFault, runWords } from '../bsd/arguments.ts';
import type { CarpState } from '../bsd/carp.ts';
import type { FreebsdVariants } from './freebsd-variants.ts';

/** What a command line asks for besides what its words do at once. */
export interface Draft {
  vhid?: number;
  advbase?: number;
  advskew?: number;
  pass?: string;
  state?: CarpState;
  peer?: string;
  peer6?: string;
  vltimeSeconds?: number;
  pltimeSeconds?: number;
  skipsProbing?: boolean;
}

export interface WordOptions {
  readonly family: 4 | 6;
  readonly version: 13 | 14;
  readonly variants: FreebsdVariants;
  readonly stop: (sentence: string) => never;
  readonly setUp: (word: string, isUp: boolean) => void;
}

const STATES: readonly CarpState[] = ['INIT', 'BACKUP', 'MASTER'];
const VHID_MAX = 255;

export function readWords(
  args: readonly string[],
  options: WordOptions,
): { readonly draft: Draft; readonly addresses: AddressWords } {
  const { family, version, stop, setUp } = options;
  const draft: Draft = {};
  const addresses = addressWords((text, role) => parse(text, role, options));
  const words: Record<string, Word> = {
    up: () => setUp('up', true),
    down: () => setUp('down', false),
    ...Object.fromEntries(['alias', 'add'].map((word) => [word, () => addresses.alias()])),
    ...Object.fromEntries(['-alias', 'delete', 'remove'].map((word) => [word, () => addresses.unalias()])),
    netmask: (next) => {
      const text = next();
      addresses.prefixLength(lengthOfNetmask(text) ?? stop(`${text}: bad value`));
    },
    prefixlen: (next) => addresses.prefixLength(Number(next())),
    broadcast: (next) => void next(),
    ...(family === 6 ? ipv6Words(draft, stop) : foreignWords(stop)),
    ...carpWords(draft, stop),
    ...(version < 14 ? {} : peerWords(draft)),
  };
  runWords(args, {
    words,
    other: (text) => addresses.address(text),
    onMissing: (word) => stop(`'${word}' requires argument`),
  });
  return { draft, addresses };
}

function ipv6Words(draft: Draft, stop: WordOptions['stop']): Record<string, Word> {
  const seconds = (word: string, text: string): number =>
    /^\d/.test(text) ? Number.parseInt(text, 10) : stop(`invalid ${word}`);
  return {
    vltime: (next) => void (draft.vltimeSeconds = seconds('vltime', next())),
    pltime: (next) => void (draft.pltimeSeconds = seconds('pltime', next())),
    no_dad: () => void (draft.skipsProbing = true),
  };
}

const foreignWords = (stop: WordOptions['stop']): Record<string, Word> => ({
  vltime: (next) => void (next(), stop('vltime not allowed for the AF')),
  pltime: (next) => void (next(), stop('pltime not allowed for the AF')),
});

function carpWords(draft: Draft, stop: WordOptions['stop']): Record<string, Word> {
  const afterVhid =
    (word: string, take: (text: string) => void): Word =>
    (next) => {
      const text = next();
      if (draft.vhid === undefined) stop(`${word} requires vhid`);
      take(text);
    };
  return {
    vhid(next) {
      const vhid = Math.trunc(Number(next())) || 0;
      if (vhid <= 0 || vhid > VHID_MAX) stop(`vhid must be greater than 0 and less than ${VHID_MAX}`);
      draft.vhid = vhid;
    },
    advbase: afterVhid('advbase', (text) => void (draft.advbase = Number.parseInt(text, 10) || 0)),
    advskew: afterVhid('advskew', (text) => void (draft.advskew = Number.parseInt(text, 10) || 0)),
    pass: afterVhid('passwd', (text) => void (draft.pass = text)),
    state: afterVhid('state', (text) => {
      draft.state = STATES.find((state) => state === text.toUpperCase()) ?? stop('unknown state');
    }),
  };
}

const peerWords = (draft: Draft): Record<string, Word> => ({
  peer: (next) => void (draft.peer = next()),
  peer6: (next) => void (draft.peer6 = next()),
  mcast: () => void delete draft.peer,
  mcast6: () => void delete draft.peer6,
});

/** An address to be taken away is read whole; one to be set may have a length. */
function parse(text: string, role: 'add' | 'remove', { family, variants, stop }: WordOptions): GivenAddress {
  const [address, length] = role === 'add' ? splitLength(text) : [text, undefined];
  if (length !== undefined) refuseOddLength(text, length, { family, variants, stop });
  const parsed = parseAddress(address, family) ?? stop(`${address}: bad value`);
  return { address: parsed, prefixLength: length === undefined ? undefined : Number(length) };
}

function refuseOddLength(
  text: string,
  length: string,
  { family, variants, stop }: Pick<WordOptions, 'family' | 'variants' | 'stop'>,
): void {
  const fault = numberFault(length, 0, family === 4 ? 32 : 128);
  if (fault === undefined) return;
  if (family === 6) stop(`${length}: bad value`);
  stop(`${variants.badWidthNames === 'width' ? length : text}: bad value (width ${fault})`);
}

/** Where no length was given: the classes of old, with a warning, or what every IPv6 subnet has. */
export function lengthFor(
  { address, prefixLength }: GivenAddress,
  family: 4 | 6,
  warn: (text: string) => void,
): number {
  if (prefixLength !== undefined) return prefixLength;
  if (family === 6) return 64;
  warn('WARNING: setting interface address without mask is deprecated,\ndefault mask may not be correct.');
  return classfulLength(address);
}
