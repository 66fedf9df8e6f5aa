import type { TestContext } from 'node:test';
import { openArbiter } from '../../src/arbiter/open.ts';
import type { Arbiter } from '../../src/core/ports.ts';
import type { ArbiterSettings } from '../../src/core/settings.ts';
import { ConsulModel } from '../fakes/consul-model.ts';
import { EtcdModel } from '../fakes/etcd-model.ts';
import { HttpModel } from '../fakes/http-model.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { until } from '../lab/wait.ts';

export const TTL_SECONDS = 10;
export const TIMEOUT_MS = 3_000;
export const KEY = 'sealbeat/prod/web';

/** The paths that differ, by what they do. */
export const PRODUCTS = {
  etcd: {
    model: (clock: ManualClock) => new EtcdModel(clock),
    begin: '/v3/lease/grant',
    keep: '/v3/lease/keepalive',
    lock: '/v3/kv/txn',
    end: '/v3/lease/revoke',
  },
  consul: {
    model: (clock: ManualClock) => new ConsulModel(clock),
    begin: '/v1/session/create',
    keep: '/v1/session/renew',
    lock: '/v1/kv/',
    end: '/v1/session/destroy',
  },
} as const;
export type Kind = keyof typeof PRODUCTS;
type ModelOf<K extends Kind> = ReturnType<(typeof PRODUCTS)[K]['model']>;

export const settingsFor = (
  kind: Kind,
  endpoints: readonly string[],
  more: Partial<ArbiterSettings> = {},
): ArbiterSettings => ({
  kind,
  endpoints,
  ttlSeconds: TTL_SECONDS,
  timeoutMs: TIMEOUT_MS,
  caFile: '',
  certFile: '',
  keyFile: '',
  credentialFile: '',
  ...more,
});

export interface Stage<K extends Kind> {
  readonly clock: ManualClock;
  readonly model: ModelOf<K>;
  readonly http: HttpModel;
  /** A process of the node, asking the model unless other endpoints are named. */
  open(node: string, more?: Partial<ArbiterSettings>): Promise<Arbiter>;
  /** Waits until a path has been asked `times` times, then lets the time of everything under way run out. */
  runOut(path: string, times?: number): Promise<void>;
}

export async function stage<K extends Kind>(t: TestContext, kind: K): Promise<Stage<K>> {
  const clock = new ManualClock();
  const model = PRODUCTS[kind].model(clock) as ModelOf<K>;
  const http = await HttpModel.start(model.answer);
  t.after(() => http.close());
  return {
    clock,
    model,
    http,
    async open(node, more = {}) {
      const settings = settingsFor(kind, [http.url], more);
      const arbiter = await openArbiter(settings, { cluster: 'prod', node, clock });
      t.after(() => arbiter.close());
      return arbiter;
    },
    async runOut(path, times = 1) {
      const asked = (): number => http.asked.filter((each) => each.startsWith(path)).length;
      await until(
        `${path} to be asked`,
        5_000,
        () => asked() >= times,
        () => http.asked.join(' '),
      );
      clock.goOn(TIMEOUT_MS);
    },
  };
}
