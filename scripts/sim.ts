import { parseArgs } from 'node:util';
import { runCampaign, type Found } from '../test/sim/campaign.ts';
import { run, SCENARIOS } from '../test/sim/run.ts';

/*
 * npm run sim -- --seeds 10000 [--from N] [--scenario NAME] [--nodes 2…8] [--minutes M] [--jobs N] [--lines N] [--keep-going]
 * Prints each seed that breaks an invariant, and the end of the story of the first one.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    scenario: { type: 'string' },
    nodes: { type: 'string' },
    minutes: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    lines: { type: 'string', default: '80' },
    'keep-going': { type: 'boolean', default: false },
  },
});

function numberOf(
  name: 'seeds' | 'from' | 'nodes' | 'minutes' | 'jobs' | 'lines',
  low: number,
  high: number,
): number {
  const number = Number(values[name]);
  if (number >= low && number <= high && (name === 'minutes' || Number.isInteger(number))) return number;
  console.error(`sim: --${name} is a number from ${low} to ${high}, not "${values[name]}"`);
  process.exit(2);
}

const names = SCENARIOS.map(({ name }) => name);
if (values.scenario !== undefined && !names.includes(values.scenario)) {
  console.error(`sim: no scenario "${values.scenario}"; there are: ${names.join(', ')}`);
  process.exit(2);
}
const from = numberOf('from', 1, Number.MAX_SAFE_INTEGER);
const seeds = numberOf('seeds', 1, 1e9);
const jobs = numberOf('jobs', 1, 64);
const lines = numberOf('lines', 0, 1e6);
const options = {
  scenario: values.scenario,
  nodes: values.nodes === undefined ? undefined : numberOf('nodes', 2, 8),
  minutes: values.minutes === undefined ? undefined : numberOf('minutes', 0.1, 1e4),
};
console.log(`sim: seeds ${from} to ${from + seeds - 1}`);

const SAY_EVERY_MS = 10_000;
const began = performance.now();
const found: Found[] = [];
const done = { seeds: 0, events: 0, simulatedMs: 0 };
let saidAt = began;
const summary = (): string => {
  const seconds = (performance.now() - began) / 1_000;
  const hours = done.simulatedMs / 3.6e6;
  const perSecond = Math.round(done.events / seconds);
  return `${done.seeds} seeds, ${hours.toFixed(1)} h simulated, ${done.events} events in ${seconds.toFixed(1)} s (${perSecond}/s), ${found.length} violations`;
};
await runCampaign({ from, seeds, options, keepsGoing: values['keep-going'] }, jobs, (progress) => {
  done.seeds += progress.seeds;
  done.events += progress.events;
  done.simulatedMs += progress.simulatedMs;
  for (const one of progress.found) {
    found.push(one);
    console.log(`sim: seed ${one.seed} (${one.scenario}): ${one.text}`);
  }
  if (performance.now() - saidAt < SAY_EVERY_MS) return;
  saidAt = performance.now();
  console.error(`sim: ${summary()}`);
});

const kinds = Map.groupBy(found, ({ scenario, invariant }) => `${scenario} ${invariant}`);
for (const [kind, all] of kinds) {
  const some = all
    .slice(0, 20)
    .map(({ seed }) => seed)
    .join(' ');
  console.log(`sim: ${kind}: ${all.length} seeds: ${some}`);
}
const [first] = found;
if (first !== undefined) {
  const { violation, scenario, world } = run(first.seed, { ...options, tells: true });
  if (lines > 0) console.log(world.story.last(lines));
  console.log(
    `seed ${first.seed} (${scenario}): ${violation?.message}\nsetup ${JSON.stringify(world.setup)}`,
  );
  process.exitCode = 1;
}
console.log(`sim: ${summary()}`);
