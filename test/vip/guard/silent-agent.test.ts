// Goal: whatever becomes of an agent, its VIPs go: at once when it is gone, and within its lease and a second when it is silent.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { SECOND_MS } from '../../../src/core/units.ts';
import { until } from '../../lab/wait.ts';
import { needs, tempFolder } from '../lab.ts';
import { assertBetween, linesIn, ranAtMs } from './new-guard.ts';
import { inEachShell, type Shell } from './shells.ts';

const LEASE = 2;

interface Agent {
  readonly process: ChildProcess;
  readonly guardPid: number;
  readonly said: readonly string[];
  takenDown(): readonly string[] | undefined;
  takenDownAtMs(): number;
  renewed(): Promise<void>;
}

async function startAgent(shell: Shell = ['sh'], leaseSeconds = LEASE): Promise<Agent> {
  const path = join(tempFolder(), 'taken-down');
  const program = join(import.meta.dirname, 'guarded-agent.ts');
  const args = [program, path, String(leaseSeconds), ...shell];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  after(() => child.kill('SIGKILL'));
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const renewed = async () => {
    const before = said.length;
    await until('a renewal', 20_000, () => said.slice(before).includes('renewed'));
  };
  await renewed();
  return {
    process: child,
    guardPid: Number(said[0]),
    said,
    renewed,
    takenDown: () => linesIn(path),
    takenDownAtMs: () => ranAtMs(path),
  };
}

/** The guard leads a session of its own. What has ended and waits for somebody to notice does not count. */
function processesOf(guardPid: number): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const [state, , , session] =
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return state !== 'Z' && Number(session) === guardPid;
    } catch {
      return false; // ended meanwhile
    }
  });
}

async function assertGoneAfterLease(agent: Agent, silentMs: number): Promise<void> {
  await until('the VIPs to be gone', 20_000, () => agent.takenDown() !== undefined);
  const goneMs = agent.takenDownAtMs() - silentMs;
  assert.deepEqual(agent.takenDown(), ['line']);
  assertBetween(goneMs, 0, (LEASE + 1) * SECOND_MS);
}

describe('silent agent', () => {
  inEachShell('silent agent: a stopped one loses its VIPs, and learns it when it goes on', async (shell) => {
    const agent = await startAgent(shell);
    agent.process.kill('SIGSTOP');
    await assertGoneAfterLease(agent, Date.now());
    agent.process.kill('SIGCONT');
    await until('it to be told', 5_000, () => agent.said.includes('fired line'));
    const refused = () =>
      agent.said.slice(agent.said.indexOf('fired line')).some((line) => line.startsWith('not renewed'));
    await until('its renewals to fail', 5_000, refused);
  });

  inEachShell(
    'silent agent: a killed one loses its VIPs at once, and leaves no process',
    async (shell, t) => {
      if (!needs(t, [], { root: false })) return;
      const agent = await startAgent(shell, 8);
      agent.process.kill('SIGKILL');
      await until('the VIPs to be gone', 5_000, () => agent.takenDown() !== undefined);
      await until('its guard to be gone', 5_000, () => processesOf(agent.guardPid).length === 0);
    },
  );

  test('silent agent: one with a blocked event loop loses its VIPs', { timeout: 60_000 }, async () => {
    const agent = await startAgent();
    agent.process.stdin?.write('block\n');
    await assertGoneAfterLease(agent, Date.now());
  });

  inEachShell('silent agent: killed together with its guard, it still loses them', async (shell) => {
    const agent = await startAgent(shell);
    const silentMs = Date.now();
    process.kill(agent.guardPid, 'SIGSTOP'); // so that it cannot act on the end of its input
    agent.process.kill('SIGKILL');
    await once(agent.process, 'exit');
    process.kill(agent.guardPid, 'SIGKILL');
    await assertGoneAfterLease(agent, silentMs);
    await until('all of it to be gone', 5_000, () => processesOf(agent.guardPid).length === 0);
  });

  test('silent agent: who waits for its output waits for nobody else', { timeout: 60_000 }, async (t) => {
    if (!needs(t, [], { root: false })) return;
    const agent = await startAgent(['sh'], 3_600);
    let closed = false;
    agent.process.once('close', () => (closed = true));
    agent.process.kill('SIGKILL');
    await until('its output to end', 5_000, () => closed);
  });
});
