/**
 * Who may claim and who may keep, by what others say. Pure and small: the manual's table of losses is made of these two
 * functions, so that it cannot say anything else than what is done.
 */

/** What is known when a node is elected. `none`: not configured, or there is no need to ask. */
export interface ClaimEvidence {
  /** A silent node's host answered in another way, or none did. */
  readonly confirm: 'alive' | 'dead' | 'none';
  readonly ifAlive: 'wait' | 'take';
  /** The wait for a host that is alive is over. */
  readonly waited: boolean;
  readonly witness: 'yes' | 'no' | 'none';
  readonly lock: 'mine' | 'others' | 'unreachable' | 'none';
  readonly fence: 'to do' | 'done' | 'failed' | 'none';
}

export type Consent = 'claim' | 'fence' | 'wait' | 'no witness' | 'no lock' | 'not fenced';

/**
 * The witness and the lock can refuse; the confirmation can only delay, once; the fence comes last, when all others agree,
 * because it cannot be taken back.
 */
export function consentOf({ confirm, ifAlive, waited, witness, lock, fence }: ClaimEvidence): Consent {
  if (witness === 'no') return 'no witness';
  if (lock === 'others' || lock === 'unreachable') return 'no lock';
  if (confirm === 'alive' && ifAlive === 'wait' && !waited) return 'wait';
  if (fence === 'to do') return 'fence';
  if (fence === 'failed') return 'not fenced';
  return 'claim';
}

/** What a holder knows of its own place. */
export interface HoldEvidence {
  /** Every configured node is heard both ways and knows of no other holder: nobody can claim. */
  readonly everyoneAgrees: boolean;
  /** No node at all has been heard for so long that one of them may be about to claim. */
  readonly isAlone: boolean;
  readonly witness: 'yes' | 'no' | 'none';
  readonly lock: 'mine' | 'lost' | 'none';
}

export type Hold = 'keep' | 'alone without witness' | 'without lock';

export function holdOf({ everyoneAgrees, isAlone, witness, lock }: HoldEvidence): Hold {
  if (isAlone && witness === 'no') return 'alone without witness';
  // A lock that is gone because the arbiter is gone is no reason while all the others agree: nobody else could claim.
  if (lock === 'lost' && !everyoneAgrees) return 'without lock';
  return 'keep';
}
