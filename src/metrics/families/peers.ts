import type { PathReport, PeerReport } from '../../core/report.ts';
import { family, seconds, type Family } from '../family.ts';

const STATES = ['alive', 'suspect', 'silent', 'unproven'] as const;

const ofPeer = (
  name: string,
  type: Family['type'],
  help: string,
  value: (peer: PeerReport) => number | boolean | undefined,
): Family =>
  family(name, type, help, ['peer'], ({ status }, put) => {
    for (const peer of status.peers) put(value(peer), peer.name);
  });

const ofPath = (
  name: string,
  type: Family['type'],
  help: string,
  value: (path: PathReport) => number | boolean | undefined,
): Family =>
  family(name, type, help, ['peer', 'path'], ({ status }, put) => {
    for (const { name, paths } of status.peers) for (const path of paths) put(value(path), name, path.url);
  });

const optionalSeconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : seconds(ms);

/** The other nodes, and the ways to them. */
export const PEER_FAMILIES = [
  family(
    'sealbeat_peer_state',
    'gauge',
    '1 for what this node knows of the peer, 0 for the others: alive, suspect (late, and being asked), silent, unproven (heard, but not reached)',
    ['peer', 'state'],
    ({ status }, put) => {
      for (const { name, state } of status.peers) for (const one of STATES) put(one === state, name, one);
    },
  ),
  ofPeer(
    'sealbeat_peer_up',
    'gauge',
    '1 while the peer is heard within its timeout',
    ({ state }) => state === 'alive' || state === 'suspect',
  ),
  ofPeer(
    'sealbeat_peer_hears_this_node',
    'gauge',
    '1 while the peer acknowledges what this node sends',
    ({ hearsUs }) => hearsUs,
  ),
  ofPeer(
    'sealbeat_peer_heard_age_seconds',
    'gauge',
    'Since the newest fresh frame of the peer; absent before the first',
    ({ heardAgoMs }) => optionalSeconds(heardAgoMs),
  ),
  ofPeer(
    'sealbeat_peer_away',
    'gauge',
    '1 while the peer restarts as it has announced, and is waited for',
    ({ awayForMs }) => awayForMs !== undefined,
  ),
  ofPeer(
    'sealbeat_peer_sessions_total',
    'counter',
    'Sessions that the peer has opened: one for each of its starts, in peace',
    ({ sessions }) => sessions,
  ),
  family(
    'sealbeat_peer_rejects_total',
    'counter',
    'Refused frames that named this peer as their sender, by reason',
    ['peer', 'reason'],
    ({ status }, put) => {
      for (const { name, rejects } of status.peers)
        for (const [reason, count] of Object.entries(rejects)) put(count, name, reason);
    },
  ),
  ofPath(
    'sealbeat_path_up',
    'gauge',
    '1 while the peer is heard, or acknowledges, on this path',
    ({ up }) => up,
  ),
  ofPath(
    'sealbeat_path_rtt_seconds',
    'gauge',
    'Round trip time on this path, of the newest frames',
    ({ rttMs }) => optionalSeconds(rttMs),
  ),
  ofPath(
    'sealbeat_path_loss_ratio',
    'gauge',
    'Of the last 64 frames on this path, the share that the peer did not acknowledge, 0 to 1',
    ({ lossPercent }) => (lossPercent === undefined ? undefined : lossPercent / 100),
  ),
  ofPath('sealbeat_path_sent_total', 'counter', 'Frames sent to the peer on this path', ({ sent }) => sent),
  ofPath(
    'sealbeat_path_received_total',
    'counter',
    'Frames accepted from the peer on this path',
    ({ received }) => received,
  ),
];
