// The command: where its words go, what it refuses, and that it overwrites nothing.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { filesMatching } from '../../src/cli/import-files.ts';
import { main } from '../../src/cli/main.ts';
import { fakeHost } from '../fakes/cli-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const conf = at('keepalived.conf');
writeFileSync(
  conf,
  'vrrp_instance V {\n interface eth0\n colour blue\n unicast_src_ip 10.0.0.1\n virtual_ipaddress { 10.0.0.9 }\n}\n',
);
writeFileSync(at('lvs.conf'), 'virtual_server 10.0.0.1 80 {\n}\n');
writeFileSync(at('broken.conf'), 'vrrp_instance V {\n');

async function run(...argv: readonly string[]) {
  const host = fakeHost();
  const code = await main(['import', ...argv], host);
  return { code, out: host.outs.join('\n'), err: host.errs.join('\n') };
}

test('import: YAML goes to standard output, the report to standard error, and notes are no failure', async () => {
  const { code, out, err } = await run(
    'keepalived',
    conf,
    '--name',
    'lb1',
    '--peer',
    'lb2=10.0.0.2',
    '--cluster',
    'east',
  );
  assert.equal(code, 0);
  assert.match(out, /^cluster: east$/m);
  assert.match(out, /^ {2}lb2:\n {4}paths: \[udp:\/\/10\.0\.0\.2:7112\]$/m);
  assert.match(err, /keepalived\.conf:3: colour blue: no equivalent: /);
  assert.match(err, /; every line is accounted for$/m);
  for (const line of err.split('\n')) assert.match(line, /^sealbeat: /);
});

test('import: --json has both on standard output', async () => {
  const { code, out } = await run('keepalived', conf, '--json');
  assert.equal(code, 0);
  const { yaml, entries, counts, notes } = JSON.parse(out) as Record<string, unknown>;
  assert.match(String(yaml), /^groups:$/m);
  assert.ok(Array.isArray(entries) && entries.length === 6);
  assert.deepEqual(counts, { statements: 6, byVerdict: { taken: 5, changed: 0, missing: 1, ignored: 0 } });
  assert.ok(Array.isArray(notes));
});

test('import: -o writes a file and never overwrites one', async () => {
  const output = at('sealbeat.yaml');
  const first = await run('keepalived', conf, '-o', output);
  assert.equal(first.code, 0);
  assert.equal(first.out, '');
  const text = readFileSync(output, 'utf8');
  assert.match(text, /^groups:$/m);
  const second = await run('keepalived', conf, '-o', output, '--cluster', 'other');
  assert.equal(second.code, 1);
  assert.match(second.err, /exists/);
  assert.doesNotMatch(second.err, /identity/, 'a config is no identity');
  assert.equal(readFileSync(output, 'utf8'), text);
});

test('import: a report, and exit code 1, where no config can be made', async () => {
  const lvs = await run('keepalived', at('lvs.conf'));
  assert.equal(lvs.code, 1);
  assert.equal(lvs.out, '');
  assert.match(lvs.err, /lvs\.conf:1-2: virtual_server .*out of scope/);
  assert.match(lvs.err, /nothing to make a config of/);
  const broken = await run('keepalived', at('broken.conf'));
  assert.equal(broken.code, 1);
  assert.match(broken.err, /broken\.conf:1:17: this \{ is never closed/);
  assert.match((await run('ucarp', conf)).err, /there is no ucarp with an address/);
  assert.match((await run('keepalived', at('none.conf'))).err, /none\.conf does not exist/);
  assert.match((await run('keepalived', folder)).err, /is a directory\n.*hint: name the file/);
  writeFileSync(at('a.out'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0x22]));
  for (const what of ['keepalived', 'ucarp'])
    assert.match((await run(what, at('a.out'))).err, /a\.out is no text/);
});

test('import: wrong usage is said before anything is read', async () => {
  for (const argv of [
    ['keepalived', '/nowhere', '--name', 'Not A Name'],
    ['keepalived', '/nowhere', '--peer', 'lb2'],
    ['keepalived', '/nowhere', '--peer', 'lb2=224.0.0.1'],
    ['keepalived', '/nowhere', '--cluster', ''],
    ['keepalived'],
    ['heartbeat', '/nowhere'],
  ]) {
    const { code, err } = await run(...argv);
    assert.equal(code, 2, argv.join(' '));
    assert.doesNotMatch(err, /nowhere does not exist/);
  }
});

test('import: patterns of include, as glob(7) has them', () => {
  mkdirSync(at('conf.d/deep'), { recursive: true });
  for (const name of ['b.conf', 'a.conf', 'a.conf.bak', '.hidden.conf', '[x].conf', 'deep/c.conf'])
    writeFileSync(at(`conf.d/${name}`), '');
  const names = (pattern: string) =>
    filesMatching(pattern, conf).map((path) => path.replace(`${folder}/conf.d/`, ''));
  assert.deepEqual(names('conf.d/*.conf'), ['[x].conf', 'a.conf', 'b.conf']);
  assert.deepEqual(names('conf.d/?.conf'), ['a.conf', 'b.conf']);
  assert.deepEqual(names('conf.d/[!a].conf'), ['b.conf']);
  assert.deepEqual(names(`${folder}/conf.d/*/*.conf`), ['deep/c.conf']);
  assert.deepEqual(names('conf.d/none*'), []);
  assert.deepEqual(names('conf.d'), []);
  assert.deepEqual(names('conf.d/[z-a].conf'), []);
});
