// Goal: every recorded call, from a host in the state that it speaks of, leaves exactly what was recorded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedCalls, recordedListing } from '../bsd/recorded-calls.ts';
import { type Stage, call, mustAll, stage } from '../bsd/stage.ts';
import { type FreebsdHost, type FreebsdOptions, freebsdHost } from './freebsd.ts';

const ADD = 'ifconfig em0 inet 10.77.0.100/32 alias';
const ADD6 = 'ifconfig em0 inet6 fd77::100/128 alias';
const CARP = 'ifconfig em0 vhid 1 advskew 100 pass s3cret alias 10.77.0.100/32';
const DEMOTE = 'sysctl net.inet.carp.demotion=240';

interface Preparation {
  readonly before?: readonly string[];
  readonly options?: Partial<FreebsdOptions>;
}

const calls: Readonly<Record<string, Preparation>> = {
  alias: {},
  'alias-again': { before: [ADD] },
  'no-alias-keyword': {},
  delete: { before: [ADD] },
  'delete-missing': {},
  'alias-inet6': {},
  'delete-inet6': { before: [ADD6] },
  'alias-inet6-leased': {},
  'no-interface': {},
  'no-privilege': { options: { privileged: false } },
  'bad-address': {},
  'bad-width': {},
  'carp-configure': {},
  'carp-force-master': { before: [CARP] },
  'carp-release': { before: [CARP, 'ifconfig em0 vhid 1 state master'] },
  'carp-state-without-vhid': { before: [CARP] },
  'carp-unknown-state': { before: [CARP] },
  'carp-module-missing': { options: { carpLoaded: false } },
  'demotion-show': {},
  'demotion-add': {},
  'demotion-undo': { before: [DEMOTE] },
};

async function prepared(scene: Stage, { before = [], options = {} }: Preparation): Promise<FreebsdHost> {
  const host = freebsdHost({ ...scene.place(1, 'em0'), ...options });
  await mustAll(host, before);
  return host;
}

const recorded = recordedCalls('freebsd');

test('freebsd: every recorded call has a preparation', () => {
  assert.deepEqual(recorded.map((one) => one.case).toSorted(), Object.keys(calls).toSorted());
});

for (const version of [13, 14] as const)
  for (const { case: name, argv, rc, stdout, stderr } of recorded)
    test(`freebsd ${version}: ${name}`, async () => {
      const { options = {}, before = [] } = calls[name]!;
      const host = await prepared(stage(), { before, options: { ...options, version } });
      assert.deepEqual(await host.run(argv), { rc, stdout, stderr });
      host.close();
    });

const MASTER = [
  'ifconfig em0 vhid 1 advskew 0 pass s3cret alias 10.77.0.100/32',
  'ifconfig em0 vhid 1 state master',
];
const UNICAST = 'ifconfig em0 vhid 1 advskew 100 pass s3cret peer 10.77.0.2 alias 10.77.0.100/32';

const listings: readonly {
  readonly file: string;
  readonly version: 13 | 14;
  readonly before: readonly string[];
  readonly isPulled?: boolean;
}[] = [
  { file: 'ifconfig-em0', version: 13, before: [] },
  { file: 'ifconfig-em0-alias', version: 13, before: [ADD] },
  { file: 'ifconfig-em0-carp-backup-13', version: 13, before: [CARP] },
  { file: 'ifconfig-em0-carp-init-13', version: 13, before: [MASTER[0]!], isPulled: true },
  { file: 'ifconfig-em0-carp-master-13', version: 13, before: MASTER },
  { file: 'ifconfig-em0-carp-master-14', version: 14, before: MASTER },
  { file: 'ifconfig-em0-carp-unicast-14', version: 14, before: [UNICAST] },
];

for (const { file, version, before, isPulled = false } of listings)
  test(`freebsd: listing ${file}`, async () => {
    const scene = stage();
    const host = await prepared(scene, { before, options: { version } });
    if (isPulled) scene.lan.pull('host1', 'em0');
    assert.deepEqual(await call(host, 'ifconfig em0'), {
      rc: 0,
      stdout: recordedListing('freebsd', file),
      stderr: '',
    });
    host.close();
  });
