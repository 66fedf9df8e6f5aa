import { OperatorError } from '../core/errors.ts';
import type { VipAdapter } from '../core/ports.ts';
import type { GroupSettings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';
import type { CliHost } from './host.ts';
import { hint, warn } from './talk.ts';

/** A group's adapter outside a daemon: what it complains of is said once, on the terminal. Whoever gets it closes it. */
export async function adapterByHand(
  host: CliHost,
  group: GroupSettings,
  self: NodeName,
): Promise<VipAdapter> {
  const [{ vipAdapterFor }, { systemSpawn }, { systemClock }] = await Promise.all([
    import('../vip/for-platform.ts'),
    import('../system/child.ts'),
    import('../system/clock.ts'),
  ]);
  const told = (_fields: object, text: string): void => warn(host, text);
  const said = new Set<string>();
  return vipAdapterFor(
    {
      group,
      node: self,
      errand: () => ({ group: group.name, node: self, epoch: 0, role: 'active', peer: '', cause: 'by hand' }),
      exec: host.exec,
      spawn: systemSpawn,
      clock: systemClock,
      log: { debug: () => undefined, info: () => undefined, warn: told, error: told },
      // The guard would take the VIPs down as soon as this command ends.
      guarded: false,
      onProblem: (problem) => {
        // Four rounds of announcing have the same to say.
        if (said.has(problem.message)) return;
        said.add(problem.message);
        warn(host, problem.message);
        hint(host, problem.hint);
      },
    },
    host.platform,
  );
}

/**
 * The node of the daemon behind the socket; undefined when there is none. Throws OperatorError when that cannot be seen, with
 * what the command that asks has to say about going on.
 */
export async function daemonBehind(control: string, otherwise: string): Promise<NodeName | undefined> {
  const { fetchStatus } = await import('../control/client.ts');
  try {
    return (await fetchStatus(control)).node;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (error.code === 'CONTROL_UNREACHABLE' && isNobodyThere(error.cause)) return undefined;
    throw new OperatorError('REFUSED', `it cannot be seen whether a daemon runs: ${error.message}`, {
      hint: `${error.hint}; ${otherwise}`,
      cause: error,
    });
  }
}

function isNobodyThere(cause: unknown): boolean {
  return (
    cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED')
  );
}
