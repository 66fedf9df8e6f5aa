import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Clock, Errand } from '../../../src/core/ports.ts';
import type { ScriptSettings } from '../../../src/core/settings.ts';
import type { GroupName, NodeName } from '../../../src/core/units.ts';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemExec } from '../../../src/system/exec.ts';
import type { ProgramReport } from '../../../src/vip/options.ts';
import { scriptVip } from '../../../src/vip/script/script.ts';
import { collectedLog } from '../../fakes/collected-log.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { until } from '../../lab/wait.ts';
import { standIn, tempFolder } from '../lab.ts';
import { vipOf } from '../vip-of.ts';
import { scriptsIn } from './stage.ts';

const four = vipOf('10.0.0.42/32', 'eth0');
const six = vipOf('fd00::42/64', 'eth1');
const both = [four, six];
const ERRAND: Errand = {
  ...{ group: 'web' as GroupName, node: 'lb1' as NodeName, peer: 'lb2' as NodeName },
  ...{ epoch: 8, role: 'claiming', cause: 'lb2 is silent' },
};

type More = Parameters<typeof scriptsIn>[1];

function adapterWith(
  t: TestContext,
  settings: ScriptSettings,
  { clock = systemClock, guarded = false, state }: { clock?: Clock; guarded?: boolean; state?: string } = {},
) {
  const reports: ProgramReport[] = [];
  const problems: string[] = [];
  const errand = { ...ERRAND };
  const adapter = scriptVip({
    ...{ exec: systemExec, spawn: systemSpawn, clock, log: collectedLog(), guarded, settings },
    ...{ group: errand.group, node: errand.node, errand: () => errand },
    onProblem: ({ message }) => problems.push(message),
    onProgram: (report) => reports.push(report),
    ...(state === undefined ? {} : { stateDirectory: state }),
  });
  t.after(() => adapter.close());
  return { adapter, reports, problems, errand: errand as { epoch: number } & Errand };
}

function stage(t: TestContext, more: More = {}, options: Parameters<typeof adapterWith>[2] = {}) {
  const folder = tempFolder();
  const state = join(folder, 'state');
  mkdirSync(state);
  const scripts = scriptsIn(folder, more);
  const calls = (): readonly string[] =>
    existsSync(scripts.calls)
      ? readFileSync(scripts.calls, 'utf8')
          .trim()
          .split('\n')
          .filter((line) => !line.startsWith('show'))
          .map((line) => line.replace(/ \(.*/, ''))
      : [];
  return { ...adapterWith(t, scripts.settings, { state, ...options }), ...scripts, folder, state, calls };
}

test('script: arguments and environment are as they are written down', async (t) => {
  const folder = tempFolder();
  const told = standIn(
    folder,
    'told',
    'printf "%s|" "$@" > "$0.words"; env | grep ^SEALBEAT_ | sort > "$0.env"',
  );
  const settings = {
    up: [told, 'a b', '', '*'],
    down: [told],
    show: undefined,
    timeoutMs: 10_000,
    overlap: false,
  };
  const { adapter } = adapterWith(t, settings);
  await adapter.up([four], 0);
  assert.equal(readFileSync(`${told}.words`, 'utf8'), 'eth0|10.0.0.42|a b||*|');
  assert.deepEqual(readFileSync(`${told}.env`, 'utf8').trim().split('\n'), [
    'SEALBEAT_ADDRESS=10.0.0.42',
    'SEALBEAT_CAUSE=lb2 is silent',
    'SEALBEAT_EPOCH=8',
    'SEALBEAT_GROUP=web',
    'SEALBEAT_INTERFACE=eth0',
    'SEALBEAT_NODE=lb1',
    'SEALBEAT_PEER=lb2',
    'SEALBEAT_PREFIX_LENGTH=32',
    'SEALBEAT_ROLE=claiming',
    'SEALBEAT_VIPS=10.0.0.42/32@eth0',
  ]);
  await adapter.down(both);
  const env = readFileSync(`${told}.env`, 'utf8');
  assert.match(env, /^SEALBEAT_VIPS=10\.0\.0\.42\/32@eth0 fd00::42\/64@eth1$/m);
});

test('script: one at a time, in order up and in reverse down', async (t) => {
  const alone = 'mkdir "$folder/running" || exit 9; sleep 0.05; rmdir "$folder/running"';
  const { adapter, calls } = stage(t, { upFirst: alone, downFirst: alone });
  await adapter.up(both, 0);
  await adapter.down(both);
  assert.deepEqual(calls(), [
    'up eth0 10.0.0.42',
    'up eth1 fd00::42',
    'down eth1 fd00::42',
    'down eth0 10.0.0.42',
  ]);
});

test('script: an up that fails ends the call with its exit code and last line, and events show it', async (t) => {
  const { adapter, reports, calls } = stage(t, { upFirst: 'echo begun; echo "no license" >&2; exit 4' });
  await assert.rejects(adapter.up(both, 0), {
    name: 'OperatorError',
    code: 'VIP_FAILED',
    message: /vip-up eth0 10\.0\.0\.42: exit code 4: no license$/,
  });
  assert.deepEqual(calls(), ['up eth0 10.0.0.42']);
  assert.deepEqual(
    reports.map(({ failed, cause }) => [failed, cause]),
    [[true, 'begun | no license']],
  );
  assert.match(reports[0]!.text, /^up: \S+vip-up eth0 10\.0\.0\.42: exit code 4$/);
});

test('script: a down that fails does not keep the others from theirs', async (t) => {
  const { adapter, calls, reports } = stage(t, { downFirst: '[ $1 = eth0 ] || { echo busy; exit 1; }' });
  await adapter.up(both, 0);
  await assert.rejects(adapter.down(both), { message: /vip-down eth1 fd00::42: exit code 1: busy$/ });
  assert.deepEqual(calls().slice(2), ['down eth1 fd00::42', 'down eth0 10.0.0.42']);
  assert.deepEqual(
    reports.map(({ failed }) => failed),
    [false, false, true],
  );
  assert.deepEqual(await adapter.look(both), [six]);
});

test('script: one that hangs is ended with all that it has started', async (t) => {
  const hang = 'sleep 60 & echo $! > "$folder/pid"; echo waiting; wait';
  const { adapter, folder } = stage(t, { upFirst: hang, timeoutMs: 500 });
  await assert.rejects(adapter.up(both, 0), {
    code: 'TOOL_TIMEOUT',
    message: /ended after 0\.5 s.*: waiting$/,
  });
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  await until('its child to be gone', 5_000, () => !isAlive(pid));
});

test('script: all together have twice the time of one', async (t) => {
  const { adapter, calls } = stage(t, { downFirst: 'sleep 60', timeoutMs: 300 });
  const many = [1, 2, 3, 4].map((number) => vipOf(`10.0.0.${number}/32`, 'eth0'));
  await assert.rejects(adapter.down(many), { code: 'TOOL_TIMEOUT', message: /10\.0\.0\.4: ended after/ });
  assert.ok(calls().length <= 3, calls().join());
});

test('script: one that is not there is said to be missing', async (t) => {
  const settings = {
    up: ['/nonexistent/up'],
    down: ['/d'],
    show: undefined,
    timeoutMs: 1_000,
    overlap: false,
  };
  const { adapter } = adapterWith(t, settings);
  await assert.rejects(adapter.up([four], 0), { code: 'TOOL_MISSING', message: /^\/nonexistent\/up eth0/ });
});

test('script: something else is wanted: the up that runs is ended, and down does not wait for it', async (t) => {
  const { adapter, calls, folder } = stage(t, { upFirst: ': > "$folder/begun"; sleep 60' });
  const rising = adapter.up(both, 0);
  await until('up to have begun', 5_000, () => existsSync(join(folder, 'begun')));
  adapter.supersede?.();
  const falling = adapter.down(both);
  await assert.rejects(rising, { message: /something else is wanted now/ });
  await falling;
  assert.deepEqual(calls(), ['up eth0 10.0.0.42', 'down eth1 fd00::42', 'down eth0 10.0.0.42']);
});

test('script: brought up once for an epoch, again for another and when a rival was seen', async (t) => {
  const clock = new ManualClock();
  const { adapter, calls, errand } = stage(t, { show: false }, { clock });
  const ups = (): number => calls().filter((line) => line === 'up eth0 10.0.0.42').length;
  await adapter.up([four], 0);
  await adapter.up([four], 0);
  assert.equal(ups(), 1);
  errand.epoch = 16;
  await adapter.up([four], 0);
  assert.equal(ups(), 2);
  clock.goOn(5_000);
  adapter.announce([four]);
  adapter.announce([four], { contested: false });
  await adapter.look([four]);
  assert.equal(ups(), 2);
  adapter.announce([four], { contested: true });
  await until('it to be run again', 5_000, () => ups() === 3);
});

test('script: what `show` misses after an up is a failure, and so is what it still sees after a down', async (t) => {
  const lost = stage(t, { show: true });
  writeFileSync(lost.settings.up[0]!, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  await assert.rejects(lost.adapter.up([four], 0), { message: /ended with 0, but `show` says.*not here/ });
  const kept = stage(t, { show: true });
  await kept.adapter.up([four], 0);
  writeFileSync(kept.settings.down[0]!, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  await assert.rejects(kept.adapter.down([four]), { message: /ended with 0, but `show` says.*still here/ });
});

test('script: a `show` that cannot tell contradicts nobody, and notes say so', async (t) => {
  const { adapter, reports } = stage(t, { showFirst: 'echo "kernel busy" >&2; exit 2' });
  await assert.rejects(adapter.look(both), {
    code: 'VIP_UNKNOWN',
    message: /vip-show.*exit code 2: kernel busy$/,
  });
  await adapter.up(both, 0);
  await until('a look that cannot tell', 5_000, async () => {
    assert.deepEqual(await adapter.look(both), both);
    return adapter.notes(both).length > 0;
  });
  assert.match(adapter.notes(both)[0]!, /^it cannot be seen for \d+ s whether they are here: .*kernel busy$/);
  assert.ok(reports.some(({ failed, text }) => failed && /^show: .*exit code 2$/.test(text)));
  await adapter.down(both);
});

test('script: a `show` that hangs keeps no look waiting while they are held', async (t) => {
  const { adapter, folder } = stage(t, { showFirst: '[ ! -e "$folder/hang" ] || sleep 60' });
  await adapter.up(both, 0);
  writeFileSync(join(folder, 'hang'), '');
  const beganMs = performance.now();
  assert.deepEqual(await adapter.look(both), both);
  assert.ok(performance.now() - beganMs < 5_000, 'it has ten seconds of its own');
  await adapter.down([]);
});

test('script: without `show`, what was last done is believed, and notes say so', async (t) => {
  const { adapter } = stage(t, { show: false });
  assert.deepEqual(await adapter.look(both), []);
  await adapter.up(both, 0);
  assert.deepEqual(await adapter.look(both), both);
  assert.match(adapter.notes(both)[0]!, /no `show`.*not what was seen$/);
  await adapter.down(both);
  assert.deepEqual(await adapter.look(both), []);
});

test('script: the next process knows what may be up, until down has succeeded once', async (t) => {
  const first = stage(t, { show: false, downFirst: '[ ! -e "$folder/stuck" ] || exit 1' });
  await first.adapter.up(both, 0);
  await first.adapter.close();
  const next = () => adapterWith(t, first.settings, { state: first.state }).adapter;
  writeFileSync(join(first.folder, 'stuck'), '');
  const second = next();
  assert.deepEqual(await second.look(both), both, 'before anything was done');
  await assert.rejects(second.down(both));
  assert.deepEqual(await second.look(both), both, 'down has failed');
  rmSync(join(first.folder, 'stuck'));
  await second.down(both);
  assert.deepEqual(await second.look(both), []);
  assert.deepEqual(await next().look(both), []);
});

test('script: an up that was cut off counts as one that may have worked', async (t) => {
  const { adapter, settings, state } = stage(t, { show: false, upFirst: 'exit 1' });
  await assert.rejects(adapter.up([four], 0));
  assert.deepEqual(await adapterWith(t, settings, { state }).adapter.look(both), [four]);
});

test('script: without a place for notes nobody knows, until something was done', async (t) => {
  const folder = tempFolder();
  const { adapter } = adapterWith(t, scriptsIn(folder, { show: false }).settings);
  await assert.rejects(adapter.look(both), { code: 'VIP_UNKNOWN', hint: /script\.show/ });
  await adapter.down(both);
  assert.deepEqual(await adapter.look(both), []);
});

test('script: notes that cannot be written are a problem, and no reason to stop', async (t) => {
  const folder = tempFolder();
  const state = join(folder, 'file');
  writeFileSync(state, '');
  const { adapter, problems } = adapterWith(t, scriptsIn(folder).settings, { state });
  await adapter.up([four], 0);
  assert.deepEqual(await adapter.look([four]), [four]);
  assert.match(problems[0] ?? '', /script-web/);
});

test('script: the guard runs down in reverse, knows what lasts, and removes the note', async (t) => {
  const { adapter, state, folder } = stage(
    t,
    { show: false, downFirst: 'env | grep ^SEALBEAT_ | sort > "$folder/env"' },
    { guarded: true },
  );
  await adapter.up(both, 1);
  assert.equal(readdirSync(join(state, 'script-web')).length, 2);
  await until('the guard to have run them', 10_000, async () => (await adapter.look(both)).length === 0);
  await until('the notes to be gone', 10_000, () => readdirSync(join(state, 'script-web')).length === 0);
  assert.deepEqual(readFileSync(join(folder, 'env'), 'utf8').trim().split('\n'), [
    'SEALBEAT_ADDRESS=10.0.0.42',
    'SEALBEAT_CAUSE=sealbeat is gone',
    'SEALBEAT_GROUP=web',
    'SEALBEAT_INTERFACE=eth0',
    'SEALBEAT_NODE=lb1',
    'SEALBEAT_PREFIX_LENGTH=32',
  ]);
  await assert.rejects(adapter.renew(both, 1), { name: 'OperatorError' });
});

test('script: a guard whose down fails leaves the note', async (t) => {
  const { adapter, settings, state, calls } = stage(
    t,
    { show: false, downFirst: 'exit 1' },
    { guarded: true },
  );
  await adapter.up([four], 0);
  await adapter.close();
  assert.ok(calls().includes('down eth0 10.0.0.42'));
  assert.deepEqual(await adapterWith(t, settings, { state }).adapter.look(both), [four]);
});

test('script: a guard does not fire while programs take longer than the lease', async (t) => {
  const { adapter, calls, fileOf } = stage(t, { upFirst: 'sleep 2.5', timeoutMs: 5_000 }, { guarded: true });
  await adapter.up([four], 1);
  assert.deepEqual(calls(), ['up eth0 10.0.0.42']);
  assert.ok(existsSync(fileOf(four)));
  await adapter.down([four]);
});

test('script: what was left under other words is not run by the guard that left it', async (t) => {
  const first = stage(t, { show: false }, { guarded: true });
  await first.adapter.up([four], 30);
  await first.adapter.leave([four], 2);
  await first.adapter.close();
  const settings = { ...first.settings, down: [first.settings.down[0]!, 'more'] };
  const { adapter } = adapterWith(t, settings, { state: first.state, guarded: true });
  assert.deepEqual(await adapter.look([four]), [four]);
  await adapter.up([four], 30);
  const endMs = performance.now() + 3_500;
  await until('longer than it was left for', 10_000, () => performance.now() > endMs);
  const downs = (): readonly string[] => first.calls().filter((line) => line.startsWith('down'));
  assert.deepEqual(downs(), []);
  await adapter.down([four]);
  await adapter.close();
  assert.deepEqual(downs(), ['down eth0 10.0.0.42 more'], 'and nobody runs the old words later');
});

test('script: the plan is what is run, in its order', (t) => {
  const { adapter } = stage(t);
  const { up, down } = adapter.plan(both, 1);
  assert.deepEqual(
    [...up, ...down].map((line) => line.replace(/^\S+\//, '')),
    ['vip-up eth0 10.0.0.42', 'vip-up eth1 fd00::42', 'vip-down eth1 fd00::42', 'vip-down eth0 10.0.0.42'],
  );
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
