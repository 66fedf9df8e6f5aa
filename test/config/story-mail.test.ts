// Goal: the template's values come out as they are written, and a config is put on all hosts or on none.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

const story = join(import.meta.dirname, '../../config/stories/mail');

function said(script: string, args: readonly string[]): { rc: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(join(story, script), args, { encoding: 'utf8' });
  return { rc: status, out: stdout, err: stderr };
}

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-story-mail-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o755 });
  return (name) => join(folder, name);
}

const fills = [
  { what: 'a value', template: 'a: @x@\n', values: 'x=1\n', out: 'a: 1\n' },
  { what: 'two in a line', template: '@x@-@y@@x@\n', values: 'x=1\ny=2\n', out: '1-21\n' },
  { what: 'signs of sed, awk and the shell', template: '@x@\n', values: 'x=&\\1 $y=z\n', out: '&\\1 $y=z\n' },
  { what: 'a value like a name', template: '@x@\n', values: 'x=@y@\n', out: '@y@\n' },
  { what: 'the last line of a name', template: '@x@\n', values: 'x=1\nx=2\n', out: '2\n' },
  { what: 'no comment, no mail address', template: 'a@b.c @\n', values: '# x=1\n', out: 'a@b.c @\n' },
  { what: 'the end of a file', template: '@x@', values: 'x=1', out: '1\n' },
];
for (const { what, template, values, out } of fills) {
  test(`fill.sh: ${what}`, (t) => {
    const file = folderOf(t, { template, values });
    assert.deepEqual(said('fill.sh', [file('template'), file('values')]), { rc: 0, out, err: '' });
  });
}

for (const values of ['', 'x=\n', 'z=1\n']) {
  test(`fill.sh: what has no value in ${JSON.stringify(values)} is told`, (t) => {
    const file = folderOf(t, { template: '@x@ @y@ @x@\n', values });
    const { rc, out, err } = said('fill.sh', [file('template'), file('values')]);
    assert.deepEqual({ rc, out }, { rc: 1, out: '' });
    assert.match(err, /^fill\.sh: no value for x y; add a line name=value to .*values\n$/);
  });
}

/** Notes the host and which round it is; the host `bad` refuses the first, `late` the second. */
const REMOTE = `#!/bin/sh
case $3 in *'sealbeat check'*) round=check; cat >"$1.$2" ;; *) round=put ;; esac
echo "$2 $round" >>"$1"
[ "$2 $round" != 'bad check' ] && [ "$2 $round" != 'late put' ]
`;

const pushes = [
  { hosts: ['a', 'b'], rc: 0, calls: 'a check, b check, a put, b put', err: '' },
  { hosts: ['a', 'bad'], rc: 1, calls: 'a check, bad check', err: 'bad does not take it; no host has been' },
  { hosts: ['late', 'a'], rc: 1, calls: 'late check, a check, late put, a put', err: 'not in force on late' },
];
for (const { hosts, rc, calls, err } of pushes) {
  test(`push.sh: to ${hosts.join(' and ')}`, (t) => {
    const file = folderOf(t, { remote: REMOTE, config: 'cluster: x\n', log: '' });
    const ran = said('push.sh', ['-e', `${file('remote')} ${file('log')}`, file('config'), ...hosts]);
    assert.equal(ran.rc, rc, ran.err);
    assert.equal(readFileSync(file('log'), 'utf8').trim().replaceAll('\n', ', '), calls);
    assert.ok(ran.err.includes(err), ran.err);
    assert.equal(readFileSync(file(`log.${hosts[0]}`), 'utf8'), 'cluster: x\n');
  });
}

test('push.sh: without a host it says how it is used', (t) => {
  const file = folderOf(t, { config: '' });
  assert.deepEqual(said('push.sh', [file('config')]), {
    rc: 2,
    out: '',
    err: 'usage: push.sh [-e COMMAND] FILE HOST...\n',
  });
});
