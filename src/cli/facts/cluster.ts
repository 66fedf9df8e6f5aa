import { OperatorError } from '../../core/errors.ts';
import type { NodeSettings, Settings } from '../../core/settings.ts';
import type { AgentFacts, ConfigFacts, Refusal } from '../../doctor/facts.ts';
import { onThisHost } from '../commands/check.ts';
import type { CliHost } from '../host.ts';
import type { World } from './world.ts';

/** As many beats as it takes to see whether something still goes on. */
const BEATS_BETWEEN = 3;
const BETWEEN_MS_MIN = 300;
const BETWEEN_MS_MAX = 2_000;

/** The config as `check` reads it; `onHost` is filled in when it is known which node this is. */
export async function configFacts(path: string): Promise<ConfigFacts & { readonly at: At | undefined }> {
  const { examine, readConfigText } = await import('../../config/load.ts');
  try {
    const { settings, problems, at } = examine(await readConfigText(path));
    return { settings, problems, unreadable: undefined, onHost: [], at };
  } catch (error) {
    const unreadable = refusalOf(error);
    return { settings: undefined, problems: [], unreadable, onHost: [], at: undefined };
  }
}

type At = ReturnType<typeof import('../../config/load.ts').examine>['at'];

export async function onHostFacts(
  host: CliHost,
  { settings, at }: { settings: Settings | undefined; at: At | undefined },
  self: NodeSettings | undefined,
): Promise<ConfigFacts['onHost']> {
  if (settings === undefined || at === undefined || self === undefined) return [];
  const findings = await onThisHost(host, settings, self);
  return findings.map((finding) => {
    const [of, group, , index] = finding.path;
    const vips = of === 'groups' ? settings.groups.find(({ name }) => name === group)?.vips : undefined;
    const link = typeof index === 'number' ? vips?.[index]?.interfaces.get(self.name) : undefined;
    return { ...at(finding), link };
  });
}

export async function agentFacts(world: World, control: string): Promise<AgentFacts> {
  try {
    const before = await world.status(control);
    const pid = await world.agentPid(control);
    await world.pause(Math.min(BETWEEN_MS_MAX, Math.max(BETWEEN_MS_MIN, BEATS_BETWEEN * before.intervalMs)));
    return { status: await world.status(control), before, pid, refusal: undefined };
  } catch (error) {
    const { cause } = error as { cause?: { code?: unknown } };
    const errno = typeof cause?.code === 'string' ? cause.code : '';
    return {
      ...{ status: undefined, before: undefined, pid: undefined },
      refusal: { ...refusalOf(error), errno },
    };
  }
}

export interface WhoAmI {
  readonly self: NodeSettings | undefined;
  readonly refusal: Refusal | undefined;
}

/** By the identity file, or by what a running agent says where that file is not for this user. */
export async function whoAmI(
  path: string,
  { settings, euid, agent }: { settings: Settings | undefined; euid: number; agent: AgentFacts },
): Promise<WhoAmI> {
  const [{ loadIdentities }, { findSelf }] = await Promise.all([
    import('../../keys/keyfile.ts'),
    import('../../config/self.ts'),
  ]);
  try {
    const identities = await loadIdentities(path, euid);
    return { self: settings === undefined ? undefined : findSelf(settings, identities), refusal: undefined };
  } catch (error) {
    const self = settings?.nodes.find(({ name }) => name === agent.status?.node);
    return { self, refusal: refusalOf(error) };
  }
}

export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof OperatorError)) throw error;
  return { code: error.code, text: error.message, hint: error.hint };
}
