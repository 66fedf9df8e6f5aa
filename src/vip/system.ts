import { OperatorError } from '../core/errors.ts';
import type { AdapterName } from '../core/settings.ts';

/** An adapter by its own name: what `auto` means has been decided. */
export type AdapterKind = Exclude<AdapterName, 'auto'>;

/** The adapter of each system that has one, by the name that Node gives to the system. */
const OWN_ADAPTER: Readonly<Partial<Record<NodeJS.Platform, AdapterKind>>> = {
  linux: 'linux',
  sunos: 'illumos',
  freebsd: 'freebsd',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
};

const BSD: readonly NodeJS.Platform[] = ['freebsd', 'openbsd', 'netbsd'];
/** Where an adapter can work; one that is missing here works everywhere. */
const WORKS_ON: Readonly<Partial<Record<AdapterKind, readonly NodeJS.Platform[]>>> = {
  linux: ['linux'],
  illumos: ['sunos'],
  'illumos-ifconfig': ['sunos'],
  freebsd: ['freebsd'],
  openbsd: ['openbsd'],
  netbsd: ['netbsd'],
  carp: BSD,
};

/** What `name` means on this system. Throws OperatorError CONFIG_INVALID where it cannot work. */
export function adapterKind(name: AdapterName, platform: NodeJS.Platform): AdapterKind {
  const kind = name === 'auto' ? OWN_ADAPTER[platform] : name;
  if (kind !== undefined && (WORKS_ON[kind]?.includes(platform) ?? true)) return kind;
  const own = OWN_ADAPTER[platform];
  const hint =
    own === undefined
      ? 'supported on any system: `script` (programs of your own), `command` (a cloud), `simulated` (files, for rehearsals)'
      : `write \`auto\`, which is \`${own}\` here; per node: adapter: { NODE: NAME, … }`;
  throw new OperatorError(
    'CONFIG_INVALID',
    `adapter ${name}: sealbeat cannot set addresses in this way on ${systemName(platform)}`,
    { hint },
  );
}

/** Node calls illumos what it called itself in 1992. */
export const systemName = (platform: string): string => (platform === 'sunos' ? 'illumos' : platform);

/** What people write for a system; undefined for one that is not known. */
export function platformNamed(name: string): NodeJS.Platform | undefined {
  const known = Object.keys(OWN_ADAPTER) as NodeJS.Platform[];
  return known.find((platform) => platform === name || systemName(platform) === name);
}

export const SYSTEM_NAMES: readonly string[] = Object.keys(OWN_ADAPTER).map(systemName);
