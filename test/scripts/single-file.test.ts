// Goal: the single file is the same wherever and whenever it is made, needs and heeds nothing outside, and what ships beside it names
// everything that is in it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { page } from '../../scripts/build-page.ts';
import { billOfMaterials, licences } from '../../scripts/package/contents.ts';
import { targetsFrom } from '../../scripts/package/target.ts';
import { makeSingleFile } from '../lab/single-file.ts';
import { needs } from '../vip/lab.ts';

test('single file: two builds are one, and it runs alone', async (t) => {
  if (!needs(t, ['strip'], { root: false })) return;
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-single-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  await makeSingleFile(one);
  await makeSingleFile(two);
  const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  assert.equal(digest(one), digest(two));

  const env = { PATH: '/nonexistent', NODE_OPTIONS: '--require=/nonexistent.cjs' };
  const ran = spawnSync(one, ['--version', '--json'], { env, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  assert.equal(ran.stderr, '', 'no warning, such as that of a code cache that was refused');
  const said = JSON.parse(ran.stdout) as Record<string, unknown>;
  assert.equal(said['node'], process.versions.node);
  assert.equal(said['wire'], 1);
  assert.match(String(said['commit']), /^([0-9a-f]{12}|unknown)$/);
});

test('single file: the bill of materials names every library of the bundle, Node, and what Node contains', async () => {
  const built = await build({
    ...{ entryPoints: ['src/cli/main.ts'], bundle: true, platform: 'node', write: false, metafile: true },
    plugins: [page],
    outfile: 'sealbeat.cjs',
  });
  const inBundle = Object.keys(built.metafile.inputs).flatMap(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  );
  const bill = JSON.parse(billOfMaterials()) as {
    serialNumber?: string;
    metadata: { timestamp?: string };
    components: { name: string; version: string }[];
  };
  const named = new Map(bill.components.map(({ name, version }) => [name, version]));
  assert.deepEqual(
    [...new Set(inBundle)].filter((name) => !named.has(name)),
    [],
  );
  assert.equal(named.get('node'), process.versions.node);
  assert.equal(named.get('openssl'), process.versions.openssl);
  assert.equal(
    bill.serialNumber ?? bill.metadata.timestamp,
    undefined,
    'nothing that changes with every build',
  );

  const text = licences();
  for (const name of new Set(inBundle)) assert.match(text, new RegExp(`^${name} \\d`, 'm'));
  assert.match(text, /^Node\.js \d/m);
  assert.ok(!text.includes('See its package.json'), 'every library brings its licence');
});

test('single file: a target that cannot be made here is refused with those that can', () => {
  assert.throws(() => targetsFrom(['sunos-x64']), /only for linux-x64, linux-arm64/);
  assert.deepEqual(targetsFrom(['linux-arm64']), [{ platform: 'linux', arch: 'arm64' }]);
});
