import { parseVipAddress } from '../../config/vip-address.ts';
import type { Ledger } from '../ledger.ts';
import { wholeNumber } from '../number.ts';
import { pathAddress } from '../path-address.ts';
import { isOn, valueOf, type GivenOption, type UcarpInstance } from './instance.ts';

/** What an instance means. */
export interface Meaning {
  readonly node: string;
  readonly source: UcarpInstance['source'];
  readonly vid: number | undefined;
  readonly link: string | undefined;
  readonly address: string | undefined;
  readonly own: string | undefined;
  readonly priority: number;
  readonly skew: number;
  readonly baseSeconds: number;
  readonly ratio: number;
  readonly preempt: boolean;
  readonly up: string | undefined;
  readonly down: string | undefined;
  readonly more: readonly string[];
}

const PRIORITY_MAX = 254;

export function meaningOf(
  instance: UcarpInstance,
  node: string,
  { lengths, ledger }: { lengths: ReadonlyMap<string, number>; ledger: Ledger },
): Meaning {
  for (const one of instance.given) ledger.say(one.source, one.option.verdict, one.option.says);
  const text = (long: string): string | undefined => valueOf(instance, long)?.value;
  const number = (long: string, min: number, max: number): number | undefined =>
    checked(valueOf(instance, long), (value) => wholeNumber(value, min, max), ledger);
  const skew = number('advskew', 0, 255) ?? 0;
  const preempt = valueOf(instance, 'preempt');
  return {
    node,
    source: instance.source,
    vid: number('vhid', 1, 255),
    link: text('interface'),
    address: checked(valueOf(instance, 'addr'), (value) => vipOf(value, lengths), ledger),
    own: checked(valueOf(instance, 'srcip'), pathAddress, ledger),
    priority: Math.max(1, PRIORITY_MAX - skew),
    skew,
    baseSeconds: number('advbase', 1, 255) ?? 1,
    ratio: number('deadratio', 1, 100) ?? 3,
    // A stanza says yes or no, a command line has the flag or not.
    preempt: preempt !== undefined && (preempt.value === undefined || isOn(preempt.value)),
    up: text('upscript'),
    down: text('downscript'),
    more: valueOf(instance, 'xparam')?.value === undefined ? [] : [text('xparam')!],
  };
}

/** A value that makes no sense, such as a variable of a shell, is named and left out. */
function checked<T>(
  given: GivenOption | undefined,
  read: (value: string | undefined) => T | undefined,
  ledger: Ledger,
): T | undefined {
  if (!given) return undefined;
  const value = read(given.value);
  if (value !== undefined) return value;
  const says = `"${given.value ?? ''}" is no value that can be taken; write it into the YAML by hand`;
  ledger.say(given.source, 'missing', says);
  return undefined;
}

function vipOf(value: string | undefined, lengths: ReadonlyMap<string, number>): string | undefined {
  const plain = parseVipAddress(value ?? '');
  if ('problem' in plain) return undefined;
  const { text } = plain.value.address;
  const withLength = parseVipAddress(`${text}/${lengths.get(text) ?? 32}`);
  if ('problem' in withLength || withLength.value.prefixLength === 32) return text;
  return `${text}/${withLength.value.prefixLength}`;
}
