import { FLAG } from './flags.ts';
import type { Condition, Lif } from './interfaces.ts';

export type LifState = 'duplicate' | 'down' | 'inaccessible' | 'tentative' | 'ok';

/** In the order in which libipadm decides. */
export function stateOf(lif: Lif, { isRunning }: Condition): LifState {
  if (!lif.isUp) return lif.isDuplicate ? 'duplicate' : 'down';
  if (!isRunning) return 'inaccessible';
  return lif.life.state === 'probing' ? 'tentative' : 'ok';
}

/** `Uuptd`: up, unnumbered, private, temporary in the sense of RFC 4941, deprecated. */
export const currentText = (lif: Lif): string =>
  [
    lif.isUp ? 'U' : '-',
    '-',
    (lif.flags & FLAG.PRIVATE) !== 0n ? 'p' : '-',
    '-',
    (lif.flags & FLAG.DEPRECATED) !== 0n ? 'd' : '-',
  ].join('');
