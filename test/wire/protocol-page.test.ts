import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { goodFrames } from '../../scripts/vectors/good-frames.ts';
import { REJECTS } from '../../src/core/frame.ts';
import { fromHex, toHex } from '../../src/wire/hex.ts';
import {
  BODY,
  BODY_AT,
  BOX_AT,
  FLAG,
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  GROUP,
  GROUP_FLAG,
  NONCE_AT,
  ROLES,
  SENDER_AT,
  SIGNATURE_AT,
} from '../../src/wire/layout.ts';
import nacl from 'tweetnacl';

// PROTOCOL.md is for whoever writes a second implementation: what it says in numbers must be what the code does.
const page = readFileSync(join(import.meta.dirname, '../../PROTOCOL.md'), 'utf8');
const sectionAt = (title: string): string => {
  const from = page.indexOf(`\n## ${title}`);
  assert.ok(from >= 0, title);
  const to = page.indexOf('\n## ', from + 1);
  return page.slice(from, to < 0 ? undefined : to);
};

interface Field {
  readonly offset: number;
  readonly size: number;
}

/** Rows `| offset | size | name | …`; a second table in the section starts again at offset 0. */
function fieldsIn(section: string): readonly ReadonlyMap<string, Field>[] {
  const tables: Map<string, Field>[] = [];
  for (const [, offset, size, name] of section.matchAll(/^\| (\d+) \| (\d+) \| ([A-Za-z]+) \|/gm)) {
    if (offset === '0') tables.push(new Map());
    tables.at(-1)!.set(name!, { offset: Number(offset), size: Number(size) });
  }
  return tables;
}

const offsetsOf = (fields: ReadonlyMap<string, Field>): Record<string, number> =>
  Object.fromEntries([...fields].map(([name, { offset }]) => [name, offset]));

const assertWithoutGaps = (fields: ReadonlyMap<string, Field>, end: number): void => {
  let at = 0;
  for (const [name, { offset, size }] of fields) {
    assert.equal(offset, at, name);
    at = offset + size;
  }
  assert.equal(at, end);
};

test('PROTOCOL.md: the tables of body and group record are the layout', () => {
  const [body, group] = fieldsIn(sectionAt('3. Body'));
  const { groups: bodyEnd, ...bodyFields } = BODY;
  assert.deepEqual(offsetsOf(body!), bodyFields);
  assertWithoutGaps(body!, bodyEnd);
  assert.deepEqual(offsetsOf(group!), GROUP);
  assertWithoutGaps(group!, 28);
});

test('PROTOCOL.md: the table of the frame is the layout', () => {
  const rows = [...sectionAt('2. Frame').matchAll(/^\| (\d+) \| [\d·k]+ \| ([^|]+) \|/gm)].map(
    (row) => row[1],
  );
  assert.deepEqual(rows.map(Number), [0, 3, SENDER_AT, NONCE_AT, BOX_AT, SIGNATURE_AT, BODY_AT]);
  assert.match(page, new RegExp(`from ${FRAME_BYTES_MIN} to ${FRAME_BYTES_MAX.toLocaleString('en')}`));
});

test('PROTOCOL.md: names every flag and role with its number', () => {
  for (const [name, bit] of Object.entries(FLAG))
    assert.match(page, new RegExp(`^\\| ${bit} \\| ${name} \\|`, 'm'));
  for (const [name, bit] of Object.entries(GROUP_FLAG))
    assert.match(page, new RegExp(`\\b${bit} ${name}\\b`));
  for (const [place, name] of ROLES.entries()) assert.match(page, new RegExp(`\\b${place} ${name}\\b`));
});

test('PROTOCOL.md: names every reason to refuse a frame, in the order of the code', () => {
  const table = sectionAt('4. Receive path');
  const last = [...table.matchAll(/^\|.*\| (`.*) \|$/gm)].flatMap(([, reasons]) =>
    [...reasons!.matchAll(/`([a-z-]+)`/g)].map(([, reason]) => reason!),
  );
  // 'signature' stands twice: for a frame of the open session, and for one that would open a session.
  assert.deepEqual([...new Set(last)], [...REJECTS]);
});

test('PROTOCOL.md: the example is the vector', () => {
  const beat = goodFrames().find(({ name }) => name === 'beat')!;
  const example = sectionAt('11. An example');
  const blocks = [...example.matchAll(/```\n([^`]*)```/g)].map(([, block]) => block!);
  const [keys, body, frame] = blocks as [string, string, string];
  assert.equal(frame.replaceAll(/\s/g, ''), beat.frame);
  const bodyHex = body.replaceAll(/ {2,}.*$/gm, '').replaceAll(/\s/g, '');
  assert.equal(bodyHex, beat.bodyHex);
  const bytes = fromHex(beat.frame);
  const plain = nacl.secretbox.open(bytes.subarray(36), bytes.subarray(12, 36), fromHex(beat.boxKey))!;
  const signature = toHex(plain.subarray(0, 64));
  for (const hex of [beat.boxKey, beat.nonce, signature.slice(0, 64), signature.slice(64)]) {
    assert.ok(keys.includes(hex), hex);
  }
});
