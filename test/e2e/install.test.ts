// Goal: install.sh works in every sh: it installs, may be repeated, refuses what was changed, updates, and leaves nothing of ours.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { toolEnv } from '../lab/host-tool.ts';
import { ensurePackaged } from '../lab/packaged.ts';
import { PROJECT } from '../lab/sealbeat.ts';
import { needs } from '../vip/lab.ts';

const NODE_PATH = `${PROJECT}/node_modules/.bin:/usr/bin:/bin`;

interface Unpacked {
  readonly folder: string;
  /** install.sh in this shell. */
  run(...words: string[]): { rc: number | null; text: string };
}

function unpack(t: TestContext, archive: string, shell = 'dash', path = NODE_PATH): Unpacked {
  const above = mkdtempSync(join(tmpdir(), 'sealbeat install ')); // with blanks, on purpose
  t.after(() => rmSync(above, { recursive: true }));
  assert.equal(spawnSync('tar', ['xzf', archive, '-C', above]).status, 0);
  const folder = join(above, basename(archive, '.tar.gz'));
  return {
    folder,
    run(...words) {
      const [file = '', ...before] = shell.split(' ');
      const env = { ...toolEnv, PATH: path };
      const ran = spawnSync(file, [...before, join(folder, 'install.sh'), ...words], {
        encoding: 'utf8',
        env,
      });
      return { rc: ran.status, text: ran.stderr };
    },
  };
}

const versionOf = (prefix: string): string => {
  const env = { ...toolEnv, PATH: NODE_PATH };
  return spawnSync(join(prefix, 'bin/sealbeat'), ['--version'], { encoding: 'utf8', env }).stdout;
};

for (const shell of ['dash', 'bash', 'mksh', 'ksh93', 'busybox sh']) {
  test(`install: into a prefix and out of it again, in ${shell}`, async (t) => {
    if (!needs(t, [shell.split(' ')[0]!], { root: false })) return;
    const { version, portable } = await ensurePackaged();
    const { folder, run } = unpack(t, portable, shell);
    const prefix = join(folder, 'a b/usr');
    const first = run('--prefix', prefix);
    assert.equal(first.rc, 0, first.text);
    assert.match(first.text, / 0 unchanged/);
    assert.match(first.text, /sealbeat init/);
    assert.ok(versionOf(prefix).includes(version));

    const again = run('--prefix', prefix);
    assert.match(again.text, /sealbeat: 0 written/);

    // Another version: one file is new, one is not there any more.
    appendFileSync(join(folder, 'share/doc/sealbeat/README.md'), 'new\n');
    const list = readFileSync(join(folder, 'FILES'), 'utf8');
    writeFileSync(join(folder, 'FILES'), list.replace(/^.*SECURITY\.md\n/m, ''));
    const update = run('--prefix', prefix);
    assert.match(update.text, /sealbeat: 1 written/);
    assert.deepEqual(
      readdirSync(join(prefix, 'share/doc/sealbeat')).filter((name) => name.endsWith('.md')),
      ['README.md'],
    );

    const gone = run('--uninstall', '--prefix', prefix);
    assert.equal(gone.rc, 0, gone.text);
    assert.match(gone.text, / 0 kept/);
    assert.ok(!readdirSync(folder).includes('a b'), 'the folders that it made are gone');
  });
}

test('install: what was changed or is foreign is refused, and kept', async (t) => {
  if (!needs(t, ['dash'], { root: false })) return;
  const { portable } = await ensurePackaged();
  const { folder, run } = unpack(t, portable);
  const prefix = join(folder, 'usr');
  mkdirSync(join(prefix, 'bin'), { recursive: true });
  writeFileSync(join(prefix, 'bin/sealbeat'), 'foreign');
  const refused = run('--prefix', prefix);
  assert.equal(refused.rc, 1);
  assert.match(refused.text, /not as we left it: .*bin\/sealbeat; nothing was written/);
  assert.deepEqual(readdirSync(prefix), ['bin']);
  const forced = run('--prefix', prefix, '--force');
  assert.equal(forced.rc, 0, forced.text);
  assert.equal(readFileSync(join(prefix, 'bin/sealbeat.old'), 'utf8'), 'foreign');

  const changed = join(prefix, 'share/doc/sealbeat/README.md');
  appendFileSync(changed, 'mine\n');
  assert.equal(run('--prefix', prefix).rc, 1);
  const gone = run('--uninstall', '--prefix', prefix);
  assert.match(gone.text, /kept, because it was changed: .*README\.md/);
  assert.match(readFileSync(changed, 'utf8'), /mine/);
  assert.deepEqual(readdirSync(prefix, { recursive: true, encoding: 'utf8' }).toSorted(), [
    ...['bin', 'bin/sealbeat.old', 'share', 'share/doc', 'share/doc/sealbeat'],
    'share/doc/sealbeat/README.md',
  ]);
});

test('install: a Node that is too old, or none, is named before anything is written', async (t) => {
  if (!needs(t, ['dash'], { root: false })) return;
  const { portable } = await ensurePackaged();
  const stand = mkdtempSync(join(tmpdir(), 'sealbeat-node-'));
  t.after(() => rmSync(stand, { recursive: true }));
  for (const [said, answer] of [
    ['20.19.1', /Node 20\.19\.1 is too old/],
    ['22.17.9', /Node 22\.17\.9 is too old/],
    ['22.18.0', /sealbeat: \d+ written/],
  ] as const) {
    writeFileSync(join(stand, 'node'), `#!/bin/sh\necho ${said}\n`, { mode: 0o755 });
    const { folder, run } = unpack(t, portable, 'dash', `${stand}:/usr/bin:/bin`);
    const prefix = join(folder, 'usr');
    const ran = run('--prefix', prefix);
    assert.match(ran.text, answer);
    assert.equal(readdirSync(folder).includes('usr'), ran.rc === 0);
  }
});

test('install: a package is made below --destdir, without a record; the binary needs no Node', async (t) => {
  if (!needs(t, ['dash'], { root: false })) return;
  const { tarball, version } = await ensurePackaged();
  const { folder, run } = unpack(t, tarball, 'dash', '/nowhere:/bin');
  const staged = join(folder, 'stage');
  assert.equal(run('--destdir', staged, '--prefix', '/usr', '--mandir', 'man').rc, 0);
  assert.ok(versionOf(join(staged, 'usr')).includes(version));
  assert.ok(readdirSync(join(staged, 'usr/man/man8')).includes('sealbeat.8'));
  assert.ok(!readdirSync(join(staged, 'usr/share/sealbeat')).includes('installed'));
});
