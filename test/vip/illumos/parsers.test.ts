import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { OperatorError } from '../../../src/core/errors.ts';
import { canonicalAddress } from '../../../src/vip/address.ts';
import { parseAddressObjects } from '../../../src/vip/illumos/address-objects.ts';
import { parseLinkStates } from '../../../src/vip/illumos/link-states.ts';
import { parseLogicalInterfaces } from '../../../src/vip/illumos/logical-interfaces.ts';
import { objectOf } from '../../../src/vip/illumos/object-name.ts';
import { fieldsOf } from '../../../src/vip/illumos/parsable.ts';
import { vipOf } from '../vip-of.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '..', '..', 'systems', 'illumos', 'fixtures', name), 'utf8');

test('ipadm: every address with its name, whatever its family', () => {
  assert.deepEqual(
    parseAddressObjects(fixture('ipadm-show-addr-p.txt')).map(
      ({ name, type, address, prefixLength, persistent }) =>
        [name, type, `${address}/${prefixLength}`, persistent].join(' '),
    ),
    [
      'lo0/v4 static 127.0.0.1/8 false',
      'e1000g0/v4 static 10.77.0.1/24 true',
      'e1000g0/sealvip0 static 10.77.0.100/32 false',
      'lo0/v6 static ::1/128 false',
      'e1000g0/ll addrconf fe80::a00:27ff:fe01:203/10 false',
      'e1000g0/sealvip1 static fd77::100/128 false',
    ],
  );
});

test('ipadm: every state', () => {
  assert.deepEqual(
    parseAddressObjects(fixture('ipadm-show-addr-p-states.txt')).map(({ name, state, persistent }) => [
      name,
      state,
      persistent,
    ]),
    [
      ...['ok', 'tentative', 'duplicate', 'down', 'inaccessible'].map((state) => [
        'e1000g0/sealvip0',
        state,
        false,
      ]),
      ['e1000g0/sealvip0', 'disabled', true],
      ['e1000g0/v4', 'ok', true],
      ['e1000g0/?', 'ok', false],
    ],
  );
});

for (const [line, expected] of [
  ['net0/v6a:addrconf:ok:U----:U--:FE80\\:\\:A/10', { address: 'fe80::a', prefixLength: 10 }],
  ['net0/dhcp:dhcp:down:-----:U--:', { address: '', prefixLength: undefined }],
  ['tun0/p:static:ok:U----:---:10.0.0.1->10.0.0.2', { address: '10.0.0.1', prefixLength: undefined }],
  ['net0/a:static:ok:U--d-:---:10.0.0.1/31', { address: '10.0.0.1', prefixLength: 31 }],
] as const) {
  test(`ipadm: ${line}`, () => {
    const [{ address, prefixLength } = {}] = parseAddressObjects(line);
    assert.deepEqual({ address, prefixLength }, expected);
  });
}

for (const [name, text] of [
  ['a table for people', fixture('ipadm-show-addr.txt')],
  ['too few fields', 'e1000g0/v4:static:ok:U----:U--\n'],
  ['too many fields', 'e1000g0/ll:addrconf:ok:U----:---:fe80::1/10\n'],
  ['no state', 'e1000g0/v4:static::U----:U--:10.0.0.1/24\n'],
  ['no interface', 'v4:static:ok:U----:U--:10.0.0.1/24\n'],
] as const) {
  test(`ipadm: ${name} is "don't know", not "no address"`, () => {
    assert.throws(() => parseAddressObjects(text), { name: 'OperatorError', code: 'VIP_UNKNOWN' });
  });
}

const shown = (name: string) =>
  parseLogicalInterfaces(fixture(name)).map(
    ({ name: lif, family, address, prefixLength }) => `${lif} ${family} ${address}/${prefixLength}`,
  );

test('ifconfig: two blocks with one name are two families', () => {
  assert.deepEqual(shown('ifconfig-a-vip.txt'), [
    'lo0 4 127.0.0.1/8',
    'e1000g0 4 10.77.0.1/24',
    'e1000g0:1 4 10.77.0.100/32',
    'lo0 6 ::1/128',
    'e1000g0 6 fe80::a00:27ff:fe01:203/10',
    'e1000g0:1 6 fd77::100/128',
  ]);
});

for (const [name, up, running, duplicate] of [
  ['ifconfig-a-vip.txt', true, true, false],
  ['ifconfig-a-vip-down.txt', false, true, false],
  ['ifconfig-a-vip-duplicate.txt', false, true, true],
  ['ifconfig-a-link-down.txt', true, false, false],
] as const) {
  test(`ifconfig: flags of the VIP in ${name}`, () => {
    const vip = parseLogicalInterfaces(fixture(name)).find((one) => one.name === 'e1000g0:1');
    assert.deepEqual(
      ['UP', 'RUNNING', 'DUPLICATE'].map((flag) => vip?.flags.has(flag)),
      [up, running, duplicate],
    );
    assert.deepEqual([vip?.link, vip?.number], ['e1000g0', 1]);
  });
}

test('ifconfig: zones, groups and both ends of a tunnel', () => {
  const text =
    'net0: flags=9040843<UP,BROADCAST,RUNNING,MULTICAST,DEPRECATED,IPv4,NOFAILOVER> metric 1 mtu 1500 index 3\n' +
    '\tinet 10.77.0.12 netmask ffffff00 broadcast 10.77.0.255\n\tgroupname ipmp0\n\tether 8:0:27:1:2:4 \n' +
    'net0:2: flags=1000843<UP,BROADCAST,RUNNING,MULTICAST,IPv4> mtu 1500 index 3\n' +
    '\tzone web\n\tinet 10.77.0.50 netmask ffffff00 broadcast 10.77.0.255\n' +
    'tun0: flags=10010008d1<UP,POINTOPOINT,RUNNING,NOARP,MULTICAST,IPv4,FIXEDMTU> mtu 1480 index 4\n' +
    '\tinet tunnel src 192.0.2.1 tunnel dst 192.0.2.2\n\ttunnel hop limit 60 \n' +
    '\tinet 10.0.0.1 --> 10.0.0.2 netmask ffffffff \n' +
    'net1: flags=1000842<BROADCAST,RUNNING,MULTICAST,IPv4> mtu 1500 index 5\n\tinet 0.0.0.0 netmask 0 \n';
  assert.deepEqual(
    parseLogicalInterfaces(text).map(({ name, address, prefixLength, zone, group }) => [
      ...[name, `${address}/${prefixLength}`],
      ...[zone, group],
    ]),
    [
      ['net0', '10.77.0.12/24', '', 'ipmp0'],
      ['net0:2', '10.77.0.50/24', 'web', ''],
      ['tun0', '10.0.0.1/32', '', ''],
      ['net1', '0.0.0.0/0', '', ''],
    ],
  );
});

for (const [name, text] of [
  ['nothing at all', ''],
  ['half a block', '\tinet 10.77.0.1 netmask ffffff00 \n'],
  ['Linux', 'eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n'],
  ['an error', 'ifconfig: status: SIOCGLIFFLAGS: e1000g9: no such interface\n'],
] as const) {
  test(`ifconfig: ${name} is "don't know", not "no address"`, () => {
    assert.throws(() => parseLogicalInterfaces(text), { name: 'OperatorError', code: 'VIP_UNKNOWN' });
  });
}

test('dladm: the state of each link', () => {
  assert.deepEqual(
    [...parseLinkStates(fixture('dladm-show-link-p.txt'))],
    [
      ['e1000g0', 'up'],
      ['e1000g1', 'down'],
      ['aggr0', 'unknown'],
    ],
  );
  assert.equal(parseLinkStates('what\nis:this:then\n').size, 0);
});

const readsOrDoesNotKnow = (parse: (text: string) => unknown, text: string): void => {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof OperatorError && error.code === 'VIP_UNKNOWN', String(error));
  }
};

test('no text makes a parser fail in another way than "don\'t know"', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...':\\/?ab1 \n\t.<>,-') }),
    fc.string().map((some) => `e1000g0/v4:static:ok:${some}:---:10.0.0.1/24\n`),
    fc.string().map((some) => `e1000g0: flags=1<UP,IPv4> mtu 1 index 1\n\tinet ${some}\n`),
  );
  fc.assert(
    fc.property(text, (some) => {
      for (const parse of [parseAddressObjects, parseLogicalInterfaces, parseLinkStates])
        readsOrDoesNotKnow(parse, some);
    }),
    { numRuns: 500 },
  );
});

const escaped = (field: string): string => field.replaceAll(/[:\\]/g, '\\$&');

test('what -p escapes is read as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 2 }), (fields) => {
      assert.deepEqual(fieldsOf(fields.map(escaped).join(':')), fields);
    }),
  );
});

const word = fc.string({ unit: fc.constantFrom(...'abcxyz0189'), minLength: 1, maxLength: 12 });
const link = word.map((name) => `a${name}0`);
const address = fc.oneof(
  fc.record({ family: fc.constant(4 as const), text: fc.ipV4(), length: fc.nat(32) }),
  fc.record({
    family: fc.constant(6 as const),
    text: fc.ipV6().map((text) => canonicalAddress(text, 6)),
    length: fc.nat(128),
  }),
);

test('ipadm: every list is read as it was written', () => {
  const object = fc.record({
    ...{ link, word, address, persistent: fc.boolean() },
    state: fc.constantFrom('ok', 'tentative', 'duplicate', 'down', 'inaccessible'),
  });
  fc.assert(
    fc.property(fc.array(object), (objects) => {
      const text = objects.map((one) =>
        [
          ...[`${one.link}/${one.word}`, 'static', one.state, '-----'],
          ...[one.persistent ? 'U--' : '---', `${one.address.text}/${one.address.length}`],
        ]
          .map(escaped)
          .join(':'),
      );
      assert.deepEqual(
        parseAddressObjects(text.map((line) => `${line}\n`).join('')),
        objects.map((one) => ({
          ...{ name: `${one.link}/${one.word}`, link: one.link, type: 'static', state: one.state },
          ...{ persistent: one.persistent, address: one.address.text, prefixLength: one.address.length },
        })),
      );
    }),
  );
});

test('ifconfig: every list is read as it was written', () => {
  const part = fc.record({
    ...{ link, number: fc.nat(9), address, zone: fc.option(word), group: fc.option(word) },
    flags: fc.uniqueArray(fc.constantFrom('UP', 'RUNNING', 'DUPLICATE', 'IPMP', 'NOFAILOVER')),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      const text = parts.map(({ link: on, number, address: at, zone, group, flags }) => {
        const mask = ((0xffffffff << (32 - at.length)) >>> 0) * Number(at.length > 0);
        return [
          `${number === 0 ? on : `${on}:${number}`}: flags=1<${[`IPv${at.family}`, ...flags].join()}> mtu 1500 index 2`,
          ...(zone === null ? [] : [`\tzone ${zone}`]),
          at.family === 4
            ? `\tinet ${at.text} netmask ${mask.toString(16)} broadcast 10.0.0.255`
            : `\tinet6 ${at.text}/${at.length} `,
          ...(group === null ? [] : [`\tgroupname ${group}`]),
          '\tether 8:0:27:1:2:3 \n',
        ].join('\n');
      });
      assert.deepEqual(
        parseLogicalInterfaces(text.join('')).map((one) => ({ ...one, flags: [...one.flags] })),
        parts.map(({ link: on, number, address: at, zone, group, flags }) => ({
          ...{ name: number === 0 ? on : `${on}:${number}`, link: on, number, family: at.family },
          ...{ flags: [`IPv${at.family}`, ...flags], address: at.text, prefixLength: at.length },
          ...{ zone: zone ?? '', group: group ?? '' },
        })),
      );
    }),
  );
});

test('a VIP has one object, whoever asks, however it is written, and whatever its length', () => {
  assert.equal(objectOf(vipOf('10.77.0.100/32', 'e1000g0')), 'e1000g0/sealvip0a4d0064');
  assert.equal(objectOf(vipOf('10.77.0.100/24', 'e1000g0')), 'e1000g0/sealvip0a4d0064');
  assert.equal(objectOf(vipOf('FD77:0:0::100/128', 'e1000g0')), objectOf(vipOf('fd77::100/128', 'e1000g0')));
});

test('a name is one that ipadm allows, and no two addresses share it', () => {
  const vip = address.map(({ text, family }) => ({ address: text, family, link: 'net0' }));
  fc.assert(
    fc.property(vip, vip, (one, other) => {
      assert.match(objectOf(one), /^net0\/[a-z][a-z0-9]{0,30}$/);
      assert.equal(objectOf(one) === objectOf(other), one.address === other.address);
    }),
  );
});
