import { OperatorError } from '../core/errors.ts';
import type { Arbiter, Clock } from '../core/ports.ts';
import type { ArbiterSettings } from '../core/settings.ts';
import { CONSUL_TTL_SECONDS_MIN, consulLocks } from './consul.ts';
import { readTlsFiles, readToken, readUserPassword } from './credentials.ts';
import { etcdCalls } from './etcd-call.ts';
import { etcdLocks } from './etcd.ts';
import { arbiterOver, type Locks } from './locks.ts';
import { newAsker } from './request.ts';

/**
 * Reads the files that the settings name; asks nobody yet, so it also works while the third party is away.
 * Throws OperatorError for a file that cannot be used and for a TTL that the product does not know.
 */
export async function openArbiter(
  settings: ArbiterSettings,
  { cluster, node, clock }: { cluster: string; node: string; clock: Clock },
): Promise<Arbiter> {
  const { kind, endpoints, ttlSeconds, timeoutMs, credentialFile } = settings;
  if (kind === 'consul' && ttlSeconds < CONSUL_TTL_SECONDS_MIN) throw tooShort(ttlSeconds);
  const asker = newAsker(endpoints, await readTlsFiles(settings), clock);
  const of = { cluster, node, ttlSeconds };
  const locks: Locks =
    kind === 'etcd'
      ? etcdLocks(of, {
          call: etcdCalls(asker, await readUserPassword(credentialFile)),
          close: () => asker.close(),
        })
      : consulLocks(of, { asker, token: await readToken(credentialFile) });
  return arbiterOver(locks, clock, timeoutMs);
}

function tooShort(ttlSeconds: number): OperatorError {
  return new OperatorError(
    'CONFIG_INVALID',
    `Consul keeps no session for less than ${CONSUL_TTL_SECONDS_MIN} s, and the arbiter's ttl is ${ttlSeconds} s`,
    { hint: `set arbiter.ttl to ${CONSUL_TTL_SECONDS_MIN}s or more` },
  );
}
