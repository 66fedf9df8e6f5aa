// Goal: what is in the packages is what the program itself says, at the same places in each of them, and the same every time.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { debianEntries, deb, WANTED } from '../../scripts/package/debian/deb.ts';
import { libraries } from '../../scripts/package/debian/needs.ts';
import { textEntry } from '../../scripts/package/entry.ts';
import { tarOf } from '../../scripts/package/tar.ts';
import { filesOf } from '../../scripts/package/tarball.ts';
import { planFor } from '../../src/service/for-host.ts';
import { placesOf } from '../../src/core/places.ts';
import { PROJECT, requireBuilt } from '../lab/sealbeat.ts';
import { needs } from '../vip/lab.ts';

const BUNDLE = 'dist/sealbeat.cjs';
const RELEASE = { version: '1.2.3', epochSeconds: 1_700_000_000 };
/** What `libraries` looks for, and nothing else. */
const PROGRAM = Buffer.from('\0GLIBC_2.4\0GLIBC_2.28\0GLIBC_2.9\0GLIBCXX_3.4.21\0GLIBC_PRIVATE\0');

process.chdir(PROJECT);
requireBuilt();

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-packages-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function said(file: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(file, words, { encoding: 'utf8' });
  assert.equal(status, 0, `${file} ${words.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const lines = (path: string): readonly string[] =>
  readFileSync(join('scripts/package', path), 'utf8').split('\n');

test('packages: the .deb is the same every time, root owns it, and it needs what the binary needs', (t) => {
  if (!needs(t, ['dpkg-deb'], { root: false })) return;
  const folder = folderFor(t);
  const binary = join(folder, 'program');
  writeFileSync(binary, PROGRAM);
  const [first = '', second = ''] = ['one', 'two'].map((name) => {
    const into = join(folder, name);
    mkdirSync(into);
    const before = process.umask(name === 'one' ? 0o022 : 0o077);
    const order = { release: RELEASE, processor: 'x64', bundle: BUNDLE, binary, fast: true };
    const path = deb({ ...order, folder: into, work: join(into, 'work') });
    process.umask(before);
    return path;
  });
  assert.match(first, /sealbeat_1\.2\.3-1_amd64\.deb$/);
  assert.ok(readFileSync(first).equals(readFileSync(second)));
  const listed = said('dpkg-deb', '-c', first);
  assert.match(listed, /^-rwxr-xr-x root\/root +\d+ 2023-11-14 .* \.\/usr\/bin\/sealbeat$/m);
  assert.match(listed, /\.\/usr\/share\/man\/man8\/sealbeat\.8\.gz$/m);
  assert.doesNotMatch(listed, /\.\/etc\//, 'there are no conffiles');
  assert.match(
    said('dpkg-deb', '-f', first, 'Depends'),
    /^libc6 \(>= 2\.28\), libgcc-s1 \(>= 3\.4\), libstdc\+\+6 \(>= 5\), iproute2/,
  );
});

test('packages: a binary for another libc, or a newer libstdc++ than is known, is refused', () => {
  assert.throws(() => libraries(Buffer.from('musl')), /is it one for glibc\?/);
  assert.throws(
    () => libraries(Buffer.from('\0GLIBC_2.28\0GLIBCXX_3.4.99\0')),
    /GLIBCXX_3\.4\.99\? add it to needs\.ts/,
  );
});

test('packages: the texts in the .deb are those of "sealbeat service install"', () => {
  const { files } = planFor('systemd', WANTED);
  const entries = debianEntries(RELEASE, BUNDLE, PROGRAM);
  const places: Readonly<Record<string, string>> = {
    '/etc/systemd/system/': 'lib/systemd/system/',
    '/etc/sysusers.d/': 'usr/lib/sysusers.d/',
    '/etc/tmpfiles.d/': 'usr/lib/tmpfiles.d/',
  };
  for (const { path, text } of files) {
    const [theirs = '', ours = ''] = Object.entries(places).find(([start]) => path.startsWith(start)) ?? [];
    const entry = entries.find((one) => one.path === path.replace(theirs, ours));
    assert.equal(entry === undefined ? undefined : Buffer.from(entry.content).toString(), text, path);
  }
  assert.deepEqual(WANTED, { program: ['/usr/bin/sealbeat'], ...placesOf('linux') });
});

test('packages: an archive is read by tar, and has numbers for owners and one date', (t) => {
  const folder = folderFor(t);
  const entries = [textEntry('b', 'later'), textEntry('a/c', 'x'.repeat(600), 0o755)];
  writeFileSync(join(folder, 'it.tar'), tarOf('top', entries, RELEASE.epochSeconds));
  const listed = said('tar', '--utc', '--numeric-owner', '--full-time', '-tvf', join(folder, 'it.tar'));
  assert.deepEqual(
    listed
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ')),
    [
      'drwxr-xr-x 0/0 0 2023-11-14 22:13:20 top/',
      'drwxr-xr-x 0/0 0 2023-11-14 22:13:20 top/a/',
      '-rwxr-xr-x 0/0 600 2023-11-14 22:13:20 top/a/c',
      '-rw-r--r-- 0/0 5 2023-11-14 22:13:20 top/b',
    ],
  );
  assert.equal(said('tar', '-xOf', join(folder, 'it.tar'), 'top/a/c'), 'x'.repeat(600));
});

test('packages: the manifest for illumos has each file, and SMF’s where the program puts it', () => {
  const files = lines('illumos/sealbeat.p5m').filter((line) => line.startsWith('file '));
  const paths = files.map((line) => / path=(\S+)/.exec(line)![1]!);
  const plan = planFor('smf', { program: ['/usr/bin/sealbeat'], ...placesOf('sunos') });
  const wanted = [
    ...filesOf(BUNDLE).map(({ path }) => `usr/${path}`),
    ...plan.files.map(({ path }) => path.slice(1)),
  ];
  assert.deepEqual(paths.toSorted(), wanted.toSorted());
  for (const { path, mode } of filesOf(BUNDLE)) {
    const line = files.find((one) => one.includes(` path=usr/${path} `))!;
    assert.ok(line.startsWith(`file ${path} `), line);
    assert.ok(line.endsWith(mode === 0o755 ? 'mode=0555' : 'mode=0444'), line);
  }
});

test('packages: the list for FreeBSD has each file, and the version is ours', () => {
  const paths = lines('freebsd/pkg-plist')
    .filter((line) => line !== '')
    .map((line) => line.replace('%%DOCSDIR%%', 'share/doc/sealbeat'));
  const plan = planFor('freebsd', { program: ['/usr/local/bin/sealbeat'], ...placesOf('freebsd') });
  const wanted = [
    ...filesOf(BUNDLE).map(({ path }) => (path.startsWith('share/man/') ? `${path}.gz` : path)),
    ...plan.files.map(({ path }) => path.replace('/usr/local/', '')),
  ];
  assert.deepEqual(paths.toSorted(), wanted.toSorted());
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.ok(lines('freebsd/Makefile').includes(`DISTVERSION=\t${version}`));
});

test('packages: shellcheck finds nothing in the scripts', (t) => {
  if (!needs(t, ['shellcheck'], { root: false })) return;
  const scripts = ['install.sh', 'launcher.sh', 'debian/postinst', 'debian/prerm', 'debian/postrm'];
  said('shellcheck', '--shell=sh', ...scripts.map((name) => join('scripts/package', name)));
});
