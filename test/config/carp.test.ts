import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { examine } from '../../src/config/load.ts';
import type { NodeName } from '../../src/core/units.ts';
import { lines, pairWith } from './example-file.ts';

/** The pair with CARP in its group; the section is the 20th line, its value starts at column 11. */
const withCarp = (carp: string, ...more: readonly string[]): string =>
  pairWith(
    ['interface: eth0', 'interface: em0'],
    [
      '    vips: [10.10.10.42, "2001:db8::42"]\n',
      [
        '    vips: [10.10.10.42, "2001:db8::42"]',
        '    adapter: carp',
        '    # ',
        `    carp: ${carp}`,
        ...more,
        '',
      ].join('\n'),
    ],
  );

const carpOf = (text: string) => {
  const { settings, problems } = examine(text);
  assert.deepEqual(
    problems.filter(({ severity }) => severity !== 'note'),
    [],
  );
  return settings?.groups.find(({ carp }) => carp !== undefined)?.carp;
};

test('carp: the defaults', () => {
  assert.deepEqual(carpOf(withCarp('{ vhid: 7 }')), {
    vhid: 7,
    interfaces: new Map(),
    advbaseSeconds: 1,
    passwordFile: '',
    peers: new Map(),
  });
});

test('carp: everything that can be said', () => {
  const carp = carpOf(
    withCarp(
      '{ vhid: 255, interface: { lb1: carp0, lb2: carp12 }, advbase: 4m15s, password_file: /etc/p, unicast: true }'.replace(
        '4m15s',
        '255s',
      ),
    ),
  );
  assert.deepEqual(carp, {
    vhid: 255,
    interfaces: new Map([
      ['lb1', 'carp0'],
      ['lb2', 'carp12'],
    ]),
    advbaseSeconds: 255,
    passwordFile: '/etc/p',
    peers: new Map([
      ['lb1', '10.10.10.2'],
      ['lb2', '10.10.10.1'],
    ]),
  });
});

test('carp: each node sends to the address that the other one has on the interface', () => {
  const carp = carpOf(withCarp('{ vhid: 1, unicast: { lb1: "2001:DB8::1", lb2: "2001:db8::2" } }'));
  assert.equal(carp?.peers.get('lb1' as NodeName), '2001:db8::2');
  assert.equal(carp?.peers.get('lb2' as NodeName), '2001:db8::1');
});

test('carp: one interface for the nodes that use it', () => {
  const text = withCarp('{ vhid: 1, interface: carp3 }').replace('adapter: carp', 'adapter: { lb2: carp }');
  assert.deepEqual(carpOf(text)?.interfaces, new Map([['lb2', 'carp3']]));
});

const secondGroup = (carp: string, link = 'em0'): readonly string[] => [
  '  x-mail:',
  `    interface: ${link}`,
  '    vips: [10.10.10.43]',
  '    adapter: carp',
  `    carp: ${carp}`,
];
const lb3 = `  lb3:\n    key: ${lines.lb3}\n    paths: [udp://10.10.10.3:7112]\ngroups:`;
const noPassword = /^note 20:5 groups.web.carp: has no password_file, so that any host/;

// The carp of the group `web`, and what is said of it; a file with a password unless the row says otherwise.
/** The second address brings a virtual host along. */
const withOwn =
  (carp: string, link = 'em1') =>
  (text: string): string =>
    text.replace('"2001:db8::42"', `{ address: "2001:db8::42", interface: ${link}, carp: ${carp} }`);

const rows: readonly {
  name: string;
  carp: string;
  text?: (text: string) => string;
  more?: readonly string[];
  problems: readonly (string | RegExp)[];
}[] = [
  { name: 'all is well', carp: '{ vhid: 1, password_file: /p }', problems: [] },
  { name: 'no password', carp: '{ vhid: 1 }', problems: [noPassword] },
  {
    name: 'empty',
    carp: '',
    problems: ['error 20:5 groups.web.carp: must be a mapping of keys to values, not empty'],
  },
  {
    name: 'no vhid',
    carp: '{ password_file: /p }',
    problems: ['error 20:5 groups.web.carp.vhid: is missing; it must be a whole number from 1 to 255'],
  },
  ...[0, 256, 1.5, '"1"'].map((vhid) => ({
    name: `vhid ${vhid}`,
    carp: `{ vhid: ${vhid}, password_file: /p }`,
    problems: [`error 20:19 groups.web.carp.vhid: must be a whole number from 1 to 255, not ${String(vhid)}`],
  })),
  {
    name: 'a misspelt key',
    carp: '{ vhid: 1, pasword_file: /p }',
    problems: ['error 20:22 groups.web.carp.pasword_file: is not a key here; did you mean "password_file"?'],
  },
  {
    name: 'a password in place of a file',
    carp: '{ vhid: 1, password_file: s3cret }',
    problems: [
      'error 20:37 groups.web.carp.password_file: "s3cret" is not an absolute path; write for instance /etc/sealbeat/s3cret',
    ],
  },
  {
    name: 'advertisements more often than once a second',
    carp: '{ vhid: 1, advbase: 500ms, password_file: /p }',
    problems: [/^error 20:31 groups.web.carp.advbase: 500ms is out of range: 1s to 255s$/],
  },
  {
    name: 'advertisements in parts of seconds',
    carp: '{ vhid: 1, advbase: 1.5s, password_file: /p }',
    problems: [
      'error 20:31 groups.web.carp.advbase: 1.5s is not a whole number of seconds, in which advertisements are counted',
    ],
  },
  {
    name: 'a number of seconds without a unit',
    carp: '{ vhid: 1, advbase: 1, password_file: /p }',
    problems: [/^error 20:31 groups.web.carp.advbase: must be a duration in whole seconds, not 1$/],
  },
  {
    name: 'the interface of the group',
    carp: '{ vhid: 1, interface: em0, password_file: /p }',
    problems: [
      'error 20:33 groups.web.carp.interface: "em0" is not a carp interface; write for instance carp0, and leave em0 at the "interface" of the group',
    ],
  },
  {
    name: 'the interface of the group, per node',
    carp: '{ vhid: 1, interface: { lb1: carp0, lb2: em0 }, password_file: /p }',
    problems: [/^error 20:52 groups.web.carp.interface.lb2: "em0" is not a carp interface/],
  },
  {
    name: 'the carp interface as that of the group',
    carp: '{ vhid: 1, password_file: /p }',
    text: (text) => text.replace('interface: em0', 'interface: carp0'),
    problems: [
      'error 16:16 groups.web.interface: carp0 is a carp interface; write the network card that it is on here, and carp0 in the carp section',
    ],
  },
  {
    name: 'the carp interface in both places',
    carp: '{ vhid: 1, interface: carp0, password_file: /p }',
    text: (text) => text.replace('interface: em0', 'interface: carp0'),
    problems: [
      'error 16:16 groups.web.interface: carp0 is a carp interface; write the network card that it is on here',
    ],
  },
  {
    name: 'an interface of no node',
    carp: '{ vhid: 1, interface: { lb: carp0 }, password_file: /p }',
    problems: ['error 20:35 groups.web.carp.interface.lb: is not a node; did you mean "lb1"?'],
  },
  {
    name: 'a carp interface and two others',
    carp: '{ vhid: 1, interface: carp0, password_file: /p }',
    text: (text) => text.replace('"2001:db8::42"', '{ address: "2001:db8::42", interface: em1 }'),
    problems: [
      'error 20:33 groups.web.carp.interface: carp0 belongs to one interface, but on lb1 the addresses are on em0 and em1; write one of its own at each address on em1, for instance carp: { vhid: 2, interface: carp1 }',
    ],
  },
  {
    name: 'FreeBSD has the vhid on both',
    carp: '{ vhid: 1, password_file: /p }',
    text: (text) => text.replace('"2001:db8::42"', '{ address: "2001:db8::42", interface: em1 }'),
    problems: [],
  },
  {
    name: 'a virtual host of its own for the other network',
    carp: '{ vhid: 1, interface: carp0, password_file: /p }',
    text: withOwn('{ vhid: 1, interface: carp1 }'),
    problems: [],
  },
  {
    name: 'one of its own on the same network',
    carp: '{ vhid: 1, interface: carp0, password_file: /p }',
    text: withOwn('{ vhid: 2, interface: carp1 }', 'em0'),
    problems: [
      'error 17:74 groups.web.vips[1].carp: is another than that of group web, and both are on em0 of lb1; addresses of a group on one interface are one virtual host: write the same, or make a group for each',
    ],
  },
  {
    name: 'the same one written out on the same network',
    carp: '{ vhid: 1, interface: carp0, password_file: /p }',
    text: withOwn('{ vhid: 1, interface: carp0 }', 'em0'),
    problems: [],
  },
  {
    name: 'the same carp interface for two networks',
    carp: '{ vhid: 1, interface: carp0, password_file: /p }',
    text: withOwn('{ vhid: 2, interface: carp0 }'),
    problems: [
      'error 17:96 groups.web.vips[1].carp.interface: carp0 is the carp interface of group web too, on lb1; every virtual host needs its own',
    ],
  },
  {
    name: 'a group has the vhid of the other network',
    carp: '{ vhid: 1, password_file: /p }',
    text: withOwn('{ vhid: 2 }'),
    more: secondGroup('{ vhid: 2, password_file: /p }', 'em1'),
    problems: [
      'error 25:19 groups.x-mail.carp.vhid: 2 is the vhid of 2001:db8::42 of group web too, on em1 of lb1; every group on a network needs its own; write for instance 1',
    ],
  },
  {
    name: 'unicast on the other network, to its own address',
    carp: '{ vhid: 1, unicast: { lb1: 10.10.10.1, lb2: 10.10.10.2 }, password_file: /p }',
    text: withOwn('{ vhid: 2, unicast: { lb1: 2001:db8::1, lb2: 10.10.11.2 } }'),
    problems: [
      /^error 17:\d+ groups.web.vips.1..carp.unicast.lb2: 10.10.11.2 is an IPv4 address, .*; write an IPv6 address of lb2$/,
    ],
  },
  {
    name: 'unicast to a mapping that names one node of two',
    carp: '{ vhid: 1, unicast: { lb1: 10.10.10.1 }, password_file: /p }',
    problems: [
      'error 20:31 groups.web.carp.unicast: has no address for lb2; name one for each node that uses CARP here',
    ],
  },
  {
    name: 'unicast to a mapping that names somebody else',
    carp: '{ vhid: 1, unicast: { lb1: 10.10.10.1, lb22: 10.10.10.2 }, password_file: /p }',
    problems: ['error 20:50 groups.web.carp.unicast.lb22: is not a node; did you mean "lb2"?'],
  },
  {
    name: 'unicast to a path with a name',
    carp: '{ vhid: 1, unicast: true, password_file: /p }',
    text: (text) => text.replace('udp://10.10.10.2:7112', 'udp://lb2.example.net'),
    problems: [
      'error 20:31 groups.web.carp.unicast: the first path of lb2, udp://lb2.example.net, leads to a name, and CARP needs an address; write { lb1: ADDRESS, lb2: ADDRESS }',
    ],
  },
  {
    name: 'unicast to no address',
    carp: '{ vhid: 1, unicast: { lb1: 10.10.10.1, lb2: lb2 }, password_file: /p }',
    problems: [/^error 20:55 groups.web.carp.unicast.lb2: "lb2" is not an IPv4 or IPv6 address$/],
  },
  {
    name: 'unicast to a virtual address',
    carp: '{ vhid: 1, unicast: { lb1: 10.10.10.42, lb2: 10.10.10.2 }, password_file: /p }',
    problems: [
      'error 20:38 groups.web.carp.unicast.lb1: 10.10.10.42 is a virtual address of this group; name one that lb1 has for itself',
    ],
  },
  {
    name: 'unicast in another family than the addresses',
    carp: '{ vhid: 1, unicast: true, password_file: /p }',
    text: (text) => text.replace('10.10.10.42, ', ''),
    problems: [
      /^error 20:31 groups.web.carp.unicast: 10.10.10.1 is an IPv4 address, .*; write an IPv6 address of lb1$/,
      /^error 20:31 groups.web.carp.unicast: 10.10.10.2 is an IPv4 address/,
    ],
  },
  {
    name: 'unicast as a word',
    carp: '{ vhid: 1, unicast: auto, password_file: /p }',
    problems: [
      /^error 20:31 groups.web.carp.unicast: must be true, false, or a mapping of nodes .*, not "auto"$/,
    ],
  },
  {
    name: 'unicast with nobody on the other side',
    carp: '{ vhid: 1, unicast: true, password_file: /p }',
    text: (text) => text.replace('adapter: carp', 'adapter: { lb1: carp }'),
    problems: [
      'error 20:31 groups.web.carp.unicast: reaches one other node, but only lb1 uses CARP here; leave it out, and advertisements are multicast',
    ],
  },
  {
    name: 'a vhid twice on a network',
    carp: '{ vhid: 1, password_file: /p }',
    more: secondGroup('{ vhid: 1, password_file: /p }'),
    problems: [
      'error 25:19 groups.x-mail.carp.vhid: 1 is the vhid of group web too, on em0 of lb1; every group on a network needs its own; write for instance 2',
    ],
  },
  {
    name: 'a vhid twice on two networks',
    carp: '{ vhid: 1, password_file: /p }',
    more: secondGroup('{ vhid: 1, password_file: /p }', 'em1'),
    problems: [],
  },
  {
    name: 'a carp interface twice on a node',
    carp: '{ vhid: 1, interface: { lb1: carp1, lb2: carp0 }, password_file: /p }',
    more: secondGroup('{ vhid: 2, interface: carp0, password_file: /p }'),
    problems: [
      'error 25:33 groups.x-mail.carp.interface: carp0 is the carp interface of group web too, on lb2; every virtual host needs its own',
    ],
  },
];
for (const { name, carp, text = (written: string) => written, more = [], problems } of rows) {
  test(`carp: ${name}`, () => {
    const examined = examine(text(withCarp(carp, ...more)));
    const found = examined.problems.map(
      ({ severity, line, column, text: why }) => `${severity} ${line}:${column} ${why}`,
    );
    assert.equal(found.length, problems.length, found.join('\n'));
    for (const [index, expected] of problems.entries()) {
      if (typeof expected === 'string') assert.equal(found[index], expected);
      else assert.match(found[index] ?? '', expected);
    }
    assert.equal(
      examined.settings === undefined,
      found.some((problem) => problem.startsWith('error ')),
    );
  });
}

test('carp: a virtual host of one address, and its place in the digest', () => {
  const text = (own: string): string => withOwn(own)(withCarp('{ vhid: 1, password_file: /p }'));
  const settingsOf = (own: string) => examine(text(own)).settings!;
  const own = '{ vhid: 2, interface: { lb1: carp1 }, unicast: { lb1: "2001:db8::1", lb2: "2001:db8::2" } }';
  assert.deepEqual(
    settingsOf(own).groups[0]?.vips.map(({ carp }) => carp),
    [
      undefined,
      {
        vhid: 2,
        interfaces: new Map([['lb1', 'carp1']]),
        peers: new Map([
          ['lb1', '2001:db8::2'],
          ['lb2', '2001:db8::1'],
        ]),
      },
    ],
  );
  const digests = ['{ vhid: 2 }', '{ vhid: 3 }', '{ vhid: 2, interface: carp1 }', own].map(
    (one) => settingsOf(one).partDigests.addresses,
  );
  assert.equal(new Set(digests).size, digests.length);
});

test('carp: three nodes cannot use unicast', () => {
  const { problems } = examine(
    withCarp('{ vhid: 1, unicast: true, password_file: /p }').replace('groups:', lb3),
  );
  assert.match(problems[0]?.text ?? '', /carp.unicast: reaches one other node, but 3 nodes use CARP here/);
});

test('carp: an adapter without the section, and the section without the adapter', () => {
  const [missing] = examine(pairWith(['vips:', 'adapter: { lb2: carp }\n    vips:'])).problems;
  assert.equal(
    missing?.text,
    'groups.web.adapter: is carp on lb2, and there is no "carp" beside it; write for instance carp: { vhid: 1 }',
  );
  const [unused] = examine(pairWith(['vips:', 'carp: { vhid: 1 }\n    vips:'])).problems;
  assert.equal(
    unused?.text,
    'groups.web.carp: is used by no node; write "adapter: carp" beside it, or remove it',
  );
  assert.deepEqual([missing.severity, unused.severity], ['error', 'error']);
});

test('carp: the example is good', () => {
  const path = join(import.meta.dirname, '..', '..', 'config', 'sealbeat.example.yaml');
  // The group as it stands there in comments, down to the blank line.
  const example = readFileSync(path, 'utf8').replace(/^  # gate:\n(  # .*\n)*/m, (group) =>
    group.replaceAll(/^  # /gm, '  '),
  );
  assert.deepEqual(examine(example).problems, []);
  assert.equal(carpOf(example)?.vhid, 1);
});
