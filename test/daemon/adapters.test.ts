import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupSettings } from '../../src/core/settings.ts';
import { openAdapters } from '../../src/daemon/adapters.ts';
import { systemSpawn } from '../../src/system/child.ts';
import { systemExec } from '../../src/system/exec.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { vips } from './opened-groups.ts';
import { named, settingsWith } from './two-nodes.ts';

const opened = (platform: NodeJS.Platform = 'linux') =>
  openAdapters({
    ...{ exec: systemExec, spawn: systemSpawn, clock: new ManualClock(), log: collectedLog(), platform },
    ...{ onProblem: assert.fail, onProgram: assert.fail, node: named('lb1'), stateDirectory: '/nonexistent' },
    errandFor: ({ name }) => ({
      ...{ group: name, node: named('lb1'), epoch: 0, role: 'init', peer: '', cause: '' },
    }),
  });

const groupWith = (text: string): GroupSettings =>
  settingsWith(vips(`[10.10.10.42]\n    ${text}`)).groups[0]!;

const script = (more = ''): string => `adapter: script\n    script: { up: /up, down: /down${more} }`;
const command = (word: string, more: string): string =>
  `adapter: command\n    command: { up: [[/tool, assign, '${word}']], down: [[/tool, leave, '{address}']], ${more} }`;
const values = (own: string, other: string): string =>
  `values: { lb1: { nic: ${own} }, lb2: { nic: ${other} } }`;
const carp = (more: string): string => `adapter: carp\n    carp: { vhid: 1${more} }`;
const sameMac = '\n    announce: { method: same-mac }';

for (const [what, before, after, isSame, platform] of [
  ['a timeout of its programs', script(), script(', timeout: 9s'), false],
  ['how others would announce', script(), script() + sameMac, true],
  [
    'a value of its own',
    command('{nic}', `also: none, ${values('a', 'b')}`),
    command('{nic}', `also: none, ${values('c', 'b')}`),
    false,
  ],
  [
    'a value of another node',
    command('{nic}', `also: none, ${values('a', 'b')}`),
    command('{nic}', `also: none, ${values('a', 'c')}`),
    true,
  ],
  [
    'a value of another node that is named',
    command('{other.nic}', `also: none, ${values('a', 'b')}`),
    command('{other.nic}', `also: none, ${values('a', 'c')}`),
    false,
  ],
  [
    'how a cloud alone announces',
    command('{address}', 'also: none'),
    command('{address}', 'also: none') + sameMac,
    true,
  ],
  [
    'how the host beside a cloud announces',
    command('{address}', 'also: auto'),
    command('{address}', 'also: auto') + sameMac,
    false,
  ],
  ['the vhid', carp(''), carp('').replace('1', '2'), false, 'freebsd'],
  [
    'the carp interface',
    carp(', interface: { lb1: carp0, lb2: carp0 }'),
    carp(', interface: { lb1: carp1, lb2: carp0 }'),
    false,
    'openbsd',
  ],
  [
    'the carp interface of another node',
    carp(', interface: { lb1: carp0, lb2: carp0 }'),
    carp(', interface: { lb1: carp0, lb2: carp3 }'),
    true,
    'openbsd',
  ],
] as const) {
  test(`adapters: ${what} makes ${isSame ? 'no other one' : 'another one'}`, async () => {
    const adapters = opened(platform);
    const one = adapters.of(groupWith(before));
    assert.equal(adapters.of(groupWith(before)), one);
    assert.equal(adapters.of(groupWith(after)) === one, isSame);
    await adapters.close();
  });
}

test('adapters: one that is retired is not given again, and is closed at the end if nobody did it before', async () => {
  const adapters = opened();
  const closed: string[] = [];
  const [first, second, third] = ['first', 'second', 'third'].map((name) => {
    const one = adapters.of(groupWith(script()));
    one.close = () => Promise.resolve(void closed.push(name));
    const close = adapters.retire(one);
    return { one, close };
  });
  assert.equal(new Set([first!.one, second!.one, third!.one]).size, 3);
  await second!.close();
  await adapters.close();
  assert.deepEqual(closed, ['second', 'first', 'third']);
});
