// Goal: what a shell offers is what the program takes, in the shells themselves.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { pairWith } from '../config/example-file.ts';
import { fakeHost } from '../fakes/cli-host.ts';
import { needs } from '../vip/lab.ts';
import { completionLab, type Shell } from './completion-shells.ts';

/** Line and what has to be offered; a line that ends in a blank begins a new word. */
const ROWS: readonly (readonly [line: string, ...offered: readonly string[]])[] = [
  ['sealbeat sw', 'switchover'],
  ['sealbeat key r', 'retire', 'rotate'],
  ['sealbeat help sta', 'status'],
  ['sealbeat switchover w', 'web'],
  ['sealbeat switchover web --to ', 'lb1', 'lb2'],
  ['sealbeat switchover --to lb2 ', 'web'],
  ['sealbeat switchover web --no', '--no-wait'],
  ['sealbeat switchover web w'],
  ['sealbeat key trust lb', 'lb1', 'lb2'],
  ['sealbeat check --platform o', 'openbsd'],
  ['sealbeat check -c other.yaml --as e', 'east'],
  ['sealbeat run --log-level w', 'warn'],
  ['sealbeat keygen --output oth', 'other.yaml'],
  ['sealbeat run --state st', 'state/'],
  ['sealbeat explain --json w', 'web'],
  ['sealbeat check -c nowhere.yaml --as '],
  ['sealbeat completion z', 'zsh'],
];

for (const shell of ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[]) {
  test(`completion: what ${shell} offers`, { timeout: 300_000 }, (t) => {
    if (!needs(t, [shell], { root: false })) return;
    const { folder, scriptOf, offers } = completionLab(join(import.meta.dirname, 'cluster.yaml'));
    writeFileSync(join(folder, 'other.yaml'), 'nodes: { east: , west: }\ngroups:\n');
    mkdirSync(join(folder, 'state'));
    const script = scriptOf(shell);
    const slash = (word: string): string => (shell === 'fish' ? word : word.replace(/\/$/, ''));
    for (const [line, ...wanted] of ROWS)
      assert.deepEqual(offers[shell](script, line), wanted.map(slash), `${shell}: ${line}`);
  });
}

test('completion: bash offers a value behind "="', (t) => {
  if (!needs(t, ['bash'], { root: false })) return;
  const { scriptOf, offers } = completionLab('/nowhere');
  const script = scriptOf('bash');
  assert.deepEqual(offers.bash(script, 'sealbeat run --log-level=e'), ['error']);
  assert.deepEqual(offers.bash(script, 'sealbeat run --log-level='), ['debug', 'error', 'info', 'warn']);
});

async function names(text: string, kind: string): Promise<readonly string[]> {
  const host = fakeHost();
  const folder = completionLab('/nowhere').folder;
  writeFileSync(join(folder, 'c.yaml'), text);
  assert.equal(await main(['completion', 'names', kind, '-c', join(folder, 'c.yaml')], host), 0);
  assert.deepEqual(host.errs, []);
  return host.outs;
}

test('completion: names come from a file with mistakes, too, and nothing that is no name', async () => {
  assert.deepEqual(await names(pairWith(['250ms', '250']), 'groups'), ['web']);
  assert.deepEqual(await names('groups: { web: , "a b": , "$(id)": }', 'groups'), ['web']);
  for (const text of ['', 'groups: 1', 'groups: [web]', '{', '- a', 'groups: *x'])
    assert.deepEqual(await names(text, 'groups'), []);
});

test('completion: what only scripts ask for is in no help', async () => {
  const host = fakeHost();
  await main(['completion', '--help'], host);
  assert.doesNotMatch(host.outs.join('\n'), /names \[/);
});
