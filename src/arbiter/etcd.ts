import type { LockAnswer } from '../core/ports.ts';
import type { MonoMs } from '../core/units.ts';
import { digitsAt, fieldAt, holderIn, lockKey, lockValue, toBase64 } from './answer-field.ts';
import type { EtcdCall } from './etcd-call.ts';
import type { Locks } from './locks.ts';
import type { Answer } from './request.ts';
import { Unclear } from './unclear.ts';

/*
 * etcd v3 through its JSON gateway: the npm client brings gRPC with it, tens of megabytes for six calls.
 *
 * Every write names what it expects to find, and the two that may arrive late, after we have gone on, name something that
 * goes for good: a put its lease, a delete its revision. So whatever a call that we gave up does in the end, it can take a
 * lock for at most a TTL, and never ends one that a later call has taken. That needs a lease for each group: a shared one
 * would be kept alive for the others, and a late put with it would hold a group that has been given.
 */
interface Lease {
  readonly id: string;
  /** The leader's term in which it was kept alive; undefined for a new one. */
  readonly term: string | undefined;
}

interface Held {
  readonly lease: string;
  readonly node: string | undefined;
  readonly revision: string;
}

/** What a conditional put met: undefined when it has put. */
interface Met {
  readonly term: string;
  readonly put: boolean;
  readonly held: Held | undefined;
}

export function etcdLocks(
  { cluster, node, ttlSeconds }: { cluster: string; node: string; ttlSeconds: number },
  { call, close }: { call: EtcdCall; close: () => void },
): Locks {
  const leaseIds = new Map<string, string>();
  const keyOf = (group: string): string => toBase64(lockKey(cluster, group));
  const value = toBase64(lockValue(node));

  /** A lease of the group that lasts a TTL from a moment within this call. */
  const lastingLease = async (group: string, byMs: MonoMs): Promise<Lease> => {
    const known = leaseIds.get(group);
    if (known !== undefined) {
      const kept = await keptAlive(call, known, byMs);
      if (kept !== undefined && kept.ttlSeconds >= ttlSeconds) return { id: known, term: kept.term };
      leaseIds.delete(group);
    }
    const granted = bodyOf(await call('/v3/lease/grant', { TTL: String(ttlSeconds) }, byMs));
    const id = digitsAt(granted, 'ID');
    const grantedSeconds = Number(digitsAt(granted, 'TTL') ?? Number.NaN);
    if (id === undefined || !(grantedSeconds > 0)) throw odd('lease');
    if (grantedSeconds < ttlSeconds) {
      throw new Unclear(`etcd grants a lease of ${grantedSeconds} s, not of ${ttlSeconds} s`);
    }
    leaseIds.set(group, id);
    return { id, term: undefined };
  };

  const putIf = async (group: string, { id }: Lease, expected: object, byMs: MonoMs): Promise<Met> => {
    const key = keyOf(group);
    const answer = await call(
      '/v3/kv/txn',
      {
        compare: [{ key, result: 'EQUAL', ...expected }],
        success: [{ request_put: { key, value, lease: id } }],
        failure: [{ request_range: { key } }],
      },
      byMs,
    );
    return metIn(bodyOf(answer));
  };

  return {
    async take(group, byMs) {
      const lease = await lastingLease(group, byMs);
      const isOurs = ({ put, held }: Met): boolean => put || (held?.node === node && held.lease === lease.id);
      let met = await putIf(group, lease, { target: 'CREATE', create_revision: '0' }, byMs);
      if (!isOurs(met) && met.held?.node === node) {
        // An earlier process of ours had it, or we ourselves with a lease that has been replaced.
        met = await putIf(group, lease, { target: 'MOD', mod_revision: met.held.revision }, byMs);
      }
      return isOurs(met) ? mine(lease, met) : notMine(met, node);
    },
    async give(group, byMs) {
      const id = leaseIds.get(group);
      leaseIds.delete(group);
      // With its lease goes the key, and every put with it that is still under way.
      if (id !== undefined) await call('/v3/lease/revoke', { ID: id }, byMs).catch(() => undefined);
      const key = keyOf(group);
      const held = heldIn(fieldAt(bodyOf(await call('/v3/kv/range', { key }, byMs)), 'kvs', 0));
      if (held?.node !== node) return;
      const compare = [{ key, result: 'EQUAL', target: 'MOD', mod_revision: held.revision }];
      await call('/v3/kv/txn', { compare, success: [{ request_delete_range: { key } }] }, byMs);
    },
    close,
  };
}

/** Undefined when the lease is no more. */
async function keptAlive(
  call: EtcdCall,
  id: string,
  byMs: MonoMs,
): Promise<{ readonly ttlSeconds: number; readonly term: string } | undefined> {
  const body = bodyOf(await call('/v3/lease/keepalive', { ID: id }, byMs));
  const term = digitsAt(body, 'result', 'header', 'raft_term');
  if (term === undefined || digitsAt(body, 'result', 'ID') !== id) throw odd('lease');
  // etcd leaves out what is 0.
  const ttlSeconds = Number(digitsAt(body, 'result', 'TTL') ?? 0);
  return ttlSeconds > 0 ? { ttlSeconds, term } : undefined;
}

/**
 * A lease is kept alive by the leader alone, without asking the others: one that has just been replaced, and does not know
 * it yet, promises what its successor has never heard of (etcd 3.4.23 does, after its leader stood still for a moment). A
 * transaction after it that was agreed on in the same term shows that the leader was still the one.
 */
function mine(lease: Lease, { term }: Met): LockAnswer {
  if (lease.term === undefined || lease.term === term) return { kind: 'mine' };
  throw new Unclear('etcd has changed its leader meanwhile');
}

function notMine({ held }: Met, node: string): LockAnswer {
  if (held === undefined || held.node === node) throw new Unclear('the lock has changed meanwhile');
  if (held.node === undefined) throw new Unclear('the value of the lock is not one of sealbeat');
  return { kind: 'other', by: held.node };
}

function metIn(body: unknown): Met {
  const term = digitsAt(body, 'header', 'raft_term');
  if (term === undefined) throw odd('transaction');
  if (fieldAt(body, 'succeeded') === true) return { term, put: true, held: undefined };
  const range = fieldAt(body, 'responses', 0, 'response_range');
  if (typeof range !== 'object') throw odd('transaction');
  return { term, put: false, held: heldIn(fieldAt(range, 'kvs', 0)) };
}

function heldIn(entry: unknown): Held | undefined {
  if (entry === undefined) return undefined;
  const revision = digitsAt(entry, 'mod_revision');
  if (revision === undefined) throw odd('key');
  return { lease: digitsAt(entry, 'lease') ?? '0', node: holderIn(fieldAt(entry, 'value')), revision };
}

function bodyOf({ status, body, words }: Answer): unknown {
  const error = fieldAt(body, 'error');
  if (status === 200 && body !== undefined && error === undefined) return body;
  throw new Unclear(`etcd answers ${status} ${errorWords(body) ?? words}`);
}

function errorWords(body: unknown): string | undefined {
  const message = fieldAt(body, 'message') ?? fieldAt(body, 'error', 'message');
  return typeof message === 'string' ? message.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 120) : undefined;
}

const odd = (what: string): Unclear => new Unclear(`etcd's answer about a ${what} makes no sense`);
