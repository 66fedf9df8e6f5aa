import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { CommandSettings } from '../../src/core/settings.ts';
import type { Errand, Vip, VipAdapter } from '../../src/core/ports.ts';
import type { NodeName } from '../../src/core/units.ts';
import { systemSpawn } from '../../src/system/child.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemExec } from '../../src/system/exec.ts';
import { commandVip } from '../../src/vip/command/command.ts';
import { simulatedVip } from '../../src/vip/simulated/simulated.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { until } from '../lab/wait.ts';
import { standIn, tempFolder } from '../vip/lab.ts';
import type { CloudState } from './cloud-model.ts';
import { EXAMPLES, groupOf, holdersIn, stateFor, type Example } from './examples.ts';

/** An example with programs that stand in for its tool, and with shorter times. */
function stage(example: Example, times: Partial<CommandSettings> = {}) {
  const folder = tempFolder();
  const path = join(folder, 'state.json');
  writeFileSync(path, JSON.stringify(stateFor(example)));
  const group = groupOf(example.file);
  const program = join(import.meta.dirname, 'stand-in.ts');
  const { tool } = example.cloud;
  const tools = standIn(folder, tool, `exec '${process.execPath}' '${program}' '${path}' '${tool}' "$@"`);
  const settings = { ...withTool(group.command!, tools), ...times };

  const node = (name: string, epoch: number) => {
    const link = join(folder, name);
    mkdirSync(link);
    const ports = { spawn: systemSpawn, clock: systemClock, log: collectedLog(), guarded: false };
    const errand: Errand = {
      ...{ group: group.name, node: name as NodeName, epoch },
      ...{ role: 'claiming', peer: '', cause: 'test' },
    };
    const problems: string[] = [];
    const onProblem = ({ message }: Error): void => void problems.push(message);
    const adapter = commandVip({
      ...{ ...ports, exec: systemExec, settings, group: group.name, errand: () => errand, onProblem },
      host: settings.also === undefined ? undefined : simulatedVip({ ...ports, onProblem }),
      ownsHost: true,
    });
    const vips = group.vips.map(({ address, family, prefixLength }): Vip => ({
      address,
      family,
      prefixLength,
      link,
      label: '',
    }));
    return { adapter, vips, problems };
  };
  return {
    node,
    path,
    holders: () => holdersIn(JSON.parse(readFileSync(path, 'utf8')) as CloudState, example),
    fault: (text: string) => writeFileSync(`${path}.fault`, text),
  };
}

const withTool = (settings: CommandSettings, tool: string): CommandSettings => {
  const replaced = (words: readonly string[]): readonly string[] => {
    assert.equal(basename(words[0]!), basename(tool));
    return [tool, ...words.slice(1)];
  };
  const { up, down, show } = settings;
  return {
    ...settings,
    ...{ up: up.map(replaced), down: down.map(replaced) },
    show: show && { ...show, command: replaced(show.command), everyMs: 1_000 },
  };
};

/** What the machine does once a second while it holds. */
const holdOnce = async (adapter: VipAdapter, vips: readonly Vip[]): Promise<void> => {
  const seen = await adapter.look(vips);
  if (seen.length < vips.length) await adapter.renew(vips, 0);
};

for (const example of EXAMPLES) {
  test(
    `cloud ${example.file}, as programs: taken, taken over, and released`,
    { timeout: 60_000 },
    async () => {
      const { node, holders } = stage(example);
      const [one, two] = [node('lb1', 8), node('lb2', 16)];
      await one.adapter.up(one.vips, 0);
      assert.deepEqual(holders(), ['lb1']);
      assert.deepEqual(await one.adapter.look(one.vips), one.vips);
      await two.adapter.up(two.vips, 0);
      assert.deepEqual(holders(), ['lb2']);
      await one.adapter.down(one.vips);
      assert.deepEqual(holders(), ['lb2']);
      await two.adapter.close();
      await one.adapter.close();
      assert.deepEqual([...one.problems, ...two.problems], []);
    },
  );
}

const [aws] = EXAMPLES;

test(
  'cloud, as programs: a call that hangs is ended with its children, and made again',
  { timeout: 60_000 },
  async () => {
    const { node, holders, fault, path } = stage(aws!, { timeoutMs: 3_000 });
    const { adapter, vips } = node('lb1', 8);
    fault('hang');
    await adapter.up(vips, 0);
    assert.deepEqual(holders(), ['lb1']);
    assert.throws(() => process.kill(Number(readFileSync(`${path}.met`, 'utf8')), 0), { code: 'ESRCH' });
    await adapter.close();
  },
);

test('cloud, as programs: a call that fails is made again', { timeout: 60_000 }, async () => {
  const { node, holders, fault } = stage(aws!);
  const { adapter, vips } = node('lb1', 8);
  fault('fail');
  await adapter.up(vips, 0);
  assert.deepEqual(holders(), ['lb1']);
  await adapter.close();
});

test(
  'cloud, as programs: what a loser asked for comes late, and the holder takes it back',
  { timeout: 60_000 },
  async () => {
    const { node, holders, fault, path } = stage(aws!);
    const [one, two] = [node('lb1', 8), node('lb2', 16)];
    fault('late');
    const losing = assert.rejects(one.adapter.up(one.vips, 0), { message: /something else is wanted now/ });
    await until('the call to have begun', 20_000, () => existsSync(`${path}.met`));
    one.adapter.supersede?.();
    await losing;
    await one.adapter.down(one.vips);
    await two.adapter.up(two.vips, 0);
    assert.deepEqual(holders(), ['lb2']);
    writeFileSync(`${path}.go`, '');
    await until('it to come into effect', 30_000, () => holders().join() === 'lb1');
    await until('the holder to have taken it back', 30_000, async () => {
      await holdOnce(two.adapter, two.vips);
      return holders().join() === 'lb2';
    });
    await one.adapter.close();
    await two.adapter.close();
  },
);
