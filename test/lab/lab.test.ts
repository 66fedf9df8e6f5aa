import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { VIP4, VIP6, address4 } from './addresses.ts';
import type { Network } from './addresses.ts';
import { Pair } from './agent.ts';
import { hasTool, runTool } from './host-tool.ts';
import { Lab, withLab } from './lab.ts';
import { labFolder } from './namespaces.ts';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { labTest } from './requirement.ts';
import { pathTo, sealbeat } from './sealbeat.ts';
import { SettableClock, hasSettableClocks } from './settable-clock.ts';
import { until } from './wait.ts';
import { wireSecondPort } from './wiring.ts';

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

labTest('lab: an address that is on two interfaces for a moment has not left its host', 30_000, async () => {
  await withLab({}, async (lab) => {
    wireSecondPort(lab, 'h1', 'eth2');
    const onSecond = (verb: string): string =>
      runTool('ip', ['-n', lab.namespace('h1'), 'address', verb, `${VIP4}/32`, 'dev', 'eth2']);
    const fromMs = Date.now();
    const departures = (): number => lab.timeline('h1').departures({ fromMs, toMs: Infinity });
    put(lab, 'h1');
    onSecond('add');
    runTool('ip', ['-n', lab.namespace('h1'), 'address', 'del', `${VIP4}/32`, 'dev', 'eth0']);
    await lab.sync();
    assert.deepEqual([lab.holdersNow(), departures()], [['h1'], 0]);
    assert.equal(await lab.untilAnsweredByOneOf(['h2', 'h1'], FIRST_ANSWER_MS), 'h1');
    put(lab, 'h1');
    lab.removeVip('h1', VIP4);
    await lab.sync();
    assert.deepEqual([lab.holdersNow(), departures()], [[], 1]);
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

/** Datagrams with these numbers, sent by h1 to the heartbeat port of h2 within a moment; those that came, in their order. */
async function arrivals(
  lab: Lab,
  numbers: readonly number[],
  enough: (all: readonly { number: number; lateMs: number }[]) => boolean,
): Promise<{ number: number; lateMs: number }[]> {
  const listen =
    "const s = require('dgram').createSocket('udp4'); s.bind(7112, () => console.log('ready'));" +
    "s.on('message', (m) => console.log(`${m} ${Date.now() - String(m).split(' ')[1]}`))";
  const send =
    "const s = require('dgram').createSocket('udp4'); for (let n = 0; n < process.argv[1]; n += 1)" +
    's.send(`${n} ${Date.now()}`, 7112, process.argv[2], () => n === process.argv[1] - 1 && s.unref())';
  const node = (host: string, ...args: readonly string[]): Program =>
    startProgram({ namespace: lab.namespace(host), file: process.execPath, args });
  const listener = node('h2', '-e', listen);
  await until('the listener', 5_000, () => listener.output.startsWith('ready'));
  node('h1', '-e', send, `${numbers.length}`, address4('h2'));
  const come = (): { number: number; lateMs: number }[] =>
    listener.output
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ').map(Number))
      .map(([number = NaN, , lateMs = NaN]) => ({ number, lateMs }));
  await until('the datagrams', 5_000, () => come().length >= numbers.length && enough(come()));
  await listener.stop(5_000);
  return come();
}

labTest('lab: five hosts on two networks, of which each can be cut alone', 60_000, async (context) => {
  if (!hasTool('ping')) return context.skip('ping is not installed');
  const hosts = ['h1', 'h2', 'h3', 'h4', 'h5'];
  return await withLab({ hosts, networks: 2 }, async (lab) => {
    const reaches = (network: Network): boolean => {
      const args = ['netns', 'exec', lab.namespace('h5'), 'ping', '-c1', '-W1', address4('h1', network)];
      return spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
    };
    let seen: readonly boolean[] = [];
    // Neighbours are found again within a second or two.
    const reached = async (lan: boolean, cross: boolean, when: string): Promise<void> => {
      const asWanted = (): boolean =>
        (seen = [reaches('lan'), reaches('cross')]).join() === `${lan},${cross}`;
      await until(`LAN ${lan}, cross ${cross} ${when}`, 8_000, asWanted, () => seen.join());
    };
    put(lab, 'h5');
    await lab.untilServedBy('h5', FIRST_ANSWER_MS);
    await reached(true, true, 'at the beginning');
    lab.faults.cut('h1', 'h5', 'all', 'cross');
    await reached(true, false, 'with one way cut');
    lab.faults.heal();
    lab.faults.unplug('h1');
    await reached(false, true, 'with the LAN unplugged');
    lab.faults.plugIn('h1');
    lab.faults.flushAddresses('h1', 'cross');
    await reached(true, false, 'without an address');
    lab.clear();
    await reached(true, true, 'when cleared');
  });
});

labTest(
  'lab: a delayed way delivers late, twice and out of order, and is as before afterwards',
  30_000,
  async () => {
    await withLab({}, async (lab) => {
      const numbers = Array.from({ length: 50 }, (_, number) => number);
      const asItWas = await arrivals(lab, numbers, () => true);
      assert.deepEqual(
        asItWas.map(({ number }) => number),
        numbers,
      );
      await lab.faults.delay('h1', 'h2', { delayMs: 200, jitterMs: 150, duplicatePercent: 100 });
      const delayed = await arrivals(lab, numbers, (all) => all.length === 2 * numbers.length);
      const order = delayed.map(({ number }) => number);
      assert.deepEqual(
        [...new Set(order)].sort((a, b) => a - b),
        numbers,
      );
      assert.notDeepEqual(
        order,
        [...order].sort((a, b) => a - b),
        'nothing was overtaken',
      );
      assert.ok(Math.min(...delayed.map(({ lateMs }) => lateMs)) >= 49, 'something came too early');
      assert.deepEqual(lab.processesOn('h2'), [], "the lab's own process counts as somebody's");
      lab.faults.heal();
      const healed = await arrivals(lab, numbers, () => true);
      assert.equal(healed.length, numbers.length);
    });
  },
);

labTest('lab: a delayed way is slow for connections too', 30_000, async () => {
  await withLab({}, async (lab) => {
    const serve =
      "require('net').createServer((s) => s.on('error', () => {}).pipe(s)).listen(7112, () => console.log('ready'))";
    const ask =
      "const s = require('net').connect(7112, process.argv[1]); const t = Date.now(); s.write('a');" +
      "s.on('error', () => {}); s.on('data', () => { console.log(Date.now() - t); s.end(); })";
    const node = (host: string, ...args: readonly string[]): Program =>
      startProgram({ namespace: lab.namespace(host), file: process.execPath, args });
    const server = node('h2', '-e', serve);
    await until('the server', 5_000, () => server.output.startsWith('ready'));
    const roundTrip = async (): Promise<number> => {
      const client = node('h1', '-e', ask, address4('h2'));
      await until(
        'the answer',
        5_000,
        () => client.end !== undefined,
        () => client.output,
      );
      return Number(client.output);
    };
    assert.ok((await roundTrip()) < 2_000);
    await lab.faults.delay('h1', 'h2', { delayMs: 1_000 });
    assert.ok((await roundTrip()) >= 1_998, 'the answer came too early');
    lab.faults.heal();
    assert.ok((await roundTrip()) < 2_000);
  });
});

labTest('lab: the wall clock of one program can be set, and only that', 30_000, async (context) => {
  if (!hasSettableClocks()) return context.skip('libfaketime is not installed');
  return await withLab({}, async (lab) => {
    const clock = new SettableClock(lab, 'h1');
    const script = `setInterval(() => console.log(Date.now() - performance.now()), 20)`;
    const program = startProgram({
      ...{ namespace: lab.namespace('h1'), file: process.execPath, args: ['-e', script], env: clock.env },
    });
    // Milliseconds between the program's wall clock and ours, at its own monotonic clock's beginning.
    const shown = (): number => Number(program.output.trim().split('\n').at(-1) || NaN);
    await until('the program to print', 5_000, () => Number.isFinite(shown()));
    const beginMs = shown();
    clock.set(-3_600);
    await until('the clock to go back', 5_000, () => Math.abs(shown() - beginMs + 3_600_000) < 1_000);
  });
});

labTest('lab: one configuration for several groups, paths and settings', 30_000, async () => {
  await withLab({ hosts: ['h1', 'h2', 'h3'], networks: 2, vips: [VIP4, VIP6] }, async (lab) => {
    const setup = {
      ...{ intervalMs: 100, timeoutMs: 2_500, priorities: { h1: 103, h2: 102, h3: 101 }, vips: lab.vips },
      failbackDelayMs: 600_000,
    };
    const contender = sealbeat({
      paths: (host) => [pathTo(host), pathTo(host, 'cross')],
      groups: { web: { vips: [VIP4] }, mail: { vips: [VIP6], priority: { h2: 200 } } },
    });
    const pair = await Pair.prepare(lab, contender, setup);
    assert.equal(pair.cluster.refusal('h1'), undefined);
    const hosts = Object.keys(setup.priorities);
    await Promise.all(hosts.map((host) => pair.start(host)));
    await pair.cluster.untilSettled(hosts, 15_000);
    await until('a host of its own for each group', 15_000, () => {
      return lab.holdersNow(VIP4).join() === 'h1' && lab.holdersNow(VIP6).join() === 'h2';
    });
    const { peers } = await pair.cluster.status('h3');
    assert.deepEqual(
      peers.map(({ paths }) => paths.length),
      [2, 2],
    );
    assert.ok((await pair.cluster.events('h1')).some(({ subject }) => subject === 'web'));
    pair.cluster.rewrite((config) => Object.assign(config, { witnesses: 1 }));
    assert.match(pair.cluster.refusal('h1') ?? '', /witnesses/);
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
