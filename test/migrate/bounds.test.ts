// Files that are made to take long: each is refused or done with in a moment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../src/core/errors.ts';
import { importKeepalived } from '../../src/migrate/keepalived/import.ts';
import { importUcarp } from '../../src/migrate/ucarp/import.ts';

const options = { names: [], peers: [], cluster: 'main' };
const LONGEST_MS = 10_000;
const many = (count: number, line: (nth: number) => string): string =>
  Array.from({ length: count }, (_, nth) => line(nth)).join('\n');
/** Every file includes all the others. */
const everything = {
  matching: () => Array.from({ length: 200 }, (_, nth) => `file${nth}`),
  read: () => 'include *\n',
};
const nested = many(30, (nth) => `$A${nth + 1}= \\\n$A${nth} \\\n$A${nth} \\\n$A${nth}`);

const keepalived: Readonly<Record<string, string>> = {
  'blocks in blocks': '{'.repeat(1_000_000),
  'braces of variables that do not end': '${'.repeat(500_000),
  'quotes that do not end': '"\\'.repeat(500_000),
  'definitions of definitions': `$A0= \\\nx \\\ny\n${nested}\n$A30\n`,
  'definitions of nothing': `$A0=\n${nested}\n$A30\n`,
  'a variable that grows': `$A=${'x'.repeat(60_000)}\n${'$A '.repeat(20_000)}\n`,
  'sequences of sequences': '~SEQ(A, 1, 20000) ~SEQ(B, 1, 20000) ~SEQ(C, 1, 20000) x\n',
  'endless includes': 'include *\n',
  'many instances': many(15_000, (nth) => `vrrp_instance V${nth} { virtual_ipaddress { 10.0.0.1 } }`),
  'many addresses': `vrrp_instance V {\nvirtual_ipaddress {\n${many(19_000, (nth) => `10.1.${nth >> 8}.${nth & 255}/8`)}\n}\n}`,
  'many peers': `vrrp_instance V {\nunicast_peer {\n${many(19_000, (nth) => `10.1.${nth >> 8}.${nth & 255}`)}\n}\n}`,
};
const ucarp: Readonly<Record<string, string>> = {
  'many command lines': many(60_000, () => 'ucarp -a 1.2.3.4'),
  'quotes that do not end': 'ucarp -a '.concat(`'"`.repeat(500_000)),
  'variables in variables': `A=$A$A$A$A\nA=$A$A$A$A\n${many(1_000, () => 'A=$A$A')}\nucarp -a $A`,
  'many stanzas': many(30_000, (nth) => `iface eth${nth} inet static\nucarp-vid ${nth}`),
};

const finishes = (run: () => void): void => {
  const before = performance.now();
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
  }
  assert.ok(performance.now() - before < LONGEST_MS, `took ${performance.now() - before} ms`);
};

for (const [name, text] of Object.entries(keepalived))
  test(`import: keepalived with ${name} ends soon`, () =>
    finishes(() => importKeepalived([{ file: 'a', text }], options, everything)));

for (const [name, text] of Object.entries(ucarp))
  test(`import: ucarp with ${name} ends soon`, () =>
    finishes(() => importUcarp([{ file: 'a', text }], options)));
