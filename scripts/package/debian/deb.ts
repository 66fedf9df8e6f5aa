import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { placesOf } from '../../../src/core/places.ts';
import type { Wanted } from '../../../src/service/plan.ts';
import { systemdUnit } from '../../../src/service/systemd-unit.ts';
import { sysusers, tmpfiles } from '../../../src/service/systemd.ts';
import { type Entry, textEntry, writeTree, zipped } from '../entry.ts';
import { DEBIAN, payload } from '../payload.ts';
import type { Release } from '../release.ts';
import { changelog, control, debianVersion } from './control.ts';
import { copyright } from './copyright.ts';
import { libraries } from './needs.ts';

const HERE = 'scripts/package/debian';
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** How the packaged program is run. */
export const WANTED: Wanted = { program: ['/usr/bin/sealbeat'], ...placesOf('linux') };

/** A host on which it was only installed shall not try in vain every few seconds from the next boot on. */
const WHEN_CONFIGURED = `[Unit]
ConditionPathExists=${WANTED.config}
ConditionPathExists=${WANTED.identity}
`;

export interface DebOrder {
  readonly release: Release;
  readonly processor: string;
  readonly bundle: string;
  readonly binary: string;
  readonly folder: string;
  readonly work: string;
  readonly fast: boolean;
}

/**
 * With dpkg-deb alone: debhelper would need a source package around one file that is already built, and its snippets restart what
 * an operator has stopped.
 */
export function deb({ release, processor, bundle, binary, folder, work, fast }: DebOrder): string {
  const architecture = ARCHITECTURES[processor] ?? processor;
  const program = readFileSync(binary);
  const entries = debianEntries(release, bundle, program);
  const tree = join(work, `deb-${architecture}`);
  writeTree(tree, entries);
  const bytes = entries.reduce((sum, { content }) => sum + content.length, 0);
  const facts = { architecture, libraries: libraries(program), installedKib: Math.ceil(bytes / 1_024) };
  writeControl(join(tree, 'DEBIAN'), control(release, facts), entries);
  const path = `${folder}/sealbeat_${debianVersion(release)}_${architecture}.deb`;
  const compression = fast ? ['-Zgzip', '-z1'] : ['-Zxz'];
  execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, path], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env, SOURCE_DATE_EPOCH: String(release.epochSeconds) },
  });
  rmSync(tree, { recursive: true });
  return path;
}

export function debianEntries(release: Release, bundle: string, program: Uint8Array): readonly Entry[] {
  const doc = 'usr/share/doc/sealbeat';
  const changes = readFileSync('CHANGELOG.md', 'utf8');
  return [
    { path: 'usr/bin/sealbeat', mode: 0o755, content: program },
    ...payload(bundle, DEBIAN)
      .filter(({ path }) => !path.endsWith('/licences.txt')) // that is what copyright says
      .map((entry) => ({ ...entry, path: `usr/${entry.path}` }))
      .map((entry) => (entry.path.startsWith('usr/share/man/') ? zipped(entry) : entry)),
    textEntry('lib/systemd/system/sealbeat.service', systemdUnit(WANTED)),
    textEntry('lib/systemd/system/sealbeat.service.d/10-when-configured.conf', WHEN_CONFIGURED),
    textEntry('usr/lib/sysusers.d/sealbeat.conf', sysusers()),
    textEntry('usr/lib/tmpfiles.d/sealbeat.conf', tmpfiles(WANTED)),
    textEntry(`${doc}/copyright`, copyright()),
    zipped(textEntry(`${doc}/changelog.Debian`, changelog(release))),
    zipped(textEntry(`${doc}/changelog`, changes)),
    textEntry('usr/share/lintian/overrides/sealbeat', readFileSync(`${HERE}/lintian-overrides`, 'utf8')),
  ];
}

function writeControl(folder: string, text: string, entries: readonly Entry[]): void {
  const sums = entries.map(
    ({ path, content }) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`,
  );
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const write = (name: string, content: string, mode: number): void => {
    writeFileSync(join(folder, name), content);
    chmodSync(join(folder, name), mode);
  };
  write('control', text, 0o644);
  write('md5sums', sums.toSorted().join(''), 0o644);
  for (const name of ['postinst', 'prerm', 'postrm'])
    write(name, readFileSync(join(HERE, name), 'utf8'), 0o755);
}
