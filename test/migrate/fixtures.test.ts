// Configs as people have them, in test/migrate/fixtures/: what becomes of each, as YAML and as a report. After a change on purpose:
//   UPDATE_GOLDEN=1 node --test test/migrate/fixtures.test.ts
// and read the difference before it is committed.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { importConfig } from '../../src/cli/commands/import.ts';
import { examine } from '../../src/config/load.ts';
import { trustKey } from '../../src/keys/trust.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import { fakeHost } from '../fakes/cli-host.ts';
import { seededRandom } from '../fakes/seeded-random.ts';

const root = join(import.meta.dirname, 'fixtures');
const update = process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] !== 'true';

interface Case {
  readonly what?: 'ucarp';
  readonly files: readonly string[];
  readonly name?: readonly string[];
  readonly peer?: readonly string[];
  /** What is left to be written besides keys; none by default. */
  readonly open?: RegExp;
}

const cases: Readonly<Record<string, Case>> = {
  'haproxy-pair': { files: ['keepalived.conf'], open: /paths/ },
  'cloud-unicast': { files: ['lb1.conf', 'lb2.conf'] },
  'firewall-sync': { files: ['fw-a.conf', 'fw-b.conf'] },
  'many-vips': { files: ['keepalived.conf'], name: ['web1', 'web2'] },
  ipv6: { files: ['keepalived.conf'], name: ['lb2', 'lb1'] },
  'track-weights': { files: ['keepalived.conf'], name: ['api1'], peer: ['api2=10.3.0.2'] },
  'notify-scripts': { files: ['keepalived.conf'], name: ['dns1'] },
  includes: { files: ['keepalived.conf'] },
  conditional: { files: ['keepalived.conf'] },
  'lvs-director': { files: ['keepalived.conf'], peer: ['node1=172.16.0.1', 'backup=172.16.0.2'] },
  template: { files: ['lb1.conf', 'lb2.conf'], peer: ['lb1=172.29.236.11', 'lb2=172.29.236.12'] },
  'different-ids': { files: ['east.conf', 'west.conf'], name: ['east', 'west', 'third'] },
  sequences: { files: ['keepalived.conf'], name: ['a1'], peer: ['a2=10.7.0.2'] },
  'haproxy-mail': { files: ['lb1.conf', 'lb2.conf'], name: ['lb1', 'lb2'] },
  'nginx-checks': { files: ['keepalived.conf'], name: ['web1', 'web2'] },
  'sync-scripts': { files: ['gw-a.conf', 'gw-b.conf'] },
  'ucarp-stanzas': { what: 'ucarp', files: ['web1.interfaces', 'web2.interfaces'] },
  'ucarp-commands': { what: 'ucarp', files: ['rc.local'], name: ['lb1'], peer: ['lb2=10.0.0.2'] },
  'ucarp-unit': { what: 'ucarp', files: ['ucarp@.service'], peer: ['node2=192.0.2.12'] },
};

for (const [folder, { what = 'keepalived', files, name = [], peer = [], open }] of Object.entries(cases)) {
  const at = (file: string): string => join(root, folder, file);
  const run = async (json: boolean) => {
    const host = fakeHost();
    const options = { name, peer, cluster: 'main', json };
    await importConfig(host, what, files.map(at), options);
    return host;
  };

  test(`import: ${folder} becomes what its golden files say`, async () => {
    const host = await run(false);
    const yaml = `${host.outs.join('\n')}\n`.replaceAll(`${root}/`, '');
    const report = `${host.errs.join('\n')}\n`.replaceAll(`${root}/`, '');
    for (const [file, text] of [
      ['expected.yaml', yaml],
      ['report.txt', report],
    ] as const) {
      if (update) writeFileSync(at(file), text);
      assert.equal(text, readFileSync(at(file), 'utf8'));
    }
    assert.doesNotMatch(yaml + report, /1111|geheim|s3cret|two words|internal-pass/, 'no secret is shown');
  });

  test(`import: ${folder} passes "check" once its keys are in`, async () => {
    const host = await run(true);
    const { yaml, entries, counts } = JSON.parse(host.outs.join('\n')) as {
      yaml: string;
      entries: { statements: number }[];
      counts: { statements: number };
    };
    assert.equal(
      counts.statements,
      entries.reduce((sum, { statements }) => sum + statements, 0),
    );
    const random = seededRandom(folder);
    const nodes = [
      ...yaml
        .slice(yaml.indexOf('\nnodes:'), yaml.indexOf('\ngroups:'))
        .matchAll(/^ {2}'?([a-z0-9-]+)'?:$/gm),
    ].map(([, node]) => node!);
    assert.ok(nodes.length >= 2);
    const done = nodes.reduce(
      (text, node) => trustKey(text, node, makeIdentity(random).public.line).text,
      yaml,
    );
    const errors = examine(done).problems.filter(({ severity }) => severity === 'error');
    if (open) for (const { text } of errors) assert.match(text, open);
    else assert.deepEqual(errors, []);
    assert.equal(errors.length > 0, open !== undefined);
  });
}

test('import: every folder of fixtures is a case', () => {
  assert.deepEqual(readdirSync(root).toSorted(), Object.keys(cases).toSorted());
  for (const folder of Object.keys(cases)) assert.ok(existsSync(join(root, folder, 'expected.yaml')));
});
