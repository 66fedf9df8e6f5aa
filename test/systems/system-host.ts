import type { Clock } from '../../src/core/ports.ts';
import type { HearingWire } from './lan.ts';
import type { HostModel } from './model.ts';
import type { InterfaceFacts } from './namespace/facts.ts';

/** What a system's `in-namespace.ts` is given to make a host of it. */
export interface NamespacePlace {
  readonly clock: Clock;
  readonly wire: HearingWire;
  readonly random: () => number;
  readonly links: readonly InterfaceFacts[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface SystemHost {
  readonly model: HostModel;
  /** What tests may ask of it beyond its commands, by name. */
  readonly orders: Readonly<Record<string, (argument: unknown) => unknown>>;
}

export type MakeSystemHost = (place: NamespacePlace) => Promise<SystemHost>;

/** By the name of its folder, so that a new system needs no change elsewhere. */
export async function systemHostOf(system: string): Promise<MakeSystemHost> {
  const path = new URL(`${system}/in-namespace.ts`, import.meta.url);
  const loaded = (await import(path.href)) as { readonly hostInNamespace: MakeSystemHost };
  return loaded.hostInNamespace;
}
