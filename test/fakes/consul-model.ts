import type { Asked, Said } from './http-model.ts';
import type { ManualClock } from './manual-clock.ts';

interface SessionWish {
  readonly TTL: string;
  readonly Behavior: string;
  readonly LockDelay: string;
  readonly Checks: readonly string[];
  readonly NodeChecks: readonly string[];
}

/** Sessions end at the earliest moment that Consul promises, one TTL after the last renewal; the real one takes up to two. */
export class ConsulModel {
  /** An ACL token; empty for none. */
  token = '';
  readonly #clock: ManualClock;
  readonly #sessions = new Map<string, { readonly wish: SessionWish; endsAtMs: number }>();
  readonly #locks = new Map<string, { value: string; session: string }>();
  #made = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  valueOf(key: string): string | undefined {
    this.#expire();
    return this.#locks.get(key)?.value;
  }
  endOf(key: string): number | undefined {
    this.#expire();
    return this.#sessions.get(this.#locks.get(key)?.session ?? '')?.endsAtMs;
  }
  get sessions(): readonly SessionWish[] {
    this.#expire();
    return [...this.#sessions.values()].map(({ wish }) => wish);
  }
  put(key: string, value: string): void {
    this.#locks.set(key, { value, session: this.#create({ TTL: '86400s' }) });
  }
  remove(key: string): void {
    this.#locks.delete(key);
  }
  expireAll(): void {
    for (const id of this.#sessions.keys()) this.#destroy(id);
  }

  readonly answer = ({ method, path, query, headers, body }: Asked): Said => {
    this.#expire();
    if (this.token !== '' && headers['x-consul-token'] !== this.token)
      return { status: 403, body: 'Permission denied: token lacks permission' };
    const [, what = '', rest = ''] =
      /^\/v1\/(session\/create|session\/renew|session\/destroy|kv)\/?(.*)$/.exec(path) ?? [];
    if (what === 'kv' && method === 'GET') return this.#read(rest, query);
    if (method !== 'PUT') return { status: 405, body: 'method not allowed' };
    if (what === 'kv') return this.#acquire(rest, query.get('acquire') ?? '', JSON.stringify(body));
    if (what === 'session/create') return ok({ ID: this.#create(body as Partial<SessionWish>) });
    if (what === 'session/renew') return this.#renew(rest);
    if (what !== 'session/destroy') return { status: 404, body: '' };
    this.#destroy(rest);
    return ok(true);
  };

  #expire(): void {
    for (const [id, { endsAtMs }] of this.#sessions) if (endsAtMs <= this.#clock.nowMs()) this.#destroy(id);
  }
  #create(wish: Partial<SessionWish>): string {
    this.#made += 1;
    const id = `adf4238a-882b-9ddc-4a9d-${String(this.#made).padStart(12, '0')}`;
    const usual = {
      TTL: '',
      Behavior: 'release',
      LockDelay: '15s',
      Checks: ['serfHealth'],
      NodeChecks: ['serfHealth'],
    };
    const session = { wish: { ...usual, ...wish }, endsAtMs: 0 };
    this.#sessions.set(id, session);
    this.#prolong(session);
    return id;
  }
  #prolong(session: { readonly wish: SessionWish; endsAtMs: number }): void {
    session.endsAtMs = this.#clock.nowMs() + Number.parseInt(session.wish.TTL, 10) * 1_000;
  }
  #renew(id: string): Said {
    const session = this.#sessions.get(id);
    if (session === undefined) return { status: 404, body: `Session id '${id}' not found` };
    this.#prolong(session);
    return ok([{ ID: id, ...session.wish }]);
  }
  #destroy(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    for (const [key, lock] of this.#locks) {
      if (lock.session !== id) continue;
      if (session?.wish.Behavior === 'delete') this.#locks.delete(key);
      else lock.session = '';
    }
  }
  #acquire(key: string, session: string, value: string): Said {
    if (!this.#sessions.has(session))
      return { status: 500, body: `rpc error making call: invalid session "${session}"` };
    const lock = this.#locks.get(key);
    if (lock !== undefined && lock.session !== '' && lock.session !== session) return ok(false);
    this.#locks.set(key, { value, session });
    return ok(true);
  }
  #read(key: string, query: URLSearchParams): Said {
    if (!query.has('consistent')) throw new Error('a read that may be stale');
    const lock = this.#locks.get(key);
    if (lock === undefined) return { status: 404, body: '' };
    const session = lock.session === '' ? {} : { Session: lock.session };
    const value = Buffer.from(lock.value, 'utf8').toString('base64');
    return ok([
      { LockIndex: 1, Key: key, Flags: 0, Value: value, ...session, CreateIndex: 9, ModifyIndex: 9 },
    ]);
  }
}

const ok = (body: unknown): Said => ({ status: 200, body });
