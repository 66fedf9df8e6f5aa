// Goal: whatever ifconfig and sysctl refuse in the fixtures is told with the next thing to type.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { carpFailed } from '../../../src/vip/carp/carp-failed.ts';

interface Call {
  readonly case: string;
  readonly argv: readonly string[];
  readonly rc: number;
  readonly stderr: string;
}
const calls = (system: string): readonly Call[] => {
  const path = join(import.meta.dirname, '..', '..', 'systems', system, 'fixtures', 'commands.json');
  return JSON.parse(readFileSync(path, 'utf8')) as readonly Call[];
};

const HINTS: Readonly<Record<string, readonly [code: string, hint: RegExp]>> = {
  'freebsd delete-missing': ['VIP_FAILED', /by hand/],
  'freebsd no-interface': ['VIP_NO_INTERFACE', /ifconfig -a/],
  'freebsd no-privilege': ['VIP_DENIED', /as root/],
  'freebsd bad-address': ['VIP_FAILED', /correct the address/],
  'freebsd bad-width': ['VIP_FAILED', /correct the address/],
  'freebsd carp-state-without-vhid': ['VIP_FAILED', /by hand/],
  'freebsd carp-unknown-state': ['VIP_FAILED', /by hand/],
  'freebsd carp-module-missing': ['VIP_FAILED', /kldload carp.*loader\.conf/],
  'openbsd delete-missing': ['VIP_FAILED', /by hand/],
  'openbsd no-interface-show': ['VIP_NO_INTERFACE', /ifconfig -a/],
  'openbsd demote-bad': ['VIP_FAILED', /0 to 128/],
  'netbsd delete-missing': ['VIP_FAILED', /by hand/],
};
const refused = ['freebsd', 'openbsd', 'netbsd'].flatMap((system) =>
  calls(system)
    .filter(({ rc }) => rc !== 0)
    .map((call) => [`${system} ${call.case}`, call] as const),
);

test('carp failed: every refusal of the fixtures has a row', () => {
  assert.deepEqual(refused.map(([name]) => name).toSorted(), Object.keys(HINTS).toSorted());
});

for (const [name, { argv, stderr }] of refused) {
  test(`carp failed: ${name}`, () => {
    const problem = carpFailed(argv.join(' '), stderr);
    const [code, hint] = HINTS[name] ?? [];
    assert.equal(problem.code, code);
    assert.match(problem.hint, hint ?? /^$/);
    assert.match(problem.message, /^(ifconfig|sysctl) [^:]+: [^\n]+$/, 'one line, with the command in front');
    assert.doesNotMatch(problem.message, /: (ifconfig|sysctl): /, 'the program is named once');
  });
}

const MORE: readonly [text: string, code: string, hint: RegExp][] = [
  ['ifconfig: SIOCSVH: Operation not permitted\n', 'VIP_DENIED', /as root/],
  ['ifconfig: SIOCSVH: Invalid argument\n', 'VIP_FAILED', /has this vhid on the same network/],
  ['ifconfig: ioctl (SIOCAIFADDR): Protocol not supported\n', 'VIP_FAILED', /kldload carp/],
  ['ifconfig: peer: bad value\n', 'VIP_FAILED', /unicast needs FreeBSD 14/],
  ['ifconfig: SIOCIFCREATE: Invalid argument\n', 'VIP_FAILED', /ifconfig -C/],
  ['ifconfig: ioctl (SIOCAIFADDR): File exists\n', 'VIP_FAILED', /which interface has this prefix/],
  ['', 'VIP_FAILED', /by hand/],
];
for (const [text, code, hint] of MORE) {
  test(`carp failed: ${text.trim() || 'without a word'}`, () => {
    const problem = carpFailed('ifconfig carp0 up', text);
    assert.equal(problem.code, code);
    assert.match(problem.hint, hint);
  });
}
