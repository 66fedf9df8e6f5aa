import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCarpListing, type Vhost } from '../../../src/vip/carp/listing.ts';

const systems = join(import.meta.dirname, '..', '..', 'systems');
const fixture = (system: string, name: string): string =>
  readFileSync(join(systems, system, 'fixtures', `${name}.txt`), 'utf8');

const vhost = (state: Vhost['state'], advskew: number, more: Partial<Vhost> = {}): Vhost => ({
  ...{ state, vhid: 1, advbase: 1, advskew, carpdev: '', peers: [] },
  ...more,
});
const multicast = { peers: ['224.0.0.18', 'ff02::12'] };
const onEm0 = { carpdev: 'em0' };
const onWm0 = { carpdev: 'wm0' };

const rows: readonly [
  system: string,
  name: string,
  found: { isUp: boolean; hasCarrier?: boolean; vhost?: Vhost; vip?: number | 'absent' },
][] = [
  ['freebsd', 'ifconfig-em0', { isUp: true, vip: 'absent' }],
  ['freebsd', 'ifconfig-em0-alias', { isUp: true, vip: 0 }],
  ['freebsd', 'ifconfig-em0-carp-master-13', { isUp: true, vhost: vhost('MASTER', 0), vip: 1 }],
  ['freebsd', 'ifconfig-em0-carp-backup-13', { isUp: true, vhost: vhost('BACKUP', 100), vip: 1 }],
  [
    'freebsd',
    'ifconfig-em0-carp-init-13',
    { isUp: true, hasCarrier: false, vhost: vhost('INIT', 0), vip: 1 },
  ],
  ['freebsd', 'ifconfig-em0-carp-master-14', { isUp: true, vhost: vhost('MASTER', 0, multicast), vip: 1 }],
  [
    'freebsd',
    'ifconfig-em0-carp-unicast-14',
    { isUp: true, vhost: vhost('BACKUP', 100, { peers: ['10.77.0.2', 'ff02::12'] }), vip: 1 },
  ],
  ['openbsd', 'ifconfig-em0', { isUp: true, vip: 'absent' }],
  ['openbsd', 'ifconfig-em0-alias', { isUp: true, vip: 0 }],
  ['openbsd', 'ifconfig-carp0-master', { isUp: true, vhost: vhost('MASTER', 0, onEm0), vip: 0 }],
  ['openbsd', 'ifconfig-carp0-backup', { isUp: true, vhost: vhost('BACKUP', 100, onEm0), vip: 0 }],
  ['openbsd', 'ifconfig-carp0-init', { isUp: false, vhost: vhost('INIT', 0, onEm0), vip: 0 }],
  [
    'openbsd',
    'ifconfig-carp0-unicast',
    { isUp: true, vhost: vhost('BACKUP', 100, { ...onEm0, peers: ['10.77.0.2'] }), vip: 0 },
  ],
  ['netbsd', 'ifconfig-carp0-master', { isUp: true, vhost: vhost('MASTER', 0, onWm0), vip: 0 }],
  [
    'netbsd',
    'ifconfig-carp0-backup',
    { isUp: true, hasCarrier: false, vhost: vhost('BACKUP', 100, onWm0), vip: 0 },
  ],
];
for (const [system, name, found] of rows) {
  test(`carp listing: ${system} ${name}`, () => {
    const bearer = /(em|wm|carp)0/.exec(name)?.[0] ?? '';
    const listing = parseCarpListing(fixture(system, name), bearer);
    assert.ok(typeof listing !== 'string');
    const vip = listing.addresses.find(({ address }) => address === '10.77.0.100');
    assert.deepEqual(
      {
        isUp: listing.isUp,
        hasCarrier: listing.hasCarrier,
        vhosts: listing.vhosts,
        vip: vip?.vhid ?? 'absent',
      },
      {
        hasCarrier: true,
        vip: 0,
        vhosts: found.vhost ? [found.vhost] : [],
        ...without(found),
      },
    );
  });
}

const without = ({ vhost: _, ...rest }: (typeof rows)[number][2]) => rest;

test('carp listing: several virtual hosts, IPv6, and lines in another order', () => {
  const text = [
    'em0: flags=1008943<UP,BROADCAST> metric 0 mtu 1500',
    '\tcarp: BACKUP vhid 7 advbase 2 advskew 10',
    '\t      peer 224.0.0.18 peer6 ff02::12',
    '\tcarp: MASTER vhid 1 advbase 1 advskew 0',
    '\t      peer 10.0.0.2 peer6 ff02::12 version 2',
    '\tinet6 FD77::0:100 prefixlen 128 vhid 1',
    '\tinet 10.0.0.9/32 broadcast 10.0.0.9 vhid 7',
  ].join('\n');
  const listing = parseCarpListing(text, 'em0');
  assert.ok(typeof listing !== 'string');
  assert.deepEqual(
    listing.vhosts.map(({ state, vhid, peers }) => [state, vhid, peers[0]]),
    [
      ['BACKUP', 7, '224.0.0.18'],
      ['MASTER', 1, '10.0.0.2'],
    ],
  );
  assert.deepEqual(
    listing.addresses.map(({ address, vhid }) => [address, vhid]),
    [
      ['fd77::100', 1],
      ['10.0.0.9', 7],
    ],
  );
});

test('carp listing: what is no listing is not taken for an empty one', () => {
  assert.equal(parseCarpListing('', 'em0'), 'unreadable');
  assert.equal(parseCarpListing('em0: what is this\n', 'em0'), 'unreadable');
});
