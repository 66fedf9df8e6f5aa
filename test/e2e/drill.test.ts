// A rehearsed failover, with the program as built, in namespaces.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { DrillReport } from '../../src/core/drill-report.ts';
import { VIP4 } from '../lab/addresses.ts';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/requirement.ts';
import { SEALBEAT } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';
import { neverOnBoth, neverOnStandby, SLACK_MS, windowFrom, withPair, type SealbeatPair } from './scene.ts';

interface Drilled {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function drillOn(lab: Lab, host: string, ...more: readonly string[]): Promise<Drilled> {
  const args = ['drill', 'web', '--yes', '--control', join(lab.folder, `${host}.sock`), ...more];
  const child = spawn('ip', ['netns', 'exec', lab.namespace(host), SEALBEAT, ...args], { timeout: 60_000 });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
}

interface Printed {
  readonly passed: boolean;
  readonly failure: string;
  readonly report: DrillReport;
  readonly clients: readonly {
    readonly address: string;
    readonly failoverMs?: number;
    readonly backMs?: number;
    readonly answeredBy?: string;
  }[];
}

const printed = ({ stdout, stderr }: Drilled): Printed => {
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Printed;
};

const causesOn = async (pair: SealbeatPair, host: string): Promise<string> =>
  (await pair.cluster.events(host)).map(({ text, cause }) => `${text}: ${cause}`).join('\n');

labTest('drill: passes, comes back, and the client in the lab saw the same', 90_000, async () => {
  await withPair({}, async (pair) => {
    const fromMs = Date.now();
    const drilled = await drillOn(pair.lab, 'h1', '--json');
    const { passed, report, clients } = printed(drilled);
    assert.ok(passed, `${drilled.stdout}\n${drilled.stderr}\n${pair.lastWords()}`);
    assert.equal(drilled.status, 0);
    const [move] = report.moves;
    assert.equal(move?.taker, 'h2');
    assert.ok((move.gapMs ?? Infinity) <= report.plan.failover.ms);
    assert.equal(move.backGapMs, 0);
    await pair.untilServedBy('h1');
    await neverOnBothBut(pair, fromMs);
    const seen = await pair.lab.client.longestGapMs(VIP4, windowFrom(fromMs));
    const own = clients[0]?.failoverMs ?? Infinity;
    const words = `lab ${seen} ms, frames ${move.gapMs} ms, from h1 ${own} ms`;
    assert.ok(Math.abs(seen - (move.gapMs ?? 0)) < SLACK_MS, words);
    assert.ok(Math.abs(seen - own) < SLACK_MS, words);
    assert.match(clients[0]?.answeredBy ?? '', /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    assert.match(await causesOn(pair, 'h1'), /drill passed: drill: failover in/);
    assert.match(await causesOn(pair, 'h2'), /h1 asks for it back after a drill/);
  });
});

labTest('drill: the heir has lost its interface: FAIL, and the old holder has it again', 90_000, async () => {
  const own = { groups: { web: { interface: { h1: 'eth0', h2: 'gone0' } } } };
  await withPair(
    {},
    async (pair) => {
      const fromMs = Date.now();
      const drilled = await drillOn(pair.lab, 'h1', '--json');
      assert.equal(drilled.status, 1, `${drilled.stdout}\n${drilled.stderr}`);
      const { passed, failure } = printed(drilled);
      assert.equal(passed, false);
      assert.match(failure, /h2/);
      await pair.untilServedBy('h1');
      await neverOnStandby(pair, fromMs);
    },
    own,
  );
});

labTest(
  'drill: the holder is killed while it plays dead: the other takes over as from any death',
  90_000,
  async () => {
    await withPair({}, async (pair) => {
      const fromMs = Date.now();
      const drilling = drillOn(pair.lab, 'h1');
      await until('h1 to take its address off', 10_000, async () => {
        await pair.lab.sync();
        return pair.lab.holdersNow(VIP4).length === 0;
      });
      pair.agent('h1').signal('SIGKILL');
      assert.equal((await drilling).status, 1);
      await pair.untilServedBy('h2');
      await neverOnBoth(pair, fromMs);
    });
  },
);

labTest('drill: a standby refuses, and says where to type it', 60_000, async () => {
  await withPair({}, async (pair) => {
    const refused = await drillOn(pair.lab, 'h2');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /this node does not hold web; h1 does/);
    assert.match(refused.stderr, /hint: on h1: sealbeat drill web/);
    await pair.untilServedBy('h1');
  });
});

/** The way back overlaps on purpose; until then it is never on two. */
async function neverOnBothBut(pair: SealbeatPair, fromMs: number): Promise<void> {
  const both = await pair.lab.heldByBoth(windowFrom(fromMs), VIP4);
  assert.ok(both < SLACK_MS, `on both for ${both} ms\n${pair.lastWords()}`);
}
