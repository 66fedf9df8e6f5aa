import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Question } from './question.ts';

/** Asks the system for all addresses of a name. */
export type Lookup = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

export interface Addresses {
  /**
   * Where `host` is, in the form that node:net takes. An address is known without the resolver. Undefined when the
   * question is over: either its limit came first, or there is no address and that was the answer.
   */
  find(host: string, question: Question): Promise<LookupFunction | undefined>;
}

const lookupAll: Lookup = (host, done) => systemLookup(host, { all: true }, done);

/**
 * One lookup at a time, shared by all who ask for the same name. Each takes one of node's four threads for as long as the
 * resolver pleases, cannot be called back, and files and the peers' names need threads, too.
 */
export function newAddresses(lookup: Lookup = lookupAll): Addresses {
  /** Who waits for which name, in the order of asking; also for the one whose lookup is under way. */
  const asking = new Map<string, Set<Parameters<Lookup>[1]>>();
  let underWay: string | undefined;

  const next = (): void => {
    const [host] = asking.keys();
    if (underWay !== undefined || host === undefined) return;
    underWay = host;
    lookup(host, (error, addresses) => {
      underWay = undefined;
      const told = asking.get(host) ?? [];
      asking.delete(host);
      for (const tell of told) tell(error, addresses);
      next();
    });
  };

  return {
    find: (host, question) =>
      new Promise((resolve) => {
        const kind = isIP(host);
        if (kind !== 0) return resolve(lookupOf([{ address: host, family: kind }]));
        const tell: Parameters<Lookup>[1] = (error, addresses) => {
          const [first] = addresses ?? [];
          if (error !== null || first === undefined) return question.answer(false, unresolved(host, error));
          question.awaits('no answer');
          resolve(lookupOf([first, ...addresses.slice(1)]));
        };
        const sharing = asking.get(host) ?? new Set();
        asking.set(host, sharing.add(tell));
        question.awaits(`no address for ${host}`);
        question.onEnd(() => {
          sharing.delete(tell);
          if (sharing.size === 0 && asking.get(host) === sharing) asking.delete(host);
          resolve(undefined);
        });
        next();
      }),
  };
}

function lookupOf(addresses: readonly [LookupAddress, ...LookupAddress[]]): LookupFunction {
  const [first] = addresses;
  return (_host, { all }, done) =>
    all === true ? done(null, [...addresses]) : done(null, first.address, first.family);
}

function unresolved(host: string, error: NodeJS.ErrnoException | null): string {
  if (error?.code === 'EAI_AGAIN') return `no address for ${host}: the resolver does not answer`;
  return `no address for ${host}: ${error?.code ?? 'none known'}`;
}
