import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lossesPage } from '../../scripts/losses/page.ts';

const PAGE = join(import.meta.dirname, '../../docs/losses.md');

test('losses: the page says what the rules do (else: node scripts/make-losses.ts, and read what changed)', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), lossesPage());
});
