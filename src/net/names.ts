import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { Clock, Log } from '../core/ports.ts';
import { after, SECOND_MS, type MonoMs } from '../core/units.ts';
import type { Family } from './bindings.ts';

export interface Resolved {
  readonly address: string;
  readonly family: Family;
}

/** Asks the system for all addresses of a name. */
export type Lookup = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** The addresses behind hosts as the config has them. Asking never waits: a name that is not known yet has none. */
export interface Names {
  addressOf(host: string): Resolved | undefined;
  close(): void;
}

/** A name is asked for again this often, because an address is a hint that may move. */
const RESOLVE_EVERY_MS = 30 * SECOND_MS;
const RESOLVE_AGAIN_MS = 2 * SECOND_MS;
/** A name that nobody has used for this long has left the config. */
const FORGET_AFTER_MS = 2 * RESOLVE_EVERY_MS;
/** Each takes one of node's four threads, for as long as the resolver pleases; files need some of them, too. */
const LOOKUPS_AT_ONCE = 2;

const lookupAll: Lookup = (host, done) => systemLookup(host, { all: true }, done);

export function newNames({
  clock,
  log,
  families,
  lookup = lookupAll,
}: {
  clock: Clock;
  log: Log;
  /** What this node listens on: an address of such a family is preferred. */
  families: ReadonlySet<Family>;
  lookup?: Lookup | undefined;
}): Names {
  const literals = new Map<string, Resolved>();
  const known = new Map<string, { resolved: Resolved | undefined; usedAt: MonoMs }>();
  const waiting: string[] = [];
  const cancels = new Set<() => void>();
  let underWay = 0;
  let closed = false;

  const askAgainIn = (ms: number, host: string): void => {
    const cancel = clock.wakeAt(after(clock.nowMs(), ms), () => {
      cancels.delete(cancel);
      const name = known.get(host);
      if (name !== undefined && clock.nowMs() - name.usedAt > FORGET_AFTER_MS) known.delete(host);
      else ask(host);
    });
    cancels.add(cancel);
  };
  const ask = (host: string): void => {
    if (closed) return;
    if (underWay >= LOOKUPS_AT_ONCE) return void waiting.push(host);
    underWay += 1;
    lookup(host, (error, addresses) => {
      underWay -= 1;
      const next = waiting.shift();
      if (next !== undefined) ask(next);
      if (closed) return;
      const found = addressAmong(addresses, families);
      const name = known.get(host);
      if (error === null && found !== undefined && name !== undefined) {
        const { resolved } = name;
        if (resolved !== undefined && resolved.address !== found.address) {
          log.info(
            { host, from: resolved.address, to: found.address },
            'names: a peer has another address now',
          );
        }
        name.resolved = found;
        askAgainIn(RESOLVE_EVERY_MS, host);
      } else {
        const code = error?.code ?? 'no address';
        log.warn({ host, code }, 'names: the name of a peer cannot be resolved now; trying again');
        askAgainIn(RESOLVE_AGAIN_MS, host);
      }
    });
  };

  return {
    addressOf(host) {
      const literal = literals.get(host);
      if (literal !== undefined) return literal;
      const kind = isIP(host);
      if (kind !== 0) {
        const resolved: Resolved = { address: host, family: kind === 6 ? 6 : 4 };
        literals.set(host, resolved);
        return resolved;
      }
      const name = known.get(host);
      if (name !== undefined) {
        name.usedAt = clock.nowMs();
        return name.resolved;
      }
      known.set(host, { resolved: undefined, usedAt: clock.nowMs() });
      ask(host);
      return known.get(host)?.resolved;
    },
    close() {
      closed = true;
      for (const cancel of cancels) cancel();
    },
  };
}

function addressAmong(
  addresses: readonly LookupAddress[] | undefined,
  families: ReadonlySet<Family>,
): Resolved | undefined {
  const all = (addresses ?? []).map(({ address, family }): Resolved => {
    return { address, family: family === 6 ? 6 : 4 };
  });
  return all.find(({ family }) => families.has(family)) ?? all[0];
}
