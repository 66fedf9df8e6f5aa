import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closest } from '../../src/config/closest.ts';
import { formatDuration, parseDuration } from '../../src/config/duration.ts';
import { inNetwork, parseIpAddress } from '../../src/config/ip-address.ts';
import type { Parsed } from '../../src/config/parsed.ts';
import { parsePathUrl } from '../../src/config/path-url.ts';
import { parseVipAddress } from '../../src/config/vip-address.ts';

const shown = <T>(parsed: Parsed<T>, show: (value: T) => unknown): unknown =>
  'value' in parsed ? show(parsed.value) : parsed.problem;

const day = { minMs: 0, maxMs: 24 * 3_600_000 };
const durations: readonly [text: string, expected: number | RegExp][] = [
  ['250ms', 250],
  ['3s', 3000],
  ['1.5s', 1500],
  ['0.1s', 100],
  ['1m', 60_000],
  ['2h', 7_200_000],
  [' 3 s ', 3000],
  ['0ms', 0],
  ['', /^"" is not a duration/],
  ['-3s', /not a duration/],
  ['1e3ms', /"e3ms" is not a unit|not a duration/],
  ['3', /^3 has no unit; write 3ms, or 3s for seconds$/],
  ['3S', /"S" is not a unit of time/],
  ['1m30s', /not a duration|not a unit/],
  ['0.5ms', /not a whole number of milliseconds/],
  ['100us', /"us" is not a unit/],
  ['25h', /out of range: 0ms to 24h/],
  ['3constructor', /"constructor" is not a unit/],
];
for (const [text, expected] of durations) {
  test(`duration: "${text}"`, () => {
    const found = shown(parseDuration(text, day), (ms) => ms);
    if (typeof expected === 'number') assert.equal(found, expected);
    else assert.match(String(found), expected);
  });
}

test('duration: what is written is read again', () => {
  fc.assert(
    fc.property(fc.nat(day.maxMs), (ms) =>
      assert.deepEqual(parseDuration(formatDuration(ms), day), { value: ms }),
    ),
  );
});

const path = ({ transport, host, port }: { transport: string; host: string; port: number }) =>
  `${transport} ${host} ${port}`;
const urls: readonly [url: string, expected: string | RegExp][] = [
  ['udp://10.0.0.2:7112', 'udp 10.0.0.2 7112'],
  ['udp://10.0.0.2', 'udp 10.0.0.2 7112'],
  ['tcp://[fd00::2]:80', 'tcp fd00::2 80'],
  ['udp://[FD00:0:0::2]', 'udp fd00::2 7112'],
  ['udp://LB2.example.net:65535', 'udp lb2.example.net 65535'],
  ['udp://127.0.0.1:1', 'udp 127.0.0.1 1'],
  ['udp://[::1]', 'udp ::1 7112'],
  ['udp://10-0-0-2.internal', 'udp 10-0-0-2.internal 7112'],
  ['10.0.0.2:7112', /is not a path; write for instance udp:/],
  ['UDP://10.0.0.2', /"UDP" is not a way to send heartbeats/],
  ['http://10.0.0.2', /"http" is not a way/],
  ['udp://', /there is no host/],
  ['udp://:7112', /there is no host/],
  ['udp://10.0.0.2:0', /port 0 is out of range/],
  ['udp://10.0.0.2:65536', /port 65536 is out of range/],
  ['udp://10.0.0.2:', /nothing but host and port/],
  ['udp://10.0.0.2/x', /nothing but host and port/],
  ['udp://me@10.0.0.2', /nothing but host and port/],
  ['udp://fd00::2', /stands in brackets/],
  ['udp://fd00::2:7112', /stands in brackets/],
  ['udp://[10.0.0.2]', /"10.0.0.2" is not an IPv6 address/],
  ['udp://[fe80::1%eth0]', /has a zone/],
  ['udp://10.0.0.256', /"10.0.0.256" is not an IPv4 address/],
  ['udp://10.0.0', /not an IPv4 address/],
  ['udp://010.0.0.1', /not an IPv4 address/],
  ['udp://-x', /neither an address nor a host name/],
  ['udp://a..b', /neither an address nor a host name/],
  ['udp://0.0.0.0', /an unspecified address: no host/],
  ['udp://224.0.0.18', /a multicast address: no host/],
  ['udp://[ff02::12]', /a multicast address/],
  ['udp://255.255.255.255', /the broadcast address/],
  ['udp://[::]', /the unspecified address/],
  ['udp://[::ffff:10.0.0.2]', /an IPv4 address written as IPv6/],
];
for (const [url, expected] of urls) {
  test(`path: ${url}`, () => {
    const found = String(shown(parsePathUrl(url), path));
    if (typeof expected === 'string') assert.equal(found, expected);
    else assert.match(found, expected);
  });
}

const vips: readonly [text: string, expected: string | RegExp][] = [
  ['10.0.0.42', '10.0.0.42/32'],
  ['10.0.0.42/24', '10.0.0.42/24'],
  ['2001:DB8::0042', '2001:db8::42/128'],
  ['2001:db8::42/64', '2001:db8::42/64'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
  ['fe80::1', 'fe80::1/128'],
  ['169.254.1.1', '169.254.1.1/32'],
  ['10.0.0.0/31', '10.0.0.0/31'],
  ['10.0.0.255', '10.0.0.255/32'],
  ['fd00::/127', 'fd00::/127'],
  ['10.0.0.0/24', /the address of the network \/24 itself/],
  ['10.0.0.255/24', /the broadcast address of its network \/24/],
  ['10.0.0.3/30', /the broadcast address of its network \/30/],
  ['2001:db8::/64', /the address of the network \/64 itself/],
  ['0.0.0.0', /an unspecified address/],
  ['0.1.2.3', /an unspecified address/],
  ['127.0.0.1', /a loopback address/],
  ['224.0.0.1', /a multicast address/],
  ['255.255.255.255', /the broadcast address/],
  ['250.1.1.1', /a reserved address/],
  ['::', /the unspecified address/],
  ['::1', /the loopback address/],
  ['ff02::1', /a multicast address/],
  ['::ffff:10.0.0.42', /an IPv4 address written as IPv6/],
  ['::10.0.0.42', /an IPv4 address written as IPv6/],
  ['fe80:1::1', /outside fe80::\/64/],
  ['fe80::1%eth0', /has a zone; leave it out/],
  ['10.0.0.42/0', /"\/0" is not a prefix length for 10.0.0.42: 1 to 32/],
  ['10.0.0.42/', /"\/" is not a prefix length/],
  ['10.0.0.42/24/1', /is not a prefix length/],
  ['10.0.0.042', /without leading zeros/],
  ['10.0.0', /is not an IPv4 or IPv6 address/],
  ['web.example.net', /is not an IPv4 or IPv6 address/],
];
for (const [text, expected] of vips) {
  test(`vip: ${text}`, () => {
    const found = String(
      shown(parseVipAddress(text), ({ address, prefixLength }) => `${address.text}/${prefixLength}`),
    );
    if (typeof expected === 'string') assert.equal(found, expected);
    else assert.match(found, expected);
  });
}

test('address: every spelling of an IPv6 address has the same canonical text, which is itself a spelling', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }),
      (groups) => {
        const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
        const spellings = [
          groups.map((group) => group.toString(16)).join(':'),
          groups.map((group) => group.toString(16).toUpperCase().padStart(4, '0')).join(':'),
        ];
        const [first, second] = spellings.map((text) => parseIpAddress(text));
        assert.ok(first && second);
        assert.deepEqual([first.value, second.value], [value, value]);
        assert.equal(first.text, second.text);
        assert.deepEqual(parseIpAddress(first.text), first);
      },
    ),
  );
});

test('address: being in a network', () => {
  const at = (text: string) => parseIpAddress(text) ?? assert.fail(text);
  assert.ok(inNetwork(at('10.0.0.42'), at('10.0.0.1'), 24));
  assert.ok(!inNetwork(at('10.0.1.42'), at('10.0.0.1'), 24));
  assert.ok(!inNetwork(at('2001:db8::1'), at('10.0.0.1'), 24));
  assert.ok(inNetwork(at('2001:db8::1'), at('2001:db8:0:0:ffff::'), 64));
});

const keys = ['interval', 'timeout', 'startup', 'unproven'];
const suggestions: readonly [typed: string, expected: string | undefined][] = [
  ['intervall', 'interval'],
  ['interal', 'interval'],
  ['itnerval', 'interval'],
  ['Timeout', 'timeout'],
  ['time-out', 'timeout'],
  ['deadtime', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
];
for (const [typed, expected] of suggestions) {
  test(`closest: ${typed.slice(0, 20) || 'nothing'}`, () => assert.equal(closest(typed, keys), expected));
}
