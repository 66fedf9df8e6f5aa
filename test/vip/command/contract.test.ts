import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandSettings } from '../../../src/core/settings.ts';
import { until } from '../../lab/wait.ts';
import { contract } from '../contract.ts';
import { standIn, tempFolder } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { vipOf } from '../vip-of.ts';

/** A cloud that keeps each address as a file, beside a simulated host. */
contract('command', () => {
  const folder = tempFolder();
  const link = join(folder, 'eth0');
  mkdirSync(link);
  const cloud = standIn(
    folder,
    'cloud',
    `file=${folder}/cloud_$2; case $1 in up) : > "$file" ;; down) rm -f "$file" ;; show) [ ! -e "$file" ] || echo "$2" ;; esac`,
  );
  const command: CommandSettings = {
    up: [[cloud, 'up', '{address}']],
    down: [[cloud, 'down', '{address}', '{node}']],
    show: { command: [cloud, 'show', '{address}'], expect: '{address}', everyMs: 1_000 },
    values: new Map(),
    also: 'simulated',
    timeoutMs: 10_000,
    giveUpMs: 20_000,
    overlap: false,
  };
  return {
    agent: startAgent({ adapter: 'command', group: { command } }),
    vips: [vipOf('10.77.0.100/32', link), vipOf('fd77::100/128', link)],
    missingLink: join(folder, 'nosuch0'),
    takeAway: (vip) => rmSync(join(link, `${vip.address}_${vip.prefixLength}.vip`)),
    others: () => [],
    until,
    nowMs: () => performance.now(),
  };
});
