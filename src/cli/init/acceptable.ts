import { OperatorError } from '../../core/errors.ts';
import { examine } from '../../config/load.ts';
import { identityFrom } from '../../wire/identity.ts';
import { clusterWith, type Cluster, type Member } from '../../pairing/cluster.ts';
import { renderConfig } from '../../pairing/render.ts';
import type { CliHost } from '../host.ts';
import { warn } from '../talk.ts';

/**
 * The config's own rules have the last word before anything is written. Whoever is still alone gets company for the
 * moment: that a second node is missing is known. Throws OperatorError CONFIG_INVALID.
 */
export async function acceptable(host: CliHost, cluster: Cluster): Promise<void> {
  const [first] = cluster.members;
  const whole =
    first && cluster.members.length === 1 ? clusterWith(cluster, [first, standInFor(first)]) : cluster;
  const { problems } = examine(renderConfig(whole));
  const error = problems.find(({ severity }) => severity === 'error');
  if (error) {
    throw new OperatorError('CONFIG_INVALID', `this would make no good config: ${error.text}`, {
      hint: 'nothing was written; run "sealbeat init" with other answers',
    });
  }
  for (const { severity, text } of problems) if (severity === 'warning') warn(host, text);
}

function standInFor({ name, link }: Member): Member {
  const bytes = new Uint8Array(32).fill(1);
  const key = identityFrom({ signSeed: bytes, boxSecret: bytes }).public;
  const path = 'udp://another-node.invalid:7112';
  return { ...{ key, link, paths: [path], priority: 1 }, name: name === 'a' ? 'b' : 'a' };
}
