import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { VIP4, VIP6 } from './addresses.ts';
import { runTool } from './host-tool.ts';
import { Lab, withLab } from './lab.ts';
import { labFolder } from './namespaces.ts';
import { startProgram } from './program.ts';
import { labTest } from './requirement.ts';
import { until } from './wait.ts';

const put = (lab: Lab, host: string, ...words: readonly string[]): string =>
  runTool('ip', ['-n', lab.namespace(host), 'address', 'replace', `${VIP4}/32`, 'dev', 'eth0', ...words]);
const namespacesOf = (name: string): string[] =>
  readdirSync('/run/netns').filter((each) => each.startsWith(name));
/** A client that has never heard of the VIP asks for it once a second. */
const FIRST_ANSWER_MS = 5_000;

labTest('lab: knows who holds a VIP, and sees a lease end', 30_000, async () => {
  await withLab({}, async (lab) => {
    put(lab, 'h1');
    await lab.untilServedBy('h1', FIRST_ANSWER_MS);
    const fromMs = Date.now();
    put(lab, 'h2', 'valid_lft', '1', 'preferred_lft', '1');
    await lab.sync();
    assert.deepEqual(lab.holdersNow(), ['h1', 'h2']);
    await until('the lease to end', 4_000, () => lab.holdersNow().join() === 'h1');
    const both = await lab.heldByBoth({ fromMs, toMs: Date.now() });
    assert.ok(both >= 500 && both < 3_000, `held by both for ${both} ms`);
    lab.removeVip('h1', VIP4);
    await lab.sync();
    assert.deepEqual(lab.holdersNow(), []);
    assert.equal(lab.timeline('h2').arrivals({ fromMs: 0, toMs: Infinity }), 1);
  });
});

labTest('lab: cuts are one-way, heal, and may leave all but heartbeats alone', 60_000, async () => {
  await withLab({}, async (lab) => {
    put(lab, 'h1');
    await lab.untilServedBy('h1', FIRST_ANSWER_MS);
    const dark = (): Promise<void> =>
      until('the client to hear nobody', 2_000, async () => (await lab.client.answeredBy(VIP4)) === 'nobody');
    for (const [from, to] of [
      ['c', 'h1'],
      ['h1', 'c'],
    ] as const) {
      lab.faults.cut(from, to);
      await dark();
      assert.ok(lab.faults.dropped() > 0);
      lab.faults.heal();
      await lab.untilServedBy('h1', FIRST_ANSWER_MS);
    }
    lab.faults.heartbeatsAre(['udp dport 7112']);
    lab.faults.cutBoth('c', 'h1', 'heartbeats');
    lab.faults.cutBoth('c', 'h2');
    await lab.untilServedBy('h1', FIRST_ANSWER_MS);
    lab.faults.heal();
    lab.faults.heartbeatsAre(['udp dport 7']);
    lab.faults.cut('c', 'h1', 'heartbeats');
    await dark();
    lab.faults.heal();
    lab.faults.unplug('h1');
    await dark();
  });
});

labTest('lab: the client names the gap and who answered before and after it', 30_000, async () => {
  await withLab({ vips: [VIP4, VIP6] }, async (lab) => {
    put(lab, 'h1');
    await until('an answer', FIRST_ANSWER_MS, async () => (await lab.client.answeredBy(VIP4)) === 'h1');
    assert.equal(await lab.client.answeredBy(VIP6), 'nobody');
    const fromMs = Date.now();
    lab.faults.cut('h1', 'c');
    await until(
      'a gap',
      2_000,
      async () => (await lab.client.longestGapMs(VIP4, { fromMs, toMs: Infinity })) >= 100,
    );
    lab.faults.heal();
    await until('an answer', 2_000, async () => (await lab.client.answeredBy(VIP4)) === 'h1');
    const gaps = await lab.client.gaps(VIP4, { fromMs, toMs: Date.now() });
    const [longest] = gaps.sort((a, b) => b.lengthMs - a.lengthMs);
    assert.ok(longest !== undefined && longest.lengthMs >= 100);
    assert.deepEqual([longest.before, longest.after], ['h1', 'h1']);
    assert.ok(Math.abs(longest.toMs - longest.fromMs - longest.lengthMs) < 50);
  });
});

labTest('lab: two stand side by side', 30_000, async () => {
  await withLab({}, (one) =>
    withLab({}, async (other) => {
      put(one, 'h1');
      put(other, 'h2');
      await Promise.all([
        one.untilServedBy('h1', FIRST_ANSWER_MS),
        other.untilServedBy('h2', FIRST_ANSWER_MS),
      ]);
    }),
  );
});

labTest('lab: nothing is left after an exception, not even what ran in it', 30_000, async () => {
  let name = '';
  let pid = 0;
  await assert.rejects(
    withLab({}, async (lab) => {
      name = lab.name;
      const script = 'trap "" TERM; sleep 60 & wait';
      pid = startProgram({ namespace: lab.namespace('h1'), file: 'sh', args: ['-c', script] }).pid;
      await until('the child', 2_000, () => existsSync(`/proc/${pid}/task/${pid}/children`));
      throw new Error('in the middle');
    }),
    { message: 'in the middle' },
  );
  assert.deepEqual(namespacesOf(name), []);
  assert.ok(!existsSync(labFolder(name)));
  await until('the program to be gone', 2_000, () => !existsSync(`/proc/${pid}`));
});

/** Another process makes a lab and is ended by a signal; the name of its lab. */
async function labOfProcessEndedBy(signal: NodeJS.Signals): Promise<string> {
  const lab = new URL('lab.ts', import.meta.url).href;
  const script = `import { Lab } from '${lab}'; console.log((await Lab.create()).name);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let name = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (name += chunk));
  await until('the other lab', 10_000, () => name.endsWith('\n'));
  child.kill(signal);
  const [, endedBy] = (await once(child, 'exit')) as [number | null, string | null];
  assert.equal(endedBy, signal);
  return name.trim();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  labTest(`lab: nothing is left after ${signal}`, 30_000, async () => {
    assert.deepEqual(namespacesOf(await labOfProcessEndedBy(signal)), []);
  });
}

labTest('lab: what a killed process left is removed by the next lab', 30_000, async () => {
  const name = await labOfProcessEndedBy('SIGKILL');
  // Another lab may have been made at the same moment and swept already.
  await withLab({}, async () => assert.deepEqual(namespacesOf(name), []));
  assert.ok(!existsSync(labFolder(name)));
});
