// Goal: from two hosts with nothing on them to a pair that serves, by the commands that a person types and no others.
// Every host has a name of its own and empty folders where the program keeps its files, so not even a path is given.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StatusReport } from '../../src/core/report.ts';
import { CLIENT, VIP4 } from '../lab/addresses.ts';
import { runTool, toolEnv } from '../lab/host-tool.ts';
import { withLab, type Lab } from '../lab/lab.ts';
import { startProgram } from '../lab/program.ts';
import { labTest } from '../lab/requirement.ts';
import { requireBuilt, SEALBEAT } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';

const COMMANDS_MAX = 6;
const BOUND_MS = 30_000;
const FOLDERS = ['/etc', '/run', '/var/lib'];
const call = promisify(execFile);

/** As root would find it at a terminal of the host: the name, then the command line, in a view of its own. */
const SHELL = `hostname "$1"; folder=$2; shift 2
for path in ${FOLDERS.join(' ')}; do mount --bind "$folder$path" "$path" || exit 125; done
exec "$@"`;

function terminalOf(lab: Lab, host: string) {
  const folder = join(lab.folder, host);
  for (const path of FOLDERS) mkdirSync(join(folder, path), { recursive: true, mode: 0o755 });
  const view = ['--uts', '--mount', '--propagation', 'private', 'sh', '-c', SHELL, 'sh', host, folder];
  return {
    type: async (...words: readonly string[]): Promise<string> => {
      const args = ['netns', 'exec', lab.namespace(host), 'unshare', ...view, SEALBEAT, ...words];
      return (await call('ip', args, { env: toolEnv, timeout: BOUND_MS })).stdout.trim();
    },
    start: (...words: readonly string[]) =>
      startProgram({ namespace: lab.namespace(host), file: 'unshare', args: [...view, SEALBEAT, ...words] }),
    config: () => readFileSync(join(folder, 'etc/sealbeat/sealbeat.yaml')),
  };
}

labTest('init: two empty hosts serve after six commands', 120_000, async (t) => {
  requireBuilt();
  await withLab({ hosts: ['h1', 'h2'], vips: [VIP4] }, async (lab) => {
    await Promise.all(lab.hosts.map((host) => untilUp(lab, host)));
    const [lb1, lb2] = [terminalOf(lab, 'h1'), terminalOf(lab, 'h2')];
    const typed: string[] = [];
    const began = performance.now();
    const onTheClock = (what: string): void => {
      typed.push(what);
      t.diagnostic(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${what}`);
    };

    const line = await lb1.type('init', '--vip', VIP4);
    onTheClock(`h1# sealbeat init --vip ${VIP4}   (${line.length} characters come out)`);
    const answer = await lb2.type('init', line);
    onTheClock(`h2# sealbeat init LINE            (${answer.length} characters come out)`);
    assert.equal(await lb1.type('init', answer), '', 'nothing is left to be carried');
    onTheClock('h1# sealbeat init LINE-OF-H2');
    assert.deepEqual(lb1.config(), lb2.config(), 'both configs are the same byte for byte');

    const agents = [lb1.start('run'), lb2.start('run')];
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
          async () => says.test((shown = await host.type('status'))),
          () => shown,
        );
        const { peers } = JSON.parse(await host.type('status', '--json')) as StatusReport;
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
