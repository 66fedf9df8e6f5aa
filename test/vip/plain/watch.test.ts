// Goal: every line of the monitor is a reason to look, and without a monitor changes are found as well, only later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freebsd } from '../bsd/stages.ts';

const looksIn = (ran: readonly string[]): number => ran.filter((line) => line === 'ifconfig em0').length;

async function watched() {
  const stage = freebsd();
  const { agent, vips } = stage;
  await agent.up(vips, 0);
  await agent.watch(vips);
  await stage.pass(1_000);
  return { stage, vips, agent, removed: () => agent.changes.filter(({ kind }) => kind === 'removed') };
}
const REMOVAL = 'ifconfig em0 inet 10.77.0.100 -alias';

test('a line of the monitor: looked at once, whatever the line says', async () => {
  const { stage, agent, vips, removed } = await watched();
  await stage.type(REMOVAL);
  stage.monitor('prints');
  await stage.pass(60);
  assert.deepEqual(removed(), [{ kind: 'removed', vip: vips[0] }]);
  await agent.up(vips, 0);
  assert.deepEqual(agent.changes.at(-1), { kind: 'added', vip: vips[0] });
});

test('a flood of lines: two looks a second at most', async () => {
  const { stage, agent } = await watched();
  const before = looksIn(agent.ran);
  for (let at = 0; at < 250; at += 1) {
    stage.monitor('prints');
    await stage.pass(20);
  }
  const looks = looksIn(agent.ran) - before;
  assert.ok(looks >= 9 && looks <= 11, `${looks} in 5 s`);
});

test('the monitor ends, again and again: changes are still found, and it is started with pauses', async () => {
  const { stage, removed } = await watched();
  await stage.type(REMOVAL);
  let ends = 0;
  for (let at = 0; at < 3_000; at += 1) {
    if (stage.monitors() > 0) {
      stage.monitor('ends');
      ends += 1;
    }
    await stage.pass(20);
  }
  assert.equal(removed().length, 1);
  assert.ok(ends >= 5 && ends <= 7, `${ends} starts in a minute`);
});

test('one that ran for long is started again after the shortest pause', async () => {
  const { stage } = await watched();
  for (const pauseMs of [1_000, 2_000]) {
    stage.monitor('ends');
    await stage.pass(pauseMs - 40);
    assert.equal(stage.monitors(), 0);
    await stage.pass(80);
    assert.equal(stage.monitors(), 1);
  }
  await stage.pass(11_000);
  stage.monitor('ends');
  await stage.pass(1_040);
  assert.equal(stage.monitors(), 1);
});

test('nobody looks, as at a standby: looked every five seconds', async () => {
  const { stage, agent } = await watched();
  const before = looksIn(agent.ran);
  await stage.pass(30_000);
  const looks = looksIn(agent.ran) - before;
  assert.ok(looks >= 5 && looks <= 6, `${looks} in 30 s`);
});

test('a look that fails is nothing to tell', async () => {
  const stage = freebsd();
  let fails = false;
  const agent = stage.agentThat(() => (fails ? { exitCode: 1, stderr: 'odd\n' } : undefined));
  await agent.watch(stage.vips);
  await stage.pass(100);
  fails = true;
  stage.monitor('prints');
  await stage.pass(10_000);
  fails = false;
  await stage.pass(10_000);
  assert.deepEqual([agent.changes, agent.problems], [[], []]);
});

test('after close nothing runs any more', async () => {
  const { stage, agent } = await watched();
  await agent.close();
  assert.equal(stage.monitors(), 0);
  const before = agent.ran.length;
  await stage.pass(20_000);
  assert.equal(agent.ran.length, before);
});
