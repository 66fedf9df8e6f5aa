// Goal: every recorded call, from a host in the state that it speaks of, leaves exactly what was recorded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BsdHostOptions } from '../bsd/host.ts';
import { recordedCalls, recordedListing } from '../bsd/recorded-calls.ts';
import { call, mustAll, stage } from '../bsd/stage.ts';
import { openbsdHost } from './openbsd.ts';
import type { OpenbsdVariants } from './openbsd-variants.ts';

const ADD = 'ifconfig em0 inet alias 10.77.0.100/32';
const CREATE = 'ifconfig carp0 create';
const carp = (skew: number): string[] => [
  CREATE,
  `ifconfig carp0 10.77.0.100/32 carpdev em0 vhid 1 pass s3cret advbase 1 advskew ${skew}`,
];
const MASTER = [...carp(0), 'ifconfig carp0 up state master'];

const calls: Readonly<Record<string, readonly string[]>> = {
  alias: [],
  delete: [ADD],
  'delete-missing': [],
  'no-interface-show': [],
  'carp-create': [],
  'carp-configure': [CREATE],
  'carp-take': [...carp(100), 'ifconfig carp0 down'],
  'carp-release': MASTER,
  demote: [],
  undemote: ['ifconfig -g carp carpdemote 64'],
  'demote-show': [],
  'demote-bad': [],
};

async function prepared(before: readonly string[], options: Partial<BsdHostOptions<OpenbsdVariants>> = {}) {
  const host = openbsdHost({ ...stage().place(1, 'em0'), ...options });
  await mustAll(host, before);
  return host;
}

const recorded = recordedCalls('openbsd');

test('openbsd: every recorded call has a preparation', () => {
  assert.deepEqual(recorded.map((one) => one.case).toSorted(), Object.keys(calls).toSorted());
});

for (const { case: name, argv, rc, stdout, stderr } of recorded)
  test(`openbsd: ${name}`, async () => {
    const host = await prepared(calls[name]!);
    assert.deepEqual(await host.run(argv), { rc, stdout, stderr });
    host.close();
  });

const listings: readonly (readonly [file: string, before: readonly string[], line: string])[] = [
  ['ifconfig-em0', [], 'ifconfig em0'],
  ['ifconfig-em0-alias', [ADD], 'ifconfig em0'],
  ['ifconfig-carp0-backup', carp(100), 'ifconfig carp0'],
  ['ifconfig-carp0-init', [...carp(0), 'ifconfig carp0 down'], 'ifconfig carp0'],
  ['ifconfig-carp0-master', MASTER, 'ifconfig carp0'],
  ['ifconfig-carp0-unicast', [...carp(100), 'ifconfig carp0 carppeer 10.77.0.2'], 'ifconfig carp0'],
  ['ifconfig-g-carp', [], 'ifconfig -g carp'],
];

for (const [file, before, line] of listings)
  test(`openbsd: listing ${file}`, async () => {
    const host = await prepared(before);
    const stdout = recordedListing('openbsd', file);
    assert.deepEqual(await call(host, line), { rc: 0, stdout, stderr: '' });
    host.close();
  });
