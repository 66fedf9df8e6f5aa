// The built program as a process: signals, faults, and a log that nobody reads.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROJECT, SEALBEAT } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';
import { newCluster, PATIENCE_MS, type Cluster } from './cluster.ts';

const TIMEOUT = { timeout: 60_000 };

/** An old build would be tested in silence. */
test.before(() => {
  if (process.env['SEALBEAT_PROGRAM'] !== undefined) return;
  const built = join(PROJECT, 'dist/sealbeat.cjs');
  const sources = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...sources.map((name) => statSync(join(PROJECT, 'src', name)).mtimeMs));
  if (!existsSync(built) || statSync(built).mtimeMs < newest)
    throw new Error('dist/sealbeat.cjs is missing or older than src/: run "npm run setup"');
});

interface Running {
  readonly child: ChildProcess;
  /** What it logged, line by line. */
  lines(): readonly { readonly level: string; readonly msg: string; readonly err?: { message: string } }[];
  /** `exit CODE` or `signal NAME`. */
  readonly end: Promise<string>;
}

function run(
  t: TestContext,
  cluster: Cluster,
  node: string,
  change: { config?: string; preload?: string } = {},
): Running {
  const { identityPath, controlPath, stateDirectory, configPath } = cluster.options(node);
  const child = spawn(
    SEALBEAT,
    [
      ...['run', '--config', change.config ?? configPath, '--identity', identityPath],
      ...['--control', controlPath, '--state', stateDirectory],
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        NODE_OPTIONS: change.preload === undefined ? '' : `--require ${change.preload}`,
      },
    },
  );
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const end = once(child, 'exit').then(([code, signal]) =>
    signal === null ? `exit ${code}` : `signal ${signal}`,
  );
  const lines: Running['lines'] = () =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as ReturnType<Running['lines']>[number]);
  return { child, lines, end };
}

async function active(t: TestContext, change: { preload?: string } = {}) {
  const cluster = await newCluster(t);
  const running = run(t, cluster, 'n1', change);
  await until('the control socket', PATIENCE_MS, () => existsSync(cluster.file('n1.sock')));
  await cluster.untilActive('n1');
  return { cluster, ...running };
}

test('program: SIGHUP reads the config again, SIGTERM ends it in good order', TIMEOUT, async (t) => {
  const { cluster, child, end, lines } = await active(t);
  cluster.write((file) => (file.heartbeat.interval = '75ms'));
  child.kill('SIGHUP');
  await cluster.untilStatus('n1', 'the new interval', ({ intervalMs }) => intervalMs === 75);
  child.kill('SIGTERM');
  assert.equal(await end, 'exit 0');
  assert.ok(!cluster.holds('n1'));
  assert.ok(!existsSync(cluster.file('n1.sock')));
  assert.ok(lines().some(({ msg }) => msg === 'stopped'));
});

test(
  'program: a fault of ours ends it with a line in the log, and the guard takes the VIP down',
  TIMEOUT,
  async (t) => {
    const preload = fileURLToPath(new URL('../fixtures/fault-on-signal.cjs', import.meta.url));
    const { cluster, child, end, lines } = await active(t, { preload });
    await until('the epoch on disk', PATIENCE_MS, () => existsSync(cluster.file('n1-state/epochs.json')));
    child.kill('SIGUSR2');
    assert.match(await end, /^(exit 1|signal SIGKILL)$/, 'the latter if the disk was still busy');
    const said = lines().at(-1);
    assert.equal(said?.level, 'error');
    assert.match(said?.err?.message ?? '', /a fault that a test asked for/);
    await until('the VIP to be gone', PATIENCE_MS, () => !cluster.holds('n1'));
  },
);

test('program: goes on when nobody reads its log any more, and when its pipe breaks', TIMEOUT, async (t) => {
  const { cluster, child, end } = await active(t);
  child.stderr!.destroy();
  for (const interval of ['60ms', '70ms', '80ms']) {
    cluster.write((file) => (file.heartbeat.interval = interval));
    child.kill('SIGHUP'); // each is a line
    await cluster.untilStatus('n1', interval, ({ intervalMs }) => `${intervalMs}ms` === interval);
  }
  assert.ok(cluster.holds('n1'));
  child.kill('SIGTERM');
  assert.equal(await end, 'exit 0');
  assert.ok(!cluster.holds('n1'));
});

test('program: SIGTERM ends a start that hangs, within a second or so', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  const fifo = cluster.file('never-ending.yaml');
  execFileSync('mkfifo', [fifo]);
  const { child, end } = run(t, cluster, 'n1', { config: fifo });
  const writer = await open(fifo, 'w'); // settles when the daemon has opened it for reading
  t.after(() => writer.close());
  const startMs = performance.now();
  child.kill('SIGTERM');
  assert.match(await end, /^(exit 0|signal SIGTERM)$/);
  assert.ok(performance.now() - startMs < 5_000, 'it is not the end of the file that it waited for');
});

test(
  'program: a second one on the same control socket says whose it is, ends with 1 and leaves no process',
  TIMEOUT,
  async (t) => {
    const { cluster, child } = await active(t);
    const other = cluster.file('other-state');
    mkdirSync(other);
    const second = spawn(
      SEALBEAT,
      [
        ...['run', '--config', cluster.configPath, '--identity', cluster.file('n2.identity')],
        ...['--control', cluster.file('n1.sock'), '--state', other],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    t.after(() => second.kill('SIGKILL'));
    let said = '';
    second.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    const [code] = (await once(second, 'close')) as [number];
    assert.equal(code, 1);
    assert.match(said, new RegExp(`a sealbeat daemon \\(pid ${child.pid}\\) already answers on `));
    assert.ok(cluster.holds('n1'));
  },
);
