import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, lastLine, whatWentWrong } from '../../src/probe/words.ts';

const error = (code: string, message = ''): Error => Object.assign(new Error(message), { code });

const errors: readonly (readonly [what: string, error: unknown, text: string])[] = [
  ['what the system calls it', error('EHOSTUNREACH'), 'host unreachable'],
  [
    'no TLS, found out when reading',
    error(
      'ERR_SSL_WRONG_VERSION_NUMBER',
      '40A7:error:0A00010B:SSL routines:get_record:wrong version number:a.c:3:',
    ),
    'answer is not TLS',
  ],
  [
    'no TLS, found out when writing',
    error('EPROTO', 'write EPROTO 40A7:error:0A00010B:SSL routines:get_record:wrong version number:a.c:3:\n'),
    'answer is not TLS',
  ],
  [
    'TLS that finds nothing in common',
    error(
      'ERR_SSL_TLSV1_ALERT',
      '40A7:error:0A00042E:SSL routines:read_bytes:tlsv1 alert protocol version:a.c:3:',
    ),
    'TLS failed: tlsv1 alert protocol version',
  ],
  ['TLS that failed in other words', error('EPROTO', 'EPROTO'), 'TLS failed'],
  ['a code that is not known', error('EWHATEVER', 'whatever it is'), 'whatever it is'],
  ['a code alone', error('EWHATEVER'), 'EWHATEVER'],
  ['nothing', undefined, 'failed without a word'],
];
for (const [what, given, text] of errors) {
  test(`words: ${what}`, () => assert.equal(whatWentWrong(given), text));
}

const lines: readonly (readonly [what: string, output: string, line: string])[] = [
  ['nothing', '', ''],
  ['blank lines', '\n \n', ''],
  ['the last of two', 'one\ntwo\n', 'two'],
  ['a line that was written over', '10%\r100%', '100%'],
  ['control characters, C1 and turns of direction', 'a\u0007b\u009bc\u202ed\u2028e', 'a b c d e'],
];
for (const [what, output, line] of lines) {
  test(`words: last line of ${what}`, () => assert.equal(lastLine(output), line));
}

test('words: 120 characters stay, 121 are cut, and none is cut in half', () => {
  assert.equal(cut('𝄞'.repeat(120)), '𝄞'.repeat(120));
  assert.equal(cut('𝄞'.repeat(121)), `${'𝄞'.repeat(119)}…`);
});
