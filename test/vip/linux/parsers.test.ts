import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { vipKey } from '../../../src/vip/address.ts';
import { addressOf, parseLinkState } from '../../../src/vip/linux/ip-json.ts';
import { type MonitorLine, parseMonitorLine } from '../../../src/vip/linux/monitor-line.ts';
import { vipOf } from '../vip-of.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const vip4 = vipOf('10.77.0.100/32', 'v0');
const vip6 = vipOf('fd77::100/128', 'v0');

test('ip -json: a leased VIP with its flags', () => {
  const state = parseLinkState(fixture('ip-json-address-leased-vip.json'), 'v0');
  assert.deepEqual(
    { ...state, addresses: state.addresses.length, byLocal: state.byLocal.size },
    {
      name: 'v0',
      up: true,
      carrier: true,
      mac: '62:99:fe:4e:8d:9f',
      addresses: 5,
      byLocal: 5,
    },
  );
  assert.deepEqual(addressOf(vip4, state), {
    family: 4,
    local: '10.77.0.100',
    prefixLength: 32,
    label: 'v0:vip',
    secondary: false,
    dynamic: true,
    validSeconds: 30,
    noPrefixRoute: true,
    tentative: false,
    dadFailed: false,
  });
  assert.equal(addressOf(vip6, state)?.dynamic, true);
});

test('ip -json: a VIP that stays has no end', () => {
  const state = parseLinkState(fixture('ip-json-address-vip.json'), 'v0');
  assert.equal(addressOf(vip4, state)?.dynamic, false);
  assert.equal(addressOf(vip4, state)?.validSeconds, Infinity);
  assert.equal(addressOf(vip4, state)?.noPrefixRoute, false);
  assert.equal(addressOf(vip6, state)?.noPrefixRoute, true);
});

test('ip -json: address and length must both be the same', () => {
  const state = parseLinkState(fixture('ip-json-address-secondary.json'), 'v0');
  assert.equal(addressOf(vip4, state), undefined);
  assert.equal(addressOf(vipOf('10.77.0.100/24', 'v0'), state)?.secondary, true);
});

test('ip -json: IPv6 is compared by value, not by spelling', () => {
  const state = parseLinkState(fixture('ip-json-address-vip.json'), 'v0');
  assert.notEqual(addressOf(vipOf('FD77:0:0::0100/128', 'v0'), state), undefined);
});

test('ip -json: duplicate detection under way, and lost', () => {
  const tentative = parseLinkState(fixture('ip-json-address-tentative.json'), 'v0');
  assert.equal(addressOf(vipOf('fd77::101/64', 'v0'), tentative)?.tentative, true);
  const lost = parseLinkState(fixture('ip-json-address-dadfailed.json'), 'v0');
  assert.equal(addressOf(vipOf('fd77::2/64', 'v0'), lost)?.dadFailed, true);
});

test('ip -json: the empty objects of a filtered list are no addresses', () => {
  const state = parseLinkState(fixture('ip-json-address-to-filter.json'), 'v0');
  assert.deepEqual(
    state.addresses.map(({ local }) => local),
    ['10.77.0.100'],
  );
});

test('ip -json: no carrier', () => {
  const state = parseLinkState(fixture('ip-json-link-nocarrier.json'), 'v0');
  assert.deepEqual([state.up, state.carrier, state.addresses], [true, false, []]);
});

for (const [name, text] of [
  ['nothing at all', ''],
  ['no link', '[]'],
  ['only empty objects', '[{},{}]'],
  ['half an answer', fixture('ip-json-address-vip.json').slice(0, 300)],
  ['text', '2: v0: <UP>'],
  ['a number', '7'],
] as const) {
  test(`ip -json: ${name} is "don't know", not "no address"`, () => {
    assert.throws(() => parseLinkState(text, 'v0'), { name: 'OperatorError', code: 'VIP_UNKNOWN' });
  });
}

const added = (address: string): MonitorLine => ({ kind: 'address', gone: false, link: 'v0', address });
const gone = (address: string): MonitorLine => ({ kind: 'address', gone: true, link: 'v0', address });
const carrier = (up: boolean): MonitorLine => ({ kind: 'link', link: 'v0', carrier: up });

/** What was done while the fixtures were recorded, in order. */
const story = [
  added('10.77.0.100/32'),
  gone('10.77.0.100/32'),
  added('10.77.0.100/32'), // leased
  added('10.77.0.100/32'), // refreshed
  gone('10.77.0.100/32'), // ended by itself
  added('fd77::100/128'),
  gone('fd77::100/128'),
  added('fd77::101/64'), // tentative
  added('fd77::101/64'),
  gone('fd77::101/64'),
  carrier(false),
  carrier(true),
  carrier(false), // switched off
  gone('fd77::1/64'),
  gone('fe80::6099:feff:fe4e:8d9f/64'),
  carrier(false),
  carrier(true),
];

for (const name of ['ip-monitor-oneline-ts.txt', 'ip-monitor-label.txt', 'ip-monitor-address-link.txt']) {
  test(`ip monitor: ${name} tells the whole story and nothing else`, () => {
    const lines = fixture(name).split('\n').map(parseMonitorLine);
    assert.deepEqual(
      lines.filter((line) => line !== undefined),
      story,
    );
  });
}

for (const [line, expected] of [
  ['7: eth0.100@eth0: <BROADCAST,UP,LOWER_UP> mtu 1500', { kind: 'link', link: 'eth0.100', carrier: true }],
  ['Deleted 7: eth1: <BROADCAST,UP,LOWER_UP> mtu 1500', { kind: 'link', link: 'eth1', carrier: false }],
  ['[{"ifindex":2,"ifname":"v0"}]', undefined],
  ['{"deleted":true,"ifname":"v0"}', undefined],
  ['10.0.0.1 dev v0 lladdr aa:bb:cc:dd:ee:ff REACHABLE', undefined],
  ['Netlink error: No buffer space available', undefined],
  ['', undefined],
] as const) {
  test(`ip monitor: ${line === '' ? '(empty)' : line}`, () => {
    assert.deepEqual(parseMonitorLine(line), expected);
  });
}

test('ip monitor: no line makes the parser throw', () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      parseMonitorLine(line);
      parseMonitorLine(`2: v0    inet ${line}`);
    }),
  );
});

test('a VIP has one key, however it is written', () => {
  assert.equal(vipKey(vipOf('2001:DB8:0:0::42/128', 'eth0')), vipKey(vipOf('2001:db8::42/128', 'eth0')));
  assert.notEqual(vipKey(vip4), vipKey({ ...vip4, prefixLength: 24 }));
  assert.notEqual(vipKey(vip4), vipKey({ ...vip4, link: 'v1' }));
});
