import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSettings } from '../../src/config/load.ts';
import type { GroupSettings, Settings } from '../../src/core/settings.ts';
import { aws } from './aws.ts';
import { newState, ownersOf, type CloudModel, type CloudState } from './cloud-model.ts';
import { az, doctl, gcloud, hcloud, oci, openstack } from './other-clouds.ts';

/** An example of config/cloud with the cloud that it is for. */
export interface Example {
  readonly file: string;
  readonly cloud: CloudModel;
  /** What the cloud calls a node, and the address. */
  readonly ownerOf: (values: ReadonlyMap<string, string>) => string;
  readonly thing: string;
  /** It refuses a node that was overtaken. */
  readonly fences?: boolean;
}

const value =
  (name: string) =>
  (values: ReadonlyMap<string, string>): string =>
    values.get(name) ?? '';

export const EXAMPLES: readonly Example[] = [
  { file: 'aws-secondary-ip', cloud: aws, ownerOf: value('ENI'), thing: '10.0.1.42' },
  {
    file: 'aws-elastic-ip',
    cloud: aws,
    ownerOf: value('ENI'),
    thing: 'eipalloc-0c33333333333333c',
    fences: true,
  },
  { file: 'aws-route', cloud: aws, ownerOf: value('ENI'), thing: '192.168.42.42/32' },
  { file: 'gcp-alias', cloud: gcloud, ownerOf: value('INSTANCE'), thing: '10.128.0.42/32' },
  { file: 'azure', cloud: az, ownerOf: value('NIC'), thing: '10.1.0.42' },
  { file: 'hetzner-floating-ip', cloud: hcloud, ownerOf: value('SERVER'), thing: '40001' },
  { file: 'hetzner-alias', cloud: hcloud, ownerOf: value('SERVER'), thing: '10.0.0.42' },
  { file: 'openstack-floating-ip', cloud: openstack, ownerOf: value('PORT'), thing: '203.0.113.10' },
  { file: 'oracle', cloud: oci, ownerOf: value('VNIC'), thing: '10.3.0.42' },
  { file: 'digitalocean', cloud: doctl, ownerOf: value('DROPLET'), thing: '203.0.113.10' },
];

export const configText = (file: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'config', 'cloud', `${file}.yaml`), 'utf8');

export const settingsOf = (file: string): Settings => parseSettings(configText(file), file).settings;

/** The only group of an example; both nodes are in it. */
export const groupOf = (file: string): GroupSettings => settingsOf(file).groups[0]!;

export function stateFor({ file, ownerOf }: Example): CloudState {
  return newState([...groupOf(file).command!.values.values()].map(ownerOf));
}

/** The nodes that the cloud sends the address to. */
export function holdersIn(state: CloudState, { file, ownerOf, thing }: Example): readonly string[] {
  const owners = ownersOf(state, thing);
  return [...groupOf(file).command!.values]
    .filter(([, values]) => owners.includes(ownerOf(values)))
    .map(([node]) => node);
}
