import { OperatorError } from '../../core/errors.ts';
import { memberWith, type Cluster, type Member } from '../../pairing/cluster.ts';
import { readCluster } from '../../pairing/read.ts';
import { idsOf, type Found } from './files.ts';
import type { InitOptions } from './options.ts';

export interface Own {
  readonly cluster: Cluster;
  readonly self: Member;
  readonly saysMore: boolean;
}

/** Which node this is in the config that is here. Throws OperatorError REFUSED for a config of somebody else. */
export function ownPlace(text: string, found: Found, { config, identity }: InitOptions): Own {
  const read = readCluster(text);
  const refuse = (message: string, hint: string): never => {
    throw new OperatorError('REFUSED', message, { hint });
  };
  if ('problem' in read) {
    return refuse(
      `${config} is there, and "sealbeat init" cannot go on from it: ${read.problem}`,
      `bring keys into it with "sealbeat key trust"; or to begin anew, move it away: mv ${config} ${config}.old`,
    );
  }
  if (found.identities.length === 0) {
    return refuse(
      `${config} is there, but this node has no identity: ${identity} does not exist`,
      `put the identity back that belongs to it; or to begin anew, move the config away: mv ${config} ${config}.old`,
    );
  }
  const self = memberWith(read.cluster.members, idsOf(found));
  if (self) return { ...read, self };
  return refuse(
    `${config} names no node with the key of this one`,
    `it is of another node or cluster; to begin anew, move it away: mv ${config} ${config}.old`,
  );
}
