// Goal: the rules of ARCHITECTURE.md hold in every file. A failure names the file and the rule.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');

/** Which folders of ours a folder may import; itself always. The arrows of ARCHITECTURE.md. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: ['core'],
  keys: ['core', 'wire'],
  config: ['core', 'wire', 'keys'],
  migrate: ['core', 'config'],
  pairing: ['core', 'wire', 'keys', 'config'],
  net: ['core'],
  probe: ['core'],
  vip: ['core'],
  check: ['core'],
  control: ['core'],
  arbiter: ['core'],
  hook: ['core'],
  alert: ['core'],
  metrics: ['core'],
  web: ['core'],
  system: ['core'],
  service: ['core'],
  doctor: ['core', 'wire', 'config'],
  daemon: [
    'core',
    'wire',
    'keys',
    'config',
    'net',
    'probe',
    'check',
    'vip',
    'control',
    'arbiter',
    'hook',
    'alert',
    'metrics',
    'web',
  ],
  cli: [
    ...['core', 'wire', 'keys', 'config', 'pairing', 'migrate', 'probe', 'check', 'vip', 'control'],
    ...['service', 'system', 'daemon', 'doctor', 'hook', 'alert'],
  ],
};
const PURE = new Set(['core', 'wire']);
const IMPURE =
  /\bDate\.now|\bMath\.random|\bperformance\.|\bprocess\.|\bsetTimeout|\bsetInterval|\bsetImmediate|randomBytes|randomFill/;
const PURE_MODULES = new Set(['node:crypto', 'node:assert/strict', 'tweetnacl']);

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, folder: name.split('/')[0]!, text: readFileSync(join(src, name), 'utf8') }));

const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^(?:import|export)\b[^;']*?from '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    ([, statement, expression]) => statement ?? expression!,
  );

/** Comments may say what code may not do. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');

test('tidy: every folder of src has a row', () => {
  assert.deepEqual(
    [...new Set(files.map(({ folder }) => folder))].toSorted(),
    Object.keys(mayImport).toSorted(),
  );
});

for (const { name, folder, text } of files) {
  test(`tidy: src/${name}`, () => {
    const ours = importsOf(text).filter((specifier) => specifier.startsWith('.'));
    const strangers = ours
      .map((specifier) => relative(src, join(src, dirname(name), specifier)).split('/')[0]!)
      .filter((to) => to !== folder && !mayImport[folder]!.includes(to));
    assert.deepEqual(strangers, [], `${folder}/ may not import these`);
    for (const specifier of ours) assert.match(specifier, /\.ts$/, 'a relative import names the file');
    if (PURE.has(folder)) {
      assert.doesNotMatch(
        withoutComments(text),
        IMPURE,
        'core and wire have no clock, no entropy and no I/O',
      );
      for (const specifier of importsOf(text).filter((one) => !one.startsWith('.'))) {
        assert.ok(
          folder === 'wire' && PURE_MODULES.has(specifier),
          `${specifier} has no place in ${folder}/`,
        );
      }
    }
    assert.doesNotMatch(text, /^export default|^export \*/m, 'no default exports, no barrels');
    assert.doesNotMatch(
      text,
      /\bas any\b|: any\b|@ts-ignore|@ts-nocheck|@ts-expect-error/,
      'types are not silenced',
    );
    assert.doesNotMatch(text, /\b(TODO|FIXME|XXX)\b/, 'nothing is left for later');
    assert.doesNotMatch(name, /(utils?|helpers?|common|misc|manager|service|types|index)\.ts$/i);
  });
}

test('tidy: only vip/system-platform.ts asks which system this is, but for commands that say so', () => {
  const asking = files
    .filter(({ text }) => /process\.platform/.test(withoutComments(text)))
    .map(({ name }) => name);
  assert.deepEqual(
    asking.filter((name) => !name.startsWith('cli/')),
    ['vip/system-platform.ts'],
  );
});

test('tidy: no test waits for time to pass', () => {
  const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const sleepy = tests.filter((name) =>
    /await (sleep|delay)\(|setTimeout\((r|resolve|done)\b/.test(
      readFileSync(join(root, 'test', name), 'utf8'),
    ),
  );
  assert.deepEqual(sleepy, []);
});
