import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostInterfaces } from '../../src/config/host-rules.ts';
import {
  addressesFor,
  linksFor,
  nameFrom,
  ownAddresses,
  whyNotNear,
  whyNoVipHere,
} from '../../src/pairing/place.ts';

const at = (address: string, prefixLength: number) => ({ address, prefixLength });
const interfaces: HostInterfaces = new Map([
  ['lo', [at('127.0.0.1', 8), at('::1', 128)]],
  ['mgmt', [at('192.168.1.7', 24)]],
  ['eth0', [at('10.10.10.1', 24), at('fd77::1', 64), at('fe80::1', 64)]],
  ['eth0:web', [at('10.10.10.42', 32)]],
  ['br0', [at('10.20.0.1', 16), at('10.10.10.9', 24)]],
]);

const rows: readonly { vips: readonly string[]; links: readonly string[]; address?: string }[] = [
  { vips: ['192.168.1.9'], links: ['mgmt'], address: '192.168.1.7' },
  { vips: ['fd77::100'], links: ['eth0'], address: 'fd77::1' },
  { vips: ['fd77::100', '10.10.10.42'], links: ['eth0'], address: '10.10.10.1' },
  { vips: ['10.10.10.43'], links: ['eth0', 'br0'] },
  { vips: ['10.20.3.4', '192.168.1.9'], links: [] },
  { vips: ['172.16.0.1'], links: [] },
  { vips: ['127.0.0.2'], links: [] },
  { vips: ['fe80::2'], links: [] },
];
for (const { vips, links, address } of rows) {
  test(`place: ${vips.join(' and ')} on [${links.join(' ')}]`, () => {
    const own = ownAddresses(interfaces, vips);
    assert.deepEqual(linksFor(vips, own), links);
    if (address !== undefined) assert.equal(addressesFor(vips, links[0] ?? '', own)[0], address);
  });
}

test('place: an address in the network of a VIP comes before others of its interface, and these before others', () => {
  const vips = ['10.10.10.43'];
  const own = ownAddresses(interfaces, [...vips, '10.10.10.42']);
  assert.deepEqual(addressesFor(vips, 'br0', own), [
    '10.10.10.9',
    '10.20.0.1',
    '192.168.1.7',
    '10.10.10.1',
    'fd77::1',
  ]);
});

test('place: a virtual address that this host holds is no address of its own', () => {
  const links = ownAddresses(interfaces, ['10.10.10.42']).map(({ address }) => address.text);
  assert.ok(!links.includes('10.10.10.42'));
});

test('place: why an address cannot be virtual, or not there', () => {
  assert.match(whyNoVipHere('10.10.10.1', interfaces) ?? '', /is on eth0 of this host/);
  assert.equal(
    whyNoVipHere('10.10.10.42', interfaces),
    undefined,
    'left by another program, beside 10.10.10.1/24',
  );
  const alone = new Map([['eth0', [at('10.10.10.42', 32)]]]);
  assert.match(whyNoVipHere('10.10.10.42', alone) ?? '', /is on eth0 of this host/);
  assert.match(whyNoVipHere('10.10.10', interfaces) ?? '', /is not an IPv4/);
  assert.equal(whyNoVipHere('10.10.10.44', interfaces), undefined);
  assert.match(
    whyNoVipHere('10.10.10.255', interfaces) ?? '',
    /^10\.10\.10\.255 is the broadcast address of its network \/24, in which eth0 has 10\.10\.10\.1$/,
  );
  assert.match(whyNoVipHere('fd77::', interfaces) ?? '', /address of the network \/64 itself/);
  assert.equal(whyNoVipHere('10.20.0.255', interfaces), undefined, 'a host like any other in a /16');
  const own = ownAddresses(interfaces, []);
  assert.match(
    whyNotNear(['10.10.10.44'], 'mgmt', own) ?? '',
    /in no network of mgmt \(mgmt 192.168.1.7\/24\)/,
  );
  assert.equal(whyNotNear(['10.10.10.44'], 'eth0', own), undefined);
});

test('place: a host name becomes the name of a node', () => {
  const names = ['lb1', 'LB1.example.net', 'my_host', '-x-', 'localhost', '', 'ö'].map(nameFrom);
  assert.deepEqual(names, ['lb1', 'lb1', 'my-host', 'x', undefined, undefined, undefined]);
});
