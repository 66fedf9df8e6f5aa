import type { RoleName } from '../frame.ts';
import { after, SECOND_MS } from '../units.ts';
import { everyoneAgrees } from './agreement.ts';
import { effectivePriority, type Rank } from './election.ts';
import type { CallKind, GroupEffect, GroupState, GroupStep, GroupView, PeerView } from './state.ts';

/*
 * What transitions consist of: entering a role, a call to the adapter, a claim, a release, a handover. When they happen is
 * for the rules (init.ts to releasing.ts) to say.
 */

const BACK_OFF_MS_MAX = 60 * SECOND_MS;

export type Rule = (state: GroupState, view: GroupView) => GroupStep | undefined;

export const step = (state: GroupState, ...effects: readonly GroupEffect[]): GroupStep => ({
  state,
  effects,
});

export function enter(role: RoleName, state: GroupState, view: GroupView, cause: string): GroupStep {
  const moved: GroupEffect = { kind: 'moved', from: state.role, to: role, cause };
  return step(
    {
      ...state,
      ...{ role, since: view.now, cause },
      ...{ clearSince: undefined, otherActiveSince: undefined, preparing: undefined },
    },
    moved,
  );
}

export const and = ({ state, effects }: GroupStep, next: (state: GroupState) => GroupStep): GroupStep => {
  const following = next(state);
  return step(following.state, ...effects, ...following.effects);
};

export function call(state: GroupState, kind: Exclude<CallKind, 'leave'>, view: GroupView): GroupStep {
  const id = state.nextCall;
  const calls = { ...state.calls, [kind]: { id, at: view.now } };
  return step({ ...state, calls, nextCall: id + 1 }, { kind, call: id });
}

export const nameOf = (view: GroupView, number: number): string => view.names[number - 1] ?? `node ${number}`;
export const seconds = (ms: number): string => `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0)} s`;

export const me = (state: GroupState, view: GroupView): Rank => ({
  number: view.self.number,
  priority: effectivePriority(state, view),
});

/** A new epoch is above every one seen; the wall clock only keeps it from falling after everybody forgot everything. */
export const nextEpoch = (seen: number, wallMs: number, number: number): number =>
  // The last number that a frame can carry is not passed: a peer gone bad must not make us seal what nobody can read.
  Math.min(
    (Math.max(Math.floor(seen / 8), Math.floor(wallMs)) + 1) * 8 + (number - 1),
    Number.MAX_SAFE_INTEGER,
  );

export function claim(state: GroupState, view: GroupView, cause: string): GroupStep {
  const epoch = nextEpoch(state.epochSeen, view.wall, view.self.number);
  const claiming = enter('claiming', state, view, cause);
  return and(claiming, (entered) =>
    and(
      call(
        {
          ...entered,
          ...{
            epoch,
            epochSeen: epoch,
            claimedAt: view.now,
            has: true,
            upSeen: false,
            renewedAt: undefined,
            heir: 0,
          },
          // Asked for once: it would else be handed to and fro with whoever ranks higher.
          ...{ asking: undefined, confirmWaitUntil: undefined, asksUntil: undefined },
          claimedInSilenceAt: isSilent(view) ? view.now : undefined,
        },
        'up',
        view,
      ),
      (called) => step(called, { kind: 'remember', epoch }),
    ),
  );
}

/** Nearly as long as a peer must be silent before it is called dead: the silence may be ours. */
const SILENCE_SHARE = 0.9;

const isSilent = ({ now, receivedAt, policy }: GroupView): boolean =>
  now - receivedAt >= SILENCE_SHARE * policy.timeoutMs;

/** Down, with nobody named: `releasing` without an heir. */
export function release(state: GroupState, view: GroupView, cause: string): GroupStep {
  const releasing = enter('releasing', state, view, cause);
  return and(releasing, (entered) =>
    call(
      {
        ...entered,
        ...{ heir: 0, overlapping: false, announce: undefined, byOrder: false, order: undefined },
        leaving: undefined,
      },
      'down',
      view,
    ),
  );
}

export function handOver(
  state: GroupState,
  view: GroupView,
  heir: PeerView,
  cause: string,
  byOrder: boolean,
): GroupStep {
  // An heir needs the lock, and nobody has it on the way: then we keep the VIP only because all the others agree.
  const { lock } = view.policy.asks;
  const isSafe = lock === undefined || everyoneAgrees(state, view);
  const overlapping = view.policy.overlapAllowed && (heir.record?.overlap ?? false) && isSafe;
  const releasing = enter('releasing', state, view, cause);
  return and(releasing, (entered) => {
    // From here on only the heir announces: the last word that neighbours hear must be the one that stays true.
    const named = {
      ...entered,
      heir: heir.number,
      overlapping,
      byOrder,
      order: undefined,
      announce: undefined,
    };
    // Without an overlap the lock is given up when the VIP is gone, as after any release (asking.ts).
    if (!overlapping) return call(named, 'down', view);
    if (state.lockedUntil === undefined) return step(named);
    // A renewal that is under way is answered about a lock that we have no more.
    const { lock: _, ...asked } = named.asked;
    return step({ ...named, asked, lockedUntil: undefined }, { kind: 'unlock' });
  });
}

export function failed(state: GroupState, view: GroupView, text: string): GroupState {
  const backOff = Math.min(BACK_OFF_MS_MAX, SECOND_MS * 2 ** state.failures);
  return { ...state, failures: state.failures + 1, fault: { text, until: after(view.now, backOff) } };
}
