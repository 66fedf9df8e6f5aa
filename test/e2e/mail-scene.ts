import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { StatusReport } from '../../src/core/report.ts';
import { exchange } from '../lab/exchange.ts';
import { runTool, toolEnv } from '../lab/host-tool.ts';
import { loginTo, type Login } from '../lab/login.ts';
import { machineAt } from '../lab/machine.ts';
import { mailboxOn, type Mailbox } from '../lab/mailbox.ts';
import { startProgram } from '../lab/program.ts';
import { prometheusApi, type PrometheusApi } from '../lab/prometheus.ts';
import { PROJECT, SEALBEAT } from '../lab/sealbeat.ts';
import type { Site } from '../lab/site.ts';
import { insideOf, startSystemd } from '../lab/systemd.ts';
import { until } from '../lab/wait.ts';

const STORY = join(PROJECT, 'config/stories/mail');
const RULES = join(PROJECT, 'config/prometheus/sealbeat.rules.yml');
export const VIP = '10.10.10.42';
export const BOUND_MS = 30_000;
const MAIL_SERVERS = { mx1: '10.10.10.21', mx2: '10.10.10.22' };
const MONITOR = '10.10.10.9';
const host = (address: string) => ({ cables: { eth0: ['lan', `${address}/24`] } }) as const;
export const PLAN = {
  lb1: host('10.10.10.1'),
  lb2: host('10.10.10.2'),
  monitor: host(MONITOR),
  mx1: host(MAIL_SERVERS.mx1),
  mx2: host(MAIL_SERVERS.mx2),
  client: host('10.10.10.99'),
};
export const NODES = ['lb1', 'lb2'] as const;
export type Node = (typeof NODES)[number];

/** The story of docs/stories/mail.md, as far as it is built before its config is pushed. */
export interface Scene {
  readonly site: Site;
  readonly login: Login;
  readonly mailboxes: readonly Mailbox[];
  readonly prometheus: PrometheusApi;
  /** Writes sealbeat.yaml from the template and these lines behind those of site.conf. */
  fill(...lines: readonly string[]): void;
  /** What push.sh says; `rc` is its exit code. */
  push(...hosts: readonly string[]): Promise<{ readonly rc: number; readonly text: string }>;
  status(node: Node): Promise<StatusReport>;
  untilOn(node: Node, vips?: readonly string[]): Promise<void>;
  untilSays(expression: string, values: Readonly<Record<string, string>>): Promise<void>;
}

/** Two hosts as Debian boots them, with sealbeat and HAProxy installed. */
async function startHosts(t: TestContext, site: Site): Promise<Login> {
  const hosts = await Promise.all(
    NODES.map(async (node) => {
      const before = `hostname ${node}\nmkdir /run/bin\nln -s ${insideOf(SEALBEAT)} /run/bin/sealbeat\n`;
      const host = await startSystemd({ namespace: site.namespace(node), before });
      t.after(() => host.end());
      return [node, host.entrance] as const;
    }),
  );
  const login = loginTo(site.folder, Object.fromEntries(hosts));
  const haproxy = readFileSync(join(STORY, 'haproxy.cfg'), 'utf8');
  await Promise.all(
    NODES.map(async (node) => {
      await login.type(node, 'rm -rf /etc/sealbeat; systemctl start dbus.socket');
      await login.type(
        node,
        `cat >/etc/haproxy/haproxy.cfg <<'END'\n${haproxy}END\nsystemctl restart haproxy`,
      );
      await login.type(node, 'install -d -m 0750 /etc/sealbeat');
    }),
  );
  return login;
}

export async function build(t: TestContext, site: Site): Promise<Scene> {
  const servers = Object.entries(MAIL_SERVERS);
  const mailboxes = await Promise.all(
    servers.map(async ([name, address]) => mailboxOn(await machineAt(site, name), address)),
  );
  const login = await startHosts(t, site);
  const file = (name: string): string => join(site.folder, name);
  for (const node of NODES) {
    const key = await login.type(node, 'sealbeat keygen -o /etc/sealbeat/identity');
    appendFileSync(file('keys.conf'), `${node}_key=${key}\n`);
  }
  const prometheus = prometheusOn(site.namespace('monitor'));
  const status = async (node: Node): Promise<StatusReport> =>
    JSON.parse(await login.type(node, 'sealbeat status --json')) as StatusReport;
  return {
    ...{ site, login, mailboxes, prometheus, status },
    fill(...lines) {
      const own = [readFileSync(join(STORY, 'site.conf'), 'utf8'), readFileSync(file('keys.conf'), 'utf8')];
      writeFileSync(file('site.conf'), [...own, ...lines].join('\n'));
      const args = [join(STORY, 'sealbeat.yaml.in'), file('site.conf')];
      writeFileSync(file('sealbeat.yaml'), runTool(join(STORY, 'fill.sh'), args));
    },
    push: (...hosts) => pushed(['-e', login.command, file('sealbeat.yaml'), ...hosts]),
    untilOn: (node, vips = [VIP]) => untilOn(site, node, vips),
    untilSays: (expression, values) => untilSays(prometheus, expression, values),
  };
}

async function pushed(args: readonly string[]): Promise<{ rc: number; text: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(join(STORY, 'push.sh'), args, { env: toolEnv });
    return { rc: 0, text: `${stdout}${stderr}` };
  } catch (error) {
    const {
      code = -1,
      stdout = '',
      stderr = '',
    } = error as { code?: number; stdout?: string; stderr?: string };
    return { rc: code, text: `${stdout}${stderr}` };
  }
}

export function startPrometheus(site: Site): void {
  const file = (name: string): string => join(site.folder, name);
  cpSync(join(STORY, 'prometheus.yml'), file('prometheus.yml'));
  cpSync(RULES, file('sealbeat.rules.yml'));
  startProgram({
    ...{ namespace: site.namespace('monitor'), file: 'prometheus' },
    args: [
      ...[`--config.file=${file('prometheus.yml')}`, `--storage.tsdb.path=${file('tsdb')}`],
      ...[`--web.listen-address=${MONITOR}:9090`, '--log.level=warn'],
    ],
  });
}

const prometheusOn = (namespace: string): PrometheusApi =>
  prometheusApi(async (path) => {
    const asked = `GET ${path} HTTP/1.0\r\nHost: monitor\r\n\r\n`;
    const answer = await exchange(namespace, MONITOR, 9090, asked);
    return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as unknown;
  });

/** All of them here and none there. */
async function untilOn(site: Site, node: Node, vips: readonly string[]): Promise<void> {
  const holders = (vip: string): string => NODES.filter((each) => site.watch(each).of(vip).isHeld).join();
  await until(
    `${vips.join()} on ${node}`,
    BOUND_MS,
    () => vips.every((vip) => holders(vip) === node),
    () => vips.map((vip) => `${vip} is on ${holders(vip)}`).join(', '),
  );
}

async function untilSays(
  { query }: PrometheusApi,
  expression: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  let seen: unknown;
  await until(
    `${expression} to be ${JSON.stringify(values)}`,
    BOUND_MS,
    async () => {
      seen = await query(expression).catch((error: unknown) => String(error));
      return JSON.stringify(seen) === JSON.stringify(values);
    },
    () => JSON.stringify(seen),
  );
}
