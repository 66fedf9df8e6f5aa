import { until } from '../../lab/wait.ts';
import { contract } from '../contract.ts';
import { LINK, makePair, needs } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { twoVipsOn } from '../vip-of.ts';

contract('linux', (t) => {
  if (!needs(t, ['ip'])) return undefined;
  const pair = makePair();
  return {
    ...{ until, nowMs: () => performance.now() },
    agent: startAgent({ namespace: pair.here }),
    vips: twoVipsOn(LINK, `${LINK}:web`),
    missingLink: 'nosuch0',
    takeAway: (vip) => void pair.ip('address', 'del', `${vip.address}/${vip.prefixLength}`, 'dev', LINK),
    others: () =>
      pair.ip('-o', 'address', 'show', 'dev', LINK).match(/inet 10\.77\.0\.1\/24|fd77::1\/64/g) ?? [],
  };
});
