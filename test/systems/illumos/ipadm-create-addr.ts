import type { Outcome } from '../model.ts';
import { BITS, canonical, defaultLength, linkLocalOf } from './address-text.ts';
import type { Family } from './address-text.ts';
import { createAddress } from './create-address.ts';
import { DONE, failed } from './ipadm-answer.ts';
import type { Machine } from './machine.ts';
import { readOptions } from './options.ts';

/** How long it waits for duplicate detection. A duplicate is no error. */
const DETECTION_WAIT_MS = 1_000;
const OBJECT_NAME = /^[A-Za-z][A-Za-z0-9]{0,30}$/;

interface Parsed {
  readonly address: string;
  readonly family: Family;
  readonly prefixLength: number;
}

/** `create-addr [-t] -T static [-d] -a [local=]ADDRESS[/LENGTH] OBJECT`, `create-addr [-t] -T addrconf OBJECT`. */
export async function createAddr(machine: Machine, args: readonly string[]): Promise<Outcome> {
  const { given, operands, problem } = readOptions(args, '1T:a:dh:i:p:w:t');
  if (problem !== undefined) return failed(problem);
  const type = given.get('T');
  const [object = ''] = operands;
  if (type === undefined || operands.length !== 1) return failed('Invalid arguments');
  const [link = '', name = ''] = object.split(/\/(.*)/s);
  if (name === '') return failed(`invalid address object name: ${object}`);
  if (type !== 'static' && type !== 'addrconf') return failed(`Invalid address type ${type}`);
  if (given.has('a') !== (type === 'static')) return failed(`Invalid arguments for type ${type}`);
  if (!/^[a-z][a-z0-9_.]*\d$/i.test(link) || !OBJECT_NAME.test(name))
    return failed('Error in creating address object: Invalid argument provided');
  const parsed = type === 'static' ? parseAddress(machine, given.get('a') ?? '') : linkLocal(machine, link);
  if (typeof parsed === 'string') return failed(parsed);

  const created = await createAddress(machine, {
    ...{ object, link, type, ...parsed },
    isPersistent: !given.has('t'),
    isUp: !given.has('d'),
  });
  if (typeof created === 'string') return failed(`Could not create address: ${created}`);
  if (!given.has('d')) await created.life.untilReady(DETECTION_WAIT_MS);
  return DONE;
}

function parseAddress({ variants, setup }: Machine, text: string): Parsed | string {
  const [host = '', length] = text.replace(/^local=/, '').split('/');
  const known = canonical(host);
  if (known === undefined) return variants.words.createBadAddress;
  const prefixLength =
    length !== undefined ? Number(length) : known.family === 6 ? 64 : defaultLength(host, setup.netmasks);
  if (!/^\d*$/.test(length ?? '') || prefixLength > BITS[known.family])
    return 'Error in setting local address: Invalid argument provided';
  return { ...known, prefixLength };
}

function linkLocal({ setup }: Machine, link: string): Parsed {
  const mac = setup.links.find(({ name }) => name === link)?.mac ?? '0:0:0:0:0:0';
  return { address: linkLocalOf(mac), family: 6, prefixLength: 10 };
}
