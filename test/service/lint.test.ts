// Goal: the tools that know these languages find nothing wrong with our texts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { planFor } from '../../src/service/for-host.ts';
import type { ManagerName } from '../../src/service/plan.ts';
import { stamped } from '../../src/service/stamp.ts';
import { needs } from '../vip/lab.ts';
import { PROGRAMS, wantedFor } from './wanted.ts';

function written(t: TestContext, manager: ManagerName, program: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-lint-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return planFor(manager, wantedFor(manager, program)).files.map((file) => {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, stamped(file));
    return path;
  });
}

function good(file: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, `${file} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const SCRIPTS = [
  { manager: 'freebsd', shells: ['dash'], dialect: 'sh' },
  { manager: 'netbsd', shells: ['dash'], dialect: 'sh' },
  { manager: 'openbsd', shells: ['mksh', 'ksh93'], dialect: 'ksh' },
  { manager: 'openrc', shells: ['dash'], dialect: 'sh' },
] as const;

for (const { manager, shells, dialect } of SCRIPTS) {
  for (const [kind, program] of Object.entries(PROGRAMS)) {
    test(`lint: the script for ${manager}, ${kind}`, (t) => {
      if (!needs(t, [...shells, 'shellcheck'], { root: false })) return;
      const [script = ''] = written(t, manager, program);
      for (const shell of shells) good(shell, '-n', script);
      // SC1091: the system's file is not here; SC2034 and SC2154: its variables are read and set there.
      good('shellcheck', `--shell=${dialect}`, '--exclude=SC1091,SC2034,SC2154', script);
    });
  }
}

test('lint: the manifest has every element in its place', (t) => {
  if (!needs(t, ['xmllint'], { root: false })) return;
  const dtd = join(import.meta.dirname, 'fixtures', 'service_bundle.reduced.dtd');
  for (const program of Object.values(PROGRAMS)) {
    const [manifest = ''] = written(t, 'smf', program);
    good('xmllint', '--noout', '--nonet', '--dtdvalid', dtd, manifest);
  }
});

test('lint: systemd takes the unit, and gives it 2.5 or better', (t) => {
  if (!needs(t, ['systemd-analyze'], { root: false })) return;
  const unit = written(t, 'systemd', ['/bin/true']).find((path) => basename(path) === 'sealbeat.service')!;
  assert.equal(good('systemd-analyze', 'verify', '--man=no', unit), '');
  const score = /exposure level for sealbeat.service: ([\d.]+)/.exec(
    good('systemd-analyze', 'security', '--offline=true', '--no-pager', unit),
  )?.[1];
  assert.ok(Number(score) <= 2.5, `it is ${score}`);
  t.diagnostic(`systemd-analyze security: ${score}`);
});
