import type { Clock, Errand, Exec, Log, Spawn, VipAdapter } from '../core/ports.ts';
import type { OperatorError } from '../core/errors.ts';
import { OTHER } from '../core/placeholders.ts';
import type { GroupSettings } from '../core/settings.ts';
import type { GroupName, NodeName } from '../core/units.ts';
import { ownVhosts } from '../vip/carp/vhosts-here.ts';
import { besideCloud, vipAdapterFor } from '../vip/for-platform.ts';
import { systemPlatform } from '../vip/system-platform.ts';
import type { ProgramReport } from '../vip/options.ts';
import { adapterKind, type AdapterKind } from '../vip/system.ts';

/** One adapter, and so one set of helper processes, for all groups that want the same from it. */
export interface Adapters {
  of(group: GroupSettings): VipAdapter;
  /**
   * No group uses it any more: from now on whoever wants the same gets another one. Returns what closes it, to be called
   * when nothing is left to do for it.
   */
  retire(adapter: VipAdapter): () => Promise<void>;
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
  const retired = new Set<VipAdapter>();
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
    retire(adapter) {
      for (const [wants, known] of adapters) if (known === adapter) adapters.delete(wants);
      retired.add(adapter);
      return () => adapter.close().finally(() => retired.delete(adapter));
    },
    close: async () => {
      await Promise.all([...adapters.values(), ...retired].map((adapter) => adapter.close()));
    },
  };
}

/** Those that act by a section of the group, and so for this group alone. */
const BY_SECTION: readonly AdapterKind[] = ['script', 'command', 'carp'];

export const isBySection = (kind: AdapterKind): boolean => BY_SECTION.includes(kind);

/** Groups that want the same share an adapter, unless it acts by a section of theirs. */
function wantsOf(group: GroupSettings, node: NodeName, platform: NodeJS.Platform): string {
  const { name, announce } = group;
  const kind = adapterKind(group.adapters.get(node) ?? 'auto', platform);
  if (isBySection(kind))
    return JSON.stringify([kind, name, sectionFor(kind, group, node, platform)], mapsAsLists);
  const isLeftToKernel = KERNEL_ANNOUNCES.includes(kind) && announce.method === 'auto';
  return JSON.stringify([kind, isLeftToKernel ? 'none' : announce.method]);
}

/** The part of its section that matters on this node: what changes on another one is no reason to let go here. */
function sectionFor(
  kind: AdapterKind,
  group: GroupSettings,
  node: NodeName,
  platform: NodeJS.Platform,
): unknown {
  const { script, command, carp } = group;
  if (kind === 'script') return script;
  if (kind === 'carp') {
    const own = [...ownVhosts(group, node)];
    const section = carp && { ...carp, interfaces: carp.interfaces.get(node), peers: carp.peers.get(node) };
    return own.length === 0 ? section : { ...section, own };
  }
  if (command === undefined) return undefined;
  const { up, down, show, values, also } = command;
  const namesOthers = JSON.stringify([up, down, show]).includes(`{${OTHER}`);
  return {
    ...{ ...command, values: namesOthers ? values : values.get(node) },
    host: also === undefined ? undefined : wantsOf(besideCloud(group, node, also), node, platform),
  };
}

/** Nothing is done for these unless somebody asks for it. */
const KERNEL_ANNOUNCES: readonly AdapterKind[] = ['illumos', 'illumos-ifconfig'];

const mapsAsLists = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);
