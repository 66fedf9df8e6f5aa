// Goal: what one node says is what the other reads, and whatever happens to a line on its way is noticed and said.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Common } from '../../src/pairing/cluster.ts';
import { formatPairLine, parsePairLine, PAIR_PREFIX, type PairLine } from '../../src/pairing/line.ts';
import { identities, lines } from '../config/example-file.ts';
import { common, member } from './example-cluster.ts';

const first: PairLine = { common, members: [member('lb1')], known: [] };
const line = formatPairLine(first);
const swapped = (at: number): string =>
  `${line.slice(0, at)}${line[at] === 'q' ? 'p' : 'q'}${line.slice(at + 1)}`;

const ways: readonly { name: string; line: PairLine }[] = [
  { name: 'of one node', line: first },
  {
    name: 'of an answer',
    line: { common, members: [member('lb2')], known: [identities.lb1.public.id] },
  },
  {
    name: 'of three nodes',
    line: { common, members: [member('lb3'), member('lb1'), member('lb2')], known: [] },
  },
  {
    name: 'with IPv6, TCP, other timing and several ways',
    line: {
      common: { ...common, vips: ['fd77::100', '10.10.10.42/24'], intervalMs: 1_500, timeoutMs: 5_000 },
      members: [member('lb1', { paths: ['tcp://[fd77::1]:99', 'udp://10.1.1.1:7112'], link: 'e1000g0' })],
      known: [],
    },
  },
];
for (const way of ways) {
  test(`line: ${way.name} comes back as it was`, () => {
    const text = formatPairLine(way.line);
    assert.match(text, /^sealbeatpair1[a-z0-9]+$/, 'one word that no shell touches');
    assert.deepEqual(parsePairLine(text), way.line);
  });
}

test('line: short enough for a serial console', (t) => {
  const answer = formatPairLine({ common, members: [member('lb2')], known: [identities.lb1.public.id] });
  t.diagnostic(`${line.length} characters to begin with, ${answer.length} of an answer`);
  assert.ok(line.length < 400 && answer.length < 400);
});

const damages: readonly { name: string; text: string; says: RegExp }[] = [
  { name: 'cut short by one', text: line.slice(0, -1), says: /cut short: \d+ of \d+ characters, 1 missing/ },
  { name: 'cut to nothing', text: PAIR_PREFIX, says: /cut short/ },
  { name: 'with its end twice', text: line + line.slice(-5), says: /too long: .*, 5 too many/ },
  { name: 'pasted twice', text: line + line, says: /too long|cannot be in one/ },
  { name: 'with a character that is none', text: line.replace(/.$/, 'b'), says: /has "b" as character \d+/ },
  { name: 'in capitals', text: line.toUpperCase(), says: /lower case/ },
  { name: 'of another version', text: line.replace('pair1', 'pair2'), says: /version 2/ },
  { name: 'empty', text: '', says: /this is empty/ },
  { name: 'something else', text: 'hello', says: /begins with "hello"/ },
  { name: 'a public line', text: lines.lb1, says: /public line/ },
];
for (const { name, text, says } of damages) {
  test(`line: ${name} is refused, and why is said`, () => {
    assert.throws(() => parsePairLine(text), { name: 'OperatorError', code: 'KEY_INVALID', message: says });
  });
}

test('line: a secret key is not repeated', () => {
  assert.throws(
    () => parsePairLine('sealbeat-secret1qqqqzzzz'),
    (error: Error) => /SECRET/.test(error.message) && !/qqqq/.test(error.message),
  );
});

test('line: every single typo is found', () => {
  for (let at = PAIR_PREFIX.length; at < line.length; at += 1) {
    assert.throws(() => parsePairLine(swapped(at)), { code: 'KEY_INVALID' }, `character ${at + 1}`);
  }
});

test('line: blanks and line breaks of a narrow terminal do not count', () => {
  const wrapped = line.replace(/.{40}/g, '$&\r\n  ');
  assert.deepEqual(parsePairLine(` ${wrapped}\n`), first);
});

const nonsense: readonly { name: string; change: Partial<Common>; member?: Parameters<typeof member>[1] }[] =
  [
    { name: 'a name with a line break', change: { cluster: 'a\nb' } },
    { name: 'a virtual address that is none', change: { vips: ['10.10.10.42; reboot'] } },
    { name: 'no virtual address', change: { vips: [] } },
    { name: 'a timeout of an hour', change: { timeoutMs: 3_600_000 } },
    { name: 'an interface with a blank', change: {}, member: { link: 'eth0 up' } },
    { name: 'a path to nowhere', change: {}, member: { paths: ['udp://1.2.3.4.5.6'] } },
    { name: 'no path', change: {}, member: { paths: [] } },
    { name: 'a priority of 0', change: {}, member: { priority: 0 } },
  ];
for (const { name, change, member: changed } of nonsense) {
  test(`line: ${name}, with a good checksum, is refused`, () => {
    const made = formatPairLine({
      ...first,
      common: { ...common, ...change },
      members: [member('lb1', changed)],
    });
    assert.throws(() => parsePairLine(made), { code: 'KEY_INVALID', message: /makes no sense/ });
  });
}

test('line: whatever is pasted, the answer is a line or a sentence', () => {
  const pasted = fc.string().map((text) => PAIR_PREFIX + text);
  const mangled = fc
    .tuple(fc.nat(line.length), fc.nat(8))
    .map(([at, count]) => line.slice(0, at) + line.slice(at + count));
  fc.assert(
    fc.property(fc.oneof(fc.string(), pasted, mangled), (text) => {
      try {
        parsePairLine(text);
      } catch (error) {
        assert.equal((error as Error).name, 'OperatorError');
      }
    }),
    { numRuns: 500 },
  );
});
