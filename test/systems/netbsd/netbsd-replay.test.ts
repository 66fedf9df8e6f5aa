// Goal: every recorded call, from a host in the state that it speaks of, leaves exactly what was recorded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedCalls, recordedListing } from '../bsd/recorded-calls.ts';
import { type Stage, call, mustAll, stage } from '../bsd/stage.ts';
import { netbsdHost } from './netbsd.ts';

const ADD = 'ifconfig wm0 inet 10.77.0.100/32 alias';
const NO_DAD = 'sysctl -w net.inet.ip.dad_count=0';
const carp = (skew: number): string[] => [
  'ifconfig carp0 create',
  `ifconfig carp0 carpdev wm0 vhid 1 pass s3cret advbase 1 advskew ${skew} 10.77.0.100/32`,
];

/** What a host does before the call, and how long it has to get there. */
interface Preparation {
  readonly before?: readonly string[];
  readonly waitMs?: number;
  readonly isTaken?: boolean;
}

const calls: Readonly<Record<string, Preparation>> = {
  'dad-off': {},
  alias: {},
  delete: { before: [ADD] },
  'delete-missing': {},
  'carp-release': { before: carp(0), waitMs: 4_000 },
  'carp-state-master': { before: carp(0) },
};

/** The recorded host has no IPv6 address of its own. */
async function prepared(scene: Stage, { before = [], waitMs = 0, isTaken = false }: Preparation) {
  const { links, ...place } = scene.place(1, 'wm0');
  if (isTaken) scene.lan.addForeign('lan', '10.77.0.100');
  const host = netbsdHost({
    ...place,
    links: links.map((link) => ({ ...link, addresses: ['10.77.0.1/24'] })),
  });
  await mustAll(host, before);
  await scene.pass(waitMs);
  return host;
}

const recorded = recordedCalls('netbsd');

test('netbsd: every recorded call has a preparation', () => {
  assert.deepEqual(recorded.map((one) => one.case).toSorted(), Object.keys(calls).toSorted());
});

for (const { case: name, argv, rc, stdout, stderr } of recorded)
  test(`netbsd: ${name}`, async () => {
    const host = await prepared(stage(), calls[name]!);
    assert.deepEqual(await host.run(argv), { rc, stdout, stderr });
    host.close();
  });

const listings: readonly (readonly [file: string, preparation: Preparation, line: string])[] = [
  ['ifconfig-wm0-alias', { before: [ADD], waitMs: 7_000 }, 'ifconfig wm0'],
  ['ifconfig-wm0-alias', { before: [NO_DAD, ADD] }, 'ifconfig wm0'],
  ['ifconfig-wm0-alias-tentative', { before: [ADD], waitMs: 3_900 }, 'ifconfig wm0'],
  ['ifconfig-wm0-alias-duplicated', { before: [ADD], waitMs: 3_900, isTaken: true }, 'ifconfig wm0'],
  ['ifconfig-carp0-backup', { before: carp(100) }, 'ifconfig carp0'],
  ['ifconfig-carp0-master', { before: carp(0), waitMs: 4_000 }, 'ifconfig carp0'],
];

for (const [file, preparation, line] of listings)
  test(`netbsd: listing ${file}${preparation.before?.includes(NO_DAD) ? ', without duplicate detection' : ''}`, async () => {
    const host = await prepared(stage(), preparation);
    const stdout = recordedListing('netbsd', file);
    assert.deepEqual(await call(host, line), { rc: 0, stdout, stderr: '' });
    host.close();
  });
