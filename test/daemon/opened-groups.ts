import { OperatorError } from '../../src/core/errors.ts';
import type { GroupSettings, Settings } from '../../src/core/settings.ts';
import type { GroupId } from '../../src/core/units.ts';
import type { Adapters } from '../../src/daemon/adapters.ts';
import { openGroups } from '../../src/daemon/groups.ts';
import { newLeftovers } from '../../src/daemon/leftovers.ts';
import type { Happening } from '../../src/daemon/loop.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { settled, toldAdapter, type ToldAdapter } from '../fakes/told-adapter.ts';
import { named } from './two-nodes.ts';

export const V4 = '10.10.10.42/32 on eth0';
export const V6 = '2001:db8::42/128 on eth0';
export const vips = (list: string): [from: string, to: string] => ['[10.10.10.42, "2001:db8::42"]', list];

/** What the fakes are told apart by: the way to announce, or what a section begins with. */
function kindOf({ adapters, announce, script, command, carp }: GroupSettings): string {
  const adapter = adapters.get(named('lb1')) ?? 'auto';
  const section = { script: script?.up[0], command: command?.up[0]?.[0], carp: carp?.vhid };
  return `${adapter} ${section[adapter as keyof typeof section] ?? announce.method}`;
}

/** Groups of lb1 on fake adapters, one for each kind. */
export function openedGroups({ platform = 'linux' as NodeJS.Platform } = {}) {
  const clock = new ManualClock();
  const log = collectedLog();
  const told: Happening[] = [];
  const kinds = new Map<string, ToldAdapter>();
  const retired: ToldAdapter[] = [];
  const journal: string[] = [];
  const adapters: Adapters = {
    of(group) {
      const kind = kindOf(group);
      if (kind.startsWith('simulated'))
        throw new OperatorError('CONFIG_INVALID', 'not on this system', { hint: 'another' });
      const known = kinds.get(kind);
      if (known !== undefined && !retired.includes(known)) return known;
      const made = toldAdapter({ onCall: (text) => void journal.push(`${kind}: ${text}`) });
      kinds.set(kind, made);
      return made;
    },
    retire(adapter) {
      retired.push(adapter as ToldAdapter);
      return () => adapter.close();
    },
    close: () => Promise.resolve(),
  };
  let holding: ReadonlySet<GroupId> = new Set();
  const troubles: string[] = [];
  const carriers: string[] = [];
  const problems: string[] = [];
  const leftovers = newLeftovers({
    clock,
    isHeld: (vip) => groups.holds(vip),
    onTrouble: (text, cause) => void troubles.push(`${text}: ${cause}`),
  });
  const groups = openGroups({
    self: named('lb1'),
    adapters,
    leftovers,
    clock,
    log,
    tell: (happening) => void told.push(happening),
    onCarrier: (group, text, cause) => void carriers.push(`${group}: ${text}: ${cause}`),
    onProblem: ({ message, hint }) => void problems.push(`${message} (${hint})`),
    isHeld: (group) => holding.has(group),
    platform,
  });
  const idsOf = (settings: Settings, names: readonly string[]): ReadonlySet<GroupId> =>
    new Set(settings.groups.filter(({ name }) => names.includes(name)).map(({ id }) => id));
  let current: Settings | undefined;
  return {
    ...{ clock, log, told, groups, leftovers, troubles, carriers, problems, retired, journal },
    adapter: (kind = 'auto auto') => kinds.get(kind)!,
    /** `had` and `holds` are names of groups: before, and after. */
    async configure(settings: Settings, had: readonly string[] = [], holds: readonly string[] = []) {
      const before = idsOf(current ?? settings, had);
      holding = idsOf(settings, holds);
      current = settings;
      groups.configure(settings, before);
      for (let turn = 0; turn < 5; turn += 1) await settled();
    },
    called: (kind = 'auto auto') =>
      kinds.get(kind)!.calls.map((call) => `${call.kind} ${call.vips.join(' ')}`),
  };
}
