import { OperatorError } from '../core/errors.ts';
import { isName } from '../core/names.ts';
import type { NodeId } from '../core/units.ts';
import { formatDuration, parseDuration } from '../config/duration.ts';
import { parsePathUrl } from '../config/path-url.ts';
import { parseVipAddress } from '../config/vip-address.ts';
import { PACKED_BYTES, packPublicLine, unpackPublicLine } from '../wire/public-line.ts';
import type { Common, Member } from './cluster.ts';
import type { PairLine } from './line.ts';
import { isLink } from './place.ts';

/**
 * A text is one byte of length and that many of ASCII; a list is one byte of count and its items. In this order:
 * cluster, group, interval, timeout, list of VIPs; list of nodes, each with name, interface, list of paths, one byte of
 * priority, 128 bytes of keys and signature (wire/public-line.ts); list of known ids, 8 bytes each.
 */
const ID_BYTES = 8;

export function lineContent({ common, members, known }: PairLine): Buffer {
  return Buffer.concat([
    text(common.cluster),
    text(common.group),
    text(formatDuration(common.intervalMs)),
    text(formatDuration(common.timeoutMs)),
    ...list(common.vips.map(text)),
    ...list(members.map(memberBytes)),
    ...list(known.map((id) => Buffer.from(id, 'hex'))),
  ]);
}

const memberBytes = ({ name, key, link, paths, priority }: Member): Buffer =>
  Buffer.concat([text(name), text(link), ...list(paths.map(text)), Buffer.of(priority), packPublicLine(key)]);

const text = (value: string): Buffer => Buffer.concat([byte(value.length), Buffer.from(value, 'latin1')]);
const list = (items: readonly Buffer[]): readonly Buffer[] => [byte(items.length), ...items];

function byte(count: number): Buffer {
  if (count <= 255) return Buffer.of(count);
  throw new OperatorError('USAGE', 'there is more in this config than a line can say: 255 of a kind', {
    hint: 'copy the file to the other node, and bring keys into it with "sealbeat key trust"',
  });
}

/** The checksum holds, so what is wrong here was not mistyped: it was made by hand, or by a newer program. */
export function readContent(bytes: Uint8Array): PairLine {
  const reader = readerOf(bytes);
  const cluster = reader.text();
  const group = reader.text();
  if (!isName(cluster) || !isName(group)) throw strange('a name');
  const common: Common = {
    ...{ cluster, group },
    intervalMs: duration(reader.text()),
    timeoutMs: duration(reader.text()),
    vips: reader.list(() => good(reader.text(), (vip) => 'value' in parseVipAddress(vip), 'an address')),
  };
  const [first, ...others] = reader.list(() => readMember(reader));
  const known = reader.list(() => Buffer.from(reader.bytes(ID_BYTES)).toString('hex') as NodeId);
  if (first === undefined || common.vips.length === 0 || !reader.isAtEnd()) throw strange('its length');
  return { common, members: [first, ...others], known };
}

function readMember(reader: Reader): Member {
  const name = good(reader.text(), isName, 'a name');
  const link = good(reader.text(), isLink, 'an interface');
  const paths = reader.list(() => good(reader.text(), (path) => 'value' in parsePathUrl(path), 'a path'));
  const priority = reader.bytes(1)[0] ?? 0;
  if (paths.length === 0 || priority < 1 || priority > 254) throw strange('a node');
  return { name, link, paths, priority, key: unpackPublicLine(reader.bytes(PACKED_BYTES)) };
}

function duration(written: string): number {
  const parsed = parseDuration(written, { minMs: 10, maxMs: 60_000 });
  if ('problem' in parsed) throw strange('a duration');
  return parsed.value;
}

function good(value: string, isGood: (value: string) => boolean, what: string): string {
  if (!isGood(value)) throw strange(what);
  return value;
}

interface Reader {
  bytes(count: number): Uint8Array;
  text(): string;
  list<T>(item: () => T): T[];
  isAtEnd(): boolean;
}

function readerOf(content: Uint8Array): Reader {
  let at = 0;
  const bytes = (count: number): Uint8Array => {
    if (at + count > content.length) throw strange('its length');
    return content.slice(at, (at += count));
  };
  const count = (): number => bytes(1)[0] ?? 0;
  return {
    bytes,
    text: () => Buffer.from(bytes(count())).toString('latin1'),
    list: (item) => Array.from({ length: count() }, item),
    isAtEnd: () => at === content.length,
  };
}

const strange = (what: string): OperatorError =>
  new OperatorError('KEY_INVALID', `the line is whole, but ${what} in it makes no sense here`, {
    hint: 'install the same version of sealbeat on both nodes, and let "sealbeat init" print the line again',
  });
