import { SECOND_MS } from '../core/units.ts';
import { formatDuration } from './duration.ts';
import type { Parts } from './parts.ts';
import type { ArbiterShape } from './schema.ts';
import type { Finding } from './shape-problems.ts';

/** Behind the lease: its slack of 1.2 s, and 2 s in which a holder that cannot renew its lock lets go. */
const BEYOND_LEASE_MS = 3_200;
const TTL_SECONDS_MAX = 60;
/** Consul refuses sessions that are shorter. */
const CONSUL_TTL_SECONDS_MIN = 10;

export function arbiterFindings({ arbiter, leaseSeconds }: Parts): readonly Finding[] {
  if (!arbiter) return [];
  return [
    ...whichOne(arbiter),
    ...endpointsTwice(arbiter),
    ...shortTtl(arbiter, leaseSeconds),
    ...shortSession(arbiter),
    ...slowAnswers(arbiter),
    ...certAndKey(arbiter),
    ...uselessFiles(arbiter),
  ];
}

const error = (path: readonly PropertyKey[], text: string): Finding => ({
  severity: 'error',
  path: ['arbiter', ...path],
  text,
});

function whichOne({ etcd, consul }: ArbiterShape): readonly Finding[] {
  if (etcd && consul) return [error(['consul'], 'stands beside "etcd"; only one of the two may be given')];
  if (etcd || consul) return [];
  return [error([], 'names nobody; write "etcd: http://HOST:2379" or "consul: http://127.0.0.1:8500"')];
}

function endpointsTwice(arbiter: ArbiterShape): readonly Finding[] {
  return (['etcd', 'consul'] as const).flatMap((kind) => {
    const endpoints = arbiter[kind] ?? [];
    return endpoints.flatMap((url, index) =>
      endpoints.indexOf(url) < index
        ? [error([kind, index], `${url} stands twice; remove one of the two`)]
        : [],
    );
  });
}

/** A lock must outlast what the last holder's kernel still shows when its lock could not be renewed. */
function shortTtl({ ttl }: ArbiterShape, leaseSeconds: number | undefined): readonly Finding[] {
  if (leaseSeconds === undefined || leaseSeconds === 0) return [];
  const enoughMs = leaseSeconds * SECOND_MS + BEYOND_LEASE_MS;
  if (ttl * SECOND_MS >= enoughMs) return [];
  const enough = Math.ceil(enoughMs / SECOND_MS);
  const longest = Math.floor((TTL_SECONDS_MAX * SECOND_MS - BEYOND_LEASE_MS) / SECOND_MS);
  const write =
    enough <= TTL_SECONDS_MAX
      ? `${enough}s or more`
      : `${TTL_SECONDS_MAX}s, and a lease of ${longest}s or less`;
  const text = `${ttl}s is shorter than the lease of ${leaseSeconds}s + 3.2s: another node could get the lock while the addresses are still on the last holder; write ${write}`;
  return [error(['ttl'], text)];
}

function shortSession({ consul, ttl }: ArbiterShape): readonly Finding[] {
  if (!consul || ttl >= CONSUL_TTL_SECONDS_MIN) return [];
  const text = `${ttl}s is shorter than any session of Consul; write ${CONSUL_TTL_SECONDS_MIN}s or more`;
  return [error(['ttl'], text)];
}

function slowAnswers({ ttl, timeout }: ArbiterShape): readonly Finding[] {
  if (3 * timeout <= ttl * SECOND_MS) return [];
  const longest = formatDuration(Math.floor((ttl * SECOND_MS) / 3));
  const text = `${formatDuration(timeout)} is longer than a third of the ttl of ${ttl}s, so one slow answer could cost the lock; write ${longest} or less`;
  return [error(['timeout'], text)];
}

function certAndKey({ cert, key }: ArbiterShape): readonly Finding[] {
  if (cert !== undefined && key === undefined) {
    return [error(['cert'], 'has no "key" beside it; write the file with its private key there')];
  }
  if (key !== undefined && cert === undefined) {
    return [error(['key'], 'has no "cert" beside it; write the file with its certificate there')];
  }
  return [];
}

/** Somebody who gives an authority believes that the connection is encrypted. */
function uselessFiles({ etcd, consul, ca, cert }: ArbiterShape): readonly Finding[] {
  const endpoints = [...(etcd ?? []), ...(consul ?? [])];
  if (endpoints.some((url) => url.startsWith('https:'))) return [];
  const given = [ca === undefined ? [] : ['ca'], cert === undefined ? [] : ['cert']].flat();
  const text = 'is not used, because no endpoint is encrypted; write https:// there, or remove this';
  return given.map((key) => ({ severity: 'warning', path: ['arbiter', key], text }));
}
