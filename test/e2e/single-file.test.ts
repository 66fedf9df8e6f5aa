// Goal: the single file is all that it takes. On two hosts without Node it makes a pair, runs, is looked at, drilled, restarted,
// replaced by the next version without a lost reply, and leaves nothing.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StatusReport } from '../../src/core/report.ts';
import { VIP4 } from '../lab/addresses.ts';
import { runTool } from '../lab/host-tool.ts';
import { withLab, type Lab } from '../lab/lab.ts';
import type { Program } from '../lab/program.ts';
import { labTest } from '../lab/requirement.ts';
import { makeSingleFile } from '../lab/single-file.ts';
import { terminalOf, type Terminal } from '../lab/terminal.ts';
import { until } from '../lab/wait.ts';

const PROGRAM = '/usr/local/bin/sealbeat';
const NEXT = '9.9.9';
/** The shortest timeout at which no two hosts ever hold the address; ten of them have to pass before a restart. */
const TIMING = ['--interval', '100ms', '--timeout', '2500ms'];
const BOUND_MS = 30_000;
const MINUTE_MS = 60_000;
/** Of a question that was asked at the moment of counting the answer may be on its way. */
const UNDER_WAY_MAX = 2;
const LOOKS = 100;

interface Host {
  readonly name: string;
  readonly terminal: Terminal;
  agent: Program | undefined;
}

labTest('single file: from nothing to a pair, a drill, an update, and away', 5 * MINUTE_MS, async (t) => {
  await withLab({ hosts: ['h1', 'h2'], vips: [VIP4] }, async (lab) => {
    const builds = { now: join(lab.folder, 'now'), next: join(lab.folder, 'next') };
    await makeSingleFile(builds.now);
    await makeSingleFile(builds.next, NEXT);
    await Promise.all(lab.hosts.map((host) => untilUp(lab, host)));
    const hosts = lab.hosts.map((name): Host => {
      return { name, terminal: terminalOf(lab, name, { node: false }), agent: undefined };
    });
    for (const { terminal } of hosts) put(builds.now, terminal);
    const [h1, h2] = hosts as [Host, Host];
    const type = async ({ name, terminal }: Host, ...words: readonly string[]): Promise<string> => {
      t.diagnostic(`${name}# sealbeat ${words.map((word) => (word.length > 40 ? 'LINE' : word)).join(' ')}`);
      return await terminal.type(PROGRAM, ...words);
    };

    await assert.rejects(h1.terminal.type('node', '--version'), /node/, 'there is no Node');
    const line = await type(h1, 'init', '--vip', VIP4, ...TIMING);
    const answer = await type(h2, 'init', line);
    await type(h1, 'init', answer);
    for (const host of hosts) await type(host, 'check');
    try {
      for (const host of hosts) {
        t.diagnostic(`${host.name}# sealbeat run`);
        host.agent = host.terminal.start(PROGRAM, 'run');
      }
      await lab.untilServedBy('h1', BOUND_MS).catch(withWords(hosts));
      await untilBothAlive(hosts);
      for (const host of hosts) await type(host, 'doctor');

      const drilled = JSON.parse(await type(h1, 'drill', 'web', '--yes', '--json')) as { passed: boolean };
      assert.equal(drilled.passed, true);
      await lab.untilServedBy('h1', BOUND_MS);

      const pids = hosts.map(({ agent }) => agent?.pid);
      const { asked, lost } = await replies(lab, async () => {
        for (const host of hosts) await restarted(host, type);
        for (const host of hosts) {
          put(builds.next, host.terminal);
          await restarted(host, type);
          assert.equal(await versionOf(host), NEXT);
        }
      });
      t.diagnostic(`two restarts and two updates: ${lost} of ${asked} replies lost`);
      assert.ok(asked > 1_000 && lost <= UNDER_WAY_MAX, `${lost} of ${asked} replies lost`);
      assert.deepEqual(
        hosts.map(({ agent }) => agent?.pid),
        pids,
        'the processes are the same',
      );
      assert.match(await type(h1, 'switchover', 'web'), /never on none/);
      assert.match(await type(h2, 'failback', 'web'), /never on none/);
    } finally {
      for (const { agent } of hosts.toReversed()) await agent?.stop(10_000);
    }
    for (const { name, terminal, agent } of hosts) {
      assert.equal(agent?.end, 'exit 0', agent?.output);
      await terminal.type('rm', '-r', PROGRAM, '/etc/sealbeat', '/var/lib/sealbeat');
      // arping stays for a second after its last packet, and nobody waits for it.
      await until('nothing to run any more', 10_000, () => lab.processesOn(name).length === 0);
      assert.ok(!existsSync(terminal.outside('/run/sealbeat/control.sock')), 'no socket is left');
    }
    assert.deepEqual(lab.holdersNow(VIP4), []);
  });
});

/** As a package does it: beside the old one, then in its place at one moment. */
function put(build: string, terminal: Terminal): void {
  const place = terminal.outside(PROGRAM);
  mkdirSync(dirname(place), { recursive: true });
  copyFileSync(build, `${place}.new`);
  chmodSync(`${place}.new`, 0o755);
  renameSync(`${place}.new`, place);
}

async function restarted(
  host: Host,
  type: (host: Host, ...words: readonly string[]) => Promise<string>,
): Promise<void> {
  await untilOldEnough(host);
  const before = (await statusOf(host)).upForMs;
  await type(host, 'restart');
  await until(`${host.name} to be back`, BOUND_MS, async () => {
    const { upForMs, peers } = await statusOf(host).catch(() => ({ upForMs: before, peers: [] }));
    return upForMs < before && peers.every(({ state, hearsUs }) => state === 'alive' && hearsUs);
  });
}

/** A process younger than ten timeouts hands over at a restart: it cannot know what the one before it has announced. */
const untilOldEnough = async (host: Host): Promise<void> =>
  await until(
    `${host.name} to be old enough`,
    MINUTE_MS,
    async () => (await statusOf(host)).upForMs > 26_000,
  );

const statusOf = async ({ terminal }: Host): Promise<StatusReport> =>
  JSON.parse(await terminal.type(PROGRAM, 'status', '--json')) as StatusReport;

const versionOf = async (host: Host): Promise<string> => (await statusOf(host)).version;

async function untilBothAlive(hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) {
    await until(`${host.name} to hear its peer`, BOUND_MS, async () =>
      (await statusOf(host)).peers.every(({ state }) => state === 'alive'),
    );
  }
}

/** What the client in the lab asked while `work` was done, and never had an answer to. */
async function replies(lab: Lab, work: () => Promise<void>): Promise<{ asked: number; lost: number }> {
  const before = await unanswered(lab);
  await work();
  const after = await unanswered(lab);
  return { asked: after.sent - before.sent, lost: after.count - before.count };
}

/** The least of some looks: on a busy machine many answers may be on their way at one moment, but not at every one. */
async function unanswered(lab: Lab): Promise<{ sent: number; count: number }> {
  let least = { sent: 0, count: Infinity };
  for (let look = 0; look < LOOKS; look += 1) {
    const { sent, answered } = await lab.client.state(VIP4);
    if (sent - answered <= least.count) least = { sent, count: sent - answered };
  }
  return least;
}

const withWords = (hosts: readonly Host[]) => (error: unknown) => {
  const words = hosts.map(({ name, agent }) => `${name}: ${agent?.output.slice(-2_000)}`).join('\n');
  throw new Error(`${error instanceof Error ? error.message : String(error)}\n${words}`);
};

/** A cable takes a moment to be noticed, and an interface without one has no network. */
async function untilUp(lab: Lab, host: string): Promise<void> {
  const shown = (): string => runTool('ip', ['-n', lab.namespace(host), 'link', 'show', 'eth0']);
  await until(`eth0 of ${host} to be up`, BOUND_MS, () => / state UP /.test(shown()), shown);
}
