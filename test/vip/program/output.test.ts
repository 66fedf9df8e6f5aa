import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastLines } from '../../../src/core/last-lines.ts';
import { shownWords } from '../../../src/core/shown-words.ts';

const long = 'x'.repeat(500);
const rows: readonly (readonly [name: string, stdout: string, stderr: string, lines: readonly string[]])[] = [
  ['nothing', '', '', []],
  ['what went wrong comes last', 'trying\n', 'failed\n', ['trying', 'failed']],
  ['empty lines', '\n\na\n \n\t\nb', '', ['a', 'b']],
  ['the last four of many', '1\n2\n3\n4\n5\n', '', ['2', '3', '4', '5']],
  ['many of both', '1\n2\n3\n4\n5\n', 'a\nb\nc\n', ['5', 'a', 'b', 'c']],
  ['a long line', long, '', [`${'x'.repeat(199)}…`]],
  ['colours and a progress bar', '\u001b[1;31mred\u001b[0m\r10%\r100%\n', '', ['red', '10%', '100%']],
  ['control characters', 'a\u0007b\u0000\u009bc', '', ['a b c']],
];
for (const [name, stdout, stderr, lines] of rows) {
  test(`last lines: ${name}`, () => assert.deepEqual(lastLines({ stdout, stderr }), lines));
}

test('words are shown as a shell would take them', () => {
  assert.equal(
    shownWords(['/bin/x', '--a=b', '10.0.0.1/32', '', "it's", '$HOME', 'a b']),
    `/bin/x --a=b 10.0.0.1/32 '' 'it'\\''s' '$HOME' 'a b'`,
  );
});
