import { CLIENT, macOf } from '../../test/lab/addresses.ts';
import type { Cluster, Contender } from '../../test/lab/agent.ts';
import { newCpuMeter } from '../../test/lab/cpu-meter.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { INTERVAL_MS, withManyVips } from './many-vips.ts';
import type { ManyVips } from './many-vips.ts';
import type { Move } from './move.ts';
import type { Row } from './row.ts';
import type { BenchOptions } from './scenario.ts';
import { WireCapture, announcedBy } from './wire.ts';
import type { Packet } from './wire.ts';

/** Watched after the last VIP is up: the first word about each of them is long over then. */
const AFTER_DEATH_MS = 1_500;
/** A takeover is over well within it. */
const UNREAD_MS = 800;
/** All rounds of announcing, the last of them 5 s after the first. */
const BEATS_WATCHED_MS = 6_500;
const AFTER_MOVE_MS = 1_000;
const MOVES = ['switchover', 'failback'];

export interface Measured<C extends Cluster = Cluster> {
  readonly contender: Contender<C>;
  /** A switchover to h2 and a failback to h1 among them. */
  readonly moves: readonly Move<C>[];
  /** For tcpdump: the beats that a holder sends to a third host. */
  readonly beats: readonly string[];
}

/** What one run showed: a value for each measure. */
export type Shown = readonly (Pick<Row, 'measure' | 'unit'> & { readonly value: number })[];

const inMs = (measure: string, value: number): Shown[number] => ({ measure, unit: 'ms', value });

/** Started, all VIPs on h1 and nothing under way; any phase of the heartbeat. */
async function atRest<C extends Cluster>({ pair, untilAllOn }: ManyVips<C>): Promise<void> {
  await pair.startAll();
  await untilAllOn('h1');
  await watchFor(500 + Math.random() * INTERVAL_MS);
}

async function killHost<C extends Cluster>({ lab, pair, untilAllOn }: ManyVips<C>): Promise<number> {
  const atMs = Date.now();
  lab.faults.unplug('h1');
  pair.agent('h1').signalTree('SIGKILL');
  // The takeover has the processors for itself and those who are part of it.
  await lab.unread(() => watchFor(UNREAD_MS));
  await untilAllOn('h2', 'h1');
  return atMs;
}

/** The holder's host is gone: until when the VIPs are on the other one, and the neighbours were told. */
export async function death<C extends Cluster>(
  { contender }: Measured<C>,
  { vips: count }: { vips: number },
): Promise<Shown> {
  return await withManyVips(contender, count, async (many) => {
    const { lab, vips } = many;
    await atRest(many);
    const filter = ['arp', 'or', '(icmp6 and ip6[40] == 136)'];
    const capture = await WireCapture.start(lab, { end: CLIENT, link: 'eth0' }, filter);
    const fromMs = await killHost(many);
    await watchFor(AFTER_DEATH_MS);
    await lab.sync();
    const window = { fromMs, toMs: Date.now() };
    const up = vips.map((vip) => (lab.timeline('h2', vip).within(window)[0]?.fromMs ?? NaN) - fromMs);
    const first = firstWords(await capture.packets(), fromMs);
    const told = vips.flatMap((vip) => first.get(vip) ?? []);
    const what = `host death, ${count} VIPs`;
    return [
      inMs(`${what}: first up`, Math.min(...up)),
      inMs(`${what}: last up`, Math.max(...up)),
      inMs(`${what}: last announced`, Math.max(...told)),
      { measure: `${what}: announced`, unit: 'count', value: told.length },
      inMs(`${what}: worst outage`, await many.worstGapMs(window)),
    ];
  });
}

/** How long after the cut h2 announced each address for the first time. */
function firstWords(packets: readonly Packet[], fromMs: number): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const packet of packets) {
    const announced = announcedBy(packet);
    if (announced?.mac !== macOf('h2') || announced.atMs < fromMs) continue;
    if (!first.has(announced.address)) first.set(announced.address, announced.atMs - fromMs);
  }
  return first;
}

/** The same with a third host, which sees how much later than an interval after the last one each beat of h2 comes. */
export async function beats<C extends Cluster>(
  measured: Measured<C>,
  { vips: count }: { vips: number },
): Promise<Shown> {
  return await withManyVips(
    measured.contender,
    count,
    async (many) => {
      await atRest(many);
      const filter = ['ether', 'src', macOf('h2'), 'and', ...measured.beats];
      const capture = await WireCapture.start(many.lab, { end: 'h3', link: 'eth0' }, filter);
      const fromMs = await killHost(many);
      await watchFor(BEATS_WATCHED_MS);
      const heard = (await capture.packets()).map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs);
      const gaps = heard.slice(1).map((atMs, place) => atMs - (heard[place] ?? NaN));
      const what = `latest beat of the new holder, ${count} VIPs, three hosts`;
      return [inMs(what, Math.max(...gaps) - INTERVAL_MS)];
    },
    { hosts: ['h1', 'h2', 'h3'] },
  );
}

/** On purpose, to h2 and back. */
export async function moves<C extends Cluster>(
  measured: Measured<C>,
  { vips: count }: { vips: number },
): Promise<Shown> {
  return await withManyVips(measured.contender, count, async (many) => {
    const { pair } = many;
    await atRest(many);
    const shown: Shown[number][] = [];
    for (const { name, make } of measured.moves.filter((each) => MOVES.includes(each.name))) {
      const fromMs = Date.now();
      await make(pair);
      await many.untilAllOn(name === 'switchover' ? 'h2' : 'h1');
      await watchFor(AFTER_MOVE_MS);
      const worst = await many.worstGapMs({ fromMs, toMs: Date.now() });
      shown.push(inMs(`${name}, ${count} VIPs: worst outage`, worst));
    }
    return shown;
  });
}

/** The holder with nothing to do but to hold. */
export async function rest<C extends Cluster>(
  { contender }: Measured<C>,
  {
    vips: count,
    settleSeconds,
    cpuSeconds,
  }: Pick<BenchOptions, 'settleSeconds' | 'cpuSeconds'> & { vips: number },
): Promise<Shown> {
  return await withManyVips(
    contender,
    count,
    async ({ lab, pair, untilAllOn }) => {
      const meter = newCpuMeter(`${lab.name}-h1`);
      await pair.startAll({ h1: { cgroupProcs: meter.cgroupProcs } });
      await untilAllOn('h1');
      await watchFor(settleSeconds * 1_000);
      const { pid } = pair.agent('h1');
      const before = { micros: meter.usedMicros(pid), atMs: performance.now() };
      await watchFor(cpuSeconds * 1_000);
      const usedMs = (meter.usedMicros(pid) - before.micros) / 1_000;
      const percent = (usedMs / (performance.now() - before.atMs)) * 100;
      await pair.stopAll();
      meter.close();
      return [{ measure: `CPU of the holder at rest, ${count} VIPs`, unit: '%', value: percent }];
    },
    { clientEveryMs: 100 },
  );
}
