import type { GroupRecord } from '../frame.ts';
import type { MonoMs } from '../units.ts';
import type { GroupState, GroupView, PeerView } from './state.ts';

/** What a holder knows of the others' patience with it: until when nobody can have claimed beside it. */

/** Others may be a little early, frames were under way, and taking the VIP down takes a call and two turns of the loop. */
const PATIENCE_SHARE = 0.9;
export const CALL_MS = 50;
const TICKS_MS = 10;

/** When each of these has run out of patience with us at the earliest, by the newest frame that it acknowledged. */
const patienceEndsAt = ({ ackedTx, itsTimeoutMs, rttMs }: PeerView): MonoMs =>
  (ackedTx === undefined
    ? Number.NEGATIVE_INFINITY
    : ackedTx + PATIENCE_SHARE * itsTimeoutMs - 2 * rttMs - CALL_MS - TICKS_MS) as MonoMs;

/**
 * Until then nobody who has heard of us can have run out of patience with us. One that had done so while others were
 * still heard has had its answer from them, or is gone; it hurries nobody: else a node that is dead for a week would
 * make a holder let go at the first late beat of another.
 */
export function isolationDeadline(view: GroupView): MonoMs {
  const lastWordAt = Math.max(0, ...view.peers.map(({ freshAt }) => freshAt ?? 0));
  const ends = view.peers.map(patienceEndsAt).filter((end) => end >= lastWordAt);
  // Nobody ever heard us, or not for long: nobody waits for us.
  return (ends.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...ends)) as MonoMs;
}

/** Every configured node is heard both ways, has heard that we hold it, and knows of no other: nobody can claim. */
export const everyoneAgrees = ({ heir, claimedAt }: GroupState, view: GroupView): boolean =>
  view.now < isolationDeadline(view) &&
  view.peers.every(({ number, twoWay, ackedTx, record }) => {
    if (!twoWay || record === undefined || (ackedTx ?? claimedAt) <= claimedAt) return false;
    return number === heir || !isRival(record);
  });

const isRival = ({ role, holder, holderRole }: GroupRecord): boolean =>
  role === 'claiming' || role === 'active' || (holder !== 0 && holderRole === 'active');
