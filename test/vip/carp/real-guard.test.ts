// Goal: the true guard, a shell, runs the release of a virtual host, when the agent ends and when it falls silent.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemExec } from '../../../src/system/exec.ts';
import { carpVipFor } from '../../../src/vip/carp/carp-for-system.ts';
import { NODE } from '../../fakes/group-of.ts';
import { until } from '../../lab/wait.ts';
import { needs, standIn, tempFolder } from '../lab.ts';
import { vipOf } from '../vip-of.ts';
import { groupWith } from './stages.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'systems', 'freebsd', 'fixtures');
const REMOVAL = 'em0 inet 10.77.0.100 -alias';

/** FreeBSD's programs as far as one take and one release go, first on the PATH. */
function freebsdAtHand(t: TestContext) {
  const folder = tempFolder();
  const [log, listing] = [join(folder, 'log'), join(folder, 'listing')];
  const fixture = (name: string): string => join(fixtures, `ifconfig-em0${name}.txt`);
  writeFileSync(log, '');
  copyFileSync(fixture(''), listing);
  standIn(
    folder,
    'ifconfig',
    `echo "$*" >> ${log}
case "$*" in
  em0) cat ${listing} ;;
  *' master') cp ${fixture('-carp-master-14')} ${listing} ;;
  *' -alias') cp ${fixture('')} ${listing} ;;
esac`,
  );
  standIn(folder, 'sysctl', 'echo 1; echo 0; echo 0');
  standIn(folder, 'netstat', ':');
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder}:${path}`;
  t.after(() => void (process.env['PATH'] = path));
  const vips = [vipOf('10.77.0.100/32', 'em0')];
  const adapter = carpVipFor(
    {
      ...{ exec: systemExec, spawn: systemSpawn, clock: systemClock },
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      onProblem: (problem) => assert.fail(problem),
      ...{ stateDirectory: folder, group: groupWith({}, vips), node: NODE },
    },
    'freebsd',
  );
  // Also when a test fails: a guard that waits keeps this process.
  t.after(() => adapter.close());
  return { adapter, vips, ran: () => readFileSync(log, 'utf8').split('\n').slice(0, -1) };
}

test('carp and the true guard: the end of the agent', { timeout: 20_000 }, async (t) => {
  if (!needs(t, [], { root: false })) return;
  const { adapter, vips, ran } = freebsdAtHand(t);
  await adapter.up(vips, 30);
  assert.deepEqual(await adapter.look(vips), vips);
  assert.ok(!ran().includes(REMOVAL));
  await adapter.close();
  await until('the release', 5_000, () => ran().includes(REMOVAL));
});

test('carp and the true guard: silence for a lease', { timeout: 20_000 }, async (t) => {
  if (!needs(t, [], { root: false })) return;
  const { adapter, vips, ran } = freebsdAtHand(t);
  await adapter.up(vips, 1);
  await adapter.renew(vips, 1);
  await until('the release', 10_000, () => ran().includes(REMOVAL));
  await assert.rejects(adapter.renew(vips, 1), { code: 'VIP_FAILED' });
  assert.ok(!ran().some((line, at) => at > ran().indexOf(REMOVAL) && line.endsWith('master')));
  await adapter.close();
});
