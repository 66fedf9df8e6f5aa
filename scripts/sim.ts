import { parseArgs } from 'node:util';
import { run, SCENARIOS } from '../test/sim/run.ts';

/*
 * npm run sim -- --seeds 10000 [--from N] [--scenario NAME] [--nodes 2|3] [--lines N] [--keep-going]
 * Prints each seed that breaks an invariant, and the end of the story of the first one.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    scenario: { type: 'string' },
    nodes: { type: 'string' },
    lines: { type: 'string', default: '80' },
    'keep-going': { type: 'boolean', default: false },
  },
});

const names = SCENARIOS.map(({ name }) => name);
if (values.scenario !== undefined && !names.includes(values.scenario)) {
  console.error(`sim: no scenario "${values.scenario}"; there are: ${names.join(', ')}`);
  process.exit(2);
}
const from = Number(values.from);
const count = Number(values.seeds);
const options = {
  scenario: values.scenario,
  nodes: values.nodes === undefined ? undefined : Number(values.nodes),
};
console.log(`sim: seeds ${from} to ${from + count - 1}`);

const began = performance.now();
const found = new Map<string, number[]>();
let events = 0;
for (let seed = from; seed < from + count; seed++) {
  const { violation, scenario, world } = run(seed, options);
  events += world.events;
  if (violation === undefined) continue;
  const key = `${scenario} ${violation.invariant}`;
  found.set(key, [...(found.get(key) ?? []), seed]);
  console.log(`sim: seed ${seed} (${scenario}): ${violation.message.split('\n')[0]}`);
  if (!values['keep-going']) break;
}
const seconds = (performance.now() - began) / 1_000;
for (const [key, seeds] of found)
  console.log(`sim: ${key}: ${seeds.length} seeds: ${seeds.slice(0, 20).join(' ')}`);
const first = [...found.values()].flat()[0];
if (first !== undefined) {
  const { violation, scenario, world } = run(first, { ...options, tells: true });
  if (Number(values.lines) > 0) console.log(world.story.last(Number(values.lines)));
  console.log(`seed ${first} (${scenario}): ${violation?.message}\nsetup ${JSON.stringify(world.setup)}`);
  process.exitCode = 1;
}
console.log(`sim: ${count} seeds, ${events} events, ${seconds.toFixed(1)} s`);
