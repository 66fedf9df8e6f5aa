import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../lab/wait.ts';
import { contract } from '../contract.ts';
import { tempFolder } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { twoVipsOn } from '../vip-of.ts';

contract('simulated', () => {
  const folder = tempFolder();
  const link = join(folder, 'eth0');
  mkdirSync(link);
  return {
    ...{ until, nowMs: () => performance.now() },
    agent: startAgent({ adapter: 'simulated' }),
    vips: twoVipsOn(link, ''),
    missingLink: join(folder, 'nosuch0'),
    takeAway: (vip) => rmSync(join(link, `${vip.address}_${vip.prefixLength}.vip`)),
    others: () => [],
  };
});
