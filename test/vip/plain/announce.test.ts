import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperatorError } from '../../../src/core/errors.ts';
import type { AnnounceMethod } from '../../../src/core/settings.ts';
import { newAnnouncing } from '../../../src/vip/plain/announce.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { toldExec } from '../../fakes/told-exec.ts';
import { vipOf } from '../vip-of.ts';

const vips = [vipOf('10.77.0.100/32', 'em0'), vipOf('fd77::100/128', 'em0')];
const HABETS = { stdout: 'ARPing 2.23, by Thomas Habets <thomas@habets.se>\n', exitCode: 0 };
const MISSING = { missing: true, exitCode: -1 };

async function announced(method: AnnounceMethod, version: object, exitCode = 1) {
  const started: string[] = [];
  const problems: OperatorError[] = [];
  const announcing = newAnnouncing({
    exec: toldExec(version),
    clock: new ManualClock(),
    method,
    onProblem: (problem) => problems.push(problem),
    spawn: {
      start(file, args, { onEnd }) {
        started.push([file, ...args].join(' '));
        setImmediate(() => onEnd?.({ exitCode, missing: false }));
        return { pid: 1, write: async () => {}, endInput: () => {}, kill: () => {} };
      },
    },
  });
  announcing.announce(vips);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  return { started, problems, announcing };
}
const SENT = [
  'arping -q -U -i em0 -S 10.77.0.100 -c 1 -w 1 10.77.0.100',
  'arping -q -U -P -i em0 -S 10.77.0.100 -c 1 -w 1 10.77.0.100',
];

test('announce: arping where it is installed, for IPv4; the kernel has done the rest', async () => {
  for (const method of ['auto', 'arping'] as const) {
    const { started, problems } = await announced(method, HABETS);
    assert.deepEqual(started, SENT);
    assert.deepEqual(problems, []);
  }
});

test('announce: without arping nothing is done, and only who asked for it hears of it', async () => {
  const auto = await announced('auto', MISSING);
  assert.deepEqual([auto.started, auto.problems], [[], []]);
  const arping = await announced('arping', MISSING);
  assert.deepEqual(
    arping.problems.map(({ code }) => code),
    ['TOOL_MISSING'],
  );
});

test('announce: nothing with none, nor with what only Linux can do, which is said', async () => {
  for (const method of ['none', 'same-mac'] as const) {
    const { started, announcing } = await announced(method, HABETS);
    assert.deepEqual(started, []);
    assert.equal(announcing.notes(vips).length, method === 'same-mac' ? 1 : 0);
  }
});

test('announce: what fails is told', async () => {
  const { problems } = await announced('arping', HABETS, 2);
  assert.match(problems[0]?.message ?? '', /^announcing 10\.77\.0\.100 on em0: arping ended with 2/);
});

test('announce: the plan names what would be run', async () => {
  assert.deepEqual((await announced('arping', HABETS)).announcing.plan(vips), SENT);
  assert.deepEqual((await announced('auto', HABETS)).announcing.plan(vips), []);
});
