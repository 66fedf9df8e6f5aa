import type { Clock, Errand, Exec, Log, Spawn, VipAdapter } from '../core/ports.ts';
import type { OperatorError } from '../core/errors.ts';
import type { GroupSettings } from '../core/settings.ts';
import type { GroupName, NodeName } from '../core/units.ts';
import { besideCloud, systemPlatform, vipAdapterFor } from '../vip/for-platform.ts';
import type { ProgramReport } from '../vip/options.ts';
import { adapterKind, type AdapterKind } from '../vip/system.ts';

/** One adapter, and so one set of helper processes, for all groups that want the same from it. */
export interface Adapters {
  of(group: GroupSettings): VipAdapter;
  close(): Promise<void>;
}

export function openAdapters({
  node,
  errandFor,
  platform = systemPlatform,
  onProgram,
  ...ports
}: {
  readonly exec: Exec;
  readonly spawn: Spawn;
  readonly clock: Clock;
  readonly log: Log;
  readonly node: NodeName;
  readonly stateDirectory: string;
  readonly onProblem: (problem: OperatorError) => void;
  /** An operator's program that was run for a group. */
  readonly onProgram: (group: GroupName, report: ProgramReport) => void;
  readonly errandFor: (group: GroupSettings) => Errand;
  readonly platform?: NodeJS.Platform;
}): Adapters {
  const adapters = new Map<string, VipAdapter>();
  const of = (group: GroupSettings): VipAdapter => {
    const wants = wantsOf(group, node, platform);
    const known = adapters.get(wants);
    if (known !== undefined) return known;
    const also = group.adapters.get(node) === 'command' ? group.command?.also : undefined;
    const made = vipAdapterFor(
      {
        ...{ ...ports, group, node, errand: () => errandFor(group) },
        onProgram: (report) => onProgram(group.name, report),
        ...(also === undefined ? {} : { host: of(besideCloud(group, node, also)) }),
      },
      platform,
    );
    adapters.set(wants, made);
    return made;
  };
  return {
    of,
    close: async () => {
      await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
    },
  };
}

/** Groups that want the same share an adapter. One that runs an operator's programs is told of one group. */
function wantsOf(group: GroupSettings, node: NodeName, platform: NodeJS.Platform): string {
  const { name, announce, script, command, carp } = group;
  const kind = adapterKind(group.adapters.get(node) ?? 'auto', platform);
  const own = kind === 'script' ? script : kind === 'command' ? command : kind === 'carp' ? carp : undefined;
  const isLeftToKernel = KERNEL_ANNOUNCES.includes(kind) && announce.method === 'auto';
  const method = isLeftToKernel ? 'none' : announce.method;
  return JSON.stringify([kind, method, own === undefined ? null : [name, own]], mapsAsLists);
}

/** Nothing is done for these unless somebody asks for it. */
const KERNEL_ANNOUNCES: readonly AdapterKind[] = ['illumos', 'illumos-ifconfig'];

const mapsAsLists = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);
