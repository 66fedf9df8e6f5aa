import { OperatorError } from '../core/errors.ts';
import type { PublicIdentity } from '../core/settings.ts';

/** What this node's identity file and its config know, each newest first. */
export interface KnownKeys {
  readonly node: string;
  readonly own: readonly PublicIdentity[];
  readonly listed: readonly PublicIdentity[];
}

/**
 * What is left to be done to have a new key beside the old one: all of it, or, after a run that was cut off between its two
 * writes, only the config. Throws OperatorError REFUSED.
 */
export function beginning({ node, own, listed }: KnownKeys): 'all' | 'config' {
  const [newest, older] = own;
  const [first, second] = listed;
  if (older !== undefined && second === undefined && first?.id === older.id) return 'config';
  if (older === undefined && second === undefined) return 'all';
  const hint =
    newest?.id === first?.id
      ? 'see `sealbeat status` for who knows the new key; `sealbeat key retire` ends the rotation'
      : `see \`sealbeat key show\` and \`sealbeat key list\`, and take what is too much out of "keys" of ${node}`;
  throw new OperatorError('REFUSED', `a rotation of the key of ${node} is under way`, { hint });
}

export interface Ending {
  readonly newest: PublicIdentity;
  readonly older: PublicIdentity;
  /** False after a run that was cut off between its two writes. */
  readonly inConfig: boolean;
  readonly inFile: boolean;
}

/** Where the older key still is. Throws OperatorError REFUSED when there is none, or the two places disagree. */
export function ending({ node, own, listed }: KnownKeys): Ending {
  const [newest, ownOlder] = own;
  const [first, listedOlder] = listed;
  if (first === undefined || newest?.id !== first.id) {
    const isBegun = listedOlder === undefined && first !== undefined && ownOlder?.id === first.id;
    throw new OperatorError(
      'REFUSED',
      `the newest key of ${node} is not the same in the config as in the identity file`,
      {
        hint: isBegun
          ? '`sealbeat key rotate` finishes what was begun'
          : 'see `sealbeat key show` and `sealbeat key list`; the newest stands first in both',
      },
    );
  }
  const older = listedOlder ?? ownOlder;
  if (older === undefined) {
    throw new OperatorError('REFUSED', `${node} has one key: no rotation is under way`, {
      hint: '`sealbeat key rotate` begins one',
    });
  }
  return { newest, older, inConfig: listedOlder !== undefined, inFile: ownOlder !== undefined };
}
