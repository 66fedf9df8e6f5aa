// The tables of words in the pages of docs/ are those of the code. After a change on purpose:
//   UPDATE_GOLDEN=1 node --test test/migrate/pages.test.ts
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { examine } from '../../src/config/load.ts';
import { trustKey } from '../../src/keys/trust.ts';
import type { Verdict } from '../../src/migrate/ledger.ts';
import { TABLES } from '../../src/migrate/keepalived/keywords.ts';
import { OPTIONS } from '../../src/migrate/ucarp/keywords.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import { seededRandom } from '../fakes/seeded-random.ts';

const update = process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] !== 'true';
const page = (name: string): URL => new URL(`../../docs/${name}`, import.meta.url);
const WORDS: Readonly<Record<Verdict, string>> = {
  taken: 'taken',
  changed: 'changed',
  missing: 'no equivalent',
  ignored: 'not needed',
};
const cell = (text: string): string => text.replaceAll('|', '\\|');
const HEAD = ['', '| word | | here |', '| --- | --- | --- |'];

const keepalived = TABLES.flatMap(([block, words]) => [
  `### ${block}`,
  ...HEAD,
  ...Object.entries(words)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, { verdict, says }]) => `| \`${word}\` | ${WORDS[verdict]} | ${cell(says)} |`),
  '',
]);
const ucarp = [
  '| option | in interfaces(5) | | here |',
  '| --- | --- | --- | --- |',
  ...OPTIONS.map(({ long, short, stanza, verdict, says }) => {
    const inStanza = stanza === undefined ? '' : `\`ucarp-${stanza}\``;
    return `| \`-${short}\`, \`--${long}\` | ${inStanza} | ${WORDS[verdict]} | ${cell(says)} |`;
  }),
  '',
];

for (const [name, lines] of [
  ['from-keepalived.md', keepalived],
  ['from-ucarp.md', ucarp],
] as const) {
  test(`import: docs/${name} has the words of the code`, () => {
    const text = readFileSync(page(name), 'utf8');
    const [before, , after] = text.split(/(?<=<!-- words: begin -->\n)([\s\S]*)(?=<!-- words: end -->)/);
    assert.ok(before !== undefined && after !== undefined);
    const expected = `${before}\n${lines.join('\n')}\n${after}`;
    if (update) writeFileSync(page(name), expected);
    assert.equal(update ? expected : text, expected);
  });
}

test('import: the config in docs/from-shell-loops.md is good once its keys are in', () => {
  const [, yaml = ''] =
    /```yaml\n([\s\S]*?)```/.exec(readFileSync(page('from-shell-loops.md'), 'utf8')) ?? [];
  const random = seededRandom('loops');
  const done = ['lb1', 'lb2'].reduce(
    (text, node) => trustKey(text, node, makeIdentity(random).public.line).text,
    yaml,
  );
  assert.deepEqual(examine(done).problems, []);
});
