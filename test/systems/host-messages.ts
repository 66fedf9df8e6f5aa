import type { CarpAdvert } from './model.ts';

/** What the process of a host is told to do when it starts. */
export interface HostPlan {
  /** A folder of `test/systems` that has a file `in-namespace.ts`. */
  readonly system: string;
  /** Interfaces of the namespace, by the names that the system gives them. */
  readonly links: readonly string[];
  readonly folder: string;
  /** For the system: whatever its `in-namespace.ts` understands. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** One call of one command, by an executable or by a test. */
export interface Call {
  readonly argv: readonly string[];
  readonly rc: number;
}

/** What a test may ask of a running host. */
export type Order =
  | { readonly kind: 'run'; readonly argv: readonly string[] }
  /** All calls up to now, in the order in which they ended. */
  | { readonly kind: 'calls' }
  | { readonly kind: 'foreign'; readonly link: string; readonly address: string; readonly isThere: boolean }
  | { readonly kind: 'conflict'; readonly link: string; readonly address: string }
  | { readonly kind: 'advertise'; readonly link: string; readonly advert: CarpAdvert; readonly peer?: string }
  /** All advertisements heard up to now. */
  | { readonly kind: 'adverts' }
  /** One of the system's own orders, such as `reboot`. */
  | { readonly kind: 'system'; readonly name: string; readonly argument?: unknown };

export interface HeardAdvert {
  readonly link: string;
  readonly advert: CarpAdvert;
}

export type FromParent = { readonly id: number; readonly order: Order };
export type FromHost =
  | { readonly kind: 'ready'; readonly binFolder: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly text: string };
