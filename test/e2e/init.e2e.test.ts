// Goal: from two hosts with nothing on them to a pair that serves, by the commands that a person types and no others.
// Every host has a name of its own and empty folders where the program keeps its files, so not even a path is given.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { StatusReport } from '../../src/core/report.ts';
import { CLIENT, VIP4 } from '../lab/addresses.ts';
import { runTool, toolEnv } from '../lab/host-tool.ts';
import { withLab, type Lab } from '../lab/lab.ts';
import { labTest } from '../lab/requirement.ts';
import { requireBuilt, SEALBEAT } from '../lab/sealbeat.ts';
import { terminalOf } from '../lab/terminal.ts';
import { until } from '../lab/wait.ts';

const COMMANDS_MAX = 6;
const BOUND_MS = 30_000;
const CONFIG = '/etc/sealbeat/sealbeat.yaml';
const call = promisify(execFile);

labTest('init: two empty hosts serve after six commands', 120_000, async (t) => {
  requireBuilt();
  await withLab({ hosts: ['h1', 'h2'], vips: [VIP4] }, async (lab) => {
    await Promise.all(lab.hosts.map((host) => untilUp(lab, host)));
    const [lb1, lb2] = [terminalOf(lab, 'h1', { node: true }), terminalOf(lab, 'h2', { node: true })];
    const typed: string[] = [];
    const began = performance.now();
    const onTheClock = (what: string): void => {
      typed.push(what);
      t.diagnostic(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${what}`);
    };

    const line = await lb1.type(SEALBEAT, 'init', '--vip', VIP4);
    onTheClock(`h1# sealbeat init --vip ${VIP4}   (${line.length} characters come out)`);
    const answer = await lb2.type(SEALBEAT, 'init', line);
    onTheClock(`h2# sealbeat init LINE            (${answer.length} characters come out)`);
    assert.equal(await lb1.type(SEALBEAT, 'init', answer), '', 'nothing is left to be carried');
    onTheClock('h1# sealbeat init LINE-OF-H2');
    const [one, other] = [lb1, lb2].map((host) => readFileSync(host.outside(CONFIG)));
    assert.deepEqual(one, other, 'both configs are the same byte for byte');

    const agents = [lb1.start(SEALBEAT, 'run'), lb2.start(SEALBEAT, 'run')];
    onTheClock('h1# sealbeat run');
    onTheClock('h2# sealbeat run');
    try {
      const words = (): string => agents.map(({ output }) => output.slice(-2_000)).join('\n---\n');
      await lab.untilServedBy('h1', BOUND_MS).catch((error: unknown) => {
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n${words()}`);
      });
      await until('a ping from a client to be answered', BOUND_MS, () => isAnswered(lab), words);
      onTheClock('h1# sealbeat status               (a ping from a client is answered)');
      assert.ok(typed.length <= COMMANDS_MAX, typed.join('\n'));
      for (const [host, says] of [
        [lb1, /group web .*held by this node/],
        [lb2, /group web .*held by h1/],
      ] as const) {
        let shown = '';
        await until(
          'status to say who holds it',
          BOUND_MS,
          async () => says.test((shown = await host.type(SEALBEAT, 'status'))),
          () => shown,
        );
        const { peers } = JSON.parse(await host.type(SEALBEAT, 'status', '--json')) as StatusReport;
        assert.deepEqual(
          peers.map(({ state, configDrift }) => [state, configDrift]),
          [['alive', false]],
        );
      }
    } finally {
      await Promise.all(agents.map((agent) => agent.stop(10_000)));
    }
  });
});

/** A cable takes a moment to be noticed, and an interface without one has no network. */
async function untilUp(lab: Lab, host: string): Promise<void> {
  const shown = (): string => runTool('ip', ['-n', lab.namespace(host), 'link', 'show', 'eth0']);
  await until(`eth0 of ${host} to be up`, BOUND_MS, () => / state UP /.test(shown()), shown);
}

async function isAnswered(lab: Lab): Promise<boolean> {
  const args = ['netns', 'exec', lab.namespace(CLIENT), 'ping', '-c', '1', '-W', '1', VIP4];
  return await call('ip', args, { env: toolEnv }).then(
    () => true,
    () => false,
  );
}
