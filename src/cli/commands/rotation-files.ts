import type { PublicIdentity } from '../../core/settings.ts';
import type { KnownKeys } from '../../keys/rotation.ts';
import type { SecretIdentity } from '../../wire/identity.ts';
import type { CliHost } from '../host.ts';

export interface RotationFiles {
  readonly config: string;
  readonly identity: string;
}

/** Both files of this node as they are, understood, and what writes them. */
export interface Rotating {
  readonly known: KnownKeys;
  readonly configText: string;
  readonly identities: readonly SecretIdentity[];
  /** What writes the text; throws OperatorError CONFIG_INVALID when the daemon could not use it. */
  readyConfig(after: string): () => Promise<void>;
  writeIdentities(identities: readonly SecretIdentity[]): Promise<void>;
}

/** Throws OperatorError: IDENTITY_UNKNOWN when no node of the config has a key of the identity file. */
export async function readRotating(
  host: Pick<CliHost, 'euid' | 'random'>,
  { config, identity }: RotationFiles,
): Promise<Rotating> {
  const [{ loadSettings, parseSettings }, { findSelf }, keyfile, { readSecretFile }, { replaceFileText }] =
    await Promise.all([
      import('../../config/load.ts'),
      import('../../config/self.ts'),
      import('../../keys/keyfile.ts'),
      import('../../keys/secret-file.ts'),
      import('../../keys/write-file.ts'),
    ]);
  const secrets = await readSecretFile(identity, host.euid);
  const identities = keyfile.parseKeyFile(secrets, identity);
  const { settings, text: configText } = await loadSettings(config);
  const self = findSelf(settings, identities);
  const own: readonly PublicIdentity[] = identities.map((one) => one.public);
  return {
    known: { node: self.name, own, listed: self.keys },
    configText,
    identities,
    readyConfig(after) {
      parseSettings(after, config);
      return () => replaceFileText(config, { before: configText, after }, host.random);
    },
    async writeIdentities(next) {
      const before = Buffer.from(secrets).toString('utf8');
      await replaceFileText(identity, { before, after: keyfile.formatKeyFile(next) }, host.random);
    },
  };
}
