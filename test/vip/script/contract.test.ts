import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { until } from '../../lab/wait.ts';
import { contract, type Stage } from '../contract.ts';
import { tempFolder } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { vipOf } from '../vip-of.ts';
import { scriptsIn } from './stage.ts';

const stageWith =
  ({ show }: { show: boolean }) =>
  (_: TestContext): Stage => {
    const folder = tempFolder();
    const state = join(folder, 'state');
    mkdirSync(state);
    const { settings: script, fileOf } = scriptsIn(folder, { show });
    return {
      agent: startAgent({ adapter: 'script', group: { script }, stateDirectory: state }),
      vips: [vipOf('10.77.0.100/32', 'eth0'), vipOf('fd77::100/128', 'eth0')],
      missingLink: 'nosuch0',
      takeAway: (vip) => rmSync(fileOf(vip)),
      others: () => [],
      until,
      nowMs: () => performance.now(),
    };
  };

const WITHOUT = {
  'a watcher hears of what comes and what others take away': 'nothing tells of a change; the daemon looks',
  'a missing interface is an error for up, and an answer for look and down':
    'what is wrong with an interface is for the program to say',
};

contract('script', stageWith({ show: true }), { without: WITHOUT });
contract('script without show', stageWith({ show: false }), {
  without: {
    ...WITHOUT,
    'renew puts back what is gone': 'nobody sees that it is gone',
    'leaving brings none up that is not there': 'nobody sees that it is gone',
  },
});
