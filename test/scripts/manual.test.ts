// Goal: the manual pages say what the program and its config say, in mdoc that man-db and mandoc take without a word.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { manualPages } from '../../scripts/manual/pages.ts';
import { literal, macro, prose, word } from '../../scripts/manual/mdoc.ts';
import { ERRORS } from '../../scripts/manual/prose.ts';
import { commandWords, withChildren } from '../../src/cli/completion/tree.ts';
import { programFor } from '../../src/cli/main.ts';
import { configJsonSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import { fakeHost } from '../fakes/cli-host.ts';
import { needs } from '../vip/lab.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'docs', 'man');
const pages = await manualPages();
const pageOf = (name: string): string => pages.get(name) ?? '';

test('manual: docs/man is what "npm run manual" makes', () => {
  assert.deepEqual(readdirSync(folder).toSorted(), [...pages.keys()].toSorted());
  for (const [name, text] of pages)
    assert.equal(readFileSync(join(folder, name), 'utf8'), text, 'after a change on purpose: npm run manual');
});

const run = (command: string, args: readonly string[], input?: string): string => {
  const ran = spawnSync(command, args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  return `${ran.stdout}${ran.stderr}`;
};

for (const [name, text] of pages) {
  test(`manual: mandoc has nothing to say about ${name}`, (t) => {
    if (!needs(t, ['mandoc'], { root: false })) return;
    const said = run('mandoc', ['-Tlint', join(folder, name)])
      .split('\n')
      .filter(Boolean);
    // What is installed beside it is not the page's business.
    assert.deepEqual(
      said.filter((line) => !/referenced manual not found|outdated mandoc\.db/.test(line)),
      [],
    );
  });

  test(`manual: groff has nothing to say about ${name}`, (t) => {
    if (!needs(t, ['groff'], { root: false })) return;
    assert.equal(run('groff', ['-ww', '-mdoc', '-Tutf8', '-z'], text), '');
  });
}

test('manual: sealbeat(8) has every command with every option', async () => {
  const sections = pageOf('sealbeat.8').split(/\n\.S[sh] /);
  const commands = withChildren(commandWords(await programFor(fakeHost()))).filter(
    ({ path }) => path.length > 0 && path.at(-1) !== 'help',
  );
  assert.ok(commands.length > 20);
  for (const { path, options } of commands) {
    const section = sections.find((one) => one.startsWith(`${word(path.join(' '))}\n`)) ?? '';
    const heads = section.split('\n').filter((line) => line.startsWith('.It '));
    for (const flag of options
      .flatMap(({ flags }) => flags)
      .filter((one) => one !== '-h' && one !== '--help'))
      assert.ok(
        heads.some((head) => `${head} `.includes(` Fl ${word(flag.slice(1))} `)),
        `${path.join(' ')} ${flag}`,
      );
  }
});

test('manual: sealbeat.yaml(5) has a heading for every mapping and an entry for every key', () => {
  const lines = new Set(pageOf('sealbeat.yaml.5').split('\n'));
  let seen = 0;
  const visit = (schema: JsonSchema, path: readonly string[]): void => {
    const keys = Object.entries(schema.properties ?? {});
    if (keys.length > 0 && path.length > 0)
      assert.ok(lines.has(macro('Ss', word(path.join('.')))), path.join('.'));
    for (const [key, value] of keys) {
      seen += 1;
      assert.ok(lines.has(`.It Ic ${word(key)}`), [...path, key].join('.'));
      visit(value, [...path, key]);
    }
    if (typeof schema.additionalProperties === 'object')
      visit(schema.additionalProperties, [...path, 'NAME']);
    for (const below of [schema.items, ...(schema.anyOf ?? [])]) if (below) visit(below, path);
  };
  visit(configJsonSchema(), []);
  assert.ok(seen > 60);
});

test('manual: the README has the same errors', () => {
  const table = /## Errors\n([^]*?)\n## /.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  const inReadme = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code));
  assert.deepEqual(inReadme.toSorted(), Object.keys(ERRORS).toSorted());
});

for (const [text, lines] of [
  ['Say `sealbeat reload`, and wait.', ['Say', '.Ql "sealbeat reload" ,', 'and wait.']],
  ['One.  Two. 3 are left.', ['One.', 'Two.', '3 are left.']],
  ['It goes by e.g. ip(8).', ['It goes by e.g.', '.Xr ip 8 .']],
  ['(`No`) is a macro, as is `.`', ['.Ql ( \\&No )', 'is a macro, as is', '.Ql \\&.']],
  ['On FreeBSD, not on `--x`es', ['On', '.Fx ,', 'not on', '.Ql \\-\\-x Ns es']],
  ['.hidden \\ and “quotes”', ['\\&.hidden \\e and \\[u201C]quotes\\[u201D]']],
  ['a\n\nb', ['a', '.Pp', 'b']],
] as const) {
  test(`mdoc: ${JSON.stringify(text)}`, () => assert.deepEqual(prose(text), lines));
}

test('mdoc: text with its own line breaks is left as it is', () => {
  assert.deepEqual(literal(".a\n'b\n  c\\"), [
    '.Bd -literal -offset indent',
    '\\&.a',
    "\\&'b",
    '  c\\e',
    '.Ed',
  ]);
});
