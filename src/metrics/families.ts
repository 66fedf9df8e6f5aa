import { ACTING_FAMILIES } from './families/acting.ts';
import { GROUP_FAMILIES } from './families/groups.ts';
import { NODE_FAMILIES } from './families/node.ts';
import { PEER_FAMILIES } from './families/peers.ts';
import { PROCESS_FAMILIES } from './families/process.ts';
import { PROGRAM_FAMILIES } from './families/programs.ts';
import type { Family } from './family.ts';

/** In the order in which they are exported and documented. */
export const SECTIONS: readonly { readonly title: string; readonly families: readonly Family[] }[] = [
  { title: 'The daemon', families: NODE_FAMILIES },
  { title: 'Groups', families: GROUP_FAMILIES },
  { title: 'Peers and paths', families: PEER_FAMILIES },
  { title: 'Beats, leases and calls', families: ACTING_FAMILIES },
  { title: 'Checks, hooks and alerts', families: PROGRAM_FAMILIES },
  { title: 'The process', families: PROCESS_FAMILIES },
];

export const FAMILIES: readonly Family[] = SECTIONS.flatMap(({ families }) => families);
