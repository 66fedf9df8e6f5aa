import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../lab/wait.ts';
import { tempFolder } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { vipOf } from '../vip-of.ts';

function stage() {
  const link = tempFolder();
  return { link, agent: startAgent({ adapter: 'simulated' }), vip: vipOf('10.77.0.100/32', link) };
}

test('simulated: the file names the process and the end of the lease', { timeout: 20_000 }, async () => {
  const { link, agent, vip } = stage();
  const before = Date.now();
  await agent.up([vip], 60);
  const lease = JSON.parse(readFileSync(join(link, '10.77.0.100_32.vip'), 'utf8')) as Record<string, number>;
  assert.equal(lease['pid'], agent.pid);
  assert.ok((lease['expiresAtMs'] ?? 0) >= before + 60_000);
});

test('simulated: a killed agent loses its VIPs at once', { timeout: 20_000 }, async () => {
  const { agent, vip } = stage();
  const watcher = agent.another();
  await agent.up([vip], 0);
  assert.deepEqual(await watcher.look([vip]), [vip]);
  await agent.kill();
  await until('the VIP to be gone', 10_000, async () => (await watcher.look([vip])).length === 0);
});

test('simulated: a file that cannot be read is "don\'t know"', { timeout: 20_000 }, async () => {
  const { link, agent, vip } = stage();
  for (const text of ['', '{', '{"pid":1}', '{"pid":"1","expiresAtMs":null}', '[]', 'null']) {
    writeFileSync(join(link, '10.77.0.100_32.vip'), text);
    await assert.rejects(agent.look([vip]), { code: 'VIP_UNKNOWN' });
  }
  await agent.down([vip]);
  assert.deepEqual(await agent.look([vip]), []);
});

test('simulated: announcements are noted, and the notes stay small', { timeout: 20_000 }, async () => {
  const { link, agent, vip } = stage();
  const path = join(link, 'announcements.log');
  await agent.announce([vip]);
  assert.match(readFileSync(path, 'utf8'), /^\{"at":"[^"]+","vips":\["10\.77\.0\.100_32\.vip"\]\}\n$/);
  truncateSync(path, 100_000);
  await agent.announce([vip]);
  assert.ok(statSync(path).size < 1_000);
  assert.equal(statSync(`${path}.old`).size, 100_000);
});

for (const link of ['relative/eth0', '/nonexistent/eth0', 'eth0']) {
  test(`simulated: ${link} is no interface`, { timeout: 20_000 }, async () => {
    const { agent } = stage();
    await assert.rejects(agent.up([vipOf('10.0.0.1/32', link)], 1), { code: 'VIP_NO_INTERFACE' });
  });
}
