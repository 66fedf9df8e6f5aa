// A reload that changes how a group is brought up: its adapter, or the section that the adapter acts by.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../src/core/errors.ts';
import type { Settings } from '../../src/core/settings.ts';
import { settled } from '../fakes/told-adapter.ts';
import { openedGroups, V4, vips } from './opened-groups.ts';
import { settingsWith } from './two-nodes.ts';

const FOUR = '[10.10.10.42]';
const withSection = (section: string, list = FOUR): Settings => settingsWith(vips(`${list}\n    ${section}`));
const script = (folder: string, more = ''): string =>
  `adapter: script\n    script: { up: ${folder}/up, down: ${folder}/down${more} }`;
const command = (tool: string): string =>
  `adapter: command\n    command: { up: [[${tool}, assign, '{address}']], down: [[${tool}, leave, '{address}']], also: none }`;
const carp = (vhid: number): string => `adapter: carp\n    carp: { vhid: ${vhid} }`;
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await settled();
};

const CHANGES = [
  { what: 'script', from: script('/old'), to: script('/new'), kinds: ['script /old/up', 'script /new/up'] },
  { what: 'command', from: command('/old'), to: command('/new'), kinds: ['command /old', 'command /new'] },
  { what: 'carp', from: carp(1), to: carp(2), kinds: ['carp 1', 'carp 2'], platform: 'freebsd' },
  { what: 'adapter', from: script('/old'), to: command('/new'), kinds: ['script /old/up', 'command /new'] },
  { what: 'adapter back', from: script('/old'), to: 'adapter: auto', kinds: ['script /old/up', 'auto auto'] },
] as const;

for (const { what, from, to, kinds, ...more } of CHANGES) {
  const [before, after] = kinds;

  test(`sections: ${what}: what is held goes down in the old way, which is closed, and only then up in the new one`, async () => {
    const { configure, journal, adapter, told, problems } = openedGroups(more);
    await configure(withSection(from));
    adapter(before).answers = false;
    await configure(withSection(to), ['web'], ['web']);
    assert.deepEqual(journal, [`${before}: down ${V4}`]);
    adapter(before).calls[0]!.settle();
    await turns();
    assert.deepEqual(journal.slice(1), [`${before}: close`, `${after}: up ${V4}`]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['hint', 'carrier'],
      'the neighbours are told',
    );
    assert.deepEqual([adapter(before).watchers.size, adapter(after).watchers.size], [0, 1]);
  });

  test(`sections: ${what}: what is held elsewhere is not touched, and the old adapter is closed`, async () => {
    const { configure, journal, groups } = openedGroups(more);
    await configure(withSection(from));
    await configure(withSection(to));
    assert.deepEqual(journal, [`${before}: close`]);
    groups.queueOf(groupOf(withSection(to)))!.add('up', 1);
    await turns();
    assert.deepEqual(journal.slice(1), [`${after}: up ${V4}`]);
  });

  test(`sections: ${what}: a release that fails is an alarm with the next step, and the new way is used`, async () => {
    const { configure, journal, adapter, problems, leftovers } = openedGroups(more);
    await configure(withSection(from));
    adapter(before).broken = new OperatorError('VIP_FAILED', 'exit code 3', { hint: 'run it by hand' });
    adapter(before).plan = () => ({ up: [], down: ['the old words'] });
    await configure(withSection(to), ['web'], ['web']);
    await turns();
    assert.deepEqual(journal, [`${before}: down ${V4}`, `${before}: close`, `${after}: up ${V4}`]);
    assert.deepEqual(problems, [
      `web: ${V4} could not be taken down in the way of the config before: exit code 3 (run it by hand; ` +
        'the new way is used all the same, so look what the old one left on this host and undo it by hand; ' +
        'the old way was: the old words)',
    ]);
    assert.equal(leftovers.any(), false, 'tried again, it could undo what the new way did');
  });
}

const groupOf = ({ groups }: Settings) => groups[0]!.id;

test('sections: a reload with a change elsewhere calls nothing', async () => {
  const { configure, journal, groups } = openedGroups();
  await configure(withSection(script('/old')));
  const queue = groups.queueOf(groupOf(withSection(script('/old'))));
  await configure(
    settingsWith(vips(`${FOUR}\n    ${script('/old')}\n    failback: { mode: manual }`), [
      'interval: 250ms',
      'interval: 300ms',
    ]),
    ['web'],
    ['web'],
  );
  await turns();
  assert.deepEqual(journal, []);
  assert.equal(groups.queueOf(groupOf(withSection(script('/old')))), queue);
});

test('sections: an old way that hangs is given up after its time, and said', async () => {
  const { configure, journal, adapter, problems, clock } = openedGroups();
  await configure(withSection(script('/old', ', timeout: 10s')));
  adapter('script /old/up').answers = false;
  await configure(withSection(script('/new')), ['web'], ['web']);
  clock.goOn(24_999);
  await turns();
  assert.deepEqual(journal, [`script /old/up: down ${V4}`]);
  clock.goOn(1);
  await turns();
  assert.deepEqual(journal.slice(1), ['script /old/up: close', `script /new/up: up ${V4}`]);
  assert.match(problems.join(), /the adapter has not answered for 25 s/);
  assert.equal(clock.waiting, 0);
});

test('sections: one that cannot be closed keeps the new way waiting for 10 s at most', async () => {
  const { configure, journal, adapter, clock } = openedGroups();
  await configure(withSection(script('/old')));
  adapter('script /old/up').close = () => new Promise(() => undefined);
  await configure(withSection(script('/new')), ['web'], ['web']);
  clock.goOn(9_999);
  await turns();
  assert.deepEqual(journal, [`script /old/up: down ${V4}`]);
  clock.goOn(1);
  await turns();
  assert.deepEqual(journal.slice(1), [`script /new/up: up ${V4}`]);
});

test('sections: no renewal is kept waiting by the change, or the holder would begin anew, and nothing is announced', async () => {
  const { configure, adapter, groups, told, journal } = openedGroups();
  await configure(withSection(script('/old')));
  adapter('script /old/up').answers = false;
  const next = withSection(script('/new'));
  await configure(next, ['web'], ['web']);
  groups.queueOf(groupOf(next))!.add('renew', 7);
  groups.announce(groupOf(next), true);
  await turns();
  assert.deepEqual(adapter('script /new/up').announced, [], 'it is nowhere');
  assert.deepEqual(told, [
    { kind: 'called', group: groupOf(next), result: { kind: 'renew', call: 7, found: 'all', text: '' } },
  ]);
  adapter('script /old/up').calls[0]!.settle();
  await turns();
  groups.queueOf(groupOf(next))!.add('renew', 8);
  groups.announce(groupOf(next), true);
  assert.deepEqual(adapter('script /new/up').announced, [[V4]]);
  await turns();
  assert.deepEqual(journal.slice(2), [`script /new/up: up ${V4}`, `script /new/up: renew ${V4}`]);
});

test('sections: a VIP that leaves the config together with its section goes down in the old way, again and again', async () => {
  const { configure, journal, adapter, clock, leftovers } = openedGroups();
  const gone = '10.10.10.43/32 on eth0';
  await configure(withSection(script('/old'), '[10.10.10.42, 10.10.10.43]'));
  const old = adapter('script /old/up');
  const { down } = old;
  let fails = true;
  old.down = async (list) => {
    await down(list);
    if (fails && list.some(({ address }) => address === '10.10.10.43')) throw new Error('no');
  };
  await configure(withSection(script('/new')), ['web'], ['web']);
  await turns();
  const said = (...calls: string[]): string[] => calls.map((call) => `script /old/up: ${call}`);
  assert.deepEqual(journal, [...said(`down ${gone}`, `down ${V4}`), `script /new/up: up ${V4}`]);
  assert.ok(!old.closed, 'its guard holds what is left');
  fails = false;
  clock.goOn(500);
  await turns();
  assert.deepEqual(journal.slice(3), said(`down ${gone}`, 'close'));
  assert.equal(leftovers.any(), false);
});

test('sections: a group that leaves the config takes its adapter along', async () => {
  const { configure, journal } = openedGroups();
  const base = withSection(script('/old'));
  await configure(base);
  await configure({ ...base, groups: [] }, ['web']);
  await turns();
  assert.deepEqual(journal, [`script /old/up: down ${V4}`, 'script /old/up: close']);
});

test('sections: an adapter that another group has as well is not closed', async () => {
  const { configure, journal } = openedGroups();
  const mail = (section: string): string =>
    `mail:\n    interface: eth0\n    vips: [10.10.10.43]\n    ${section}`;
  const both = (web: string): Settings =>
    settingsWith(vips(`${FOUR}\n    ${web}\n  ${mail(script('/old'))}`));
  await configure(both(script('/old')));
  await configure(both(script('/new')), ['mail', 'web'], ['mail', 'web']);
  await turns();
  assert.deepEqual(journal, [`script /old/up: down ${V4}`, `script /new/up: up ${V4}`]);
});

test('sections: a third config while the old way lets go: the second is not brought up', async () => {
  const { configure, journal, adapter } = openedGroups();
  await configure(withSection(script('/a')));
  const first = adapter('script /a/up');
  first.answers = false;
  await configure(withSection(script('/b')), ['web'], ['web']);
  await configure(withSection(script('/a')), ['web'], ['web']);
  assert.deepEqual(journal, [`script /a/up: down ${V4}`]);
  first.calls[0]!.settle();
  await turns();
  assert.deepEqual(journal.slice(1), [
    'script /a/up: close',
    `script /b/up: down ${V4}`,
    'script /b/up: close',
    `script /a/up: up ${V4}`,
  ]);
  assert.notEqual(adapter('script /a/up'), first, 'what is closed is not used again');
});
