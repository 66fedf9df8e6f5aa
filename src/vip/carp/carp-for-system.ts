import { OperatorError } from '../../core/errors.ts';
import type { Exec, VipAdapter } from '../../core/ports.ts';
import type { GroupSettings, VipSettings } from '../../core/settings.ts';
import type { NodeName } from '../../core/units.ts';
import { guard, noGuard, type Guard, type GuardOptions } from '../guard/guard.ts';
import { runEach } from '../guard/run-each.ts';
import type { VipOptions } from '../options.ts';
import { carpVip } from './carp.ts';
import type { CarpSystem, VhostWish } from './carp-system.ts';
import { freebsdCarp } from './freebsd.ts';
import { netbsdCarp } from './netbsd.ts';
import { openbsdCarp } from './openbsd.ts';
import { readPassword } from './password.ts';
import { perLink } from './per-link.ts';
import { ownVhosts, vhostHere, type VhostHere } from './vhosts-here.ts';

export interface CarpVipOptions extends VipOptions {
  readonly group: GroupSettings;
  readonly node: NodeName;
  readonly openGuard?: (options: GuardOptions) => Guard;
}

/** The `carp` adapter of a group. Throws OperatorError CONFIG_INVALID where the system's CARP has not what the group wants. */
export function carpVipFor(options: CarpVipOptions, platform: NodeJS.Platform): VipAdapter {
  const { exec, spawn, clock, onProblem, stateDirectory, guarded = true, openGuard = guard, group } = options;
  const passwordFile = group.carp?.passwordFile ?? '';
  const silent = { silence: true, ...(stateDirectory === undefined ? {} : { notes: stateDirectory }) };
  return carpVip({
    ...{ exec, clock },
    system: carpSystemFor(options, platform),
    watchman: guarded ? openGuard({ spawn, clock, onProblem, takeDown: runEach, ...silent }) : noGuard,
    password: () => readPassword(passwordFile),
    hasPassword: passwordFile !== '',
  });
}

export function carpSystemFor(
  { exec, group, node }: { readonly exec: Exec; readonly group: GroupSettings; readonly node: NodeName },
  platform: NodeJS.Platform,
): CarpSystem {
  assertCarpFits(group, node, platform);
  const { advbaseSeconds } = group.carp!;
  const systemOf = ({ vhid, bearer, peer }: VhostHere): CarpSystem => {
    const wish: VhostWish = { vhid, advbaseSeconds, peer };
    if (platform === 'freebsd') return freebsdCarp(exec, wish);
    return platform === 'openbsd' ? openbsdCarp(exec, bearer!, wish) : netbsdCarp(exec, bearer!, wish);
  };
  const shared = systemOf(vhostHere(group.carp!, node));
  const own = [...ownVhosts(group, node)].map(([link, vhost]) => [link, systemOf(vhost)] as const);
  return own.length === 0 ? shared : perLink(new Map(own), shared);
}

/** Throws OperatorError CONFIG_INVALID where the system's CARP has not what the group wants. */
export function assertCarpFits(group: GroupSettings, node: NodeName, platform: NodeJS.Platform): void {
  const { name, carp, vips } = group;
  if (carp === undefined)
    throw invalid(`group ${name} has no carp section`, 'write for instance carp: { vhid: 1 }');
  if (platform === 'freebsd') return;
  if (platform !== 'openbsd' && platform !== 'netbsd')
    throw invalid(`${platform} has no CARP`, 'use another adapter');
  const own = ownVhosts(group, node);
  const onNone = vips.filter(({ interfaces }) => !own.has(interfaces.get(node) ?? ''));
  assertVhostFits(vhostHere(carp, node), onNone, { name, node, platform });
  for (const [link, vhost] of own) {
    const onIt = vips.filter(({ interfaces }) => interfaces.get(node) === link);
    assertVhostFits(vhost, onIt, { name, node, platform });
  }
}

function assertVhostFits(
  { bearer, peer }: VhostHere,
  vips: readonly VipSettings[],
  { name, node, platform }: { name: string; node: NodeName; platform: 'openbsd' | 'netbsd' },
): void {
  const system = { openbsd: 'OpenBSD', netbsd: 'NetBSD' }[platform];
  if (bearer === undefined)
    throw invalid(
      `CARP is an interface of its own on ${system}, and the config names none for ${node}`,
      `in the carp section of group ${name}: interface: carp0, or one per node`,
    );
  if (platform === 'openbsd' && peer.includes(':'))
    throw invalid(`OpenBSD's CARP has no unicast over IPv6 (${peer})`, 'name IPv4 addresses');
  if (platform === 'netbsd' && peer !== '')
    throw invalid("NetBSD's CARP has no unicast", 'remove `unicast` from the carp section');
  if (platform === 'netbsd' && vips.length > 0 && vips.every(({ family }) => family === 6))
    throw invalid(
      "NetBSD's CARP does not advertise IPv6 addresses alone",
      'add an IPv4 address to the group, or use adapter netbsd',
    );
}

const invalid = (message: string, hint: string): OperatorError =>
  new OperatorError('CONFIG_INVALID', message, { hint });
