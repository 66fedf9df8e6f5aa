import type { MonoMs } from '../core/units.ts';
import { fieldAt, holderIn, lockKey } from './answer-field.ts';
import type { Locks } from './locks.ts';
import type { Answer, Asker, Question } from './request.ts';
import { Unclear } from './unclear.ts';

/** Consul refuses sessions that are shorter. */
export const CONSUL_TTL_SECONDS_MIN = 10;

/*
 * Consul's sessions and locks over HTTP. A session that is not renewed ends between one and two TTLs later, and the lock
 * with it. As in etcd.ts, every group has a session of its own and it never outlives a `give`, so that a call that arrives
 * late can neither hold a group that has been given nor end a lock that was taken after it.
 *
 * A session belongs to the Consul agent that made it, and ends at once when that agent leaves its cluster in good order:
 * the one case in which a lock is shorter than its TTL. Servers leave rarely, so endpoints should be servers.
 */
interface Held {
  /** Empty when the key is there but nobody has it locked. */
  readonly session: string;
  readonly node: string | undefined;
}

export function consulLocks(
  { cluster, node, ttlSeconds }: { cluster: string; node: string; ttlSeconds: number },
  { asker, token }: { asker: Asker; token: string },
): Locks {
  const sessions = new Map<string, string>();
  const headers: Readonly<Record<string, string>> = token === '' ? {} : { 'X-Consul-Token': token };
  const ask = (question: Question, byMs: MonoMs): Promise<Answer> =>
    asker.ask({ ...question, headers }, byMs);
  const put = (path: string, byMs: MonoMs, body?: object): Promise<Answer> =>
    ask({ method: 'PUT', path, body }, byMs);
  const pathOf = (group: string): string => `/v1/kv/${lockKey(cluster, group)}`;

  /** A session of the group that lasts a TTL from a moment within this call. */
  const lastingSession = async (group: string, byMs: MonoMs): Promise<string> => {
    const known = sessions.get(group);
    if (known !== undefined) {
      const renewed = await put(`/v1/session/renew/${known}`, byMs);
      if (renewed.status !== 404) {
        if (fieldAt(bodyOf(renewed), 0, 'ID') !== known) throw odd('session');
        return known;
      }
      sessions.delete(group);
    }
    const created = await put('/v1/session/create', byMs, {
      Name: `sealbeat ${cluster} ${group} ${node}`,
      TTL: `${ttlSeconds}s`,
      Behavior: 'delete',
      LockDelay: '0s',
      // By default it would also end, before its TTL, when Consul takes the agent's host for dead.
      Checks: [],
      NodeChecks: [],
    });
    const id = fieldAt(bodyOf(created), 'ID');
    if (!isSessionId(id)) throw odd('session');
    sessions.set(group, id);
    return id;
  };

  const acquire = async (group: string, session: string, byMs: MonoMs): Promise<boolean> => {
    const answer = await put(`${pathOf(group)}?acquire=${session}`, byMs, { node });
    const got = bodyOf(answer);
    if (typeof got !== 'boolean') throw odd('lock');
    return got;
  };

  const heldNow = async (group: string, byMs: MonoMs): Promise<Held | undefined> => {
    const answer = await ask({ method: 'GET', path: `${pathOf(group)}?consistent` }, byMs);
    if (answer.status === 404) return undefined;
    const entry = fieldAt(bodyOf(answer), 0);
    if (typeof entry !== 'object') throw odd('lock');
    const session = fieldAt(entry, 'Session') ?? '';
    if (session !== '' && !isSessionId(session)) throw odd('lock');
    return { session, node: holderIn(fieldAt(entry, 'Value')) };
  };

  return {
    async take(group, byMs) {
      const session = await lastingSession(group, byMs);
      if (await acquire(group, session, byMs)) return { kind: 'mine' };
      const held = await heldNow(group, byMs);
      if (held === undefined || held.session === '') throw new Unclear('the lock has changed meanwhile');
      if (held.session === session) return { kind: 'mine' };
      if (held.node === undefined) throw new Unclear('the value of the lock is not one of sealbeat');
      if (held.node !== node) return { kind: 'other', by: held.node };
      // An earlier process of ours had it, or we ourselves with a session that has been replaced.
      bodyOf(await put(`/v1/session/destroy/${held.session}`, byMs));
      if (await acquire(group, session, byMs)) return { kind: 'mine' };
      throw new Unclear('the lock has changed meanwhile');
    },
    async give(group, byMs) {
      const known = sessions.get(group);
      sessions.delete(group);
      // With its session goes the key, and every acquire with it that is still under way.
      if (known !== undefined) await put(`/v1/session/destroy/${known}`, byMs).catch(() => undefined);
      const held = await heldNow(group, byMs);
      if (held?.node === node && held.session !== '') await put(`/v1/session/destroy/${held.session}`, byMs);
    },
    close: () => asker.close(),
  };
}

const isSessionId = (id: unknown): id is string => typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id);

function bodyOf({ status, body, words }: Answer): unknown {
  if (status === 200 && body !== undefined) return body;
  throw new Unclear(`Consul answers ${status} ${words}`);
}

const odd = (what: string): Unclear => new Unclear(`Consul's answer about a ${what} makes no sense`);
