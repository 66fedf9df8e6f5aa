// Goal: with true processes, the true guard runs ifconfig when the agent is killed, and when it only stands still.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../lab/wait.ts';
import { standIn, tempFolder } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { vipOf } from '../vip-of.ts';

/** A host with one interface, whose IPv4 addresses are files. */
const IFCONFIG = `
case $# in
  1)
    printf 'em0: flags=8843<UP,RUNNING> metric 0 mtu 1500\\n'
    for address in *; do printf '\\tinet %s netmask 0xffffffff\\n' "$address"; done
    printf '\\tstatus: active\\n'
    ;;
  *) if [ "$4" = alias ]; then : > "\${3%/*}"; else rm -- "$3"; fi ;;
esac`;

const OWN = '10.77.0.1';
const vips = [vipOf('10.77.0.100/32', 'em0'), vipOf('10.77.0.101/32', 'em0')];

function start() {
  const folder = tempFolder();
  const addresses = join(folder, 'addresses');
  mkdirSync(addresses);
  writeFileSync(join(addresses, OWN), '');
  standIn(folder, 'ifconfig', `cd '${addresses}' || exit 1${IFCONFIG}`);
  standIn(folder, 'route', 'exit 1');
  const agent = startAgent({ adapter: 'freebsd', platform: 'freebsd', firstOnPath: folder });
  return { agent, held: () => readdirSync(addresses) };
}

test('killed agent: its guard takes down what it held, and only that', { timeout: 30_000 }, async () => {
  const { agent, held } = start();
  await agent.up(vips, 3_600);
  assert.deepEqual(held(), [OWN, '10.77.0.100', '10.77.0.101']);
  await agent.kill();
  await until('the VIPs to be gone', 5_000, () => held().length === 1);
  assert.deepEqual(held(), [OWN]);
});

test(
  'stopped agent: its guard takes down what was not renewed, and says so',
  { timeout: 30_000 },
  async () => {
    const { agent, held } = start();
    await agent.up(vips, 1);
    agent.process.kill('SIGSTOP');
    await until('the VIPs to be gone', 10_000, () => held().length === 1);
    agent.process.kill('SIGCONT');
    await assert.rejects(agent.renew(vips, 2), { code: 'VIP_FAILED', message: /taken (it|the VIPs) down/ });
    assert.deepEqual(held(), [OWN]);
    await agent.down(vips);
    await agent.up(vips, 1);
    assert.equal(held().length, 3);
  },
);

test('closed agent: what it holds goes with it', { timeout: 30_000 }, async () => {
  const { agent, held } = start();
  await agent.up(vips, 0);
  await agent.close();
  await until('the VIPs to be gone', 5_000, () => held().length === 1);
});
