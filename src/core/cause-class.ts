import type { RoleName } from './frame.ts';

/** What kinds of causes a transition has, for counting: bounded, where sentences name nodes and times. */
export const CAUSE_CLASSES = [
  'start', // found its place after the start, or took over what an earlier process left
  'election', // nobody held it
  'handover', // given by the holder
  'failback', // to the better node, by itself or by order
  'switchover', // ordered
  'priority', // another has become better
  'check', // a health check of this node
  'fault', // the system refused, or took the VIP away
  'yield', // another holds it, or has the better claim
  'isolation', // this node may be cut off, deaf or without the arbiter's lock
  'lapse', // it stood still, or the lease may have run out
  'drain',
  'stop',
  'drill',
  'other',
] as const;
export type CauseClass = (typeof CAUSE_CLASSES)[number];

/**
 * Words of the rules' sentences (group/), in the order in which they are looked for. An operator's own words, such as the text of a
 * fault, stand behind ours, so those that begin a sentence come first.
 */
export const CAUSE_WORDS: readonly (readonly [words: string, kind: CauseClass, starts?: true])[] = [
  ['drill: plays dead', 'drill'],
  ['asks for it back after a drill', 'drill'],
  ['exchanged words with every peer', 'start', true],
  ['for the peers; no words exchanged with', 'start'],
  ['adopts the VIP that was left for it', 'start', true],
  ['adopts the VIP found here; nobody else holds it', 'election', true],
  ['nobody holds it', 'election', true],
  ['stood still for ', 'lapse', true],
  ['lease not renewed for ', 'lapse', true],
  ['the VIP could not be brought up', 'fault', true],
  ['the lease could not be renewed', 'fault', true],
  ['something on this host removed the VIP', 'fault', true],
  ['the lock is not ours', 'isolation', true],
  ['no node is heard and the witness does not answer', 'isolation', true],
  ['the lock has run out', 'isolation', true],
  ['nothing has been received for ', 'isolation', true],
  ['handover failed: ', 'handover', true],
  ['stopping', 'stop', true],
  ['drained', 'drain', true],
  ['switchover', 'switchover', true],
  ['failback', 'failback', true],
  ['fails back to ', 'failback', true],
  ['has a higher priority now', 'priority'],
  [' is active too and is better', 'yield'],
  [' has been active too for ', 'yield'],
  [' holds it and cannot hear us', 'yield'],
  [' claims too and is better', 'yield'],
  [' claims and cannot hear us', 'yield'],
  [' hands over to another', 'yield'],
  [' is active', 'yield'],
  ['check', 'check', true],
  ['; hands over to ', 'fault'],
  [' hands over', 'handover'],
  [', and nobody can take over', 'fault'],
];

/** `before` is the class of the group's last transition: a release ends for the reason for which it began. */
export function causeClass(
  { from, to, cause }: { readonly from: RoleName; readonly to: RoleName; readonly cause: string },
  before: CauseClass,
): CauseClass {
  if (from === 'releasing' && to === 'standby') return before;
  const found = CAUSE_WORDS.find(([words, , starts]) =>
    starts === true ? cause.startsWith(words) : cause.includes(words),
  );
  return found?.[1] ?? 'other';
}
