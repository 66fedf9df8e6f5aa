// `npm run demo`: two real daemons, a failover before your eyes. Exit 0 only if every step really happened.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchEvents, fetchStatus } from '../src/control/client.ts';
import type { StatusReport } from '../src/core/report.ts';
import { parseSettings } from '../src/config/load.ts';
import { systemRandom } from '../src/system/random.ts';
import { encodeBody } from '../src/wire/body.ts';
import { directionsBetween, sealFrame } from '../src/wire/frame.ts';
import { fromHex } from '../src/wire/hex.ts';
import { makeIdentity } from '../src/wire/identity.ts';
import { SENDER_AT } from '../src/wire/layout.ts';
import { hasTool } from '../test/lab/host-tool.ts';
import { SEALBEAT } from '../test/lab/sealbeat.ts';
import { until } from '../test/lab/wait.ts';
import { stageInNamespaces } from './demo/in-namespaces.ts';
import { stageOnLoopback } from './demo/on-loopback.ts';
import type { Running, Stage } from './demo/stage.ts';
import { Story } from './demo/story.ts';

const INTERVAL = '100ms';
const TIMEOUT = '500ms';
const STEP_MS = 8_000;
const FRAMES = 12;

const story = new Story(process.stdout.isTTY === true);
const stage = await openStage();
const [first, second] = stage.hosts;
const file = (name: string): string => join(stage.folder, name);
const config = file('sealbeat.yaml');
const control = (host: string): string => file(`${host}.sock`);
const status = (host: string): Promise<StatusReport> => fetchStatus(control(host));
const daemons = new Map<string, Running>();
/** The last event of the second host that was told. */
let told = 0;

try {
  story.chapter('The stage');
  story.tell(stage.what);
  exchangeKeys();
  const recorded = await settle();
  await loseThePrimary();
  await beAttacked(recorded);
  await comeBack();
  await leave();
  story.chapter(`All of it happened, in ${story.seconds.toFixed(1)} s.`);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`\nsealbeat: error: the demo failed: ${(error as Error).message}\n`);
  for (const [host, { output }] of daemons) process.stderr.write(`--- ${host}\n${output.slice(-2_000)}\n`);
} finally {
  stage.dispose();
}

async function openStage(): Promise<Stage> {
  if (process.platform !== 'linux') return stageOnLoopback(`this is ${process.platform}`);
  if (process.getuid?.() !== 0) return stageOnLoopback('you are not root');
  if (!hasTool('ip')) return stageOnLoopback('`ip` (iproute2) is not installed');
  try {
    return await stageInNamespaces();
  } catch (error) {
    return stageOnLoopback(
      `network namespaces cannot be made here (${(error as Error).message.split('\n')[0]})`,
    );
  }
}

/** Runs the program as a person would, and returns what it printed. */
function sealbeat(...args: readonly string[]): string {
  const ran = spawnSync(SEALBEAT, args, { encoding: 'utf8', cwd: stage.folder });
  if (ran.status !== 0) throw new Error(`sealbeat ${args.join(' ')}: ${ran.stderr}`);
  return ran.stdout.trim();
}

function exchangeKeys(): void {
  story.chapter('Each host makes its keys; the public lines are exchanged by hand');
  writeFileSync(
    config,
    [
      'cluster: demo',
      `heartbeat: { interval: ${INTERVAL}, timeout: ${TIMEOUT} }`,
      'groups:',
      '  web:',
      ...stage.groupLines.map((line) => `    ${line}`),
      `    vips: [${stage.vip}]`,
      `    priority: { ${first}: 101, ${second}: 100 }`,
      '    failback: { mode: auto, delay: 1s }',
      '',
    ].join('\n'),
  );
  for (const host of stage.hosts) {
    story.command(`sealbeat keygen -o ${host}.identity          # on ${host}`);
    const line = sealbeat('keygen', '-o', file(`${host}.identity`));
    story.tell(`${line.slice(0, 42)}…`);
    sealbeat('key', 'trust', host, line, '-c', config, '--path', stage.path(host));
    const fingerprint = sealbeat('key', 'fingerprint', line);
    story.command(`sealbeat key trust ${host} sealbeat1… --path ${stage.path(host)}`);
    story.tell(`fingerprint of ${host}, to compare by voice: ${fingerprint}`);
  }
  sealbeat('check', '-c', config, '--as', first);
  story.tell(`one config for both: beats every ${INTERVAL}, a peer is dead after ${TIMEOUT}`);
}

async function start(host: string): Promise<void> {
  story.command(`sealbeat run -c sealbeat.yaml --identity ${host}.identity   # on ${host}`);
  const state = file(`${host}.state`);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const args = ['run', '-c', config, '--identity', file(`${host}.identity`)];
  daemons.set(host, stage.start(host, [...args, '--control', control(host), '--state', state]));
  await until(`${host} to answer at its control socket`, STEP_MS, async () => {
    if (daemons.get(host)?.isRunning !== true) throw new Error(`the daemon of ${host} has ended`);
    return await status(host).then(
      () => true,
      () => false,
    );
  });
}

/** The last transitions of a host's daemon, in its own words. */
async function retell(host: string, after: number): Promise<number> {
  const events = await fetchEvents(control(host), after);
  for (const { kind, subject, text, cause } of events) {
    if (kind === 'role') story.tell(`${host}: ${subject}: ${text} (${cause})`);
    if (kind === 'peer') story.tell(`${host}: ${subject} ${text} (${cause})`);
  }
  return events.at(-1)?.number ?? after;
}

async function servedBy(host: string): Promise<void> {
  await until(`${host} alone to hold ${stage.vip} and to answer the client`, STEP_MS, async () => {
    return (await stage.holders()).join() === host && (await stage.answeredBy()) === host;
  });
}

async function settle(): Promise<readonly Uint8Array[]> {
  story.chapter('The pair settles');
  const listening = stage.record(second, FRAMES);
  await start(first);
  const recorded = await listening;
  story.tell(
    `(somebody on the wire records ${recorded.length} frames that ${first} sends to ${second}, for later)`,
  );
  await start(second);
  await servedBy(first);
  await until(
    `${second} to be standby`,
    STEP_MS,
    async () => (await status(second)).groups[0]?.role === 'standby',
  );
  await until(
    `${second} to hear ${first}`,
    STEP_MS,
    async () => (await status(second)).peers[0]?.hearsUs === true,
  );
  await retell(first, 0);
  told = await retell(second, 0);
  story.tell(`${stage.vip} is on ${first} and nowhere else`);
  return recorded;
}

async function loseThePrimary(): Promise<void> {
  story.chapter(`The daemon of ${first} is killed (SIGKILL): no goodbye`);
  const killedMs = Date.now();
  story.command(`kill -KILL ${daemons.get(first)!.pid}`);
  daemons.get(first)!.signal('SIGKILL');
  await until(`${first} to lose ${stage.vip}`, STEP_MS, async () => !(await stage.holders()).includes(first));
  story.tell(`its guard has taken ${stage.vip} off ${first}`);
  await servedBy(second);
  told = await retell(second, told);
  const gapMs = await stage.longestGapMs(killedMs);
  if (gapMs === 0) throw new Error('the client saw no gap, although its server was killed');
  story.tell(`${stage.vip} is on ${second}; ${stage.outage} for ${Math.round(gapMs)} ms`);
}

async function beAttacked(recorded: readonly Uint8Array[]): Promise<void> {
  story.chapter(`An attacker speaks in the name of ${first}`);
  const before = await status(second);
  story.tell(`${FRAMES} forged frames, sealed with a key of the attacker's own`);
  await stage.inject(second, forged());
  await refused(before, 'box', 'they open under no key that it knows');
  story.tell(`the ${recorded.length} frames recorded before, genuine then, played again: "I am alive"`);
  await stage.inject(second, recorded);
  await refused(before, 'stale', 'they were sent too long ago to prove anything');
  story.tell('and once more');
  await stage.inject(second, recorded);
  await refused(before, 'replay', 'it has seen these numbers');
  const after = await status(second);
  if (after.groups[0]?.role !== 'active' || after.peers[0]?.state !== 'silent') {
    throw new Error(`the attack changed something: ${JSON.stringify(after.groups)}`);
  }
  story.tell(`${second} is active as before, and ${first} is as dead as before`);
}

/** Frames with the sender's name of the first host, as somebody without its keys can make them. */
function forged(): readonly Uint8Array[] {
  const { settings } = parseSettings(readFileSync(config, 'utf8'), config);
  const keyOf = (host: string) => settings.nodes.find(({ name }) => name === host)!.keys[0]!;
  const { outbound } = directionsBetween(makeIdentity(systemRandom), keyOf(second), settings.cluster);
  const zero = '0000000000000000';
  const body = {
    ...{
      hello: false,
      probe: false,
      answer: false,
      hearsYou: true,
      canReceive: true,
      versionMax: 1,
      path: 0,
    },
    ...{ intervalUs: 100_000, timeoutUs: 500_000, session: 1, sentUs: 0, ack: 0, echo: zero, ackDelayUs: 0 },
    ...{
      ackedLow: 0,
      ackedHigh: 0,
      yourKey: keyOf(second).id,
      digest: zero,
      promiseMs: 0,
      groupsInAll: 0,
      configParts: [],
      asksFor: [],
      groups: [],
    },
  };
  return Array.from({ length: FRAMES }, (_, index) => {
    const frame = sealFrame(encodeBody({ ...body, seq: index + 1 }), systemRandom.bytes(24), outbound);
    frame.set(fromHex(keyOf(first).id), SENDER_AT);
    return frame;
  });
}

async function refused(before: StatusReport, reason: string, why: string): Promise<void> {
  const count = (report: StatusReport): number => report.counters[`rejected: ${reason}`] ?? 0;
  let counted = 0;
  await until(`${second} to refuse ${FRAMES} frames as "${reason}"`, STEP_MS, async () => {
    counted = count(await status(second)) - count(before);
    return counted >= FRAMES;
  });
  story.tell(`${second} refuses all ${FRAMES}, counted as "${reason}": ${why}`);
}

async function comeBack(): Promise<void> {
  story.chapter(`${first} comes back and, being preferred, gets the address again`);
  const fromMs = Date.now();
  await start(first);
  await servedBy(first);
  await retell(first, 0);
  told = await retell(second, told);
  story.tell(`${stage.vip} is on ${first} again; ${gapText(await stage.longestGapMs(fromMs))}`);
}

async function leave(): Promise<void> {
  story.chapter(`${first} is stopped in good order (SIGTERM)`);
  const fromMs = Date.now();
  daemons.get(first)!.signal('SIGTERM');
  await servedBy(second);
  await until(`the daemon of ${first} to end`, STEP_MS, () => daemons.get(first)?.isRunning === false);
  told = await retell(second, told);
  story.tell(`${stage.vip} is on ${second}; ${gapText(await stage.longestGapMs(fromMs))}`);
  daemons.get(second)!.signal('SIGTERM');
  await until(`the daemon of ${second} to end`, STEP_MS, () => daemons.get(second)?.isRunning === false);
  await until('the VIP to be gone', STEP_MS, async () => (await stage.holders()).length === 0);
  story.tell('both are stopped, and the address is gone');
}

function gapText(gapMs: number): string {
  if (gapMs < stage.resolutionMs)
    return `no moment was seen in which ${stage.outage} (resolution ${stage.resolutionMs} ms)`;
  return `${stage.outage} for ${Math.round(gapMs)} ms`;
}
