import type { Log } from '../core/ports.ts';
import type { Daemon } from './main.ts';
import type { Ending } from './shutdown.ts';

/** The part of a process that signals and faults come from. */
export interface SignalSource {
  on(event: string, listener: (what: unknown) => void): unknown;
  removeListener(event: string, listener: (what: unknown) => void): unknown;
  exit(code: number): void;
}

/** What node does in threads of its own: files, and the resolver. */
const IN_THREADS = /^(FSReq|GetAddrInfo|GetNameInfo)/;

export function systemSignals(own: NodeJS.Process): SignalSource {
  return {
    on: (event, listener) => own.on(event, listener),
    removeListener: (event, listener) => own.removeListener(event, listener),
    exit(code) {
      // exit() waits for these threads, and one that reads from a dead disk never ends. A signal does not wait.
      if (!own.getActiveResourcesInfo().some((name) => IN_THREADS.test(name))) own.exit(code);
      own.removeAllListeners('SIGTERM');
      own.kill(own.pid, code === 0 ? 'SIGTERM' : 'SIGKILL');
    },
  };
}

/** A start that is cancelled closes what it has opened; a hung look at the host must not keep the process any longer. */
const CANCEL_MS_MAX = 700;
/** Whoever says it three times means it; the guard then takes the VIPs down. */
const STOPS_MAX = 3;

/**
 * A daemon under the signals of its process, from before its start to its end: SIGTERM and SIGINT stop it, or cancel the
 * start; SIGHUP reloads. A fault of ours ends the process at once, with a line in the log: state that cannot be trusted
 * must not hold VIPs, and the guard takes them down. Settles when the daemon has ended; rejects when it cannot start.
 */
export async function runUnderSignals(
  source: SignalSource,
  log: Log,
  start: (cancelled: AbortSignal) => Promise<Daemon>,
): Promise<Ending> {
  const cancelling = new AbortController();
  let daemon: Daemon | undefined;
  let reloadAsked = false;
  let stops = 0;
  let giveUp: NodeJS.Timeout | undefined;

  const stop = (signal: string): void => {
    stops += 1;
    if (stops === STOPS_MAX) return source.exit(1);
    if (daemon !== undefined) return daemon.stop(signal);
    log.info({ signal }, 'stopped while starting');
    cancelling.abort();
    giveUp ??= setTimeout(() => source.exit(0), CANCEL_MS_MAX);
  };
  const reload = (): void => {
    if (daemon === undefined) reloadAsked = true;
    else void daemon.reload();
  };
  const fail = (error: unknown): void => {
    log.error({ err: error }, 'a fault of sealbeat, which ends it; the guard takes its VIPs down');
    source.exit(1);
  };
  const listeners: readonly (readonly [string, (what: unknown) => void])[] = [
    ['SIGTERM', () => stop('SIGTERM')],
    ['SIGINT', () => stop('SIGINT')],
    ['SIGHUP', reload],
    // A rejection that nobody handles arrives here, too.
    ['uncaughtException', fail],
  ];
  for (const [event, listener] of listeners) source.on(event, listener);
  try {
    daemon = await start(cancelling.signal);
    // The signal may have come when nothing was left to cancel.
    if (cancelling.signal.aborted) daemon.stop('stopped while starting');
    else if (reloadAsked) reload();
    clearTimeout(giveUp);
    return await daemon.ended;
  } catch (error) {
    if (!cancelling.signal.aborted) throw error;
    return 'stopped';
  } finally {
    clearTimeout(giveUp);
    for (const [event, listener] of listeners) source.removeListener(event, listener);
  }
}
