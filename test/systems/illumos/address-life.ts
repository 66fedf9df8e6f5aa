import type { Clock } from '../../../src/core/ports.ts';
import { after } from '../../../src/core/units.ts';
import { newAttempt } from './attempt.ts';
import { defenceCount } from './defence.ts';
import { detectDuplicate, keepAnnouncing } from './detection.ts';
import type { Asking, Place } from './detection.ts';
import { presenceOn } from './presence.ts';

export interface LifeParts extends Asking {
  readonly clock: Clock;
  readonly slowAnnounceMs: number;
  readonly linkUpRestartsDetection: boolean;
  /** How long after the loss a duplicate is tried again; 0 for never. */
  recoveryMs(): number;
  onDuplicate(): void;
  /** It is time to try a duplicate again. */
  onRecovery(): void;
}

/** One address that is up, as its neighbours see it: duplicate detection, announcements, defence, a new trial. */
export interface AddressLife {
  readonly state: 'off' | 'probing' | 'ready' | 'duplicate';
  readonly place: Place | undefined;
  /** From the beginning. */
  begin(place: Place): void;
  /** As one that has been there for long. */
  resume(place: Place): Promise<void>;
  /** To another link of the same network: what works goes on working there at once. */
  move(place: Place): void;
  /** Settles when the address no longer works. */
  end(): Promise<void>;
  /** Somebody else has announced this address. */
  heard(): void;
  /** The carrier has come back. */
  linkUp(): void;
  /** Settles when the address works, or is off, or `boundMs` have passed: a duplicate is waited out. */
  untilReady(boundMs: number): Promise<void>;
}

export function addressLife(parts: LifeParts): AddressLife {
  const { wire, clock } = parts;
  const presence = presenceOn(wire);
  const waiting = waitingRoom(clock);
  let state: AddressLife['state'] = 'off';
  let place: Place | undefined;
  let attempt = newAttempt(clock);
  let defence = defenceCount(clock);
  let waitsForLink = false;

  const become = (next: AddressLife['state']): void => {
    state = next;
    if (next === 'ready' || next === 'off') waiting.callAll();
  };
  const startOver = (): Promise<void> => {
    attempt.end();
    attempt = newAttempt(clock);
    waitsForLink = false;
    return presence.vanish();
  };

  const lose = (): void => {
    void startOver();
    become('duplicate');
    parts.onDuplicate();
    const ms = parts.recoveryMs();
    if (ms > 0) attempt.after(ms, () => void recover(attempt));
  };
  const recover = async (mine: typeof attempt): Promise<void> => {
    const hasCarrier = place !== undefined && (await wire.hasCarrier(place.link));
    if (mine.isOver) return;
    if (hasCarrier) parts.onRecovery();
    else waitsForLink = true;
  };
  const win = async (at: Place, mine: typeof attempt): Promise<void> => {
    await presence.appear(at);
    if (mine.isOver) return;
    keepAnnouncing(wire, at, mine, parts.slowAnnounceMs);
    become('ready');
  };
  const begin = (at: Place): void => {
    void startOver();
    place = at;
    defence = defenceCount(clock);
    become('probing');
    const mine = attempt;
    detectDuplicate(parts, at, mine, { found: lose, free: () => void win(at, mine) });
  };

  return {
    get state() {
      return state;
    },
    get place() {
      return place;
    },
    begin,
    move(at) {
      if (state !== 'ready') return begin(at);
      void startOver();
      place = at;
      void win(at, attempt);
    },
    async resume(at) {
      void startOver();
      place = at;
      await presence.appear(at);
      become('ready');
    },
    async end() {
      const gone = startOver();
      become('off');
      await gone;
    },
    heard() {
      if (state === 'probing' || (state === 'ready' && !defence.mayDefend())) lose();
      else if (state === 'ready' && place !== undefined) wire.announce(place.link, place.address);
    },
    linkUp() {
      if (waitsForLink || (state === 'duplicate' && parts.linkUpRestartsDetection)) parts.onRecovery();
      else if (
        state !== 'off' &&
        state !== 'duplicate' &&
        parts.linkUpRestartsDetection &&
        place !== undefined
      )
        begin(place);
    },
    async untilReady(boundMs) {
      if (state !== 'ready' && state !== 'off') await waiting.untilCalled(boundMs);
    },
  };
}

function waitingRoom(clock: Clock): { callAll(): void; untilCalled(boundMs: number): Promise<void> } {
  const waiting = new Set<() => void>();
  return {
    callAll() {
      for (const wake of [...waiting]) wake();
    },
    untilCalled: (boundMs) =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          cancel();
          resolve();
        };
        waiting.add(wake);
        const cancel = clock.wakeAt(after(clock.nowMs(), boundMs), wake);
      }),
  };
}
