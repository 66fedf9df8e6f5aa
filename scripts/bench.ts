// `npm run bench`: measures sealbeat, and keepalived beside it where that is installed, in network namespaces.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasKeepalived, keepalived } from '../test/lab/keepalived.ts';
import { labProblem } from '../test/lab/requirement.ts';
import { OWN_PROGRAM, PROJECT, SEALBEAT, sealbeat } from '../test/lab/sealbeat.ts';
import { arbiterScenario } from './bench/arbiter.ts';
import { binaryScenario } from './bench/binary.ts';
import { checksScenario } from './bench/checks.ts';
import { costScenario } from './bench/cost.ts';
import { cryptoScenario } from './bench/crypto.ts';
import { duplicatesScenario } from './bench/duplicates.ts';
import { lossScenario } from './bench/loss.ts';
import { machineText, thisMachine } from './bench/machine.ts';
import { deathScenario, stopScenario } from './bench/outage.ts';
import { nodesScenario } from './bench/nodes.ts';
import { partitionScenario } from './bench/partition.ts';
import { pathsScenario } from './bench/paths.ts';
import { plannedScenario } from './bench/planned.ts';
import { replayScenario } from './bench/replay.ts';
import { VIPS_MAX } from './bench/many-vips.ts';
import { scaleScenario } from './bench/scale.ts';
import { strangersScenario } from './bench/strangers.ts';
import { systemsScenario } from './bench/systems.ts';
import { tableOf } from './bench/report.ts';
import type { Row } from './bench/row.ts';
import type { BenchOptions, Scenario } from './bench/scenario.ts';

const SCENARIOS: readonly Scenario[] = [
  deathScenario,
  nodesScenario,
  stopScenario,
  plannedScenario,
  duplicatesScenario,
  partitionScenario,
  pathsScenario,
  arbiterScenario,
  lossScenario,
  replayScenario,
  strangersScenario,
  checksScenario,
  systemsScenario,
  costScenario,
  scaleScenario,
  cryptoScenario,
  binaryScenario,
];
const CONTENDERS = ['keepalived', 'sealbeat'];

const USAGE = `usage: npm run bench -- [options]

  --only NAMES          some of: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --contenders NAMES    some of: ${CONTENDERS.join(', ')}; default: those that are installed
  --runs N              how often each fault is repeated (default 10)
  --loss-seconds N      how long each loss rate is in force, strangers call and checks run (default 30; 120 to compare)
  --cpu-seconds N       how long CPU is counted (default 20)
  --settle-seconds N    how long the agents run before that (default 30: compiled, warm)
  --watch-seconds N     how long is watched after faults that may never end (default 4)
  --rest-minutes N      how long memory at rest is watched, for binary (default 1; 60 for an hour)
  --vips NUMBERS        how many VIPs one group has, for scale (default 1,20,100,1000)
  --quick               2 runs, 5 s each: whether it works, not figures to show
  --json FILE           where the values of every run go (default bench-DATE.json)

Tables go to stdout, progress to stderr. Needs root on Linux, except for crypto.
SEALBEAT_PROGRAM names another sealbeat to measure than the one of this checkout.

Example:
  $ npm run bench -- --only death,stop --runs 20 > outage.md
`;

class UsageError extends Error {}

function namesIn(text: string | undefined, known: readonly string[]): readonly string[] {
  if (text === undefined) return known;
  const names = text.split(',').map((name) => name.trim());
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new UsageError(`"${stranger}" is none of ${known.join(', ')}`);
  return names;
}

function numberIn(text: string | undefined, otherwise: number, flag: string): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,5}$/.test(text) || Number(text) === 0) throw new UsageError(`${flag} must be a number from 1`);
  return Number(text);
}

function vipCountsIn(text: string): readonly number[] {
  const counts = text.split(',').map((count) => numberIn(count.trim(), 0, '--vips'));
  if (counts.some((count) => count > VIPS_MAX)) throw new UsageError(`--vips: at most ${VIPS_MAX}`);
  return counts;
}

function readArguments(): { options: BenchOptions; scenarios: readonly Scenario[]; jsonPath: string } {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      contenders: { type: 'string' },
      runs: { type: 'string' },
      'loss-seconds': { type: 'string' },
      'cpu-seconds': { type: 'string' },
      'settle-seconds': { type: 'string' },
      'watch-seconds': { type: 'string' },
      'rest-minutes': { type: 'string' },
      vips: { type: 'string', default: '1,20,100,1000' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const only = namesIn(
    values.only,
    SCENARIOS.map(({ name }) => name),
  );
  const contenders = namesIn(values.contenders, CONTENDERS);
  const withKeepalived = contenders.includes('keepalived') && hasKeepalived();
  const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`);
  if (contenders.includes('keepalived') && !withKeepalived)
    say('keepalived is not installed: sealbeat alone');
  return {
    scenarios: SCENARIOS.filter(({ name }) => only.includes(name)),
    jsonPath: values.json ?? `bench-${new Date().toISOString().slice(0, 10)}.json`,
    options: {
      runs: numberIn(values.runs, values.quick ? 2 : 10, '--runs'),
      lossSeconds: numberIn(values['loss-seconds'], values.quick ? 5 : 30, '--loss-seconds'),
      cpuSeconds: numberIn(values['cpu-seconds'], values.quick ? 5 : 20, '--cpu-seconds'),
      settleSeconds: numberIn(values['settle-seconds'], values.quick ? 5 : 30, '--settle-seconds'),
      watchMs: numberIn(values['watch-seconds'], values.quick ? 2 : 4, '--watch-seconds') * 1_000,
      restMinutes: numberIn(values['rest-minutes'], 1, '--rest-minutes'),
      vipCounts: vipCountsIn(values.vips),
      keepalived: withKeepalived ? [keepalived('unicast'), keepalived('multicast')] : [],
      sealbeat: contenders.includes('sealbeat') ? [sealbeat()] : [],
      say,
    },
  };
}

function requireWhatIsNeeded(scenarios: readonly Scenario[], options: BenchOptions): void {
  if (scenarios.every(({ name }) => name === cryptoScenario.name)) return;
  const problem = labProblem();
  if (problem !== undefined) throw new UsageError(`${problem}; only "--only crypto" runs without`);
  if (options.sealbeat.length === 0 || SEALBEAT !== OWN_PROGRAM) return;
  const setup = spawnSync(process.execPath, [join(PROJECT, 'scripts/setup.js')], { stdio: ['ignore', 2, 2] });
  if (setup.status !== 0) throw new UsageError('the program could not be built: see above');
}

/** Runs the scenarios one after the other; false if anything in one of them failed, which is told on stderr. */
async function bench(): Promise<boolean> {
  const { options, scenarios, jsonPath } = readArguments();
  requireWhatIsNeeded(scenarios, options);
  const machine = thisMachine();
  process.stdout.write(`${machineText(machine)}\n`);
  const results: { scenario: string; rows: readonly Row[] }[] = [];
  let complete = true;
  for (const scenario of scenarios) {
    try {
      const rows = await scenario.run(options);
      results.push({ scenario: scenario.name, rows });
      if (rows.some(({ failedRuns = 0 }) => failedRuns > 0)) complete = false;
      process.stdout.write(`${tableOf(scenario, rows)}\n`);
    } catch (error) {
      complete = false;
      options.say(`${scenario.name} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    // After each, so that an interrupted run leaves what it had.
    writeFileSync(jsonPath, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
  }
  options.say(`every value is in ${jsonPath}${complete ? '' : '; something failed, see above'}`);
  return complete;
}

try {
  process.exitCode = (await bench()) ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  if (!isUsage) throw error;
  process.stderr.write(`bench: ${error.message}\nbench: --help shows what can be asked\n`);
  process.exitCode = 2;
}
