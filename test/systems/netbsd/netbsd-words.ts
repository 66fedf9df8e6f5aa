import { lengthOfNetmask, parseAddress, splitLength } from '../bsd/address-text.ts';
import { type AddressWords, type GivenAddress, addressWords } from '../bsd/address-words.ts';
import { type Word, numberFault, runWords } from '../bsd/arguments.ts';
import type { CarpState } from '../bsd/carp.ts';
import { strerror } from '../bsd/errno.ts';
import type { VhostChange } from './netbsd-carp.ts';

export interface WordOptions {
  readonly family: 4 | 6;
  readonly stop: (sentence: string) => never;
  /** Whatever does not fit the grammar. */
  readonly usage: () => never;
  readonly setUp: (isUp: boolean) => void;
  readonly changeVhost: (change: VhostChange) => void;
}

export interface Lifetimes {
  vltimeSeconds?: number;
  pltimeSeconds?: number;
}

const STATES: readonly CarpState[] = ['INIT', 'BACKUP', 'MASTER'];
/** The numbers by which sockaddrs name the families. */
const AF = { 4: 2, 6: 24 } as const;

export function readWords(
  args: readonly string[],
  options: WordOptions,
): { readonly lifetimes: Lifetimes; readonly addresses: AddressWords } {
  const { family, stop, usage, setUp, changeVhost } = options;
  const lifetimes: Lifetimes = {};
  const addresses = addressWords((text) => parse(text, family, options));
  const number = (text: string, max: number): number =>
    numberFault(text, 0, max) === undefined ? Number(text) : usage();
  const seconds = (text: string): number => {
    const value = number(text, Infinity);
    return family === 6 ? value : stop('inet6 address lifetime not allowed for the AF');
  };
  const words: Record<string, Word> = {
    up: () => setUp(true),
    down: () => setUp(false),
    alias: () => addresses.alias(),
    '-alias': () => addresses.unalias(),
    delete: () => addresses.unalias(),
    netmask: (next) => addresses.prefixLength(lengthOfNetmask(next()) ?? usage()),
    prefixlen: (next) => addresses.prefixLength(number(next(), 128)),
    broadcast: (next) => void next(),
    vltime: (next) => void (lifetimes.vltimeSeconds = seconds(next())),
    pltime: (next) => void (lifetimes.pltimeSeconds = seconds(next())),
    carpdev: (next) => changeVhost({ parent: next() }),
    vhid: (next) => changeVhost({ vhid: number(next(), 255) }),
    advbase: (next) => changeVhost({ advbase: number(next(), 255) }),
    advskew: (next) => changeVhost({ advskew: number(next(), 254) }),
    pass: (next) => changeVhost({ pass: next() }),
    state(next) {
      const wanted = next().toUpperCase();
      changeVhost({ state: STATES.find((state) => state === wanted) ?? usage() });
    },
  };
  runWords(args, { words, other: (text) => addresses.address(text), onMissing: usage });
  return { lifetimes, addresses };
}

function parse(text: string, family: 4 | 6, { stop, usage }: WordOptions): GivenAddress {
  const [address, length] = splitLength(text);
  const parsed = parseAddress(address, family) ?? usage();
  if (length === undefined) return { address: parsed, prefixLength: undefined };
  if (numberFault(length, 0, 254) !== undefined) usage();
  if (Number(length) > (family === 4 ? 32 : 128))
    stop(`paddr_match: prefixlen_to_mask(${AF[family]}, ${length}): ${strerror('EINVAL')}`);
  return { address: parsed, prefixLength: Number(length) };
}
