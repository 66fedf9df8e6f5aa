import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertPlain, deleteLine, replaceLine } from '../../../src/vip/linux/ip-commands.ts';
import { vipOf } from '../vip-of.ts';

const vip4 = vipOf('10.0.0.42/32', 'eth0', 'eth0:web');
const vip6 = vipOf('2001:db8::42/128', 'eth0');

for (const [name, line, expected] of [
  [
    'a leased IPv4 VIP',
    replaceLine(vip4, { leaseSeconds: 3 }),
    'address replace 10.0.0.42/32 valid_lft 3 dev eth0 label eth0:web noprefixroute preferred_lft 3',
  ],
  [
    'an IPv4 VIP that stays',
    replaceLine(vip4, { leaseSeconds: 0 }),
    'address replace 10.0.0.42/32 valid_lft forever dev eth0 label eth0:web noprefixroute preferred_lft forever',
  ],
  [
    'a VIP with a subnet may have its route',
    replaceLine(vipOf('10.0.0.42/24', 'eth0'), { leaseSeconds: 3 }),
    'address replace 10.0.0.42/24 valid_lft 3 dev eth0 preferred_lft 3',
  ],
  [
    'an IPv6 VIP is no source for connections of this host, and is not probed for',
    replaceLine(vip6, { leaseSeconds: 3 }),
    'address replace 2001:db8::42/128 valid_lft 3 dev eth0 nodad noprefixroute preferred_lft 0',
  ],
  [
    'an IPv6 VIP that the kernel announces',
    replaceLine(vip6, { leaseSeconds: 3, speaking: true }),
    'address replace 2001:db8::42/128 valid_lft 3 dev eth0 noprefixroute preferred_lft 0',
  ],
  [
    'a label is for IPv4',
    replaceLine({ ...vip6, label: 'eth0:x' }, { leaseSeconds: 3 }),
    replaceLine(vip6, { leaseSeconds: 3 }),
  ],
  ['a deletion names the length', deleteLine(vip4), 'address del 10.0.0.42/32 dev eth0'],
] as const) {
  test(`ip line: ${name}`, () => assert.equal(line, expected));
}

test('ip line: a leased line that is cut anywhere before its last word has no preferred lifetime', () => {
  const line = replaceLine(vip4, { leaseSeconds: 30 });
  const whole = line.length - '30'.length;
  for (let length = 1; length < whole; length += 1)
    assert.doesNotMatch(line.slice(0, length), /preferred_lft \d/);
});

for (const [name, vip] of [
  ['a second command in the interface', vipOf('10.0.0.1/32', 'eth0\nlink delete eth0')],
  ['a comment in the interface', vipOf('10.0.0.1/32', 'eth0#')],
  ['a space in the interface', vipOf('10.0.0.1/32', 'eth0 x')],
  ['no interface', vipOf('10.0.0.1/32', '')],
  ['an interface name that is too long', vipOf('10.0.0.1/32', 'abcdefghijklmnop')],
  ['a word for an address', vipOf('all/32', 'eth0')],
  ['an address of the other family', { ...vipOf('10.0.0.1/32', 'eth0'), family: 6 as const }],
  ['length 33', vipOf('10.0.0.1/33', 'eth0')],
  ['length 0', vipOf('10.0.0.1/0', 'eth0')],
  ['half a length', vipOf('10.0.0.1/24.5', 'eth0')],
  ['a label of 16 characters', vipOf('10.0.0.1/32', 'eth0', 'eth0:01234567890')],
  ['a space in the label', vipOf('10.0.0.1/32', 'eth0', 'eth0:a b')],
] as const) {
  test(`ip line: ${name} is refused`, () => {
    assert.throws(() => assertPlain(vip), { name: 'OperatorError', code: 'CONFIG_INVALID' });
  });
}

test('ip line: whatever passes is one line without quotes or comments', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (link, label) => {
      const vip = vipOf('10.0.0.1/32', link, label);
      try {
        assertPlain(vip);
      } catch {
        return;
      }
      assert.doesNotMatch(replaceLine(vip, { leaseSeconds: 1 }), /["'#\\\n\r]/);
    }),
  );
});
