import { lengthOfNetmask, parseAddress, splitLength } from '../bsd/address-text.ts';
import { type AddressWords, type GivenAddress, addressWords } from '../bsd/address-words.ts';
import { type Word, numberFault, runWords } from '../bsd/arguments.ts';
import type { CarpState } from '../bsd/carp.ts';
import type { CarpInterface } from '../bsd/carp-interface.ts';

export interface Lifetimes {
  vltimeSeconds?: number;
  pltimeSeconds?: number;
}

export interface WordOptions {
  readonly family: 4 | 6;
  readonly stop: (sentence: string) => never;
  readonly setUp: (isUp: boolean) => void;
  readonly setGroup: (name: string, isMember: boolean) => void;
  readonly destroy: () => void;
  /** One SIOCSVH; refuses where there is no carp interface. */
  readonly changeCarp: (change: (one: CarpInterface) => void) => void;
  readonly setParent: (name: string) => void;
  readonly setVhid: (vhid: number) => void;
}

const STATES: readonly CarpState[] = ['INIT', 'BACKUP', 'MASTER'];
const LIFETIME_MAX = 1_000_000;

/** Unlike FreeBSD's, every word is carried out when it is read, except for addresses. */
export function readWords(
  args: readonly string[],
  options: WordOptions,
): { readonly lifetimes: Lifetimes; readonly addresses: AddressWords } {
  const { family, stop, setUp, setGroup } = options;
  const lifetimes: Lifetimes = {};
  const addresses = addressWords((text, role) => parse(text, role, family, stop));
  const number = (word: string, text: string, min: number, max: number): number => {
    const fault = numberFault(text, min, max);
    return fault === undefined ? Number(text) : stop(`${word} ${text}: ${fault}`);
  };
  const seconds = (word: 'vltime' | 'pltime', text: string): number => {
    if (family === 4) stop(`${word} not allowed for this address family`);
    return number(`invalid ${word}`, text, 0, LIFETIME_MAX);
  };
  const words: Record<string, Word> = {
    up: () => setUp(true),
    down: () => setUp(false),
    alias: () => addresses.alias(),
    '-alias': () => addresses.unalias(),
    delete: () => addresses.unalias(),
    destroy: () => options.destroy(),
    netmask(next) {
      const text = next();
      addresses.prefixLength(lengthOfNetmask(text) ?? stop(`${text}: bad value`));
    },
    prefixlen: (next) => addresses.prefixLength(Number(next())),
    broadcast: (next) => void next(),
    vltime: (next) => void (lifetimes.vltimeSeconds = seconds('vltime', next())),
    pltime: (next) => void (lifetimes.pltimeSeconds = seconds('pltime', next())),
    group: (next) => setGroup(next(), true),
    '-group': (next) => setGroup(next(), false),
    ...carpWords(options, number),
  };
  runWords(args, {
    words,
    other: (text) => addresses.address(text),
    onMissing: (word) => stop(`'${word}' requires argument`),
  });
  return { lifetimes, addresses };
}

function carpWords(
  { stop, changeCarp, setParent, setVhid }: WordOptions,
  number: (word: string, text: string, min: number, max: number) => number,
): Record<string, Word> {
  return {
    carpdev: (next) => setParent(next()),
    vhid: (next) => setVhid(number('vhid', next(), 1, 255)),
    advbase(next) {
      const advbase = number('advbase', next(), 0, 254);
      changeCarp(({ carp }) => void (carp.settings.advbase = advbase));
    },
    advskew(next) {
      const advskew = number('advskew', next(), 0, 254);
      changeCarp(({ carp }) => void (carp.settings.advskew = advskew));
    },
    pass(next) {
      const pass = next();
      changeCarp(({ carp }) => void (carp.settings.pass = pass));
    },
    carppeer(next) {
      const peer = next();
      if (parseAddress(peer, 4) === undefined)
        stop('error in parsing address string: no address associated with name');
      changeCarp(({ carp }) => void (carp.settings.peer = peer));
    },
    '-carppeer': () => changeCarp(({ carp }) => void (carp.settings.peer = undefined)),
    // A state that there is not is taken for INIT, and so for nothing.
    state(next) {
      const wanted = next().toUpperCase();
      const state = STATES.find((one) => one === wanted);
      changeCarp(({ carp }) => state !== undefined && carp.force(state));
    },
  };
}

function parse(
  text: string,
  role: 'add' | 'remove',
  family: 4 | 6,
  stop: (sentence: string) => never,
): GivenAddress {
  const [address, length] = role === 'add' ? splitLength(text) : [text, undefined];
  const parsed = parseAddress(address, family);
  const fault = length === undefined ? undefined : numberFault(length, 0, family === 4 ? 32 : 128);
  if (parsed === undefined || fault !== undefined) stop(`${text}: bad value`);
  return { address: parsed, prefixLength: length === undefined ? undefined : Number(length) };
}
