import { OperatorError } from '../../core/errors.ts';
import type { PublicIdentity } from '../../core/settings.ts';
import type { NodeId } from '../../core/units.ts';
import { readConfigText } from '../../config/load.ts';
import { formatKeyFile, loadIdentities } from '../../keys/keyfile.ts';
import { replaceFileText, writeNewFile } from '../../keys/write-file.ts';
import { makeIdentity, type SecretIdentity } from '../../wire/identity.ts';
import type { CliHost } from '../host.ts';
import { tell } from '../talk.ts';

export interface Found {
  /** The config; undefined where there is none. */
  readonly text: string | undefined;
  /** What the identity file holds; empty where there is none. */
  readonly identities: readonly SecretIdentity[];
  /** Made for this run, to be written if there is none. */
  readonly fresh: SecretIdentity;
}

/** What an earlier run, or a person, has left here. Throws OperatorError for files that are there and not as they should be. */
export async function look(host: CliHost, paths: { config: string; identity: string }): Promise<Found> {
  const text = await unlessMissing(readConfigText(paths.config));
  const identities = (await unlessMissing(loadIdentities(paths.identity, host.euid))) ?? [];
  return { text, identities, fresh: makeIdentity(host.random) };
}

export const newestOf = ({ identities: [newest], fresh }: Found): PublicIdentity => (newest ?? fresh).public;

export const idsOf = ({ identities }: Found): ReadonlySet<NodeId> =>
  new Set(identities.map((identity) => identity.public.id));

export async function writeIdentity(
  host: CliHost,
  path: string,
  { identities, fresh }: Found,
): Promise<void> {
  if (identities.length > 0) return tell(host, `kept the identity in ${path}`);
  await writeNewFile(path, formatKeyFile([fresh]), host.random);
  // Read it as the daemon will: if that is going to refuse it, now is the time to hear of it.
  await loadIdentities(path, host.euid);
  tell(host, `wrote ${path}: the secret, which stays on this host`);
}

export async function writeConfig(
  host: CliHost,
  path: string,
  { before, after }: { before?: string; after: string },
): Promise<void> {
  if (before === undefined) await writeNewFile(path, after, host.random);
  else await replaceFileText(path, { before, after }, host.random);
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof OperatorError && codeOf(error.cause) === 'ENOENT') return undefined;
    throw error;
  }
}

const codeOf = (cause: unknown): unknown =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
