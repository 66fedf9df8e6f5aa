import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

export type Lookup = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** The addresses of a host, asked for when they are wanted: at boot nobody may know them yet. Rejects with a sentence. */
export type FindAddresses = (host: string) => Promise<readonly [LookupAddress, ...LookupAddress[]]>;

const lookupAll: Lookup = (host, done) => systemLookup(host, { all: true }, done);

/**
 * Two lookups at a time. Each takes one of Node's four threads for as long as the resolver pleases, and cannot be called
 * back; with more, a dead resolver would hold up files and the peers' names.
 */
const AT_ONCE = 2;

export function newFindAddresses(lookup: Lookup = lookupAll): FindAddresses {
  const waiting: (() => void)[] = [];
  const sharing = new Map<string, ReturnType<FindAddresses>>();
  let underWay = 0;

  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      next();
    });
  const next = (): void => {
    if (underWay >= AT_ONCE) return;
    const start = waiting.shift();
    if (start === undefined) return;
    underWay += 1;
    start();
  };
  const ask = async (host: string): ReturnType<FindAddresses> => {
    await turn();
    return await new Promise((resolve, reject) => {
      lookup(host, (error, addresses) => {
        underWay -= 1;
        sharing.delete(host);
        next();
        const [first, ...more] = addresses ?? [];
        if (error === null && first !== undefined) resolve([first, ...more]);
        else reject(new Error(unresolved(host, error)));
      });
    });
  };
  return (host) => {
    const family = isIP(host);
    if (family !== 0) return Promise.resolve([{ address: host, family }]);
    const asked = sharing.get(host) ?? ask(host);
    sharing.set(host, asked);
    return asked;
  };
}

function unresolved(host: string, error: NodeJS.ErrnoException | null): string {
  if (error?.code === 'EAI_AGAIN') return `no address for ${host}: the resolver does not answer`;
  return `no address for ${host}: ${error?.code ?? 'none known'}`;
}
