// Goal: whoever copies an example for a cloud gets a file that loads without a word.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseSettings } from '../../src/config/load.ts';

const folder = join(import.meta.dirname, '..', '..', 'config', 'cloud');

/** What puts the address on the host beside the cloud; `plain` for an example without commands. */
const EXAMPLES: Readonly<Record<string, 'auto' | 'none' | 'plain'>> = {
  'aws-elastic-ip.yaml': 'none',
  'aws-route.yaml': 'auto',
  'aws-secondary-ip.yaml': 'auto',
  'azure.yaml': 'auto',
  'digitalocean.yaml': 'none',
  'gcp-alias.yaml': 'auto',
  'hetzner-alias.yaml': 'auto',
  'hetzner-floating-ip.yaml': 'auto',
  'openstack-allowed-address.yaml': 'plain',
  'openstack-floating-ip.yaml': 'none',
  'oracle.yaml': 'auto',
};

test('cloud examples: these are all', () => {
  assert.deepEqual(readdirSync(folder).toSorted(), Object.keys(EXAMPLES));
});

for (const [name, also] of Object.entries(EXAMPLES)) {
  test(`cloud examples: ${name} loads without a warning`, () => {
    const { settings, warnings } = parseSettings(readFileSync(join(folder, name), 'utf8'), name);
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      settings.nodes.map(({ name }) => name),
      ['lb1', 'lb2'],
    );
    const [group, ...others] = settings.groups;
    assert.deepEqual(others, []);
    if (also === 'plain') return assert.equal(group?.command, undefined);
    assert.equal(group?.command?.also ?? 'none', also);
    assert.ok(group?.command?.show !== undefined, 'every cloud can be asked');
  });
}
