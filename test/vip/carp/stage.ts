import type { Exec, Vip, VipAdapter, VipChange } from '../../../src/core/ports.ts';
import type { CarpSettings } from '../../../src/core/settings.ts';
import type { NodeName } from '../../../src/core/units.ts';
import { carpSystemFor } from '../../../src/vip/carp/carp-for-system.ts';
import { carpVip } from '../../../src/vip/carp/carp.ts';
import type { Secret } from '../../../src/vip/carp/command.ts';
import { groupOf, NODE } from '../../fakes/group-of.ts';
import type { BsdHost } from '../../systems/bsd/host.ts';
import { settled } from '../../systems/bsd/passing-time.ts';
import { type Stage, stage } from '../../systems/bsd/stage.ts';
import { freebsdHost } from '../../systems/freebsd/freebsd.ts';
import type { Outcome } from '../../systems/model.ts';
import { netbsdHost } from '../../systems/netbsd/netbsd.ts';
import { openbsdHost } from '../../systems/openbsd/openbsd.ts';
import { vipOf } from '../vip-of.ts';
import { type ModelGuard, modelGuard } from './model-guard.ts';

export const SYSTEMS = ['freebsd13', 'freebsd14', 'openbsd', 'netbsd'] as const;
export type SystemName = (typeof SYSTEMS)[number];
export const LINKS: Readonly<Record<SystemName, string>> = {
  freebsd13: 'em0',
  freebsd14: 'em0',
  openbsd: 'em0',
  netbsd: 'wm0',
};
const PLATFORMS = {
  freebsd13: 'freebsd',
  freebsd14: 'freebsd',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
} as const;

export type Model = BsdHost & {
  readonly state: () => string | undefined;
  beginBulkUpdate(): void;
  endBulkUpdate(): void;
};

export interface AgentOptions {
  readonly carp?: Partial<CarpSettings>;
  readonly password?: string;
  readonly vips?: readonly string[];
  /** Programs that the model has not. */
  readonly commands?: Readonly<Record<string, (args: readonly string[]) => Partial<Outcome>>>;
}

/** An adapter on a host that is not here. */
export interface Agent {
  readonly adapter: VipAdapter;
  readonly guard: ModelGuard;
  readonly host: Model;
  readonly vips: readonly Vip[];
  /** Every command that was run, words joined by blanks, in their order. */
  readonly ran: string[];
  readonly changes: VipChange[];
  /** Lets time pass until what was begun has ended. */
  ended<T>(work: Promise<T>): Promise<T>;
  look(): Promise<readonly string[]>;
}

export interface CarpStage extends Stage {
  host(system: SystemName, number: number, more?: object): Model;
  agent(system: SystemName, host: Model, options?: AgentOptions): Agent;
}

export function carpStage(): CarpStage {
  const scene = stage();
  return {
    ...scene,
    host(system, number, more = {}) {
      const place = { ...scene.place(number, LINKS[system]), ...more };
      const none = { beginBulkUpdate: () => undefined, endBulkUpdate: () => undefined };
      switch (system) {
        case 'freebsd13':
        case 'freebsd14': {
          const host = freebsdHost({ ...place, version: system === 'freebsd13' ? 13 : 14 });
          return { ...host, state: () => host.carpState('em0', 1) };
        }
        case 'openbsd': {
          const host = openbsdHost(place);
          return { ...host, state: () => host.carpState('carp0') };
        }
        case 'netbsd': {
          const host = netbsdHost(place);
          return { ...host, ...none, state: () => host.carpState('carp0') };
        }
      }
    },
    agent: (system, host, options = {}) => agentOn(scene, system, host, options),
  };
}

function agentOn(scene: Stage, system: SystemName, host: Model, options: AgentOptions): Agent {
  const { clock } = scene;
  const ran: string[] = [];
  const exec = execOn(host, system, options.commands ?? {}, ran);
  const guard = modelGuard(host, clock);
  const vips = (options.vips ?? ['10.77.0.100/32', 'fd77::100/128']).map((text) =>
    vipOf(text, LINKS[system]),
  );
  const { password = 's3cret' } = options;
  const adapter = carpVip({
    ...{ exec, clock, watchman: guard, hasPassword: password !== '' },
    system: carpSystemFor({ exec, group: groupWith(options.carp, vips), node: NODE }, PLATFORMS[system]),
    password: async (): Promise<Secret | undefined> => (password === '' ? undefined : { secret: password }),
  });
  const changes: VipChange[] = [];
  const ended = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = () => void (isOver = true);
    work.then(over, over);
    for (let turns = 0; turns < 2_000; turns += 1) {
      await settled();
      if (isOver) break;
      clock.goOn(20);
    }
    return work;
  };
  return {
    ...{ adapter, guard, host, vips, ran, changes, ended },
    look: async () => (await ended(adapter.look(vips))).map(({ address }) => address),
  };
}

export function groupWith(carp: Partial<CarpSettings> = {}, vips: readonly Vip[] = []) {
  return groupOf('carp', {
    carp: {
      ...{ vhid: 1, advbaseSeconds: 1, passwordFile: '', peers: new Map<NodeName, string>() },
      interfaces: new Map([[NODE, 'carp0']]),
      ...carp,
    },
    vips: vips.map(({ address, family, prefixLength, label, link }) => ({
      ...{ address, family, prefixLength, label },
      interfaces: new Map([[NODE, link]]),
    })),
  });
}

const OSRELDATE = { freebsd13: '1302001', freebsd14: '1401000' } as const;

function execOn(
  host: Model,
  system: SystemName,
  more: NonNullable<AgentOptions['commands']>,
  ran: string[],
): Exec {
  const commands: NonNullable<AgentOptions['commands']> = {
    ...(system === 'openbsd' ? { pgrep: () => ({ rc: 1 }) } : {}),
    ...more,
  };
  return {
    async run(file, args) {
      ran.push([file, ...args].join(' '));
      const isRelease = file === 'sysctl' && args.includes('kern.osreldate');
      const said =
        isRelease && (system === 'freebsd13' || system === 'freebsd14')
          ? { stdout: `${OSRELDATE[system]}\n` }
          : undefined;
      const extra = said ?? commands[file]?.(args);
      const { rc, stdout, stderr } =
        extra === undefined ? await host.run([file, ...args]) : { rc: 0, stdout: '', stderr: '', ...extra };
      return { exitCode: rc, stdout, stderr, timedOut: false, missing: rc === 127 };
    },
  };
}
