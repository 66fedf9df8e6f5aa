import { isIP } from 'node:net';
import type { PathSettings } from '../core/settings.ts';

export type Family = 4 | 6;

/** One address and port to listen on. */
export interface Binding {
  readonly host: string;
  readonly port: number;
  readonly family: Family;
  /** The path is a name, which may have no address of this family: then it's no fault that the host has none. */
  readonly optional: boolean;
}

const WILDCARD: Readonly<Record<Family, string>> = { 4: '0.0.0.0', 6: '::' };

export const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1';
export const isWildcard = ({ host, family }: Binding): boolean => host === WILDCARD[family];
export const otherFamily = (family: Family): Family => (family === 4 ? 6 : 4);

/**
 * What to listen on for these paths: all interfaces, because a host's own address may come late, or move; but only the
 * loopback one where the path says so. One port on all interfaces covers it on the loopback one, too.
 */
export function bindingsFor(own: readonly PathSettings[]): readonly Binding[] {
  const wanted = own.flatMap(({ host, port }): Binding[] => {
    const kind = isIP(host);
    if (isLoopback(host)) return [{ host, port, family: kind === 6 ? 6 : 4, optional: false }];
    if (kind === 0) {
      return ([4, 6] as const).map((family) => ({
        host: WILDCARD[family],
        port,
        family,
        optional: family === 6,
      }));
    }
    const family = kind === 6 ? 6 : 4;
    return [{ host: WILDCARD[family], port, family, optional: false }];
  });
  const covered = ({ port, family }: Binding): boolean =>
    wanted.some((other) => isWildcard(other) && other.port === port && other.family === family);
  const bindings = new Map<string, Binding>();
  for (const binding of wanted) {
    if (!isWildcard(binding) && covered(binding)) continue;
    const place = `${binding.host} ${binding.port}`;
    if (bindings.get(place)?.optional !== false) bindings.set(place, binding);
  }
  return [...bindings.values()];
}

/** The families of which this node surely has an address. */
export const familiesOf = (own: readonly PathSettings[]): ReadonlySet<Family> =>
  new Set(
    bindingsFor(own)
      .filter(({ optional }) => !optional)
      .map(({ family }) => family),
  );
