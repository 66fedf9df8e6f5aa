import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { main, programFor } from '../../src/cli/main.ts';
import { fakeHost } from '../fakes/cli-host.ts';

// The help of every command, as a terminal of 80 columns shows it, in test/golden/help/. After a change on purpose:
//   UPDATE_GOLDEN=1 node --test test/cli/help.test.ts
// and read the difference before it is committed.
const goldenFolder = join(import.meta.dirname, '..', 'golden', 'help');
const update = process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] !== 'true';

type Named = { readonly words: readonly string[]; readonly command: Command };
const below = ({ words, command }: Named): readonly Named[] => [
  { words, command },
  ...command.commands.flatMap((child) => below({ words: [...words, child.name()], command: child })),
];
const commands = below({ words: [], command: await programFor(fakeHost()) });
const goldenName = (words: readonly string[]): string => `${['sealbeat', ...words].join('-')}.txt`;

for (const { words, command } of commands) {
  const name = ['sealbeat', ...words].join(' ');

  test(`help: ${name} says what its golden file says`, async () => {
    const host = fakeHost();
    assert.equal(await main([...words, '--help'], host), 0);
    assert.deepEqual(host.errs, []);
    const help = `${host.outs.join('\n').trimEnd()}\n`;
    const path = join(goldenFolder, goldenName(words));
    if (update) {
      mkdirSync(goldenFolder, { recursive: true });
      writeFileSync(path, help);
    }
    assert.equal(help, readFileSync(path, 'utf8'));
  });

  test(`help: ${name} has a summary of one line, a description and an example`, async () => {
    const host = fakeHost();
    await main([...words, '--help'], host);
    const help = host.outs.join('\n');
    assert.match(help, /\nExample:\n {2}\$ sealbeat /);
    assert.ok(command.description().length > 0);
    if (words.length > 0) assert.match(command.summary(), /^.{5,60}$/);
    const wrapped = help.split('\n').filter((line) => !line.startsWith('  $ ')); // an example is there to be copied whole
    for (const line of wrapped) assert.ok(line.length <= 80, `too long for 80 columns: ${line}`);
  });
}

test('help: no golden file is left of a command that is gone', () => {
  assert.deepEqual(readdirSync(goldenFolder).sort(), commands.map(({ words }) => goldenName(words)).sort());
});
