import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { configJsonSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import { parseSettings } from '../../src/config/load.ts';

/** The example with every comment that is a setting made one. */
const everything = (): string => file('sealbeat.example.yaml').replace(/^( {2}| {4})?# ( *\w+:)/gm, '$1$2');

const file = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'config', name), 'utf8');

test('schema: the file in config/ is what scripts/make-schema.ts makes', () => {
  assert.deepEqual(JSON.parse(file('sealbeat.schema.json')), JSON.parse(JSON.stringify(configJsonSchema())));
});

test('schema: every key has a line for people, and a default or a reason for having none', () => {
  const undocumented: string[] = [];
  let seen = 0;
  const visit = (schema: JsonSchema, path: string): void => {
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      const description = value.description ?? '';
      const answered =
        value.default !== undefined ||
        schema.required?.includes(key) ||
        /Default: |Required, unless|Instead of/.test(description);
      seen += 1;
      if (description === '' || !answered) undocumented.push(`${path}.${key}`);
      visit(value, `${path}.${key}`);
    }
    for (const below of [schema.additionalProperties, schema.items, ...(schema.anyOf ?? [])]) {
      if (typeof below === 'object') visit(below, `${path}[]`);
    }
  };
  visit(configJsonSchema(), '');
  assert.deepEqual(undocumented, []);
  assert.ok(seen > 20, `only ${seen} keys were looked at`);
});

test('schema: an editor can offer something for every key, and say what each word of a choice means', () => {
  const bare: string[] = [];
  const visit = (schema: JsonSchema, path: string): void => {
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      const isSection = value.properties !== undefined || typeof value.additionalProperties === 'object';
      if (!isSection && value.default === undefined && value.examples === undefined)
        bare.push(`${path}.${key}`);
      visit(value, `${path}.${key}`);
    }
    if (schema.enum && schema.enumDescriptions?.length !== schema.enum.length) bare.push(`${path}: words`);
    for (const below of [schema.additionalProperties, schema.items, ...(schema.anyOf ?? [])])
      if (typeof below === 'object') visit(below, `${path}[]`);
  };
  visit(configJsonSchema(), '');
  assert.deepEqual(bare, []);
});

test('example: is a good file, without a warning', () => {
  const { settings, warnings, notes } = parseSettings(file('sealbeat.example.yaml'), 'sealbeat.example.yaml');
  assert.deepEqual([warnings, notes], [[], []]);
  assert.deepEqual(
    settings.nodes.map(({ name }) => name),
    ['lb1', 'lb2'],
  );
});

test('example: what is commented out as a default is the default', () => {
  const text = file('sealbeat.example.yaml');
  // "# key: value" lines; prose and what isn't a default stay comments.
  const [top = '', below = ''] = text.split(/(?=^nodes:)/m);
  const spelledOut =
    top.replace(/^# (heartbeat:|  [a-z]+: \S+ |lease:|restart:)/gm, '$1') +
    below.replace(/^    # (adapter|failback|announce)/gm, '    $1');
  assert.equal(Object.keys((parse(spelledOut) as { heartbeat: object }).heartbeat).length, 4);
  const { adapter, failback, announce } = (parse(spelledOut) as { groups: { web: Record<string, unknown> } })
    .groups.web;
  assert.ok(
    adapter !== undefined &&
      failback !== undefined &&
      announce !== undefined &&
      spelledOut.includes('\nlease: 1s') &&
      spelledOut.includes('\nrestart: 3s'),
  );
  assert.equal(parseSettings(spelledOut, 'x').settings.digest, parseSettings(text, 'x').settings.digest);
});

test('example: what is commented out is good, too, when it is not', () => {
  const { settings, warnings, notes } = parseSettings(everything(), 'x');
  assert.deepEqual([warnings, notes], [[], []]);
  const named = new Map(settings.groups.map((group) => [group.name as string, group]));
  const web = named.get('web');
  assert.deepEqual(named.get('appliance')?.script?.up, ['/etc/sealbeat/vip-up.sh']);
  assert.equal(named.get('public')?.command?.giveUpMs, 60_000);
  assert.equal(web?.confirm?.probes.length, 4);
  assert.equal(web.witness?.probes.length, 2);
  assert.deepEqual(web.fence?.command, ['/usr/local/sbin/power-off', '{name}', '{peer}']);
  assert.equal(settings.arbiter?.endpoints.length, 3);
  assert.equal(settings.arbiter.credentialFile, '/etc/sealbeat/arbiter-secret');
});

test('example: names every key of the schema', () => {
  const text = file('sealbeat.example.yaml');
  const missing: string[] = [];
  const visit = (schema: JsonSchema): void => {
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      if (!text.includes(`${key}:`)) missing.push(key);
      visit(value);
    }
    for (const below of [schema.additionalProperties, schema.items, ...(schema.anyOf ?? [])]) {
      if (typeof below === 'object') visit(below);
    }
  };
  visit(configJsonSchema());
  assert.deepEqual(missing, ['keys'], '`keys` belongs to a rotation, not to an example');
});
