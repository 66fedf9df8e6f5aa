import { Option } from 'commander';

/** Where things are unless a flag says otherwise; the same on every system, as packages install them. */
export const DEFAULT_CONFIG = '/etc/sealbeat/sealbeat.yaml';
export const DEFAULT_IDENTITY = '/etc/sealbeat/identity';

/** Options that several commands have, so that they read the same everywhere. */
export const configOption = (): Option =>
  new Option('-c, --config <file>', 'the config of the cluster').default(DEFAULT_CONFIG);

export const identityOption = (): Option =>
  new Option('--identity <file>', 'the secret identity of this node').default(DEFAULT_IDENTITY);

export const jsonOption = (): Option => new Option('--json', 'print JSON, for programs');

/** For an option that may be given several times. */
export const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

/** Behind a command's help: one line to try. */
export const example = (line: string): string => `\nExample:\n  $ ${line}`;
