import type { Inability } from './election.ts';
import type { GroupView, PeerView } from './state.ts';

/** What stands against handing the group to another node. */
export type Bar =
  | 'away'
  | 'unproven'
  | 'silent'
  | 'does not hear us'
  | 'unheard'
  | 'starting'
  | 'not standby'
  | 'has the VIP'
  | 'hands over'
  | 'unhealthy'
  | 'unable';

/** Undefined for an heir: live, idle, able and heard both ways. */
export function whyNoHeir(
  { alive, twoWay, awayUntil, unprovenActive, record }: PeerView,
  { now, self }: Pick<GroupView, 'now' | 'self'>,
): Bar | undefined {
  if (!twoWay) {
    if (alive) return 'does not hear us';
    return awayUntil !== undefined && now < awayUntil ? 'away' : unprovenActive ? 'unproven' : 'silent';
  }
  if (record === undefined) return 'unheard';
  if (record.role !== 'standby') {
    if (record.role !== 'init') return 'not standby';
    return record.priority > 0 ? 'starting' : 'unable'; // one that stops in the middle of its start
  }
  if (record.has) return 'has the VIP';
  // One that goes on naming us after we took it from there waits for nobody else, and may have it back.
  if (record.heir !== 0 && record.heir !== self.number) return 'hands over';
  if (record.priority > 0) return undefined;
  return record.checksOnly ? 'unhealthy' : 'unable';
}

const WORDS: { readonly [bar in Bar | Inability]: string } = {
  away: 'is away for a restart',
  unproven: 'says that it is active, but nothing shows that it hears this node',
  silent: 'is silent',
  'does not hear us': 'is heard but does not hear this node',
  unheard: 'has not spoken of this group',
  starting: 'is starting and asks its peers first',
  'not standby': 'is no standby now',
  'has the VIP': 'has the VIP on its interface though it does not hold the group',
  'hands over': 'is handing over itself',
  unhealthy: 'fails a vital check',
  unable: 'says that it cannot hold (drained, stopping, in fault or deaf: its own status tells)',
  'playing dead': 'plays dead for a drill',
  drained: 'is drained ("sealbeat undrain")',
  stopping: 'is stopping',
  fault: 'is in fault',
  deaf: 'receives nothing on its interface',
  'cut off': 'may be cut off itself: the witness does not answer',
};

/** The rest of a sentence that begins with the node's name. */
export const barWords = (bar: Bar | Inability): string => WORDS[bar];
