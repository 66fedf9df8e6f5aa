import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ipFailed, ipFailure, type IpFailure } from '../../../src/vip/linux/ip-failed.ts';
import { arpingArgs, type Breed, breedOf, wasSent } from '../../../src/vip/announce/arping.ts';
import { vipOf } from '../vip-of.ts';

const rows = readFileSync(join(import.meta.dirname, 'fixtures', 'ip-errors.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => {
    const [name = '', exitCode, command = '', stdout, stderr] = row.split('\t');
    return { name, exitCode: Number(exitCode), command, stdout: unquote(stdout), stderr: unquote(stderr) };
  });

/** What each captured failure of `ip` means. */
const meanings: Readonly<Record<string, IpFailure>> = {
  'v4-add-existing': 'present',
  'v6-add-existing': 'present',
  'v6-add-existing-other-prefixlen': 'present',
  'v4-del-missing': 'absent',
  'v6-del-missing': 'absent',
  'v4-del-wrong-prefixlen': 'absent',
  'add-no-device': 'no-interface',
  'del-no-device': 'no-interface',
  'show-no-device': 'no-interface',
  'json-show-no-device': 'no-interface',
  'link-show-no-device': 'no-interface',
  'malformed-address': 'refused',
  'malformed-prefixlen': 'refused',
  'missing-dev': 'refused',
  'garbage-word': 'refused',
  'unknown-subcommand': 'refused',
  'unknown-object': 'refused',
  'label-too-long': 'refused',
  'valid-lft-zero': 'refused',
  'preferred-gt-valid': 'refused',
  'valid-lft-only': 'refused',
  'nonroot-add': 'denied',
  'nonroot-del-missing': 'denied',
  'batch-stop-at-first-error': 'present',
  'batch-force-continues': 'absent',
  'batch-force-garbage-exits': 'refused',
  'busybox-add-existing': 'present',
  'busybox-del-missing': 'absent',
  'busybox-no-device': 'no-interface',
  'busybox-malformed': 'refused',
  'busybox-json': 'too-old',
  'busybox-batch': 'too-old',
};

const failures = rows.filter(({ exitCode, command }) => exitCode !== 0 && /^(busybox )?ip /.test(command));

test('ip: every captured failure has a meaning here', () => {
  assert.deepEqual(failures.map(({ name }) => name).sort(), Object.keys(meanings).sort());
});

for (const { name, stderr } of failures) {
  test(`ip: ${name} means ${meanings[name]}`, () => {
    assert.equal(ipFailure(stderr), meanings[name]);
    const error = ipFailed('address add', stderr);
    assert.ok(error.hint.length > 0);
    assert.doesNotMatch(error.message, /\n/);
  });
}

for (const [text, code] of [
  ['RTNETLINK answers: Operation not permitted', 'VIP_DENIED'],
  ['Cannot find device "eth7"', 'VIP_NO_INTERFACE'],
  ['Error: ipv4: Device not found.', 'VIP_NO_INTERFACE'], // to a number that the program remembered
  ['Option "-json" is unknown, try "ip -help".', 'TOOL_MISSING'],
  ['Error: Attribute failed policy validation.', 'VIP_FAILED'],
  ['', 'VIP_FAILED'],
] as const) {
  test(`ip: "${text}" is reported as ${code}`, () => {
    assert.equal(ipFailed('address add', text).code, code);
  });
}

const USAGE_HABETS = `arping: option requires an argument -- 'V'
ARPing 2.23, by Thomas Habets <thomas@habets.se>
usage: arping [ -0aAbdDeFpPqrRuUvzZ ] [ -w <sec> ]`;
const USAGE_BUSYBOX = `arping: invalid option -- 'V'
BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary.

Usage: arping [-fqbDUA] [-c CNT] [-w TIMEOUT] [-I IFACE] [-s SRC_IP] DST_IP`;

for (const [name, text, breed] of [
  ['iputils', 'arping from iputils 20221126\nlibcap: yes, IDN: yes', 'iputils'],
  ['old iputils', 'arping utility, iputils-s20161105', 'iputils'],
  ['Habets', USAGE_HABETS, 'habets'],
  ['BusyBox', USAGE_BUSYBOX, 'busybox'],
  ['BusyBox without it', 'arping: applet not found', undefined],
  ['something else', 'arping 1.0', undefined],
] as const) {
  test(`arping: ${name} is told by its words`, () => {
    assert.equal(breedOf(text), breed);
  });
}

for (const [breed, exitCode, stderr, sent] of [
  ['iputils', 0, '', true],
  ['iputils', 1, '', false],
  ['iputils', 2, 'arping: socket: Operation not permitted', false],
  ['busybox', 0, '', true],
  ['busybox', 2, 'arping: bind: Cannot assign requested address', false],
  ['habets', 0, '', true],
  ['habets', 1, '', true], // nobody answered, as it has to be
  ['habets', 1, 'arping: libnet_init(LIBNET_LINK, eth7): No such device', false],
  ['habets', -1, '', false],
] as const) {
  test(`arping: ${breed} ${exitCode} ${stderr || 'in silence'} means ${sent ? 'sent' : 'not sent'}`, () => {
    assert.equal(wasSent(breed, exitCode, stderr), sent);
  });
}

for (const [breed, form, args] of [
  ['iputils', 'request', '-q -U -c 1 -I eth0 10.0.0.42'],
  ['iputils', 'reply', '-q -A -c 1 -I eth0 10.0.0.42'],
  ['busybox', 'request', '-q -U -c 1 -I eth0 10.0.0.42'],
  ['habets', 'request', '-q -U -i eth0 -S 10.0.0.42 -c 1 -w 1 10.0.0.42'],
  ['habets', 'reply', '-q -U -P -i eth0 -S 10.0.0.42 -c 1 -w 1 10.0.0.42'],
] as const satisfies readonly (readonly [Breed, string, string])[]) {
  test(`arping: one ${form} by ${breed}`, () => {
    assert.equal(arpingArgs(breed, vipOf('10.0.0.42/32', 'eth0'), form).join(' '), args);
  });
}

function unquote(text = '""'): string {
  return JSON.parse(text) as string;
}
