import { Option } from 'commander';
import { placesOf } from '../core/places.ts';
import { systemPlatform } from '../vip/system-platform.ts';

const places = placesOf(systemPlatform);
/** Where things are unless a flag says otherwise. */
export const DEFAULT_CONFIG = places.config;
export const DEFAULT_IDENTITY = places.identity;
export const DEFAULT_STATE = places.state;
export const DEFAULT_CONTROL = places.control;

/** Options that several commands have, so that they read the same everywhere. */
export const configOption = (): Option =>
  new Option('-c, --config <file>', 'the config of the cluster').default(DEFAULT_CONFIG);

export const identityOption = (): Option =>
  new Option('--identity <file>', 'the secret identity of this node').default(DEFAULT_IDENTITY);

export const stateOption = (): Option =>
  new Option('--state <directory>', 'where epochs are kept over restarts').default(DEFAULT_STATE);

export const jsonOption = (): Option => new Option('--json', 'print JSON, for programs');

/** For an option that may be given several times. */
export const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

/** Behind a command's help: one line to try. */
export const example = (line: string): string => `\nExample:\n  $ ${line}`;
