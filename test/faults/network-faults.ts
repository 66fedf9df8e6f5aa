import type { Delay } from '../lab/weather.ts';
import { BOTH_SIZES, OVERLAP_MS, handedOver, split, stays } from './fault.ts';
import type { Fault } from './fault.ts';
import { TRANSPORTS } from './settings.ts';
import type { SettingName } from './settings.ts';
import type { Stage } from './stage.ts';

const WEATHER_MS = 10_000;

/** Every two of the hosts, once. */
export const pairsOf = (hosts: readonly string[]): readonly (readonly [string, string])[] =>
  hosts.flatMap((one, place) => hosts.slice(place + 1).map((other) => [one, other] as const));

/** Neither this host nor any other hears of each other; the client goes on seeing all. */
export function isolate(stage: Stage, host: string): void {
  for (const other of stage.others(host)) stage.lab.faults.cutBoth(host, other);
}

const lossFault = (percent: number, settings: readonly SettingName[]): Fault => ({
  name: `loss-${percent}`,
  title: `${percent} % of all heartbeats are lost, each way`,
  sizes: BOTH_SIZES,
  settings,
  lastsMs: WEATHER_MS,
  strike(stage) {
    for (const [one, other] of pairsOf(stage.hosts)) stage.lab.faults.lose(one, other, percent);
  },
  expected: () => stays('Nothing moves.'),
});

const delayFault = (name: string, title: string, way: Delay): Fault => ({
  name,
  title,
  sizes: BOTH_SIZES,
  settings: TRANSPORTS,
  lastsMs: WEATHER_MS,
  async strike(stage) {
    for (const [one, other] of pairsOf(stage.hosts)) await stage.lab.faults.delay(one, other, way);
  },
  expected: () => stays('Nothing moves.'),
});

/** The network between the hosts fails in part; the client reaches all of them all the time. */
export const NETWORK_FAULTS: readonly Fault[] = [
  {
    name: 'holder-deaf',
    title: 'The holder hears nobody; everybody hears it',
    sizes: BOTH_SIZES,
    settings: TRANSPORTS,
    strike(stage) {
      for (const other of stage.others('h1')) stage.lab.faults.cut(other, 'h1');
    },
    expected: (_size, setting) =>
      setting === 'tcp'
        ? split(
            'A connection needs both directions: nobody hears the holder any more, and h2 holds as well.',
            ['h1', 'h2'],
          )
        : stays('Nothing moves.'),
  },
  {
    name: 'standby-deaf',
    title: 'h2 no longer hears the holder; the holder hears h2',
    sizes: BOTH_SIZES,
    settings: TRANSPORTS,
    strike: (stage) => stage.lab.faults.cut('h1', 'h2'),
    expected: (size, setting) =>
      size === 2 && setting === 'tcp'
        ? split('A connection needs both directions: neither hears the other, and both hold.', ['h1', 'h2'])
        : size === 2
          ? {
              ...handedOver('h2 takes over, and h1 yields to it, because it hears that h2 cannot hear it.'),
              gapMs: OVERLAP_MS,
            }
          : stays('Nothing moves: h2 hears of the holder through h3.'),
  },
  {
    name: 'cut-both',
    title: 'h1 and h2 are cut from each other in both directions',
    sizes: BOTH_SIZES,
    settings: TRANSPORTS,
    strike: (stage) => stage.lab.faults.cutBoth('h1', 'h2'),
    expected: (size) =>
      size === 2
        ? split('Both hold: neither can know of the other. Healed, h1 alone holds at once.', ['h1', 'h2'])
        : stays('Nothing moves: both hear of each other through h3.'),
  },
  lossFault(5, ['udp']),
  lossFault(10, ['udp']),
  lossFault(20, ['udp']),
  lossFault(30, TRANSPORTS),
  delayFault('delay-100', 'Heartbeats take 100 ± 50 ms', { delayMs: 100, jitterMs: 50 }),
  delayFault('delay-500', 'Heartbeats take 500 ± 400 ms, so that many overtake others', {
    ...{ delayMs: 500, jitterMs: 400 },
  }),
  delayFault('duplicates', 'Half of the heartbeats arrive twice, up to 60 ms apart', {
    ...{ delayMs: 30, jitterMs: 30, duplicatePercent: 50 },
  }),
];
