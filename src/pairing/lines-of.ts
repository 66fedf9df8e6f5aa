import { commonOf, type Cluster, type Member } from './cluster.ts';
import { formatPairLine } from './line.ts';

/** A node in its cluster. */
interface Seat {
  readonly cluster: Cluster;
  readonly self: Member;
}

/** For somebody who knows nobody yet. */
export const wholeLine = ({ cluster, self }: Seat): string =>
  formatPairLine({
    common: commonOf(cluster),
    members: [self, ...cluster.members.filter((member) => member !== self)],
    known: [],
  });

/** For those who know all nodes but this one. */
export const answerLine = ({ cluster, self }: Seat): string =>
  formatPairLine({
    common: commonOf(cluster),
    members: [self],
    known: cluster.members.filter((member) => member !== self).map(({ key }) => key.id),
  });
