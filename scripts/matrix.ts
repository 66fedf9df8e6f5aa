// `npm run matrix`: plays every fault against real daemons in network namespaces, and writes what happened as a page.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { FAMILIES, FAULTS } from '../test/faults/catalogue.ts';
import type { Size } from '../test/faults/fault.ts';
import { BOTH_SIZES } from '../test/faults/fault.ts';
import type { Stage } from '../test/faults/stage.ts';
import { labProblem } from '../test/lab/requirement.ts';
import { PROJECT, SEALBEAT, requireBuilt } from '../test/lab/sealbeat.ts';
import { pageOf } from './matrix/page.ts';
import { playAll, scenesOf } from './matrix/scenes.ts';

const USAGE = `usage: npm run matrix -- [options]

  --only NAMES     some faults, see --list
  --nodes 2|3      clusters of this size alone
  --output FILE    where the page goes (default docs/failure-matrix.md; - for standard output)
  --keep           stop at a row that is not as expected, with its cluster as it is, until Ctrl-C
  --list           the names of all faults

Progress goes to stderr. Exit code 1 when a row is not as expected. Needs root on Linux; takes about 15 minutes.
SEALBEAT_PROGRAM names another sealbeat to play against than the one of this checkout.

Example:
  $ npm run matrix -- --only holder-unplugged,cut-both --nodes 2 --output -
`;

class UsageError extends Error {}

interface Wanted {
  readonly only: readonly string[];
  readonly sizes: readonly Size[];
  readonly output: string;
  readonly keep: boolean;
}

function readArguments(): Wanted {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      nodes: { type: 'string' },
      output: { type: 'string', default: join(PROJECT, 'docs/failure-matrix.md') },
      keep: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.list) {
    process.stdout.write(values.help ? USAGE : listText());
    process.exit(0);
  }
  const known = FAULTS.map(({ name }) => name);
  const only = values.only?.split(',').map((name) => name.trim()) ?? known;
  const stranger = only.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new UsageError(`"${stranger}" is no fault; --list shows them`);
  const sizes = BOTH_SIZES.filter((size) => values.nodes === undefined || values.nodes === `${size}`);
  if (sizes.length === 0) throw new UsageError('--nodes must be 2 or 3');
  return { only, sizes, output: values.output, keep: values.keep };
}

function listText(): string {
  return FAMILIES.map(({ title, faults }) =>
    [title, ...faults.map(({ name, title: what }) => `  ${name.padEnd(28)} ${what}`), ''].join('\n'),
  ).join('\n');
}

function requireWhatIsNeeded(): void {
  const problem = labProblem();
  if (problem !== undefined) throw new UsageError(problem);
  requireBuilt();
}

/** False when a row is not as expected. */
async function matrix(): Promise<boolean> {
  const { only, sizes, output, keep } = readArguments();
  requireWhatIsNeeded();
  const scenes = scenesOf(
    FAULTS.filter(({ name }) => only.includes(name)),
    sizes,
  );
  const say = (text: string): void => void process.stderr.write(`matrix: ${text}\n`);
  const onWrong = async ({ lab, pair }: Stage): Promise<void> => {
    if (!keep) return;
    say(`kept until Ctrl-C: ip netns exec ${lab.namespace('h1')} …, config ${pair.cluster.configPath}`);
    await new Promise<never>(() => undefined); // the lab's processes keep this one alive
  };
  const { outcomes, leftOut } = await playAll(scenes, { say, onWrong });
  const version = spawnSync(SEALBEAT, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const page = pageOf({ version, date: new Date().toISOString().slice(0, 10) }, outcomes, leftOut);
  if (output === '-') process.stdout.write(page);
  else {
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, page);
    say(`written to ${output}`);
  }
  // Every sealbeat can be set up over UDP alone: one that refuses that is broken.
  const isRefused = leftOut.some(({ setting }) => setting === 'udp');
  return !isRefused && outcomes.every(({ problems }) => problems.length === 0);
}

try {
  process.exitCode = (await matrix()) ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  if (!isUsage) throw error;
  process.stderr.write(`matrix: ${error.message}\nmatrix: --help shows what can be asked\n`);
  process.exitCode = 2;
}
