// Goal: what ifconfig printed is read as it is, and what is no listing is not taken for an empty one.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseListing } from '../../../src/vip/bsd/listing.ts';
import { canonicalAddress } from '../../../src/vip/address.ts';
import type { ShownLink } from '../../../src/vip/plain/tools.ts';
import { recordedListing } from '../../systems/bsd/recorded-calls.ts';

type Row = readonly [
  system: string,
  file: string,
  link: string,
  addresses: readonly string[],
  more?: Partial<Pick<ShownLink, 'up' | 'carrier'>>,
];

const EM0 = ['10.77.0.1/24 ok unknown', 'fe80::a00:27ff:fe01:203/64 ok unknown', 'fd77::1/64 ok unknown'];
const WM0 = ['fe80::a00:27ff:fe01:203/64 ok unknown', '10.77.0.1/24 ok unknown'];
const VHID = [...EM0, '10.77.0.100/32 ok host'];
const ALIAS = [...EM0, '10.77.0.100/32 ok unknown'];
const CARP0 = ['10.77.0.100/32 ok unknown'];

const rows: readonly Row[] = [
  ['freebsd', 'ifconfig-em0', 'em0', EM0],
  ['freebsd', 'ifconfig-em0-alias', 'em0', ALIAS],
  ['freebsd', 'ifconfig-em0-carp-backup-13', 'em0', VHID],
  ['freebsd', 'ifconfig-em0-carp-init-13', 'em0', VHID, { carrier: false }],
  ['freebsd', 'ifconfig-em0-carp-master-13', 'em0', VHID],
  ['freebsd', 'ifconfig-em0-carp-master-14', 'em0', VHID],
  ['freebsd', 'ifconfig-em0-carp-unicast-14', 'em0', VHID],
  ['openbsd', 'ifconfig-em0', 'em0', EM0],
  ['openbsd', 'ifconfig-em0-alias', 'em0', ALIAS],
  ['openbsd', 'ifconfig-carp0-backup', 'carp0', CARP0],
  ['openbsd', 'ifconfig-carp0-init', 'carp0', CARP0, { up: false }],
  ['openbsd', 'ifconfig-carp0-master', 'carp0', CARP0],
  ['openbsd', 'ifconfig-carp0-unicast', 'carp0', CARP0],
  ['netbsd', 'ifconfig-wm0-alias', 'wm0', [...WM0, '10.77.0.100/32 ok unknown']],
  ['netbsd', 'ifconfig-wm0-alias-tentative', 'wm0', [...WM0, '10.77.0.100/32 tentative unknown']],
  ['netbsd', 'ifconfig-wm0-alias-duplicated', 'wm0', [...WM0, '10.77.0.100/32 duplicate unknown']],
  ['netbsd', 'ifconfig-carp0-backup', 'carp0', CARP0, { carrier: false }],
  ['netbsd', 'ifconfig-carp0-master', 'carp0', CARP0],
];

function read(text: string, link: string): ShownLink {
  const shown = parseListing(text, link);
  if (typeof shown === 'string') throw new Error(shown);
  return shown;
}
const texts = ({ addresses }: ShownLink): readonly string[] =>
  addresses.map(({ address, prefixLength, state, owner }) => `${address}/${prefixLength} ${state} ${owner}`);

for (const [system, file, link, addresses, more = {}] of rows)
  test(`listing ${system}/${file}`, () => {
    const shown = read(recordedListing(system, file), link);
    assert.deepEqual(texts(shown), addresses);
    assert.deepEqual(
      { name: shown.name, up: shown.up, carrier: shown.carrier },
      { name: link, up: true, carrier: true, ...more },
    );
  });

test('listing: every recorded one has a row', () => {
  const known = new Set(rows.map(([system, file]) => `${system}/${file}.txt`));
  for (const system of ['freebsd', 'openbsd', 'netbsd'])
    for (const file of readdirSync(join(import.meta.dirname, '../../systems', system, 'fixtures')))
      if (/^ifconfig-(?!g-)/.test(file)) assert.ok(known.has(`${system}/${file}`), file);
});

const HEADER = 'em0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500';
const lines: readonly (readonly [string, string | undefined])[] = [
  ['\tinet 10.77.0.100/32 broadcast 10.77.0.100 flags 0x4<DETACHED>', '10.77.0.100/32 inaccessible unknown'],
  ['\tinet 10.77.0.100/32 flags 0x0', '10.77.0.100/32 ok unknown'],
  ['\tinet 10.77.0.100/32 flags 0x3<TENTATIVE,DUPLICATED>', '10.77.0.100/32 duplicate unknown'],
  ['\tinet 10.77.0.100/32 broadcast 10.77.0.100 vhid 7', '10.77.0.100/32 ok host'],
  ['\tinet 10.77.0.1 --> 10.77.0.2 netmask 0xffffffff', '10.77.0.1/32 ok unknown'],
  ['\tinet 10.77.0.100 netmask 0xffffffff', '10.77.0.100/32 ok unknown'],
  ['\tinet 0.0.0.0 netmask 0x0', '0.0.0.0/0 ok unknown'],
  ['\tinet6 fd77::100 prefixlen 128 tentative pltime 1 vltime 1', 'fd77::100/128 tentative unknown'],
  ['\tinet6 fd77::100 prefixlen 128 duplicated', 'fd77::100/128 duplicate unknown'],
  ['\tinet6 fd77::100 prefixlen 128 deprecated', 'fd77::100/128 ok unknown'],
  ['\tinet6 FD77:0::100/128 flags 0x2<TENTATIVE>', 'fd77::100/128 tentative unknown'],
  ['\tinet6 fe80::1%em0 prefixlen 64 scopeid 0x1', 'fe80::1/64 ok unknown'],
  ['\tinet 10.77.0.300 netmask 0xffffffff', undefined],
  ['\tinet 10.77.0.100', undefined],
  ['\tinet 10.77.0.100 netmask 0xff00ff00', undefined],
  ['\tinet 10.77.0.100 netmask 0xfffffffff', undefined],
  ['\tinet 10.77.0.100/33', undefined],
  ['\tinet6 fd77::100', undefined],
  ['\tinet6 10.77.0.100 prefixlen 24', undefined],
];
for (const [line, expected] of lines)
  test(`listing: ${line.trim()}`, () => {
    const text = `${HEADER}\n${line}\n`;
    if (expected === undefined) assert.equal(parseListing(text, 'em0'), 'unreadable');
    else assert.deepEqual(texts(read(text, 'em0')), [expected]);
  });

test('listing: a link of which the system does not say more has a carrier', () => {
  assert.equal(read(`${HEADER}\n`, 'em0').carrier, true);
  for (const [status, carrier] of [
    ['active', true],
    ['associated', true],
    ['no carrier', false],
    ['no network', false],
  ] as const)
    assert.equal(read(`${HEADER}\n\tstatus: ${status}\n`, 'em0').carrier, carrier, status);
});

test('listing: of several interfaces only the one that was asked for', () => {
  const text = `${HEADER}\n\tinet 10.77.0.1/24\nem1: flags=8802<BROADCAST> mtu 1500\n\tinet 10.78.0.1/24\n`;
  assert.deepEqual(texts(read(text, 'em1')), ['10.78.0.1/24 ok unknown']);
  assert.equal(read(text, 'em1').up, false);
  assert.equal(parseListing(text, 'em'), 'absent');
});

for (const text of [
  '',
  '\n',
  'em0',
  '\tinet 10.77.0.1/24\n',
  'Segmentation fault\n',
  `Warning: odd\n${HEADER}\n`,
])
  test(`listing: ${JSON.stringify(text)} is none`, () =>
    assert.equal(parseListing(text, 'em0'), 'unreadable'));

test('listing: whatever is printed, nothing is thrown and no address is invented', () => {
  const parts = fc.constantFrom(
    ...[
      '\t',
      ' ',
      '\n',
      'inet ',
      'inet6 ',
      '10.77.0.1',
      'fd77::1',
      '/24',
      ' netmask 0x',
      'ff',
      ' prefixlen ',
      '64',
    ],
    ...[
      'em0: flags=8843<UP>',
      '<TENTATIVE>',
      'status: ',
      'no carrier',
      '%em0',
      ' vhid 1',
      HEADER,
      '\n\tinet ',
    ],
  );
  const text = fc
    .array(fc.oneof(parts, fc.string({ maxLength: 5 })), { maxLength: 40 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        text.map((rest) => `${HEADER}\n${rest}`),
      ),
      (printed) => {
        const shown = parseListing(printed, 'em0');
        if (typeof shown === 'string') return;
        const inetLines = printed.split('\n').filter((line) => /^\s+inet6? /.test(line));
        assert.ok(shown.addresses.length <= inetLines.length);
        const words = inetLines.flatMap((line) => line.split(/[\s/%]+/));
        const spellings = words.flatMap((word) => [word, canonicalAddress(word, 6)]);
        for (const { address } of shown.addresses) assert.ok(spellings.includes(address), address);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('listing: any address with any length is read as it was printed', () => {
  const v4 = fc.record({ address: fc.ipV4(), prefixLength: fc.integer({ min: 0, max: 32 }) });
  fc.assert(
    fc.property(v4, fc.constantFrom('slash', 'mask'), ({ address, prefixLength }, form) => {
      const mask = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
      const text = form === 'slash' ? `/${prefixLength}` : ` netmask 0x${mask.toString(16)}`;
      const shown = read(`${HEADER}\n\tinet ${address}${text} broadcast 10.0.0.255\n`, 'em0');
      assert.deepEqual(texts(shown), [`${address}/${prefixLength} ok unknown`]);
    }),
  );
});
