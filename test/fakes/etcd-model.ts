import type { ManualClock } from './manual-clock.ts';
import type { Asked, Said } from './http-model.ts';

interface Entry {
  value: string;
  lease: string;
  createRevision: number;
  modRevision: number;
  version: number;
}

interface Compare {
  readonly key: string;
  readonly target: string;
  readonly create_revision?: string;
  readonly mod_revision?: string;
}

interface Op {
  readonly request_put?: { readonly key: string; readonly value: string; readonly lease?: string };
  readonly request_range?: { readonly key: string };
  readonly request_delete_range?: { readonly key: string };
}

/** What sealbeat uses of etcd 3.4, answer for answer as its JSON gateway writes them: numbers as text, zeros left out. */
export class EtcdModel {
  raftTerm = 2;
  /** Leases are not granted for less. */
  ttlSecondsMin = 1;
  /** And, as no etcd does, not for more. */
  ttlSecondsMax = Number.POSITIVE_INFINITY;
  login: { readonly name: string; readonly password: string } | undefined;
  readonly #clock: ManualClock;
  readonly #entries = new Map<string, Entry>();
  readonly #leases = new Map<string, { readonly ttlSeconds: number; endsAtMs: number }>();
  #revision = 1;
  #lastLease = 7_587_861_231_285_799_684n;
  #token = 1;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** The lock's value as JSON text; undefined when nobody has it. */
  valueOf(key: string): string | undefined {
    this.#expire();
    const entry = this.#entries.get(toBase64(key));
    return entry === undefined ? undefined : Buffer.from(entry.value, 'base64').toString('utf8');
  }
  /** When the lock ends by itself. */
  endOf(key: string): number | undefined {
    this.#expire();
    return this.#leases.get(this.#entries.get(toBase64(key))?.lease ?? '')?.endsAtMs;
  }
  get revision(): number {
    return this.#revision;
  }
  get leases(): number {
    this.#expire();
    return this.#leases.size;
  }
  put(key: string, value: string): void {
    this.#put({ key: toBase64(key), value: toBase64(value) });
  }
  remove(key: string): void {
    this.#delete(toBase64(key));
  }
  endTokens(): void {
    this.#token += 1;
  }
  expireAll(): void {
    for (const id of this.#leases.keys()) this.#revoke(id);
  }

  readonly answer = ({ path, headers, body }: Asked): Said => {
    this.#expire();
    if (path === '/v3/auth/authenticate')
      return this.#authenticate(body as { name: string; password: string });
    if (this.login !== undefined && headers.authorization !== `token.${this.#token}`)
      return refusal(401, 16, 'etcdserver: invalid auth token');
    switch (path) {
      case '/v3/lease/grant':
        return this.#grant(Number((body as { TTL: string }).TTL));
      case '/v3/lease/keepalive':
        return this.#keepAlive((body as { ID: string }).ID);
      case '/v3/lease/revoke':
        return this.#revoke((body as { ID: string }).ID) ? ok({ header: this.#header() }) : noLease();
      case '/v3/kv/range':
        return ok({ header: this.#header(), ...this.#range((body as { key: string }).key) });
      case '/v3/kv/txn':
        return this.#transact(body as { compare?: Compare[]; success?: Op[]; failure?: Op[] });
      default:
        return { status: 404, body: 'Not Found' };
    }
  };

  #header(): object {
    return {
      cluster_id: '15875391935852295136',
      member_id: '7383792418829112008',
      revision: String(this.#revision),
      raft_term: String(this.raftTerm),
    };
  }
  #expire(): void {
    for (const [id, { endsAtMs }] of this.#leases) if (endsAtMs <= this.#clock.nowMs()) this.#revoke(id);
  }
  #authenticate(said: { name: string; password: string }): Said {
    if (this.login === undefined) return refusal(412, 9, 'etcdserver: authentication is not enabled');
    if (said.name !== this.login.name || said.password !== this.login.password)
      return refusal(400, 3, 'etcdserver: authentication failed, invalid user ID or password');
    return ok({ header: this.#header(), token: `token.${this.#token}` });
  }
  #grant(askedSeconds: number): Said {
    const ttlSeconds = Math.min(Math.max(askedSeconds, this.ttlSecondsMin), this.ttlSecondsMax);
    this.#lastLease += 1n;
    const id = String(this.#lastLease);
    this.#leases.set(id, { ttlSeconds, endsAtMs: this.#clock.nowMs() + ttlSeconds * 1_000 });
    return ok({ header: this.#header(), ID: id, TTL: String(ttlSeconds) });
  }
  #keepAlive(id: string): Said {
    const lease = this.#leases.get(id);
    if (lease === undefined) return ok({ result: { header: this.#header(), ID: id } });
    lease.endsAtMs = this.#clock.nowMs() + lease.ttlSeconds * 1_000;
    return ok({ result: { header: this.#header(), ID: id, TTL: String(lease.ttlSeconds) } });
  }
  #revoke(id: string): boolean {
    if (!this.#leases.delete(id)) return false;
    for (const [key, { lease }] of this.#entries) if (lease === id) this.#delete(key);
    return true;
  }
  #transact({
    compare = [],
    success = [],
    failure = [],
  }: {
    compare?: Compare[];
    success?: Op[];
    failure?: Op[];
  }): Said {
    const succeeded = compare.every((each) => this.#holds(each));
    const ops = succeeded ? success : failure;
    const lost = ops.some(({ request_put: put }) => put?.lease !== undefined && !this.#leases.has(put.lease));
    if (lost) return noLease();
    const responses = ops.map((op) => this.#apply(op));
    const verdict = succeeded ? { succeeded } : {};
    return ok({ header: this.#header(), ...verdict, ...(responses.length === 0 ? {} : { responses }) });
  }
  #holds({ key, target, create_revision: created = '0', mod_revision: changed = '0' }: Compare): boolean {
    const entry = this.#entries.get(key);
    if (target === 'CREATE') return (entry?.createRevision ?? 0) === Number(created);
    if (target === 'MOD') return (entry?.modRevision ?? 0) === Number(changed);
    throw new Error(`the model does not compare ${target}`);
  }
  #apply({ request_put: put, request_range: range, request_delete_range: remove }: Op): object {
    if (put !== undefined) this.#put(put);
    if (remove !== undefined) this.#delete(remove.key);
    const header = { revision: String(this.#revision) };
    if (range !== undefined) return { response_range: { header, ...this.#range(range.key) } };
    return put === undefined ? { response_delete_range: { header } } : { response_put: { header } };
  }
  #put({ key, value, lease = '0' }: { key: string; value: string; lease?: string }): void {
    const before = this.#entries.get(key);
    this.#revision += 1;
    this.#entries.set(key, {
      ...{ value, lease, modRevision: this.#revision },
      createRevision: before?.createRevision ?? this.#revision,
      version: (before?.version ?? 0) + 1,
    });
  }
  #delete(key: string): void {
    if (this.#entries.delete(key)) this.#revision += 1;
  }
  #range(key: string): object {
    const entry = this.#entries.get(key);
    if (entry === undefined) return {};
    const kv = {
      key,
      create_revision: String(entry.createRevision),
      mod_revision: String(entry.modRevision),
      version: String(entry.version),
      value: entry.value,
      ...(entry.lease === '0' ? {} : { lease: entry.lease }),
    };
    return { kvs: [kv], count: '1' };
  }
}

const toBase64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const ok = (body: object): Said => ({ status: 200, body });
const noLease = (): Said => refusal(404, 5, 'etcdserver: requested lease not found');
const refusal = (status: number, code: number, message: string): Said => ({
  status,
  body: { error: message, message, code },
});
