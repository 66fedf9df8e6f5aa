import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableText } from './output-table.ts';

const COLUMNS = { name: 6, text: 8 };
const ROWS = [{ name: 'a', text: 'b:c\\d' }, { name: 'e' }];

test('output table: fields that stand together are escaped, one alone is not', () => {
  const form = { isParsable: true };
  assert.equal(tableText(COLUMNS, ROWS, { ...form, fields: ['name', 'text'] }), 'a:b\\:c\\\\d\ne:\n');
  assert.equal(tableText(COLUMNS, ROWS, { ...form, fields: ['text'] }), 'b:c\\d\n\n');
});

test('output table: for people there is a header, and two dashes for nothing', () => {
  const form = { isParsable: false, fields: ['text', 'name'] };
  assert.equal(tableText(COLUMNS, ROWS, form), 'TEXT    NAME\nb:c\\d   a\n--      e\n');
});
