// Goal: an editor that goes by config/sealbeat.schema.json says what `sealbeat check` would say, as far as a schema can.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { examine } from '../../src/config/load.ts';
import { pair, pairWith } from './example-file.ts';

const config = join(import.meta.dirname, '..', '..', 'config');
const read = (name: string): string => readFileSync(join(config, name), 'utf8');
const examples = readdirSync(config, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);
/** The example with every comment that is a setting made one. */
const everything = read('sealbeat.example.yaml').replace(/^( {2}| {4})?# ( *\w+:)/gm, '$1$2');

const validator = new Ajv2020({ allErrors: true, strictTypes: false });
validator.addVocabulary(['markdownDescription', 'enumDescriptions']);
const validate = validator.compile(JSON.parse(read('sealbeat.schema.json')) as object);

/** Where the schema finds fault. */
function faults(text: string): readonly string[] {
  if (validate(parse(text, { merge: true }))) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
}
const isLoaded = (text: string): boolean => examine(text).settings !== undefined;

for (const name of examples) {
  test(`schema: takes config/${name}, and editors find the schema from there`, () => {
    assert.ok(isLoaded(read(name)));
    assert.deepEqual(faults(read(name)), []);
    const named = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(name))?.[1] ?? '';
    assert.equal(join(config, dirname(name), named), join(config, 'sealbeat.schema.json'));
  });
}

const web = (rest: string): string => pairWith(['    interface: eth0', `    interface: eth0\n${rest}`]);

for (const [what, text] of [
  ['the pair', pair],
  ['all that the example has', everything],
  ['a lease that is off', pairWith(['lease: 1s', 'lease: off'])],
  ['an interface for each node', pairWith(['interface: eth0', 'interface: { lb1: eth0, lb2: ens3 }'])],
  ['an adapter for each node', web('    adapter: { lb1: linux, lb2: illumos-ifconfig }')],
  ['one endpoint', `${pair}arbiter: { consul: "http://127.0.0.1:8500" }\n`],
  ['a probe that is a command', web('    witness: [{ command: [/bin/true] }]')],
  ['an anchor', pairWith(['heartbeat:', 'heartbeat: &beat'])],
] as const) {
  test(`schema: takes what the program takes: ${what}`, () => {
    assert.ok(
      isLoaded(text),
      examine(text)
        .problems.map((problem) => problem.text)
        .join('; '),
    );
    assert.deepEqual(faults(text), []);
  });
}

for (const [what, text] of [
  ['a key with a slip', pairWith(['interval', 'intervall'])],
  ['a section with a slip', pairWith(['groups:', 'group:'])],
  ['a key at the wrong place', pairWith(['lease: 1s', 'interval: 1s'])],
  ['a duration without a unit', pairWith(['250ms', '250'])],
  ['the same in quotes', pairWith(['250ms', '"250"'])],
  ['a unit that is none', pairWith(['250ms', '250msec'])],
  ['an adapter that is none', web('    adapter: linus')],
  ['a mode that is none', web('    failback: { mode: automatic }')],
  ['a priority that is too high', pairWith(['priority: 101', 'priority: 255'])],
  ['a path without a scheme', pairWith(['udp://10.10.10.1:7112', '10.10.10.1:7112'])],
  ['a probe of another kind', web("    confirm: ['ftp://{peer}']")],
  ['a node without a key', pair.replace(/ {4}key: .*\n/, '')],
  ['a group without addresses', pair.replace(/ {4}vips: .*\n/, '')],
  ['an address that is a number', pairWith(['[10.10.10.42, "2001:db8::42"]', '[42]'])],
  ['a name in capitals', pairWith(['  web:', '  Web:'])],
  ['a relative path', web('    adapter: script\n    script: { up: up.sh, down: /d }')],
] as const) {
  test(`schema: refuses what the program refuses: ${what}`, () => {
    assert.ok(!isLoaded(text));
    assert.notDeepEqual(faults(text), []);
  });
}
