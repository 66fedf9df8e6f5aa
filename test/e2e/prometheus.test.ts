// Goal: a real Prometheus scrapes a pair as it is shipped, and its alert fires when the group moves.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runTool } from '../lab/host-tool.ts';
import { startProgram, type Program } from '../lab/program.ts';
import { prometheusApi, type PrometheusApi } from '../lab/prometheus.ts';
import { PROJECT, requireBuilt, SEALBEAT } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';
import { freePort } from '../net/free-port.ts';
import { needs } from '../vip/lab.ts';

const PATIENCE_MS = 20_000;
const NODES = ['n1', 'n2'] as const;
type Node = (typeof NODES)[number];

interface Running extends PrometheusApi {
  readonly agents: Readonly<Record<Node, Program>>;
}

function getJson(port: number, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, agent: false, timeout: 5_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(new Error(`${path}: ${text}`, { cause: error }));
        }
      });
    });
    asking.on('timeout', () => asking.destroy(new Error(`${path}: no answer`)));
    asking.on('error', reject);
    asking.end();
  });
}

/** Two agents with folders for interfaces, so that no rights are needed, and a Prometheus beside them. */
async function scraped(t: TestContext): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-prometheus-'));
  const programs: Program[] = [];
  t.after(async () => {
    await Promise.all(programs.map((program) => program.stop(3_000)));
    rmSync(folder, { recursive: true, force: true });
  });
  const start = (file: string, args: readonly string[]): Program => {
    const program = startProgram({ namespace: undefined, file, args });
    programs.push(program);
    return program;
  };
  const file = (name: string): string => join(folder, name);
  const places = new Map<Node, { beats: number; web: number }>();
  for (const node of NODES) places.set(node, { beats: await freePort(), web: await freePort() });
  const byNode = <T>(of: (node: Node, place: { beats: number; web: number }) => T): Record<string, T> =>
    Object.fromEntries([...places].map(([node, place]) => [node, of(node, place)]));
  const config = {
    cluster: 'scraped',
    heartbeat: { interval: '50ms', timeout: '1s' },
    nodes: byNode((node, { beats }) => ({
      key: runTool(SEALBEAT, ['keygen', '-o', file(`${node}.identity`)]).trim(),
      paths: [`udp://127.0.0.1:${beats}`],
      priority: node === 'n1' ? 101 : 100,
    })),
    groups: {
      web: {
        interface: byNode((node) => file(`${node}-eth0`)),
        ...{ vips: ['10.77.0.100'], adapter: 'simulated', failback: { mode: 'manual' } },
      },
    },
    web: { listen: byNode((_, { web }) => `127.0.0.1:${web}`) },
  };
  writeFileSync(file('sealbeat.yaml'), JSON.stringify(config), { mode: 0o600 });
  const port = await freePort();
  const targets = [...places].map(([node, { web }]) => ({
    targets: [`127.0.0.1:${web}`],
    labels: { instance: node },
  }));
  const prometheusConfig = {
    global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
    rule_files: [join(PROJECT, 'config/prometheus/sealbeat.rules.yml')],
    scrape_configs: [{ job_name: 'sealbeat', static_configs: targets }],
  };
  writeFileSync(file('prometheus.yml'), JSON.stringify(prometheusConfig));
  const agent = (node: Node): Program => {
    mkdirSync(file(`${node}-eth0`));
    return start(SEALBEAT, [
      ...['run', '-c', file('sealbeat.yaml'), '--identity', file(`${node}.identity`)],
      ...['--control', file(`${node}.sock`), '--state', file(`${node}-state`)],
    ]);
  };
  const agents = { n1: agent('n1'), n2: agent('n2') };
  start('prometheus', [
    ...[`--config.file=${file('prometheus.yml')}`, `--storage.tsdb.path=${file('tsdb')}`],
    ...[`--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
  ]);
  return {
    agents,
    ...prometheusApi((path) => getJson(port, path)),
  };
}

test('prometheus: it scrapes a pair, sees the group move, and says so', { timeout: 60_000 }, async (t) => {
  if (!needs(t, ['prometheus'], { root: false })) return;
  requireBuilt();
  const { agents, query, firing } = await scraped(t);
  let seen: unknown;
  const untilSays = async (expression: string, values: Readonly<Record<string, string>>): Promise<void> =>
    await until(
      `${expression} to be ${JSON.stringify(values)}`,
      PATIENCE_MS,
      async () => {
        seen = await query(expression).catch((error: unknown) => String(error));
        return JSON.stringify(seen) === JSON.stringify(values);
      },
      () => `${JSON.stringify(seen)}\n${agents.n1.output}`,
    );
  await untilSays('sort(up{job="sealbeat"})', { n1: '1', n2: '1' });
  await untilSays('sort_desc(sealbeat_group_active)', { n1: '1', n2: '0' });
  const holders =
    'sum by (group) (sealbeat_group_active * on (job, instance) group_left (cluster) sealbeat_node_info{cluster="scraped"})';
  await untilSays(holders, { web: '1' });
  await untilSays(
    'sealbeat_lease_renewal_lateness_seconds_count > bool 0 and on (instance) sealbeat_group_active == 1',
    {
      n1: '1',
    },
  );
  // What it counts from here on: a counter that is seen for the first time has not grown.
  await untilSays('count_over_time(sealbeat_group_activations_total{instance="n2"}[1m]) >= bool 2', {
    n2: '1',
  });
  assert.deepEqual(await firing(), []);

  agents.n1.signalTree('SIGKILL');
  await untilSays('sealbeat_group_active', { n2: '1' });
  let alerts: readonly string[] = [];
  await until(
    'the alert to fire',
    PATIENCE_MS,
    async () => (alerts = await firing()).includes('SealbeatFailover scraped web'),
    () => alerts.join(', '),
  );
  await untilSays('sum by (instance) (sealbeat_group_transitions_total{to="active",cause="election"})', {
    n2: '1',
  });
});
