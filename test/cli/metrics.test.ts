import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { metrics } from '../../src/cli/commands/metrics.ts';
import { startControlServer } from '../../src/control/server.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { fakePort } from '../fakes/control-port.ts';
import { spokenHost } from '../fakes/spoken.ts';

const TEXT = `# HELP sealbeat_x Why
# TYPE sealbeat_x gauge
sealbeat_x{a="b"} 1
# HELP process_cpu_seconds_total Why
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 1
`;

async function daemon(
  t: TestContext,
): Promise<{ folder: string; control: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-metrics-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const control = join(folder, 'control.sock');
  const port = { ...fakePort(), metrics: () => Promise.resolve(TEXT) };
  const server = await startControlServer({ path: control, group: '' }, { port, log: collectedLog() });
  t.after(() => server.close());
  return { folder, control, stop: () => server.close() };
}

test('metrics: prints them as they are', async (t) => {
  const { control } = await daemon(t);
  const host = spokenHost();
  await metrics(host, { control });
  assert.equal(`${host.outs.join('\n')}\n`, TEXT);
});

test('metrics --output: a file for node_exporter, without what node_exporter has itself; gone with the daemon', async (t) => {
  const { folder, control, stop } = await daemon(t);
  const output = join(folder, 'sealbeat.prom');
  writeFileSync(output, 'old', { mode: 0o600 });
  const host = spokenHost();
  await metrics(host, { control, output });
  assert.deepEqual(host.outs, []);
  assert.equal(readFileSync(output, 'utf8'), TEXT.slice(0, TEXT.indexOf('# HELP process')));
  assert.equal(statSync(output).mode & 0o777, 0o644);
  await stop();
  await assert.rejects(metrics(host, { control, output }), { code: 'CONTROL_UNREACHABLE' });
  assert.equal(existsSync(output), false);
  assert.deepEqual(readdirSync(folder), []);
});

test('metrics --output: a file that node_exporter would not read, and a place that is not there', async (t) => {
  const { control } = await daemon(t);
  await assert.rejects(metrics(spokenHost(), { control, output: '/tmp/sealbeat.txt' }), { code: 'USAGE' });
  await assert.rejects(metrics(spokenHost(), { control, output: '/nonexistent/sealbeat.prom' }), {
    code: 'FILE_UNWRITABLE',
  });
});
