import type { CarpAdvert } from '../model.ts';
import type { CarpRules, Pace } from './carp-rules.ts';
import type { Timers } from './timers.ts';

export type CarpState = 'INIT' | 'BACKUP' | 'MASTER';

export interface CarpSettings {
  vhid: number;
  advbase: number;
  advskew: number;
  pass: string;
  /** Undefined for multicast. */
  peer: string | undefined;
}

/** What a virtual host needs to know of its system, and may ask of it. */
export interface CarpSurroundings {
  readonly timers: Timers;
  /** Up, with a carrier, and with an address to take care of. */
  canRun(): boolean;
  demotion(): number;
  isPreempting(): boolean;
  addresses(): readonly string[];
  send(advert: CarpAdvert, peer: string | undefined): void;
  announce(): void;
  stateChanged(state: CarpState): void;
}

export interface CarpVhost {
  readonly settings: CarpSettings;
  state(): CarpState;
  /** Leaves INIT if it can; in every other state starts its clock anew. */
  run(): void;
  /** Through INIT, as after a change of addresses or of the link. */
  reset(): void;
  /** What an operator asks for. INIT cannot be asked for, nor left that way. */
  force(state: CarpState): void;
  /** To INIT; a farewell tells the others that they need not wait. */
  halt(how: { readonly farewell: boolean }): void;
  hear(advert: CarpAdvert): void;
  /** A master's next advertisement now: what it says has changed. */
  advertiseNow(): void;
}

const FAREWELL = { advbase: 255, advskew: 255 };

/** The hash of an advertisement covers the password and all addresses. */
export const carpHash = (pass: string, addresses: readonly string[]): string =>
  [pass, ...addresses.toSorted()].join(' ');

/** One virtual host: BACKUP while it hears a better master, MASTER when it does not. */
export function carpVhost(settings: CarpSettings, rules: CarpRules, around: CarpSurroundings): CarpVhost {
  let state: CarpState = 'INIT';
  let advertsUntilAnnouncement = 0;
  const clock = oneTimer(around.timers);

  const hash = (): string =>
    rules.hashCoversAddresses ? carpHash(settings.pass, around.addresses()) : settings.pass;
  const own = (): Pace & { readonly demotion: number } => {
    const demotion = around.demotion();
    return { advbase: settings.advbase, advskew: rules.skewSent(settings.advskew, demotion), demotion };
  };
  const enter = (next: CarpState): void => {
    if (state === next) return;
    state = next;
    around.stateChanged(next);
  };
  const speak = ({ advbase, advskew }: Pace): void => {
    const demote = rules.demoteSent(around.demotion());
    around.send({ vhid: settings.vhid, advbase, advskew, demote, pass: hash() }, settings.peer);
  };
  const beat = (): void => {
    const pace = own();
    speak(pace);
    if (advertsUntilAnnouncement > 0 && --advertsUntilAnnouncement === 0) around.announce();
    clock.start(rules.intervalMs(pace), beat);
  };
  const rise = (): void => {
    if (state !== 'BACKUP') return;
    enter('MASTER');
    speak(own());
    around.announce();
    advertsUntilAnnouncement = rules.announcesAgainAfterAdverts;
    run();
  };
  const run = (): void => {
    if (!around.canRun()) return;
    if (state === 'INIT') enter('BACKUP');
    if (state === 'MASTER') clock.start(rules.intervalMs(settings), beat);
    else if (rules.speaksFor(around.addresses())) clock.start(rules.masterDownMs(settings), rise);
  };
  const yieldTo = (): void => {
    clock.stop();
    enter('BACKUP');
    run();
  };
  return {
    settings,
    state: () => state,
    run,
    reset() {
      clock.stop();
      enter('INIT');
      run();
    },
    force(wanted) {
      if (state === 'INIT' || wanted === state) return;
      if (wanted === 'MASTER') rise();
      if (wanted === 'BACKUP') yieldTo();
    },
    halt({ farewell }) {
      clock.stop();
      if (farewell && state === 'MASTER') speak(FAREWELL);
      enter('INIT');
    },
    hear(advert) {
      if (state === 'INIT' || advert.vhid !== settings.vhid || advert.pass !== hash()) return;
      if (state === 'MASTER') return void (rules.yields(advert, own()) && yieldTo());
      if (rules.takesOver(advert, own(), around.isPreempting())) rise();
      else run();
    },
    advertiseNow: () => void (state === 'MASTER' && beat()),
  };
}

function oneTimer(timers: Timers) {
  let stop = (): void => undefined;
  return {
    start(ms: number, act: () => void): void {
      stop();
      stop = timers.in(ms, act);
    },
    stop: (): void => stop(),
  };
}
