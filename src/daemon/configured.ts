import { findSelf } from '../config/self.ts';
import { loadSettings } from '../config/load.ts';
import { OperatorError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { NodeSettings, Settings } from '../core/settings.ts';
import { loadIdentities } from '../keys/keyfile.ts';
import { makeKeyring, type Keyring } from '../wire/keyring.ts';

/** The config and the identity file, read and understood: one value, so that a reload replaces all of it at once. */
export interface Configured {
  readonly settings: Settings;
  readonly self: NodeSettings;
  readonly keyring: Keyring;
}

/** Throws OperatorError: CONFIG_UNREADABLE, CONFIG_INVALID, IDENTITY_… */
export async function readConfigured(
  { configPath, identityPath, euid }: { configPath: string; identityPath: string; euid: number },
  log: Log,
): Promise<Configured> {
  const identities = await loadIdentities(identityPath, euid);
  const { settings, warnings } = await loadSettings(configPath);
  const self = findSelf(settings, identities);
  const keyring = makeKeyring(identities, settings.nodes, self.name, settings.cluster);
  for (const { line, column, text } of warnings)
    log.warn({ file: configPath, line, column }, `config: ${text}`);
  return { settings, self, keyring };
}

/** What a running daemon cannot take over from a new config. */
export function whyNotNow(old: Configured, next: Configured): OperatorError | undefined {
  if (old.self.name !== next.self.name || old.settings.cluster !== next.settings.cluster) {
    return new OperatorError('REFUSED', 'the cluster or the name of this node has changed', {
      hint: 'restart the daemon',
    });
  }
  const urls = ({ self }: Configured): string => self.paths.map(({ url }) => url).join(' ');
  if (urls(old) === urls(next)) return undefined;
  return new OperatorError(
    'REFUSED',
    `the paths of this node have changed from ${urls(old)} to ${urls(next)}`,
    { hint: 'restart the daemon; the other nodes take them with a reload' },
  );
}

/** Whether the sessions with a node start anew: its keys are others now, or our own are. */
export function keyChange(old: Configured, next: Configured): (name: string) => boolean {
  const keysOf = ({ settings }: Configured, name: string): string =>
    settings.nodes
      .find((one) => one.name === name)
      ?.keys.map(({ id }) => id)
      .join() ?? '';
  const ownChanged = keysOf(old, old.self.name) !== keysOf(next, next.self.name);
  return (name) => ownChanged || keysOf(old, name) !== keysOf(next, name);
}
