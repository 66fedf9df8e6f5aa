import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Vip } from '../../src/core/ports.ts';
import { until } from '../lab/wait.ts';
import { contract } from './contract.ts';
import { LINK, makePair, needs, tempFolder } from './lab.ts';
import { startAgent } from './remote-agent.ts';
import { vipOf } from './vip-of.ts';

const vipsOn = (link: string, label: string): readonly [Vip, Vip] => [
  vipOf('10.77.0.100/32', link, label),
  vipOf('fd77::100/128', link),
];
const inRealTime = { until, nowMs: () => performance.now() };

contract('linux', (t) => {
  if (!needs(t, ['ip'])) return undefined;
  const pair = makePair();
  return {
    ...inRealTime,
    agent: startAgent({ namespace: pair.here }),
    vips: vipsOn(LINK, `${LINK}:web`),
    missingLink: 'nosuch0',
    takeAway: (vip) => void pair.ip('address', 'del', `${vip.address}/${vip.prefixLength}`, 'dev', LINK),
    others: () =>
      pair.ip('-o', 'address', 'show', 'dev', LINK).match(/inet 10\.77\.0\.1\/24|fd77::1\/64/g) ?? [],
  };
});

contract('simulated', () => {
  const folder = tempFolder();
  const link = join(folder, 'eth0');
  mkdirSync(link);
  return {
    ...inRealTime,
    agent: startAgent({ adapter: 'simulated' }),
    vips: vipsOn(link, ''),
    missingLink: join(folder, 'nosuch0'),
    takeAway: (vip) => rmSync(join(link, `${vip.address}_${vip.prefixLength}.vip`)),
    others: () => [],
  };
});
